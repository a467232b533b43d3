"""Somebody's reports, looked for by their contact: for a reason, logged, and by nobody who may not answer them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.enums import EventKind, Role
from issues.models import IssueEvent, Reporter
from issues.services.contacts import FOUND_MAX
from issues.services.people import grant_give
from tests.mapui.factories import issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db

MARIA = {"first_name": "Maria", "last_name": "Beispiel-Möller", "email": "maria@example.org"}


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def clerk(client):
    person = staff_create()
    client.force_login(person)
    return person


@pytest.fixture
def reported(town):
    """Maria's two reports, and somebody else's."""
    own = [issue_create(town), issue_create(town)]
    for issue in own:
        Reporter.objects.create(issue=issue, phone="+49 (0)2305 / 12 34-56", **MARIA)
    Reporter.objects.create(issue=issue_create(town), first_name="Marianne", phone="0231 123456")
    return own


def search(client, text, reason="Rückruf"):
    return client.post(reverse("reporter_reports"), {"text": text, "reason": reason}, follow=True)


def shown(page) -> set[str]:
    return {row.issue.number for row in page.context["rows"]}


@pytest.mark.parametrize(
    "text",
    [
        "MARIA@example.org",
        "02305 123456",
        "02305/123456",
        "+492305123456",
        "0049 2305 123456",
        "Beispiel-Möller",
        "Maria Beispiel",
        "möller maria",
    ],
)
def test_reports_of_a_person_are_found_and_that_is_logged(client, clerk, reported, text):
    page = search(client, text)
    assert shown(page) == {one.number for one in reported}
    address = page.redirect_chain[-1][0]
    assert "maria" not in address.casefold()
    assert "123456" not in address
    events = IssueEvent.objects.filter(kind=EventKind.CONTACT_SEEN)
    assert {(one.issue, one.by, one.detail["reason"]) for one in events} == {
        (issue, clerk, "Rückruf") for issue in reported
    }


@pytest.mark.parametrize(
    ("text", "reason", "told"),
    [
        ("Maria", "", "wen Sie suchen und warum"),
        ("", "Rückruf", "wen Sie suchen und warum"),
        ("0231", "Rückruf", "mindestens 5 Ziffern"),
        ("m", "Rückruf", "einen Namen, eine Telefonnummer"),
        ("erna@example.org", "Rückruf", "hat niemand gemeldet"),
        ("maria@example.or", "Rückruf", "hat niemand gemeldet"),
    ],
)
def test_what_finds_nothing_is_said_and_logs_nothing(client, clerk, reported, text, reason, told):
    page = search(client, text, reason)
    assert told in page.content.decode()
    assert not IssueEvent.objects.filter(kind=EventKind.CONTACT_SEEN).exists()


def test_what_fits_too_many_logs_nothing(client, clerk, town):
    for _ in range(FOUND_MAX + 1):
        Reporter.objects.create(issue=issue_create(town), last_name="Schmidt")
    assert "mehr als 50 Meldungen" in search(client, "Schmidt").content.decode()
    assert not IssueEvent.objects.filter(kind=EventKind.CONTACT_SEEN).exists()


def test_address_shows_nobody_more_than_they_may_see(client, clerk, reported, town):
    address = search(client, "maria@example.org").redirect_chain[-1][0]
    forged = address[:-3] + "abc"
    assert "Bitte neu suchen" in client.get(forged).content.decode()
    reader = staff_create("liest", permissions=())
    grant_give(person=reader, jurisdiction=town, role=Role.INFORMATION, by=None)
    client.force_login(reader)
    assert (
        client.post(reverse("reporter_reports"), {"text": "Maria", "reason": "x"}).status_code
        == 403
    )
    assert "Person suchen" not in client.get(reverse("triage")).content.decode()
    client.force_login(staff_create("fremd", permissions=()))
    assert client.get(address).status_code == 403
