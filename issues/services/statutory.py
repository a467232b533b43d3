"""Periods of the law: begun by a notice that a clerk put up, reminded of before the end, and over with their last day.

So a vehicle without number plates becomes waste a month after the notice on it (§ 20 (4) KrWG). Months, law and
reminder are data of the category. Meanwhile the clock of the issue stands still.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import CLOSED, EventKind
from issues.errors import PeriodRefused
from issues.models import Issue, StatutoryPeriod
from issues.services.clocks import WorkCalendar, calendar_of
from issues.services.events import issue_event_append
from issues.services.workflow import clock_set, issue_news, issue_touched

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What lies further back was put down wrongly.
LONGEST_AGO: Final = timedelta(days=366)
DAY: Final = timedelta(days=1)


def period_end(begins_on: date, months: int, calendar: WorkCalendar) -> date:
    """The last day of so many months: that of the same number (§ 188 (2) BGB), else the month's last, else the next
    working day (§ 31 (3) VwVfG, § 193 BGB).
    """
    years, month = divmod(begins_on.month - 1 + months, 12)
    year = begins_on.year + years
    last = monthrange(year, month + 1)[1]
    end = date(year, month + 1, min(begins_on.day, last))
    while not calendar.works_on(end):
        end += DAY
    return end


@transaction.atomic
def period_begin(*, issue: Issue, placed_on: date, by: User | None) -> StatutoryPeriod:
    """A notice was put up on a day: from then on the law's time runs. Raises `PeriodRefused`."""
    stored = _locked(issue)
    category, today = stored.category, timezone.localdate()
    if category.notice_months is None:
        raise PeriodRefused(pgettext("statutory", "For this category no law asks for a notice."))
    if not today - LONGEST_AGO <= placed_on <= today:
        raise PeriodRefused(
            pgettext("statutory", "The day has to lie behind, at most a year."), field="placed_on"
        )
    if period_running(stored) is not None:
        raise PeriodRefused(pgettext("statutory", "Such a period runs already."))
    ends_on = period_end(placed_on, category.notice_months, calendar_of(stored.jurisdiction))
    remind_on = max(placed_on, ends_on - timedelta(days=category.notice_remind_days))
    period = StatutoryPeriod.objects.create(
        issue=stored,
        law=category.notice_law,
        begins_on=placed_on,
        remind_on=remind_on,
        ends_on=ends_on,
        by=by,
    )
    _told(stored, "begun", period, by)
    issue_touched(stored)
    clock_set(stored)
    return period


@transaction.atomic
def period_take_back(*, issue: Issue, by: User | None) -> None:
    """The notice does not count; nothing where no period runs."""
    stored = _locked(issue)
    period = period_running(stored)
    if period is not None:
        period.taken_back_at = timezone.now()
        period.save(update_fields=["taken_back_at"])
        _told(stored, "taken back", period, by)
        clock_set(stored)


def period_running(issue: Issue) -> StatutoryPeriod | None:
    """The one that counts and is not over."""
    return StatutoryPeriod.objects.filter(
        issue=issue, over_at__isnull=True, taken_back_at__isnull=True
    ).first()


def periods_watch() -> int:
    """Tells the house that the end of a period comes, and that it has come, each once; returns how often.

    The day after the last one the clock of the issue goes on. What is closed meanwhile needs nobody.
    """
    today = timezone.localdate()
    due = StatutoryPeriod.objects.filter(
        Q(reminded_at__isnull=True) | Q(ends_on__lt=today),
        over_at__isnull=True,
        taken_back_at__isnull=True,
        remind_on__lte=today,
    ).exclude(issue__status__in=sorted(CLOSED))
    return sum(_watch(issue_id, today) for issue_id in due.values_list("issue_id", flat=True))


@transaction.atomic
def _watch(issue_id: int, today: date) -> bool:
    issue = _locked(Issue(pk=issue_id))
    period, now = period_running(issue), timezone.now()
    if period is None or period.remind_on > today:
        return False
    if period.ends_on < today:
        period.over_at = now
        step = "over"
    elif period.reminded_at is None:
        period.reminded_at = now
        step = "ends soon"
    else:
        return False
    period.save(update_fields=["over_at", "reminded_at"])
    _told(issue, step, period, None)
    issue_news(issue)
    clock_set(issue)
    return True


def _told(issue: Issue, step: str, period: StatutoryPeriod, by: User | None) -> None:
    detail = {"step": step, "law": period.law, "until": period.ends_on.isoformat()}
    issue_event_append(issue=issue, kind=EventKind.STATUTORY, by=by, detail=detail)


def _locked(issue: Issue) -> Issue:
    stored: Issue = (
        Issue.objects.select_for_update(of=("self",))
        .select_related("category", "jurisdiction")
        .defer("jurisdiction__boundary")
        .get(pk=issue.pk)
    )
    return stored
