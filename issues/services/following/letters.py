"""Mailing what was put down for followers: at most once each. Any number of workers may do it at once."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import npgettext, pgettext

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from issues.agency import agency_names
from issues.enums import LetterKind, LetterState
from issues.models import FollowLetter, Issue
from issues.public_view import PublicIssue, public_view
from issues.selectors import issues_for_view
from issues.services.following.news import ITEMS_MAX
from issues.services.following.subjects import subject_told
from issues.services.following.subscribing import CONFIRM_WITHIN, confirm_url, end_url, list_url
from issues.services.replies.letters import city_from

logger = logging.getLogger(__name__)

# A worker that dies before it hands the letter over holds it no longer than this.
LEASE: Final = timedelta(minutes=3)
ATTEMPTS_MAX: Final = 8
BACKOFF: Final = timedelta(minutes=1)


def letters_send_due() -> int:
    """Sends what is due; returns how many letters were tried."""
    tried = 0
    while (letter := _claim()) is not None:
        _send(letter)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> FollowLetter | None:
    """The letter that is due longest, held for this worker; one that may have arrived already is dropped."""
    now = timezone.now()
    due = FollowLetter.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        due_at__lte=now
    )
    lost = due.filter(state=LetterState.SENDING).values_list("pk", flat=True)
    for pk in list(lost):
        logger.warning("letter %s: its worker ended while handing it over; not sent again", pk)
        FollowLetter.objects.filter(pk=pk).delete()
    letter = (
        due.filter(state=LetterState.QUEUED)
        .select_related("follower__jurisdiction", "subscription__category")
        .defer("follower__jurisdiction__boundary")
        .order_by("due_at", "pk")
        .first()
    )
    if letter is not None:
        letter.attempts, letter.due_at = letter.attempts + 1, now + LEASE
        letter.save(update_fields=["attempts", "due_at"])
    return letter


def _send(letter: FollowLetter) -> None:
    message = letter_build(letter)
    if message is None:
        letter.delete()
        return
    connection = get_connection()
    try:
        connection.open()
        # From here on nobody can know whether it arrived, unless the server says so.
        begun = FollowLetter.objects.filter(pk=letter.pk, state=LetterState.QUEUED)
        if begun.update(state=LetterState.SENDING):
            connection.send_messages([message])
            FollowLetter.objects.filter(pk=letter.pk).delete()
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        _failed(letter, error)
    finally:
        with suppress(Exception):
            connection.close()


def _failed(letter: FollowLetter, error: Exception) -> None:
    """Tried again later; given up where the server says no for good, or time and again."""
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    # What a server says may hold the address.
    logger.warning("letter %s was not sent: %s %s", letter.pk, type(error).__name__, code)
    stored = FollowLetter.objects.filter(pk=letter.pk)
    if 500 <= code <= 599 or letter.attempts >= ATTEMPTS_MAX:
        stored.delete()
        return
    due_at = timezone.now() + BACKOFF * 3 ** (letter.attempts - 1)
    stored.update(state=LetterState.QUEUED, due_at=due_at)


def letter_build(letter: FollowLetter) -> EmailMultiAlternatives | None:
    """The message in the follower's language, of what is public now; None where nothing is left to be told."""
    follower = letter.follower
    with translation.override(follower.language):
        built = _BUILDERS[LetterKind(letter.kind)](letter)
        if built is None:
            return None
        subject, context = built
        context |= {
            "city": follower.jurisdiction.public_name_in(follower.language),
            "language": follower.language,
            "list_url": list_url(follower),
            "end_url": end_url(follower),
        }
        bodies = [
            render_to_string(f"issues/following/{letter.kind}.{form}", context)
            for form in ("txt", "html")
        ]
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "From": city_from(follower.jurisdiction, follower.language),
        "Message-ID": f"<{letter.public_id}@{own.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": follower.language,
    }
    if letter.kind == LetterKind.NEWS:
        headers |= {
            "List-Unsubscribe": f"<{end_url(follower)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=bodies[0],
        to=[follower.email],
        headers=headers,
    )
    message.attach_alternative(bodies[1], "text/html")
    return message


Built = tuple[str, dict[str, Any]]


def _confirming(letter: FollowLetter) -> Built | None:
    subscription = letter.subscription
    if subscription is None or subscription.confirmed_at is not None:
        return None
    subject = pgettext("follow mail", "Please confirm: what you want to follow in %(city)s")
    return subject % {"city": letter.follower.jurisdiction.name}, {
        "what": subject_told(subscription, letter.follower.language),
        "how_often": subscription.get_frequency_display(),
        "until": subscription.created_at + CONFIRM_WITHIN,
        "confirm_url": confirm_url(subscription),
    }


def _listing(letter: FollowLetter) -> Built | None:
    subject = pgettext("follow mail", "What you follow in %(city)s")
    return subject % {"city": letter.follower.jurisdiction.name}, {}


def _news(letter: FollowLetter) -> Built | None:
    new = {one["issue"]: one["is_new"] for one in letter.content}
    public = Issue.objects.filter(pk__in=new, jurisdiction=letter.follower.jurisdiction_id).public()
    stored = {one.pk: one for one in issues_for_view(public)}
    agencies = agency_names(list(stored))
    items = [
        _item(
            public_view(stored[pk], authority=agencies.get(pk, "")),
            letter.follower.jurisdiction,
            is_new=is_new,
        )
        for pk, is_new in new.items()
        if pk in stored
    ]
    if not items:
        return None
    more = max(0, len(items) - ITEMS_MAX)
    return _news_subject(letter, items), {"items": items[:ITEMS_MAX], "more": more}


def _news_subject(letter: FollowLetter, items: list[dict[str, Any]]) -> str:
    if len(items) == 1:
        told: PublicIssue = items[0]["issue"]
        return f"{told.title}: {told.status_text}"
    subject = npgettext(
        "follow mail", "%(n)d news from %(city)s", "%(n)d news from %(city)s", len(items)
    )
    return subject % {"n": len(items), "city": letter.follower.jurisdiction.name}


def _item(shown: PublicIssue, jurisdiction: Jurisdiction, *, is_new: bool) -> dict[str, Any]:
    address = city_address(jurisdiction, "public_issue", shown.number)
    return {"issue": shown, "is_new": is_new, "url": address}


_BUILDERS: Final = {
    LetterKind.CONFIRM: _confirming,
    LetterKind.NEWS: _news,
    LetterKind.LIST: _listing,
}
