"""Single sign-on by OpenID Connect. Nobody signs up by it: whoever comes in was invited."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from requests import RequestException

from mapui.site.errors import error_respond

logger = logging.getLogger(__name__)


@require_safe
def sign_on_begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Leads to the other server. 404: there is no such server. 503: it does not answer."""
    try:
        response: HttpResponseBase = login(request, provider_id)
    except RequestException as error:
        logger.warning("The server for single sign-on does not answer: %s", error)
        return error_respond(request, 503)
    return response


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Single sign-on: for who was invited, found by the mail address that the server has verified."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        mails = [one.email for one in sociallogin.email_addresses if one.verified]
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
