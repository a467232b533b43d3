"""A category that wants an account: the form signs in without losing a word or a photo, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from issues.enums import Channel, ReporterCheck
from issues.models import Category, Citizen, Issue, SignInCode, WaitingReport
from issues.services.citizens.accounts import citizen_by_email, citizen_save
from issues.services.citizens.codes import code_of
from issues.services.keys import api_key_create
from issues.tasks import replies_send_due
from tests.mapui.factories import category_create, jurisdiction_create
from tests.mapui.reporting.forms import URL, Reporter, degrees
from tests.mapui.reporting.test_steps import picture

pytestmark = pytest.mark.django_db
MARIA = "maria@example.org"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def reporter(client, town):
    category_create(town)
    Category.objects.update(reporter_check=ReporterCheck.ACCOUNT)
    return Reporter(client)


def sign_in(one: Reporter) -> None:
    one.press("sign_in", "code", account_email=MARIA)
    assert one.step == "send"
    one.press("sign_in", "check", account_code=code_of(SignInCode.objects.get()))


def test_signing_in_keeps_place_words_photo_and_step(reporter, mailoutbox):
    reporter.describe(text="Tiefes Loch vor der Schule", photos=[picture()])
    assert reporter.step == "send"
    assert "Vor dem Absenden" not in reporter.text
    assert not reporter.form.xpath(".//button[@value='sent']")
    # Whoever sends it nevertheless, as a device does that was offline, is told what to do.
    reporter.post(to="sent")
    assert reporter.answer.status_code == 422
    assert list(reporter.errors) == ["account_email"]
    assert not Issue.objects.exists()
    sign_in(reporter)
    assert reporter.step == "send"
    assert f"Sie melden als {MARIA}" in reporter.text
    assert "Tiefes Loch vor der Schule" in reporter.text
    sent = reporter.press("to", "sent", first_name="Maria")
    issue = Issue.objects.get()
    assert issue.number in reporter.client.get(sent["Location"]).content.decode()
    assert (issue.description, issue.photos.count()) == ("Tiefes Loch vor der Schule", 1)
    assert (issue.reporter.email, issue.reporter.first_name) == (MARIA, "Maria")
    assert issue.reporter.citizen == Citizen.objects.get()
    replies_send_due()
    assert mailoutbox[-1].to == [MARIA]


def test_describing_tells_that_an_account_is_needed(reporter):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    assert "Vor dem Absenden melden Sie sich" in reporter.text


def test_wrong_code_keeps_everything_and_is_told_at_its_field(reporter):
    reporter.describe(text="Tiefes Loch")
    reporter.press("sign_in", "code", account_email="kein")
    assert list(reporter.errors) == ["account_email"]
    reporter.press("sign_in", "code", account_email=MARIA)
    reporter.press("sign_in", "check", account_code="1")
    assert list(reporter.errors) == ["account_code"]
    assert (reporter.step, "Tiefes Loch" in reporter.text) == ("send", True)
    reporter.press("sign_in", "again")
    assert reporter.form.xpath(".//input[@name='account_email']")[0].get("value") == MARIA


def test_contact_of_the_account_stands_in_the_form_and_its_address_cannot_be_another(
    reporter, town
):
    citizen_save(
        citizen_by_email(jurisdiction=town, email=MARIA),
        {"first_name": "Maria", "last_name": "Muster", "phone": "02305 1"},
    )
    reporter.describe()
    sign_in(reporter)
    shown = reporter.values()
    assert [shown[name] for name in ("first_name", "last_name", "phone")] == [
        ["Maria"],
        ["Muster"],
        ["02305 1"],
    ]
    reporter.post(to="sent", email="otto@example.org", last_name="")
    stored = Issue.objects.get().reporter
    assert (stored.email, stored.first_name, stored.last_name) == (MARIA, "Maria", "")


def test_signing_out_in_the_form_keeps_it(reporter):
    reporter.describe(text="Tiefes Loch")
    sign_in(reporter)
    reporter.press("sign_in", "leave")
    assert reporter.step == "send"
    assert "Tiefes Loch" in reporter.text
    reporter.post(to="sent")
    assert not Issue.objects.exists()


def test_by_htmx_it_is_the_same(reporter):
    reporter.describe()
    htmx = {"HX-Request": "true"}
    form = reporter.values()
    asked = reporter.client.post(
        URL, {**form, "account_email": MARIA, "sign_in": "code"}, headers=htmx
    )
    token = re.search(r'name="account_token" value="([^"]+)"', asked.content.decode())[1]
    code = code_of(SignInCode.objects.get())
    given = {"account_token": token, "account_code": code, "sign_in": "check"}
    page = reporter.client.post(URL, {**form, **given}, headers=htmx).content.decode()
    assert page.startswith("<form")
    assert f"Sie melden als {MARIA}" in page


def test_account_of_another_city_does_not_count(reporter, client, town):
    other = citizen_by_email(
        jurisdiction=jurisdiction_create("other.example", "Anderstadt"), email=MARIA
    )
    session = client.session
    session["citizen"] = {"mark": other.session_mark.hex, "at": 9_999_999_999}
    session.save()
    one = Reporter(client, f"?jurisdiction={town.identifier}")
    one.describe()
    one.post(to="sent")
    assert list(one.errors) == ["account_email"]
    assert not Issue.objects.exists()


def test_confirmed_address_of_an_account_needs_no_second_confirmation(reporter):
    Category.objects.update(reporter_check=ReporterCheck.MAIL)
    reporter.describe()
    token = re.search(
        r'name="account_token" value="([^"]+)"',
        reporter.client.post(
            "/report/account/", {"account_email": MARIA, "sign_in": "code"}
        ).content.decode(),
    )[1]
    given = {"account_token": token, "account_code": code_of(SignInCode.objects.get())}
    reporter.client.post("/report/account/", {"sign_in": "check", **given})
    reporter.post(to="sent")
    assert Issue.objects.get().reporter.email == MARIA
    assert not WaitingReport.objects.exists()


@pytest.mark.parametrize(("confirms", "status"), [(False, 403), (True, 200)])
def test_program_reports_only_with_a_key_that_confirms_who_reports(
    reporter, town, confirms, status
):
    _key, clear = api_key_create(jurisdiction=town, name="App", confirms_reporters=confirms)
    latitude, longitude = degrees(50, 50)
    given = {
        "service_code": "ROAD_SURFACE",
        "lat": latitude,
        "long": longitude,
        "description": "Loch",
        "api_key": clear,
    }
    answer = Client().post("/open311/v2/requests.json", given)
    assert answer.status_code == status
    assert Issue.objects.filter(channel=Channel.OPEN311).count() == confirms
