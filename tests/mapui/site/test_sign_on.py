"""Single sign-on against a real server of OpenID Connect, a process of its own on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse

from issues.enums import Role
from issues.services.people import grant_give

pytestmark = pytest.mark.django_db
PEOPLE = (
    {"sub": "mia", "email": "mia@example.org", "email_verified": True},
    {"sub": "fremd", "email": "fremd@example.org", "email_verified": True},
    {"sub": "falsch", "email": "mia@example.org", "email_verified": False},
)


@pytest.fixture(scope="module")
def server():
    """Its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    claims = [part for one in PEOPLE for part in ("--user-claims", json.dumps(one))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _turn in range(300):
            try:
                httpx.get(f"{address}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(autouse=True)
def sign_on(server, settings):
    cache.clear()
    app = {
        "provider_id": "sso",
        "name": "Rathaus-Konto",
        "client_id": "flurpost",
        "secret": "geheim",
        "settings": {"server_url": server},
    }
    settings.SIGN_ON_NAME, settings.SIGN_ON_SERVER = "Rathaus-Konto", server
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }


@pytest.fixture
def mia(town) -> User:
    person = User.objects.create_user("mia", "mia@example.org")
    person.set_unusable_password()
    person.save()
    grant_give(person=person, jurisdiction=town, role=Role.INFORMATION, by=None)
    return person


def logged_in_as(client, sub: str, **answer: str):
    """Goes the whole way: to the server, logs in there, comes back."""
    begun = client.get(reverse("openid_connect_login", args=["sso"]), {"next": "/triage/parcel/"})
    assert "code_challenge=" in begun["Location"]
    there = httpx.post(begun["Location"], data={"sub": sub, **answer})
    back = urlsplit(there.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_login_page_offers_it_and_invited_people_come_in(client, mia):
    page = client.get("/login/").content.decode()
    assert "Anmelden mit Rathaus-Konto" in page
    answer = logged_in_as(client, "mia")
    assert answer["Location"] == "/triage/parcel/"
    assert client.session["_auth_user_id"] == str(mia.pk)
    assert client.get("/triage/").status_code == 200
    client.logout()
    # From now on the account is known there by its key, whatever its mail address becomes.
    User.objects.filter(pk=mia.pk).update(email="neu@example.org")
    logged_in_as(client, "mia")
    assert client.session["_auth_user_id"] == str(mia.pk)


@pytest.mark.parametrize("sub", ["fremd", "falsch"])
def test_nobody_signs_up_and_only_verified_addresses_count(client, mia, sub):
    answer = logged_in_as(client, sub)
    assert answer.status_code == 403
    assert "nicht eingeladen" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_switched_off_account_stays_out(client, mia):
    logged_in_as(client, "mia")
    client.logout()
    User.objects.filter(pk=mia.pk).update(is_active=False)
    assert logged_in_as(client, "mia").status_code == 403
    assert "_auth_user_id" not in client.session


def test_broken_off_and_forged_answers_are_told(client, mia):
    answer = logged_in_as(client, "mia", action="deny")
    assert answer.status_code == 403
    assert "Bitte versuchen Sie es noch einmal." in answer.content.decode()
    forged = client.get(
        reverse("openid_connect_callback", args=["sso"]), {"code": "x", "state": "y"}
    )
    assert forged.status_code == 403


def test_server_that_is_down_is_told(client, mia, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = client.get(reverse("openid_connect_login", args=["sso"]))
    assert answer.status_code == 503


def test_without_a_server_there_is_no_such_login(client, settings):
    settings.SIGN_ON_SERVER = ""
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "Rathaus-Konto" not in client.get("/login/").content.decode()
    assert client.get(reverse("openid_connect_login", args=["sso"])).status_code == 404
