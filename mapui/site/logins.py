"""Logins of staff: how failures slow down and lock, how long a session lasts, and how a forgotten password is renewed.

django-axes counts the failures of an account from an address in the database and locks; the counters per address are in
the cache, as all limits of requests.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from axes.backends import AxesStandaloneBackend
from axes.models import AccessAttempt
from celery import current_app
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Max, Sum
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from issues.services.limits import limit_check
from mapui.site.profiles import profile_remember
from mapui.site.second_factor import second_factor_note

# So many failures of an account from one address are nobody's business; then each doubles the wait for the next try.
FAILURES_FREE: Final = 2
# A town hall has one address: its clerks together fail less often than this in a quarter of an hour.
FAILURES_PER_ADDRESS: Final = 50
FAILURES_WINDOW_S: Final = 900
LINKS_PER_ADDRESS: Final = 10
LINKS_PER_MAIL: Final = 3
LINKS_WINDOW_S: Final = 3600
BEGAN: Final = "session_began"
SEEN: Final = "session_seen"
# How exactly the last use is known; a session is not written at every request.
SEEN_EVERY_S: Final = 60
POLLED: Final = "is_polled"


class LockBackend(AxesStandaloneBackend):
    """Refuses a locked account before its password is looked at.

    Whoever logs in without a request is a program on this machine: it has no address that could be locked.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> None:
        if request is not None:
            super().authenticate(request, username=username, password=password, **more)


# --- Failures ------------------------------------------------------------------------------------------


def failures_of(username: str, address: str) -> tuple[int, datetime | None]:
    """How often the login failed for this account from this address since it was last free, and when last."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    found = AccessAttempt.objects.filter(
        username=username, ip_address=address, attempt_time__gte=since
    ).aggregate(count=Sum("failures_since_start"), last=Max("attempt_time"))
    return found["count"] or 0, found["last"]


def login_wait_s(username: str, address: str) -> int:
    """Seconds until the next try counts: 2, 4 … from the third failure until the lock; 0 for at once."""
    count, last = failures_of(username, address)
    if last is None or not FAILURES_FREE < count < settings.AXES_FAILURE_LIMIT:
        return 0
    free_at = last + timedelta(seconds=2 ** (count - FAILURES_FREE))
    return max(0, int((free_at - timezone.now()).total_seconds() + 1))


def lock_ends(username: str, address: str) -> datetime:
    """When the account may log in from this address again."""
    _count, last = failures_of(username, address)
    ends: datetime = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return ends


def address_check(address: str, *, failed: bool) -> None:
    """Whether this address may try to log in at all; counts a failure. Raises RequestsTooMany."""
    limit_check(
        f"login:{address}",
        limit=FAILURES_PER_ADDRESS,
        window_s=FAILURES_WINDOW_S,
        cost=1 if failed else 0,
    )


def client_told(
    username: str | None, address: str, user_agent: str, path: str, request: HttpRequest
) -> str:
    """Who failed, in the one line that stands in the log."""
    return f"{(username or '')[:80]!r} from {address}"


# --- Sessions ------------------------------------------------------------------------------------------


@receiver(user_logged_in)
def session_begin(sender: Any, request: HttpRequest, user: AbstractBaseUser, **_more: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    profile_remember(request, user)
    second_factor_note(request, user)


def polled(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Marks a view that a page asks again and again by itself: that is no use of the login."""
    vars(view)[POLLED] = True
    return view


def session_is_over(session: SessionBase, *, is_used: bool = True) -> bool:
    """Whether the login is too old, or was not used for too long; else notes that it is used, if it is."""
    now = int(time.time())
    began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
        return True
    if is_used and now - seen >= SEEN_EVERY_S:
        session[SEEN] = now
    return False


def sessions_end(user: AbstractBaseUser) -> int:
    """Logs the user out everywhere; returns how many sessions were ended."""
    own = [
        one.pk
        for one in Session.objects.filter(expire_date__gte=timezone.now()).iterator()
        if _is_of(one.get_decoded(), user)
    ]
    return Session.objects.filter(pk__in=own).delete()[0]


def _is_of(content: dict[str, Any], user: AbstractBaseUser) -> bool:
    return BACKEND_SESSION_KEY in content and content.get(SESSION_KEY) == str(user.pk)


# --- A forgotten password ------------------------------------------------------------------------------


def link_order(*, email: str, language: str) -> bool:
    """Has the workers send a link to whoever has this mail address, if anybody; False when the broker is down.

    Whether somebody has it is looked up by the worker: neither the answer nor its time tells.
    """
    try:
        current_app.send_task("config.tasks.password_link_send", args=(email, language))
    except OperationalError:
        return False
    return True


def link_send(*, email: str, language: str) -> None:
    """Mails the link to set a new password; nothing happens for an address that nobody has."""
    form = PasswordResetForm({"email": email})
    if not form.is_valid():
        return
    with translation.override(language):
        form.save(
            domain_override=settings.PUBLIC_URL.partition("://")[2],
            use_https=settings.HTTPS,
            subject_template_name="registration/password_mail_subject.txt",
            email_template_name="registration/password_mail.txt",
            extra_email_context={
                "public_url": settings.PUBLIC_URL,
                "hours": str(settings.PASSWORD_RESET_TIMEOUT // 3600),
            },
        )
