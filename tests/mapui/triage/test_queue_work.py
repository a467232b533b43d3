"""What is to be done: filters, counters and marks of the queue, each with a report at its edge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from gis_core.models import Edition
from issues.enums import IssueStatus, Role
from issues.models import Department, Inquiry, Issue
from issues.services.people import grant_give
from issues.services.work import note_write
from mapui.site.enums import Work
from parcels.enums import CadastreDataset, DistrictKind
from parcels.models import CadastralDistrict
from tests.mapui.factories import (
    category_create,
    decision_create,
    issue_create,
    staff_create,
    town_create,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def clerk(client) -> User:
    person = staff_create()
    client.force_login(person)
    return person


def numbers(client, **query: str) -> list[str]:
    page = client.get(reverse("triage"), query, headers={"HX-Request": "true"})
    return [row.issue.number for row in page.context["rows"]]


@pytest.mark.parametrize(
    ("work", "fits", "does_not"),
    [
        (Work.NEWS, {"has_news": True}, {}),
        (Work.OVERDUE, {"due_at": NOW - HOUR}, {"due_at": NOW + HOUR}),
        (Work.OVERDUE, {"due_at": NOW - HOUR}, {"due_at": NOW - HOUR, "paused_at": NOW}),
        (
            Work.OVERDUE,
            {"due_at": NOW - HOUR},
            {"due_at": NOW - HOUR, "status": IssueStatus.DONE},
        ),
        (Work.DUE, {"due_at": NOW + 23 * HOUR}, {"due_at": NOW + 25 * HOUR}),
        (Work.DUE, {"due_at": NOW + HOUR}, {"due_at": NOW - HOUR}),
        (
            Work.FOLLOW_UP,
            {"follow_up_on": timezone.localdate()},
            {"follow_up_on": timezone.localdate() + timedelta(days=1)},
        ),
        (Work.HIGH, {"priority": 3}, {"priority": 2}),
    ],
)
def test_filter_finds_what_is_to_be_done(client, clerk, town, work, fits, does_not):
    found = issue_create(town, **fits)
    issue_create(town, **does_not)
    assert numbers(client, work=work.value) == [found.number]


def test_mine_and_my_departments(client, clerk, town):
    lamp, waste = category_create(town, code="LAMP"), category_create(town, code="WASTE")
    mine = issue_create(town, category=waste, assignee=clerk)
    own = issue_create(town, category=lamp)
    department = Department.objects.create(jurisdiction=town, names={"de": "Licht"})
    department.categories.set([lamp])
    grant_give(person=clerk, jurisdiction=town, role=Role.CASEWORK, department=department, by=None)
    assert numbers(client, work="mine") == [mine.number]
    assert numbers(client, work="department") == [own.number]


def test_what_a_department_was_handed_is_its_own_and_no_other_s(client, clerk, town):
    lamp, waste = category_create(town, code="LAMP"), category_create(town, code="WASTE")
    department = Department.objects.create(jurisdiction=town, names={"de": "Licht"})
    department.categories.set([lamp])
    other = Department.objects.create(jurisdiction=town, names={"de": "Hof"})
    grant_give(person=clerk, jurisdiction=town, role=Role.CASEWORK, department=department, by=None)
    handed = issue_create(town, category=waste, department=department)
    issue_create(town, category=lamp, department=other)
    issue_create(town, category=waste)
    assert numbers(client, work="department") == [handed.number]


def test_district_is_a_filter(client, clerk, town):
    here, there, beyond = (issue_create(town) for _ in range(3))
    for issue, key in ((here, "059999001"), (there, "059998001"), (beyond, "060000001")):
        decision_create(issue, None, parcel_key=f"{key}00010______")
    edition = Edition.objects.get(dataset=CadastreDataset.PARCELS)
    CadastralDistrict.objects.create(
        jurisdiction=town,
        edition_from=edition,
        key="059999",
        kind=DistrictKind.GEMARKUNG,
        name="Musterberg",
        content_hash=b"0" * 16,
    )
    assert numbers(client, district="059999") == [here.number]
    assert (
        "Dieser Filter ist nicht möglich"
        in client.get("/triage/", {"district": "'"}).content.decode()
    )


def test_asked_until_the_answer_or_the_end(client, clerk, town):
    asked, over = issue_create(town), issue_create(town)
    for issue, ends in ((asked, NOW + HOUR), (over, NOW - HOUR)):
        Inquiry.objects.create(issue=issue, text="?", asked_at=NOW, expires_at=ends)
    assert numbers(client, work="asked") == [asked.number]


def test_whoever_is_named_in_a_note_finds_it(client, clerk, town):
    named, other = issue_create(town), issue_create(town)
    colleague = staff_create("kollege")
    for issue, who in ((named, clerk), (other, colleague)):
        note_write(issue=issue, text=f"@{who.username}?", by=colleague, people=[clerk, colleague])
    assert numbers(client, work="mentioned") == [named.number]


def test_due_first_is_an_order(client, clerk, town):
    late, none, soon = (
        issue_create(town, due_at=due) for due in (NOW + 9 * HOUR, None, NOW + HOUR)
    )
    assert numbers(client, sort="due") == [soon.number, late.number, none.number]


def test_rows_tell_what_is_due_and_answered(client, clerk, town):
    issue_create(town, due_at=NOW - HOUR, has_news=True, priority=3)
    shown = client.get(reverse("triage")).content.decode()
    marks = [
        f'<span class="tag">{one}</span>' for one in ("überfällig", "beantwortet", "hohe Priorität")
    ]
    assert [one for one in marks if one not in shown] == []
    Issue.objects.update(due_at=NOW + timedelta(days=4), has_news=False, priority=2)
    later = client.get(reverse("triage")).content.decode()
    assert [one for one in marks if one in later] == []


@pytest.mark.parametrize("text", ["müll", "Muell", "wilder mull"])
def test_category_is_found_however_its_umlaut_is_written(client, clerk, town, text):
    waste = category_create(town, code="WASTE", names={"de": "Wilder Müll"})
    found = issue_create(town, category=waste)
    issue_create(town)
    assert numbers(client, q=text) == [found.number]
