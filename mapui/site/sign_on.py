"""Single sign-on by OpenID Connect: a server for the staff, one for citizens, and neither makes the other kind."""

from __future__ import annotations

import logging
from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import login
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from requests import RequestException

from gis_core.models import Jurisdiction
from issues.services.citizens.accounts import citizen_by_server
from mapui.site.cities import city_shown
from mapui.site.citizens import citizen_enter
from mapui.site.errors import error_respond

logger = logging.getLogger(__name__)

# How django-allauth names the server of the citizens; that of the staff is "sso".
CITIZENS: Final = "citizens"
CITY: Final = "sign_on_city"


@require_safe
def sign_on_begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Leads to the other server. 404: there is no such server. 503: it does not answer."""
    try:
        response: HttpResponseBase = login(request, provider_id)
    except RequestException as error:
        logger.warning("The server for single sign-on does not answer: %s", error)
        return error_respond(request, 503)
    if provider_id == CITIZENS and (city := request.GET.get("jurisdiction", "")):
        # The answer comes to an address that is the same for all cities of a host.
        request.session[CITY] = city
    return response


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Staff: who was invited, found by the mail address that the server has verified. Citizens: a city's account."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.account.provider == CITIZENS:
            # Before django-allauth looks for an account of the staff or makes one.
            raise ImmediateHttpResponse(_citizen_respond(request, sociallogin))
        if sociallogin.is_existing:
            return
        mails = _mails(sociallogin)
        people = User.objects.filter(email__iexact=mails[0], is_active=True) if mails else ()
        found = list(people)
        if len(found) != 1:
            detail = _(
                "Nobody with your mail address was invited here, or the server vouches for none."
            )
            raise ImmediateHttpResponse(error_respond(request, 403, detail))
        sociallogin.connect(request, found[0])

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_more: Any) -> None:
        detail = _("The login with the other server failed or was broken off. Please try again.")
        raise ImmediateHttpResponse(error_respond(request, 403, detail))


def _mails(sociallogin: SocialLogin) -> list[str]:
    """The addresses that the server has verified."""
    return [one.email for one in sociallogin.email_addresses if one.verified]


def _citizen_respond(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Signs the citizen in; of what the server tells key, verified mail address and name are kept."""
    city: Jurisdiction | None = city_shown(request, request.session.pop(CITY, ""))
    if city is None:
        return error_respond(request, 404)
    citizen = citizen_by_server(
        jurisdiction=city,
        subject=f"{settings.CITIZEN_SIGN_ON_SERVER} {sociallogin.account.uid}",
        email=next(iter(_mails(sociallogin)), ""),
        names={
            "first_name": sociallogin.user.first_name,
            "last_name": sociallogin.user.last_name,
        },
    )
    citizen_enter(request, citizen)
    return redirect(sociallogin.get_redirect_url(request) or "citizen_account")
