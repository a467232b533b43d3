"""Where django-allauth meets this program: nobody signs up, words and addresses are ours."""

from __future__ import annotations

import base64
from typing import Any, Final
from urllib.parse import unquote

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from gis_core.net.clients import client_address
from issues.rights import EDIT_RULES, MANAGE_GEODATA, MANAGE_PEOPLE, SEE
from mapui.site.errors import error_respond
from mapui.site.profiles import language_remember

# Where somebody begins: the first page that they may open.
STARTS: Final = {
    SEE: "triage",
    EDIT_RULES: "rules",
    MANAGE_GEODATA: "geodata_list",
    MANAGE_PEOPLE: "people",
}
SALT: Final = "mapui.site.second_factor"


class AccountAdapter(DefaultAccountAdapter):
    """Logins."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        user.backend = "django.contrib.auth.backends.ModelBackend"
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:
        return language_remember(request, super().post_login(request, user, **more))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        for right, name in STARTS.items():
            if request.user.has_perm(right):
                return reverse(name)
        return reverse("account")

    def add_message(self, request: HttpRequest, level: int, *given: Any, **more: Any) -> None:
        """The page after a login tells who is logged in already."""
        if "account/messages/logged_in.txt" not in (*given, more.get("message_template")):
            super().add_message(request, level, *given, **more)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return error_respond(request, 403, _("This account is switched off."))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors lie encrypted in the database, under a key made of SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        return unquote(segno.make(url).svg_data_uri(scale=5).partition(",")[2])


def _cipher() -> Fernet:
    key = salted_hmac(SALT, "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
