"""Two clerks on one report: whoever saves second is refused, sees both versions, and may store theirs all the same."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from issues.enums import EventKind, IssueStatus, Priority
from issues.models import Issue
from issues.services import issue_recategorise, issue_release, issue_set_status
from issues.services.work import issue_assign, issue_follow_up, issue_prioritise
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    staff_create,
    town_create,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/triage/"}


@pytest.fixture
def issue(db) -> Issue:
    return issue_create(town_create(), released=False)


@pytest.fixture
def other(db):
    person = staff_create("berta")
    person.first_name, person.last_name = "Berta", "Beispiel"
    person.save()
    return person


@pytest.fixture
def clerk(client, issue):
    person = staff_create()
    client.force_login(person)
    return person


def marks(page: str, address: str) -> dict[str, str]:
    """The hidden fields of the page's form of an address, without the token."""
    form = page.split(f'action="{address}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def versions(page: str) -> str:
    return page.split('<section class="conflict"', 1)[1].split("</section>\n  </div>", 1)[0]


def state(issue, other):
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS, note="Kolonne kommt", by=other)


def person(issue, other):
    issue_assign(issue=issue, assignee=other, department=None, by=other)


def priority(issue, other):
    issue_prioritise(issue=issue, priority=Priority.HIGH, by=other)


def day(issue, other):
    issue_follow_up(issue=issue, day=date(2026, 12, 24), by=other)


def category(issue, other):
    lamp = category_create(issue.jurisdiction, "LAMP", names={"de": "Laterne", "en": "Lamp"})
    issue_recategorise(issue=issue, category=lamp, by=other)


def place(issue, other):
    Issue.objects.filter(pk=issue.pk).update(latitude=51.5, longitude=7.25)
    issue.events.create(kind=EventKind.MOVED, at="2026-11-29T13:05:00Z", by=other)


CASES = {
    "state": ("issue_step", ["move"], {"status": "triage", "note": "Meine Worte"}, state),
    "person": ("issue_step", ["assign"], {"to": ""}, person),
    "taken": ("issue_take", [], {}, person),
    "priority": ("issue_step", ["priority"], {"priority": "1"}, priority),
    "follow-up": ("issue_step", ["follow_up"], {"day": "2027-01-07"}, day),
    "category": ("issue_category", [], {"category": "Pothole"}, category),
    "place": ("issue_place", [], {"lat": "51,5503", "long": "7,312"}, place),
}
STANDS = {
    "state": ("in Bearbeitung", "Kolonne kommt", "Meine Worte"),
    "person": ("Berta Beispiel",),
    "taken": ("Berta Beispiel", "Sie wollten die Meldung übernehmen."),
    "priority": ("hoch",),
    "follow-up": ("24.12.2026", "2027-01-07"),
    "category": ("Laterne",),
    "place": ("51.500000", "51,5503"),
}


@pytest.mark.parametrize("case", CASES)
def test_second_save_is_refused_with_both_versions(client, clerk, issue, other, case):
    name, more, wanted, change = CASES[case]
    address = reverse(name, args=[issue.number, *more])
    if "category" in wanted:
        wanted = {"category": category_create(issue.jurisdiction).pk}
    shown = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    given = {**marks(shown, address), **wanted}
    change(issue, other)
    before = Issue.objects.values().get()
    answer = client.post(address, given, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert Issue.objects.values().get() == before
    assert "Berta Beispiel hat das geändert (" in text
    conflict = versions(text)
    assert [one for one in STANDS[case] if one not in conflict] == []
    assert "typed-stored" not in answer.headers.get("HX-Trigger", "")
    if case != "taken":
        again = client.post(address, {**given, **marks(conflict, address)}, headers=HTMX)
        assert 'class="conflict"' not in again.content.decode()
        assert f'"path": "{address}"' in again.headers["HX-Trigger"]
        assert Issue.objects.values().get() != before


def test_without_a_script_it_is_a_page_with_409(client, clerk, issue, other):
    address = reverse("issue_step", args=[issue.number, "priority"])
    shown = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    priority(issue, other)
    answer = client.post(address, {**marks(shown, address), "priority": "1"})
    assert answer.status_code == 409
    assert "Was jetzt gilt" in answer.content.decode()


def test_decision_of_somebody_else_stands_beside_the_own_words(client, clerk, issue, other):
    mine, theirs = (
        authority_create(issue.jurisdiction, "MINE"),
        authority_create(issue.jurisdiction, "EUV"),
    )
    first = decision_create(issue, None)
    address = reverse("issue_overrule", args=[issue.number])
    shown = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert marks(shown, address) == {"seen": str(first.number)}
    decision_create(
        issue, theirs, number=2, decided_by=other, cause="overruled", reason="Vor Ort gesehen"
    )
    issue.events.create(kind=EventKind.DECIDED, at="2026-11-29T13:05:00Z", by=other)
    given = {"seen": "1", "authority": mine.code, "reason": "Nach Aktenlage"}
    text = client.post(address, given, headers=HTMX).content.decode()
    conflict = versions(text)
    wanted = [
        "Berta Beispiel",
        "29.11.2026 14:05",
        "EUV Stadtbetrieb",
        "Vor Ort gesehen",
        "Nach Aktenlage",
    ]
    assert [one for one in wanted if one not in conflict] == []
    assert marks(conflict, address)["seen"] == "2"


def test_notes_never_collide(client, clerk, issue, other):
    shown = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    address = reverse("issue_note", args=[issue.number])
    priority(issue, other)
    client.post(address, {**marks(shown, address), "text": "gesehen"}, headers=HTMX)
    assert [one.text for one in issue.notes.all()] == ["gesehen"]


def test_api_refuses_what_changed_since_it_was_asked(client, clerk, issue, other):
    address = reverse("step_api", args=[issue.number, "priority"])
    seen = client.get(address).json()["seen"]
    priority(issue, other)
    answer = client.post(address, {"priority": 1, "seen": seen}, content_type="application/json")
    assert answer.status_code == 409
    issue.refresh_from_db()
    assert issue.priority == Priority.HIGH


def test_release_of_somebody_else_stands_beside_the_own_text(client, clerk, issue, other):
    address = reverse("issue_release", args=[issue.number])
    shown = marks(client.get(address).content.decode(), address)
    issue_release(issue=issue, text="Ihr Text", by=other)
    given = {**shown, "text": "Mein Text", "address": ""}
    preview = client.post(address, {**given, "preview": "1"}, headers=HTMX).content.decode()
    given["shown"] = preview.split('name="shown" value="', 1)[1].split('"', 1)[0]
    text = client.post(address, given, headers=HTMX).content.decode()
    assert "Berta Beispiel hat das geändert (" in versions(text)
    assert "freigeschaltet" in versions(text)
    assert "Mein Text</textarea>" in text
    assert text.count("Ihr Text") == 1
    issue.refresh_from_db()
    assert issue.public_text == "Ihr Text"
