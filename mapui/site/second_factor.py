"""The second factor: who needs one, and that nobody who needs one does anything before it is set up.

Asking for it at the login, and keeping it, is django-allauth's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.signals import authenticator_removed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from gis_core.net.problems import is_for_program, problem_respond
from issues.enums import Role
from issues.models import Grant

DUE: Final = "second_factor_due"
# What somebody may open who has to set up a second factor first.
OPEN: Final = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        "set_language",
        "logout",
        "logout_everywhere",
    }
)


def second_factor_is_due(person: AbstractBaseUser) -> bool:
    """Whether a role of this person asks for a second factor, and there is none.

    Whoever has no password logs in by another server, and that server asks for it.
    """
    if not settings.SECOND_FACTOR_ROLES or not person.has_usable_password():
        return False
    asking = Grant.objects.filter(person=person.pk, role__in=settings.SECOND_FACTOR_ROLES)
    return asking.exists() and not is_mfa_enabled(person)


def second_factor_note(request: HttpRequest, person: AbstractBaseUser) -> None:
    """Keeps in the session whether it is due, so that nobody else's requests have to ask."""
    request.session[DUE] = second_factor_is_due(person)


@receiver(authenticator_removed)
def second_factor_removed(
    sender: Any, request: HttpRequest, user: AbstractBaseUser, **_more: Any
) -> None:
    second_factor_note(request, user)


class SecondFactorMiddleware:
    """Leads whoever has to set up a second factor there. Raises ValueError for an unknown role in the setting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        for role in settings.SECOND_FACTOR_ROLES:
            Role(role)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], *_arguments: Any
    ) -> HttpResponse | None:
        if not _is_due(request):
            return None
        if request.resolver_match and request.resolver_match.url_name in OPEN:
            return None
        if is_mfa_enabled(request.user):
            del request.session[DUE]
            return None
        if is_for_program(request):
            return problem_respond(403, _("Please set up a second factor first."))
        return redirect("mfa_index")


def _is_due(request: HttpRequest) -> bool:
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return has_session and SESSION_KEY in request.session and bool(request.session.get(DUE))
