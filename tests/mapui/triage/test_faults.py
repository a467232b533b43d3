"""What goes wrong on a working day: answered in words, and nothing is changed that nobody meant."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.enums import Role
from issues.models import Department, Issue, SavedView, Step
from issues.services.duplicates import issue_merge
from issues.services.people import grant_give
from issues.services.work import note_write
from routing.steps import taking
from tests.mapui.factories import category_create, issue_create, staff_create
from tests.mapui.tiles import numbers_listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client, town):
    person = staff_create()
    client.force_login(person)
    return person


def test_shared_filter_shows_each_person_what_they_may_see(client, clerk, town):
    lamp, waste = category_create(town, code="LAMP"), category_create(town, code="WASTE")
    own, other = issue_create(town, category=lamp), issue_create(town, category=waste)
    shared = {"name": "Offen", "query": "status=open", "is_shared": "on"}
    address = client.post(reverse("view_keep"), shared)["Location"]
    assert numbers_listed(client, address) == [other.number, own.number]
    limited = staff_create("licht", permissions=())
    department = Department.objects.create(jurisdiction=town, names={"de": "Licht"})
    department.categories.set([lamp])
    grant_give(
        person=limited, jurisdiction=town, role=Role.CASEWORK, department=department, by=None
    )
    client.force_login(limited)
    page = client.get(address)
    assert page.context["saved_views"] == [(SavedView.objects.get(), True)]
    assert [row.issue for row in page.context["rows"]] == [own]
    assert other.number not in page.content.decode()
    assert client.get(f"{reverse('bulk')}?status=open").context["choice"].count == 1
    assert client.get(f"{address}&issue={other.number}").context["is_missing"]


def test_more_than_a_step_takes_are_refused_before_and_when_sent(client, clerk, town, monkeypatch):
    for module in ("mapui.triage.bulk.choosing", "mapui.triage.bulk.views", "routing.steps.taking"):
        monkeypatch.setattr(f"{module}.ISSUES_MAX", 3)
    assert taking.ISSUES_MAX == 3
    for _ in range(4):
        issue_create(town)
    address = reverse("bulk")
    assert "Mehr als 3 Meldungen" in client.get(address).content.decode()
    given = {"verb": "priority", "priority": "3", "query": "", "do": "1"}
    assert "höchstens 3" in client.post(address, given, follow=True).content.decode()
    assert not Step.objects.exists()


@pytest.mark.parametrize("into", ["merged", "itself", "nowhere"])
def test_merging_what_cannot_be_is_said(client, clerk, town, into):
    main, merged, third = (issue_create(town, east=60 * n) for n in range(3))
    issue_merge(issue=merged, into=main, by=clerk)
    number = {"merged": merged.number, "itself": third.number, "nowhere": "MST-0"}[into]
    address = reverse("issue_step", args=[third.number, "merge"])
    page = client.post(address, {"into": number}, follow=True)
    assert 'class="notice error"' in page.content.decode()
    third.refresh_from_db()
    assert third.duplicate_of is None
    again = client.post(
        reverse("issue_step", args=[merged.number, "merge"]), {"into": third.number}, follow=True
    )
    assert 'class="notice error"' in again.content.decode()
    merged.refresh_from_db()
    assert merged.duplicate_of == main


def test_step_is_not_taken_back_where_somebody_has_acted_since(client, clerk, town):
    issue = issue_create(town)
    client.post(reverse("issue_step", args=[issue.number, "priority"]), {"priority": "3"})
    note_write(issue=issue, text="War vor Ort", by=staff_create("andere"))
    undo = reverse("step_take_back", args=[Step.objects.get().public_id])
    assert (
        "Seitdem hat jemand etwas daran getan." in client.post(undo, follow=True).content.decode()
    )
    assert Issue.objects.get().priority == 3


def test_filter_of_a_category_that_is_gone_says_so(client, clerk, town):
    issue_create(town)
    for address in (reverse("triage"), reverse("bulk"), reverse("queue_news")):
        answer = client.get(address, {"category": "GONE", "since": "0"})
        assert answer.status_code == 200
        if address != reverse("queue_news"):
            assert "GONE" in answer.content.decode()
    assert client.get(reverse("triage"), {"category": "GONE"}).context["rows"] == []


def test_category_switched_off_meanwhile_is_not_chosen(client, clerk, town):
    issue, gone = issue_create(town), category_create(town, code="GONE")
    address = reverse("issue_category", args=[issue.number])
    gone.is_active = False
    gone.save()
    page = client.post(address, {"category": gone.pk}, follow=True)
    assert 'class="notice error"' in page.content.decode()
    assert Issue.objects.get().category == issue.category
