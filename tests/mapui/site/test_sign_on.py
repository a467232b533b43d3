"""Single sign-on against a real server of OpenID Connect, a process of its own on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse

from issues.enums import Role
from issues.models import Citizen
from issues.services.citizens.accounts import citizen_by_email
from issues.services.people import grant_give
from mapui.site.sign_on import CITIZENS
from tests.mapui.factories import jurisdiction_create

pytestmark = pytest.mark.django_db
ACCOUNT = "/report/account/"
PEOPLE = (
    {"sub": "mia", "email": "mia@example.org", "email_verified": True},
    {"sub": "fremd", "email": "fremd@example.org", "email_verified": True},
    {"sub": "falsch", "email": "mia@example.org", "email_verified": False},
    {
        "sub": "bund",
        "email": "Maria@Example.org",
        "email_verified": True,
        "given_name": "Maria",
        "family_name": "Muster",
        "phone_number": "02305 1",
        "address": {"locality": "Musterstadt"},
    },
    {"sub": "zweite", "email": "maria@example.org", "email_verified": True},
    {"sub": "ohne"},
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
    apps = [
        {
            "provider_id": provider,
            "name": name,
            "client_id": f"flurpost-{provider}",
            "secret": "geheim",
            "settings": {"server_url": server},
        }
        for provider, name in (("sso", "Rathaus-Konto"), (CITIZENS, "BundID"))
    ]
    settings.SIGN_ON_NAME, settings.SIGN_ON_SERVER = "Rathaus-Konto", server
    settings.CITIZEN_SIGN_ON_NAME, settings.CITIZEN_SIGN_ON_SERVER = "BundID", server
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}
    }


@pytest.fixture
def mia(town) -> User:
    person = User.objects.create_user("mia", "mia@example.org")
    person.set_unusable_password()
    person.save()
    grant_give(person=person, jurisdiction=town, role=Role.INFORMATION, by=None)
    return person


def logged_in_as(
    client, sub: str, provider: str = "sso", wanted: str = "/triage/parcel/", **answer: str
):
    """Goes the whole way: to the server, logs in there, comes back."""
    begun = client.get(reverse("openid_connect_login", args=[provider]), {"next": wanted})
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
    settings.SIGN_ON_SERVER = settings.CITIZEN_SIGN_ON_SERVER = ""
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "Rathaus-Konto" not in client.get("/login/").content.decode()
    assert "BundID" not in client.get(ACCOUNT).content.decode()
    for provider in ("sso", CITIZENS):
        assert client.get(reverse("openid_connect_login", args=[provider])).status_code == 404


# --- Citizens ------------------------------------------------------------------------------------------


def test_citizen_comes_in_with_key_verified_mail_and_name_and_nothing_else(client, town):
    page = client.get(ACCOUNT).content.decode()
    assert "Anmelden mit BundID" in page
    answer = logged_in_as(client, "bund", CITIZENS, "/report/mine/")
    assert answer["Location"] == "/report/mine/"
    citizen = Citizen.objects.get()
    assert citizen.subject.endswith(" bund")
    assert (citizen.email, citizen.first_name, citizen.last_name, citizen.phone) == (
        "maria@example.org",
        "Maria",
        "Muster",
        "",
    )
    assert "Maria" in client.get(ACCOUNT).content.decode()
    # No account of the staff comes of it, and nothing else of what the server told is kept.
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    assert "Musterstadt" not in str(dict(client.session))
    assert client.get("/triage/").status_code == 302
    Citizen.objects.update(first_name="Mia")
    logged_in_as(client, "bund", CITIZENS)
    assert Citizen.objects.get().first_name == "Mia"


def test_server_of_the_citizens_lets_no_staff_in(client, mia):
    logged_in_as(client, "mia", CITIZENS)
    assert "_auth_user_id" not in client.session
    assert client.get("/triage/").status_code == 302
    assert not SocialAccount.objects.exists()
    assert Citizen.objects.get().email == "mia@example.org"


def test_login_of_staff_is_not_tied_to_a_citizen_whatever_is_asked(client, mia):
    """`process=connect` would have the library give the key of a stranger to whoever is logged in."""
    client.force_login(mia)
    begun = client.get(
        reverse("openid_connect_login", args=[CITIZENS]), {"process": "connect", "next": "/"}
    )
    there = httpx.post(begun["Location"], data={"sub": "fremd"})
    back = urlsplit(there.headers["Location"])
    client.get(f"{back.path}?{back.query}")
    assert not SocialAccount.objects.exists()
    assert client.session["_auth_user_id"] == str(mia.pk)


def test_server_of_the_staff_makes_no_citizen(client, mia):
    logged_in_as(client, "mia")
    logged_in_as(client, "fremd")
    assert not Citizen.objects.exists()


def test_account_of_the_verified_address_is_found_and_of_an_unverified_one_not(client, town):
    known = citizen_by_email(jurisdiction=town, email="maria@example.org")
    logged_in_as(client, "bund", CITIZENS)
    known.refresh_from_db()
    assert known.subject.endswith(" bund")
    # An address that was given to somebody else later opens nobody's account.
    logged_in_as(client, "zweite", CITIZENS)
    assert Citizen.objects.get(subject__endswith=" zweite").email == ""
    other = citizen_by_email(jurisdiction=town, email="mia@example.org")
    logged_in_as(client, "falsch", CITIZENS)
    assert Citizen.objects.get(subject__endswith=" falsch").email == ""
    other.refresh_from_db()
    assert other.subject == ""
    logged_in_as(client, "ohne", CITIZENS)
    assert Citizen.objects.count() == 5


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/"])
def test_citizen_is_led_to_no_other_host(client, town, wanted):
    assert "evil" not in logged_in_as(client, "bund", CITIZENS, wanted)["Location"]


def test_citizen_comes_back_to_the_city_that_led_there(client, town):
    other = jurisdiction_create("other.example", "Anderstadt")
    page = client.get(f"{ACCOUNT}?jurisdiction=other.example").content.decode()
    begin = unescape(page.partition('href="/login/citizens/begin/')[2].partition('"')[0])
    begun = client.get(f"/login/citizens/begin/{begin}")
    there = httpx.post(begun["Location"], data={"sub": "bund"})
    back = urlsplit(there.headers["Location"])
    answer = client.get(f"{back.path}?{back.query}")
    assert answer["Location"] == f"{ACCOUNT}?jurisdiction=other.example"
    assert Citizen.objects.get().jurisdiction == other


def test_broken_off_and_forged_answers_make_no_citizen(client, town):
    assert logged_in_as(client, "bund", CITIZENS, action="deny").status_code == 403
    forged = {"code": "x", "state": "y"}
    callback = reverse("openid_connect_callback", args=[CITIZENS])
    assert client.get(callback, forged).status_code == 403
    assert not Citizen.objects.exists()
