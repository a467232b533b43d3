"""Clocks in working days, against dates counted by hand on the calendar of North Rhine-Westphalia."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from issues.enums import Channel, IssueStatus
from issues.models import ClosedDay, Issue
from issues.services import issue_receive, issue_set_status
from issues.services.clocks import WorkCalendar, calendar_of
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG

NRW = WorkCalendar("NW")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-27", True),  # a Friday
        ("2026-11-28", False),
        ("2026-11-29", False),
        ("2026-12-24", True),  # Christmas Eve is no holiday by law
        ("2026-12-25", False),
        ("2026-06-04", False),  # Corpus Christi, in NRW but not in Berlin
        ("2026-11-01", False),
        ("2026-10-31", False),  # a Saturday; Reformation Day is none in NRW
        ("2025-10-31", True),
    ],
)
def test_days_on_which_a_city_in_nrw_works(day, works):
    assert NRW.works_on(date.fromisoformat(day)) is works


def test_other_states_have_other_holidays_and_a_city_its_own():
    assert WorkCalendar("BE").works_on(date(2026, 6, 4))
    assert not WorkCalendar("BE").works_on(date(2026, 3, 8))
    assert not WorkCalendar("NW", frozenset({date(2026, 2, 16)})).works_on(date(2026, 2, 16))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-26T14:05", 0, "2026-11-26T14:05"),
        ("2026-11-26T14:05", 1, "2026-11-27T14:05"),
        ("2026-11-26T14:05", 2, "2026-11-30T14:05"),
        ("2026-11-28T14:05", 0, "2026-11-30T00:00"),  # on a Saturday: begins on Monday
        ("2026-11-28T14:05", 1, "2026-12-01T00:00"),
        ("2026-12-23T09:00", 3, "2026-12-29T09:00"),  # Thursday, then Monday and Tuesday
        ("2026-03-27T12:00", 1, "2026-03-30T12:00"),  # over the change to summer time
    ],
)
def test_so_many_working_days_later(start, days, end):
    assert NRW.after(at(start), days) == at(end)


def test_between_counts_only_what_the_clock_ran():
    assert NRW.between(at("2026-11-27T18:00"), at("2026-11-30T06:00")) == timedelta(hours=12)
    assert NRW.between(at("2026-11-28T01:00"), at("2026-11-29T23:00")) == timedelta()
    assert NRW.between(at("2026-11-30T06:00"), at("2026-11-27T18:00")) == timedelta(hours=-12)


@given(
    st.integers(0, 5 * 365 * 24 * 60).map(
        lambda minutes: at("2024-01-01") + timedelta(minutes=minutes)
    ),
    st.integers(0, 60 * 24 * 40).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_plus_is_the_inverse_of_between(start, worked):
    end = NRW.plus(start, worked)
    assert end >= start
    assert NRW.between(start, end) == worked


@pytest.fixture
def issue(category) -> Issue:
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
    ).issue


def test_category_says_until_when(issue, category):
    assert issue.due_at == calendar_of(category.jurisdiction).after(issue.received_at, 10)


def test_category_without_a_deadline_has_no_clock(category):
    category.deadline_days = None
    stored = issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
    ).issue
    assert stored.due_at is None
    assert issue_set_status(issue=stored, status=IssueStatus.FORWARDED).paused_at is None


def test_closed_days_of_the_city_count(category):
    before = calendar_of(category.jurisdiction).after(timezone.now(), 1)
    ClosedDay.objects.create(jurisdiction=category.jurisdiction, day=before.date())
    assert calendar_of(category.jurisdiction).after(timezone.now(), 1).date() > before.date()


def test_clock_stands_still_while_an_authority_has_it(issue):
    # What was left when it was passed on is left when it comes back.
    passed = issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    assert passed.paused_at is not None
    assert passed.due_at == issue.due_at
    week_ago = timezone.now() - timedelta(days=7)
    due = NRW.plus(week_ago, timedelta(hours=30))
    Issue.objects.filter(pk=issue.pk).update(paused_at=week_ago, due_at=due)
    back = issue_set_status(issue=passed, status=IssueStatus.TRIAGE)
    assert back.paused_at is None
    left = NRW.between(timezone.now(), back.due_at)
    assert abs(left - timedelta(hours=30)) < timedelta(minutes=1)


def test_what_was_overdue_stays_overdue(issue):
    passed = issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    due = timezone.now() - timedelta(days=30)
    Issue.objects.filter(pk=issue.pk).update(due_at=due)
    assert issue_set_status(issue=passed, status=IssueStatus.TRIAGE).due_at == due
