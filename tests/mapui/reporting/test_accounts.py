"""Accounts of citizens: signing in by code and passkey, what it opens and what it never does, attacks on it."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from issues.models import Citizen, IssueEvent, Passkey, Reporter, SignInCode
from issues.services.citizens import codes
from issues.services.citizens.accounts import citizen_by_email
from issues.tasks import codes_send_due, drafts_erase
from mapui.reporting import signing_in
from tests.mapui.factories import PASSWORD, issue_create, jurisdiction_create, staff_create
from tests.mapui.reporting.passkeys import Device, encoded

pytestmark = pytest.mark.django_db
URL = "/report/account/"
MARIA = "maria@example.org"


@pytest.fixture(autouse=True)
def counters():
    cache.clear()


def order(client: Client, email: str = MARIA, **more: str):
    return client.post(URL, {"account_email": email, "sign_in": "code", **more})


def token_in(answer) -> str:
    return re.search(r'name="account_token" value="([^"]+)"', answer.content.decode())[1]


def code_in(letter) -> str:
    return re.search(r"^(\d{4} \d{4})$", letter.body, re.MULTILINE)[1]


def check(client: Client, token: str, code: str, **more: str):
    given = {"account_token": token, "account_email": MARIA, "account_code": code, **more}
    return client.post(URL, {"sign_in": "check", **given})


@pytest.fixture
def enter(mailoutbox):
    """Signs in by the code of a real mail."""

    def entered(client: Client, email: str = MARIA, **more: str):
        token = token_in(order(client, email, **more))
        codes_send_due()
        return check(client, token, code_in(mailoutbox[-1]), **more)

    return entered


# --- The mailed code ----------------------------------------------------------------------------------


def test_code_signs_in_and_makes_an_account_where_there_was_none(client, town, enter, mailoutbox):
    answer = enter(client, "  Maria@Example.ORG ")
    assert answer["Location"] == URL
    citizen = Citizen.objects.get()
    assert (citizen.email, citizen.jurisdiction) == (MARIA, town)
    [letter] = mailoutbox
    assert letter.to == [MARIA]
    assert letter.subject == f"Ihr Code: {code_in(letter)} ({town.public_name})"
    # Nothing to follow: a program that opens the links of mails finds none.
    assert "http" not in letter.body
    page = client.get(URL).content.decode()
    assert "Mein Konto" in page
    assert MARIA in page
    client.post(f"{URL}leave/")
    assert "Mein Konto" not in client.get(URL).content.decode()
    enter(client)
    assert Citizen.objects.get() == citizen


def test_answer_is_the_same_for_every_address_also_of_staff(client, town, mailoutbox):
    citizen_by_email(jurisdiction=town, email=MARIA)
    staff_create("mia")
    User.objects.update(email="mia@example.org")
    pages = set()
    for address in (MARIA, "fremd@example.org", "mia@example.org"):
        page = order(client, address).content.decode()
        page = re.sub(r'(csrfmiddlewaretoken|account_token)" value="[^"]+"', "", page)
        pages.add(page.replace(address, "…"))
    assert len(pages) == 1
    assert codes_send_due() == 3
    assert len({re.sub(r"\d{4} \d{4}", "", one.body) for one in mailoutbox}) == 1


@pytest.mark.parametrize(
    "address", ["", "kein", "a@b", "x" * 300 + "@example.org", "a\nb@example.org", "ü@example.org"]
)
def test_what_is_no_address_is_told_at_the_field(client, town, address):
    answer = order(client, address)
    assert answer.status_code == 422
    assert "id_account_email_error" in answer.content.decode()
    assert not SignInCode.objects.exists()


def test_letters_that_look_alike_are_other_addresses(client, town, enter, mailoutbox):
    """A Kelvin sign is a k in small letters: the mail goes to where the account belongs, whatever was typed."""
    enter(client, "a@exampl\u212a.org")
    assert mailoutbox[-1].to == ["a@examplk.org"]
    assert Citizen.objects.get().email == "a@examplk.org"
    # A dotless i is another letter, although its capital is the same: another mailbox, another account.
    citizen_by_email(jurisdiction=town, email="mia@example.org")
    client = Client()
    enter(client, "m\u0131a@example.org")
    assert mailoutbox[-1].to == ["m\u0131a@example.org"]
    assert "mia@example.org" not in client.get(URL).content.decode()


def test_codes_are_not_guessed(client, town, mailoutbox):
    token = token_in(order(client))
    codes_send_due()
    right = code_in(mailoutbox[0]).replace(" ", "")
    wrong = str((int(right) + 1) % 10**8).zfill(8)
    answers = [check(client, token, wrong).content.decode() for _ in range(codes.TRIES_MAX)]
    # From now on the right one is as wrong, and nobody learns that it was right.
    last = check(client, token, right)
    told = "Dieser Code ist falsch oder gilt nicht mehr."
    assert all(told in one for one in [*answers, last.content.decode()])
    assert last.status_code == 422
    assert not Citizen.objects.exists()
    assert "citizen" not in client.session


def test_client_that_tries_or_orders_many_is_stopped(client, town, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES", 2)
    monkeypatch.setattr(signing_in, "ORDERS", 2)
    assert [check(client, "x", "1").status_code for _ in range(3)] == [422, 422, 429]
    assert [order(client, f"a{n}@example.org").status_code for n in range(3)] == [200, 200, 429]
    assert SignInCode.objects.count() == 2


def test_nobody_s_mailbox_is_filled_and_the_page_stays_the_same(client, town, mailoutbox):
    pages = {len(order(client).content) for _ in range(codes.ADDRESS_PER_HOUR + 2)}
    assert len(pages) == 1
    codes_send_due()
    assert len(mailoutbox) == codes.ADDRESS_PER_HOUR


def test_code_works_once_for_its_own_request_and_a_quarter_of_an_hour(client, town, mailoutbox):
    first = token_in(order(client))
    codes_send_due()
    code = code_in(mailoutbox[0])
    other = token_in(order(client))
    assert check(client, other, code).status_code == 422
    assert check(client, first, code).status_code == 302
    assert check(Client(), first, code).status_code == 422
    codes_send_due()
    SignInCode.objects.update(expires_at=timezone.now() + codes.CODE_KEPT - codes.CODE_WORKS)
    assert check(Client(), other, code_in(mailoutbox[1])).status_code == 422
    SignInCode.objects.update(expires_at=timezone.now())
    drafts_erase()
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "0" * 32, f"{'0' * 32}:abc"])
def test_forged_token_opens_nothing(client, town, token):
    assert check(client, token, "00000000").status_code == 422
    assert "citizen" not in client.session


def test_looking_orders_and_signs_in_nothing(client, town):
    for _ in range(2):
        assert client.get(URL, {"account_email": MARIA, "sign_in": "code"}).status_code == 200
    assert client.head(URL).status_code == 200
    assert not SignInCode.objects.exists()


def test_code_of_another_city_opens_nothing(client, town, mailoutbox):
    jurisdiction_create("other.example", "Anderstadt")
    city = f"{URL}?jurisdiction="
    answer = client.post(f"{city}other.example", {"account_email": MARIA, "sign_in": "code"})
    codes_send_due()
    given = {"account_token": token_in(answer), "account_code": code_in(mailoutbox[0])}
    here = client.post(f"{city}{town.identifier}", {"sign_in": "check", **given})
    assert here.status_code == 422
    there = client.post(f"{city}other.example", {"sign_in": "check", **given})
    assert there.status_code == 302
    # Signed in at one city, nobody is at another.
    assert "Mein Konto" in client.get(f"{city}other.example").content.decode()
    assert "Mein Konto" not in client.get(f"{city}{town.identifier}").content.decode()


# --- The session --------------------------------------------------------------------------------------


def test_session_of_before_is_worth_nothing(client, town, enter):
    """Session fixation: whoever made somebody use a session of theirs is not signed in with them."""
    client.get("/login/sso/begin/")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    enter(client)
    assert client.cookies["sessionid"].value != session.session_key
    thief = Client()
    thief.cookies["sessionid"] = session.session_key
    assert "Mein Konto" not in thief.get(URL).content.decode()


def test_session_ends_everywhere_by_time_and_by_a_click(client, town, enter, settings):
    enter(client)
    other = Client()
    enter(other)
    client.post(f"{URL}leave-everywhere/")
    assert "Mein Konto" not in other.get(URL).content.decode()
    enter(client)
    settings.SESSION_COOKIE_AGE = -1
    assert "Mein Konto" not in client.get(URL).content.decode()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_leads_to_no_other_host(client, town, enter, wanted):
    assert enter(client, next=wanted)["Location"] == URL


def test_next_leads_back(client, town, enter):
    assert enter(client, next="/report/mine/")["Location"] == "/report/mine/"


# --- What it opens, and what it never does ------------------------------------------------------------


def test_citizen_with_the_address_of_staff_has_no_right_and_is_nobody_of_the_staff(
    client, town, enter
):
    mia = staff_create("mia")
    User.objects.filter(pk=mia.pk).update(email=MARIA)
    enter(client)
    assert "_auth_user_id" not in client.session
    for address in ("/triage/", "/account/", "/people/", "/admin/", "/account/second-factor/"):
        assert client.get(address).status_code == 302, address
    assert User.objects.count() == 1
    assert "Abmelden (" not in client.get(URL).content.decode()


def test_staff_do_not_come_in_by_code_and_a_login_of_staff_is_no_account(client, town, enter):
    staff = staff_create("mia")
    User.objects.filter(pk=staff.pk).update(email=MARIA)
    client.post("/login/", {"username": "mia", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert "Mein Konto" not in client.get(URL).content.decode()
    # Both in one browser: signing out as a citizen leaves the login as it is.
    enter(client)
    client.post(f"{URL}leave/")
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert client.get("/triage/").status_code == 200


def test_my_reports_need_no_mailed_link_and_show_nobody_else_s(client, town, enter):
    mine = issue_create(town, released=False, number="MST-2026-000001")
    Reporter.objects.create(issue=mine, email="Maria@Example.org")
    other = issue_create(town, released=False, number="MST-2026-000002")
    Reporter.objects.create(issue=other, email="otto@example.org")
    elsewhere = issue_create(jurisdiction_create("other.example"), number="AND-2026-000001")
    Reporter.objects.create(issue=elsewhere, email=MARIA)
    query = {"jurisdiction": town.identifier}
    address = f"{URL}?jurisdiction={town.identifier}"
    token = token_in(client.post(address, {"account_email": MARIA, "sign_in": "code"}))
    code = codes.code_of(SignInCode.objects.get())
    client.post(address, {"sign_in": "check", "account_token": token, "account_code": code})
    page = client.get("/report/mine/", query).content.decode()
    assert mine.number in page
    assert other.number not in page
    assert elsewhere.number not in page
    with zipfile.ZipFile(
        io.BytesIO(b"".join(client.get(f"{URL}export.zip", query).streaming_content))
    ) as archive:
        assert sorted(archive.namelist()) == [f"{mine.number}.zip", "account.json"]
        told = json.loads(archive.read("account.json"))
    assert (told["email"], told["reports"]) == (MARIA, [mine.number])


def test_whoever_is_not_signed_in_gets_no_data_and_takes_no_step(client, town):
    citizen = citizen_by_email(jurisdiction=town, email=MARIA)
    assert client.get(f"{URL}export.zip").status_code == 404
    for step in ("erase", "save", "leave-everywhere", "passkey-add"):
        assert client.post(f"{URL}{step}/").status_code == 302
    assert Citizen.objects.get().session_mark == citizen.session_mark
    assert client.post(f"{URL}nothing/").status_code == 404


def test_contact_is_kept_and_what_does_not_fit_is_told(client, town, enter):
    enter(client)
    client.post(f"{URL}save/", {"first_name": "Maria", "phone": "02305 1"})
    citizen = Citizen.objects.get()
    assert (citizen.first_name, citizen.last_name, citizen.phone) == ("Maria", "", "02305 1")
    assert client.post(f"{URL}save/", {"first_name": "x" * 101}).status_code == 422
    assert Citizen.objects.get().first_name == "Maria"


def test_account_ends_by_its_own_button_with_or_without_the_contact_of_its_reports(
    client, town, enter
):
    issue = issue_create(town, released=False)
    Reporter.objects.create(issue=issue, email=MARIA)
    enter(client)
    Reporter.objects.update(citizen=Citizen.objects.get())
    assert client.get(f"{URL}erase/").status_code == 200
    assert Citizen.objects.exists()
    client.post(f"{URL}erase/")
    assert not Citizen.objects.exists()
    assert Reporter.objects.get().email == MARIA
    assert "Mein Konto" not in client.get(URL).content.decode()
    enter(client)
    client.post(f"{URL}erase/", {"with_contact": "1"})
    assert not Citizen.objects.exists()
    assert not Reporter.objects.exists()
    # The history names nobody.
    assert set(IssueEvent.objects.values_list("by", flat=True)) == {None}


# --- Passkeys -----------------------------------------------------------------------------------------


def options(client: Client, **given: str):
    return client.post(f"{URL}passkey/", given, headers={"accept": "application/json"})


@pytest.fixture
def device(client, town, enter) -> Device:
    """One whose key the account of Maria knows; she is signed out."""
    enter(client)
    made = Device()
    asked = options(client, new="1").json()
    assert asked["publicKey"]["authenticatorSelection"]["userVerification"] == "required"
    given = {"credential": made.create(asked), "name": "Telefon"}
    assert client.post(f"{URL}passkey-add/", given).status_code == 302
    assert "Telefon" in client.get(URL).content.decode()
    client.post(f"{URL}leave/")
    return made


def answer(client: Client, credential: str):
    return client.post(URL, {"sign_in": "passkey", "credential": credential})


def test_passkey_signs_in_and_no_longer_once_it_is_removed(client, device):
    assert answer(client, device.get(options(client).json())).status_code == 302
    assert MARIA in client.get(URL).content.decode()
    key = Passkey.objects.get()
    other = Client()
    other.post(f"{URL}passkey-remove/", {"key": key.pk})
    assert Passkey.objects.exists()
    client.post(f"{URL}passkey-remove/", {"key": key.pk})
    assert answer(other, device.get(options(other).json())).status_code == 422


def test_answer_counts_once_and_for_its_own_question(client, device):
    asked = options(client).json()
    credential = device.get(asked)
    thief = Client()
    options(thief)
    assert answer(thief, credential).status_code == 422
    assert answer(client, credential).status_code == 302
    client.post(f"{URL}leave/")
    assert answer(client, credential).status_code == 422


def test_key_without_a_finger_of_another_account_or_unknown_opens_nothing(client, device, town):
    device.flags &= ~device.flags.UV
    assert answer(client, device.get(options(client).json())).status_code == 422
    device.flags |= device.flags.UV
    other = citizen_by_email(jurisdiction=town, email="otto@example.org")
    handle = encoded(other.public_id.bytes)
    assert answer(client, device.get(options(client).json(), handle)).status_code == 422
    assert answer(client, Device().get(options(client).json())).status_code == 422
    device.host = "evil.example"
    assert answer(client, device.get(options(client).json())).status_code == 422
    assert "citizen" not in client.session


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "1", '{"rawId": 1}', "x" * 50_000])
def test_what_is_no_answer_of_a_key_opens_nothing(client, town, credential):
    options(client)
    assert answer(client, credential).status_code == 422


def test_key_of_staff_signs_no_citizen_in(client, town):
    """Keys of the staff lie in another table, with another handle."""
    assert options(client, new="1").status_code == 403
    staff_create("mia")
    client.post("/login/", {"username": "mia", "password": PASSWORD})
    assert options(client, new="1").status_code == 403
