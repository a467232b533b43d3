"""What is to be done: filters, counters and marks of the queue, each with a report at its edge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from issues.enums import IssueStatus, Role
from issues.models import Department, Inquiry, Issue
from issues.services.people import grant_give
from issues.services.work import note_write
from mapui.site.enums import Work
from tests.mapui.factories import category_create, issue_create, staff_create, town_create

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
