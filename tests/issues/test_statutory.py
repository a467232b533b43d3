"""The month that the law has a city wait after a notice on a vehicle."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.errors import PeriodRefused
from issues.models import Category, Issue, StatutoryPeriod
from issues.services import issue_set_status
from issues.services.clocks import WorkCalendar
from issues.services.statutory import (
    period_begin,
    period_end,
    period_take_back,
    periods_watch,
)

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NRW = WorkCalendar("NW")


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [
        (date(2026, 3, 3), 1, date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 1, 31), 1, date(2026, 3, 2)),  # no 31 February, and the 28th is a Saturday
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 4)),  # New Year, then a weekend
        (date(2026, 10, 5), 3, date(2027, 1, 5)),
    ],
)
def test_months_end_with_the_same_day_or_the_next_working_day(begins, months, ends) -> None:
    assert period_end(begins, months, NRW) == ends


@pytest.fixture
def at(monkeypatch):
    def turn(month: int, day: int) -> None:
        moment = datetime(2026, month, day, 9, 0, tzinfo=BERLIN)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    turn(3, 4)
    return turn


@pytest.fixture
def issue(at, make_issue) -> Issue:
    issue = make_issue("Wrack ohne Kennzeichen")
    law = {"notice_months": 1, "notice_law": "§ 20 Abs. 4 KrWG", "notice_remind_days": 3}
    Category.objects.filter(pk=issue.category_id).update(**law)
    return Issue.objects.get(pk=issue.pk)


def stored() -> Issue:
    return Issue.objects.get()


def steps() -> list[str]:
    events = Issue.objects.get().events.filter(kind=EventKind.STATUTORY).order_by("pk")
    return [one.detail["step"] for one in events]


def test_clock_stands_still_reminder_and_end_are_told_once(at, issue) -> None:
    period = period_begin(issue=issue, placed_on=date(2026, 3, 3), by=None)
    assert (period.law, period.remind_on, period.ends_on) == (
        "§ 20 Abs. 4 KrWG",
        date(2026, 4, 4),
        date(2026, 4, 7),
    )
    due = stored().due_at
    assert stored().paused_at is not None
    # A state of the house's own does not start it.
    issue_set_status(issue=issue, status=IssueStatus.TRIAGE)
    assert stored().paused_at is not None
    at(4, 3)
    assert (periods_watch(), stored().has_news) == (0, False)
    at(4, 4)
    Issue.objects.update(status=IssueStatus.DONE)
    assert periods_watch() == 0
    Issue.objects.update(status=IssueStatus.TRIAGE)
    assert (periods_watch(), periods_watch(), stored().has_news) == (1, 0, True)
    Issue.objects.update(has_news=False)
    at(4, 7)
    assert periods_watch() == 0
    at(4, 8)
    assert (periods_watch(), periods_watch(), stored().has_news) == (1, 0, True)
    assert steps() == ["begun", "ends soon", "over"]
    assert stored().paused_at is None
    assert due is not None
    assert stored().due_at > due


def test_day_category_and_second_period_are_refused(issue) -> None:
    for day in (date(2026, 3, 5), date(2025, 3, 1)):
        with pytest.raises(PeriodRefused):
            period_begin(issue=issue, placed_on=day, by=None)
    period_begin(issue=issue, placed_on=date(2026, 3, 3), by=None)
    with pytest.raises(PeriodRefused):
        period_begin(issue=issue, placed_on=date(2026, 3, 3), by=None)
    period_take_back(issue=issue, by=None)
    assert stored().paused_at is None
    Category.objects.update(notice_months=None)
    with pytest.raises(PeriodRefused):
        period_begin(issue=issue, placed_on=date(2026, 3, 3), by=None)
    assert periods_watch() == 0


def test_clerk_records_the_notice_and_takes_it_back(issue) -> None:
    clerk = Client()
    clerk.force_login(User.objects.create_superuser("klara"))
    page = f"/triage/issues/{issue.number}/"
    assert "Aushang angebracht (§ 20 Abs. 4 KrWG)" in clerk.get(page).text
    refused = clerk.post(f"{page}period/", {"placed_on": "2026-03-05"}, follow=True).text
    assert "Der Tag muss zurückliegen" in refused
    clerk.post(f"{page}period/", {"placed_on": "2026-03-03"})
    shown = clerk.get(page).text
    assert "Aushang vom 03.03.2026, läuft bis 07.04.2026" in shown
    assert clerk.get(f"{page}period/end/").status_code == 405
    clerk.post(f"{page}period/end/")
    assert "Aushang vom" not in clerk.get(page).text
    assert StatutoryPeriod.objects.get().taken_back_at is not None
    Category.objects.update(notice_months=None)
    assert "Aushang angebracht" not in clerk.get(page).text
