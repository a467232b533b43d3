"""The second factor: asked for at the login, demanded of roles, never stored in clear."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from issues.enums import Role
from issues.services.people import grant_give
from mapui.site.second_factor import SecondFactorMiddleware
from tests.mapui.factories import PASSWORD, staff_create

pytestmark = pytest.mark.django_db
LOGIN = {"username": "sichtung", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


@pytest.fixture
def person(db) -> User:
    return staff_create()


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    [_before, now, *_after] = list(auth.yield_hotp_counters_from_time())
    return auth.format_hotp_value(auth.hotp_value(secret, now + steps))


def factor_set_up(client: Client) -> str:
    """Returns the secret that the app keeps."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert page.context["totp_svg"].startswith("<svg xmlns='http://www.w3.org/2000/svg'")
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret


@pytest.fixture
def secret(person) -> str:
    client = Client()
    client.post("/login/", LOGIN)
    secret = factor_set_up(client)
    # The code that set it up counts as used.
    cache.clear()
    return secret


def test_password_alone_opens_nothing(client, secret):
    answer = client.post("/login/?next=/triage/parcel/", LOGIN)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/triage/")["Location"].startswith("/login/")
    asked = client.get(reverse("mfa_authenticate")).content.decode()
    assert "Code" in asked
    assert 'data-security-key="get"' in asked
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert 'role="alert"' in wrong.content.decode()
    assert "_auth_user_id" not in client.session

    right = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert right["Location"] == "/triage/parcel/"
    assert client.get("/triage/").status_code == 200


def test_code_works_once(client, secret):
    for expected in (302, 200):
        other = Client()
        other.post("/login/", LOGIN)
        code = {"code": code_of(secret)}
        assert other.post(reverse("mfa_authenticate"), code).status_code == expected


def test_guessing_codes_is_stopped(client, secret):
    client.post("/login/", LOGIN)
    for _turn in range(12):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "_auth_user_id" not in client.session


def test_code_for_an_emergency_lets_in_once(client, person, secret):
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap()
    [code, *_others] = codes.get_unused_codes()
    for expected in (302, 200):
        other = Client()
        other.post("/login/", LOGIN)
        assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_secrets_lie_encrypted(person, secret):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert len(secret) > 20
    assert secret not in stored


def test_change_asks_for_the_password_again(client, person):
    client.force_login(person)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    page = client.get(asked["Location"])
    assert "Sind Sie es?" in page.content.decode()
    right = client.post(asked["Location"], {"password": PASSWORD})
    assert right["Location"] == reverse("mfa_activate_totp")
    factor_set_up(client)
    shown = client.get(reverse("mfa_index")).content.decode()
    assert "Codes zeigen" in shown


def test_app_is_removed(client, person, secret):
    client.post("/login/", LOGIN)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=person, type="totp").exists()


# --- Demanded of roles -----------------------------------------------------------------------------------


@pytest.fixture
def demanded(town, settings) -> User:
    settings.SECOND_FACTOR_ROLES = [Role.PEOPLE]
    person = User.objects.create_user("sichtung", password=PASSWORD)
    grant_give(person=person, jurisdiction=town, role=Role.PEOPLE, by=None)
    return person


def test_role_that_demands_one_leads_there_first(client, demanded):
    assert client.post("/login/", LOGIN)["Location"] == reverse("people")
    for name in ("people", "account", "public_map"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    refused = client.get(reverse("people"), headers={"accept": "application/json"})
    assert refused.status_code == 403
    assert "Ihre Rolle verlangt" in client.get(reverse("mfa_index")).content.decode()
    factor_set_up(client)
    assert client.get(reverse("people")).status_code == 200


def test_roles_that_demand_none_are_left_alone(client, demanded, settings):
    settings.SECOND_FACTOR_ROLES = [Role.RULES]
    client.post("/login/", LOGIN)
    assert client.get(reverse("people")).status_code == 200


def test_new_role_that_demands_one_ends_sessions(client, demanded, town):
    person = staff_create("neu", permissions=())
    other = Client()
    other.force_login(person)
    client.post("/login/", LOGIN)
    factor_set_up(client)
    client.post(reverse("role_give", args=[person.pk]), {"role": Role.PEOPLE})
    assert other.get(reverse("profile"))["Location"].startswith("/login/")


def test_unknown_role_in_the_setting_stops_the_start(settings):
    settings.SECOND_FACTOR_ROLES = ["nobody"]
    with pytest.raises(ValueError, match="nobody"):
        SecondFactorMiddleware(HttpResponse)


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.INFORMATION, "triage"),
        (Role.RULES, "rules"),
        (Role.GEODATA, "geodata_list"),
        (Role.PEOPLE, "people"),
    ],
)
def test_login_ends_where_the_role_may_work(client, town, role, start):
    person = User.objects.create_user("sichtung", password=PASSWORD)
    grant_give(person=person, jurisdiction=town, role=role, by=None)
    assert client.post("/login/", LOGIN)["Location"] == reverse(start)
