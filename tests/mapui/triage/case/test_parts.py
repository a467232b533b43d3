"""The parts of a report that load when they are opened: what a panel costs, and that nothing needs a script."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from issues.enums import Role
from issues.models import Attachment, ChecklistItem, Inquiry, Issue, Note, Reply, Reporter
from issues.services.people import grant_give
from mapui.triage.case.parts import PARTS
from tests.mapui.factories import (
    authority_create,
    decision_create,
    issue_create,
    staff_create,
    town_create,
)

pytestmark = pytest.mark.django_db
PANEL = {"HX-Request": "true", "HX-Current-URL": "http://testserver/triage/?status=open"}
# What each part holds that only its own statements tell, and how many there are beside the six of any request: who asks
# (4), the report and its photos (2).
FORMS = {
    "overrule": ('name="authority"', 5),
    "contradiction": ("Die Entscheidung beruht auf keinen Geodaten.", 2),
    "correct": ('name="category"', 3),
    "state": ('name="status"', 1),
    "assign": ('name="to"', 2),
    "split": ('id="split_category"', 1),
    "files": ("beleg.pdf", 1),
    "contact": ('id="contact_reason"', 0),
    "hold": ('id="hold_reason"', 0),
    "replies": ("Wir kommen.", 1),
}
FACTS = {
    "parcel": ("So seit", 10),
    "services": ("", 1),
    "evidence": ("", 3),
    "rules": ("", 3),
    "editions": ("Keine", 3),
    "answers": ("Noch hat niemand geantwortet.", 2),
    "events": ('class="events"', 1),
}
# Nothing was sent, so nobody could answer or refuse.
NOT_HERE = {"answers", "contradiction"}


@pytest.fixture
def issue(db) -> Issue:
    """A report of which there is everything once."""
    town = town_create()
    issue = issue_create(town, released=False)
    decision_create(issue, authority_create(town), parcel_key="059999001000100000__")
    Reporter.objects.create(issue=issue, email="maria@example.org", last_name="Beispiel")
    Note.objects.create(issue=issue, text="Bauhof weiß Bescheid")
    Attachment.objects.create(issue=issue, name="beleg.pdf", media_type="application/pdf", size=3)
    Reply.objects.create(
        issue=issue, reporter_of=issue, text="Wir kommen.", language="de", due_at=timezone.now()
    )
    Inquiry.objects.create(
        issue=issue, text="Welche Laterne?", asked_at=timezone.now(), expires_at=timezone.now()
    )
    ChecklistItem.objects.create(category=issue.category, texts={"de": "Mast-Nr. prüfen"})
    return issue


def part_of(client, issue: Issue, name: str):
    return client.get(reverse("issue_part", args=[issue.number, name]), headers=PANEL)


def test_panel_has_the_places_of_the_parts_and_asks_for_none(
    client, issue, django_assert_num_queries
):
    client.force_login(staff_create())
    address = reverse("triage_issue", args=[issue.number])
    client.get(address, headers=PANEL)
    # Who asks 4; report, photos, decision, deliveries, authorities, parcel, last step, near reports; what there is of
    # it: notes, question, checklist.
    with django_assert_num_queries(15):
        panel = client.get(address, headers=PANEL).content.decode()
    for name in PARTS.keys() - NOT_HERE - {"services", "rules"}:
        assert f'hx-get="{reverse("issue_part", args=[issue.number, name])}"' in panel, name
    for held, _queries in FORMS.values():
        assert held not in panel, held
    for shown in (
        "Dateien (1)",
        "Nachrichten an die meldende Person (1)",
        "Mast-Nr. prüfen",
        "Welche Laterne?",
    ):
        assert shown in panel, shown


@pytest.mark.parametrize("name", PARTS)
def test_part_is_loaded_alone(client, issue, name, django_assert_num_queries):
    client.force_login(staff_create())
    held, queries = {**FORMS, **FACTS}[name]
    part_of(client, issue, name)
    with django_assert_num_queries(6 + queries):
        response = part_of(client, issue, name)
    assert held in response.content.decode()
    assert "<html" not in response.content.decode()
    assert "HX-Push-Url" not in response


def test_page_has_all_parts_without_a_script_and_opens_the_one_named(client, issue):
    client.force_login(staff_create())
    panel = client.get(f"/triage/?issue={issue.number}").content.decode()
    address = f"/triage/issues/{issue.number}/?open=state"
    assert f'href="{address}#part-state"' in panel
    page = client.get(address).content.decode()
    for name, (held, _queries) in {**FORMS, **FACTS}.items():
        assert (held in page) == (name not in NOT_HERE), held
    assert 'id="part-state" open>' in page
    assert page.count("part-state") == 1
    assert 'id="part-assign">' in page


def test_undecided_report_asks_at_once_who_is_responsible(client, issue):
    client.force_login(staff_create())
    issue.decisions.all().delete()
    panel = client.get(reverse("triage_issue", args=[issue.number]), headers=PANEL).content.decode()
    address = reverse("issue_part", args=[issue.number, "overrule"])
    assert f'hx-get="{address}" hx-trigger="load" hx-target="find .part" open' in panel
    assert 'name="authority"' in part_of(client, issue, "overrule").content.decode()


def test_part_needs_the_right_to_use_it(client, issue):
    person = staff_create("lesend", permissions=())
    grant_give(person=person, jurisdiction=issue.jurisdiction, role=Role.INFORMATION, by=None)
    client.force_login(person)
    found = {name for name in PARTS if part_of(client, issue, name).status_code == 200}
    assert found == FACTS.keys()
    assert part_of(client, issue, "nothing").status_code == 404
