"""Clocks in working days: weekends, the state's holidays and the city's closed days do not count.

On a working day the clock runs from midnight to midnight of the installation's time zone, else it stands still. So it
does while somebody else is awaited (`Issue.paused_at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import holidays
from django.utils import timezone

from gis_core.languages import language_shown
from gis_core.models import Jurisdiction
from issues.models import ClosedDay, Issue

# ISO 3166-2:DE by the first two figures of a municipality key (Amtlicher Gemeindeschlüssel).
STATES: Final = {
    "01": "SH",
    "02": "HH",
    "03": "NI",
    "04": "HB",
    "05": "NW",
    "06": "HE",
    "07": "RP",
    "08": "BW",
    "09": "BY",
    "10": "SL",
    "11": "BE",
    "12": "BB",
    "13": "MV",
    "14": "SN",
    "15": "ST",
    "16": "TH",
}
SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


@cache
def _holidays(state: str | None) -> holidays.HolidayBase:
    """The holidays of a German state, of any year that is asked for; without a state those of all of them."""
    return holidays.country_holidays("DE", subdiv=state)


@dataclass(frozen=True)
class WorkCalendar:
    """On which days a city works."""

    state: str | None
    closed: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        return (
            day.weekday() < SATURDAY and day not in self.closed and day not in _holidays(self.state)
        )

    def after(self, start: datetime, days: int) -> datetime:
        """`days` working days after `start`, at the same time of day; what comes on a day off begins with the next."""
        moment = timezone.localtime(start)
        if not self.works_on(moment.date()):
            moment = _midnight(self._next(moment.date()))
        day = moment.date()
        for _ in range(days):
            day = self._next(day)
        return timezone.make_aware(datetime.combine(day, moment.time()))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock ran from `start` to `end`; negative where the end lies before the start."""
        if end < start:
            return -self.between(end, start)
        first, last = timezone.localtime(start), timezone.localtime(end)
        whole, day = timedelta(), first.date()
        while day <= last.date():
            if self.works_on(day):
                begun = max(first, _midnight(day))
                whole += min(last, _midnight(day + DAY)) - begun
            day += DAY
        return whole

    def plus(self, start: datetime, worked: timedelta) -> datetime:
        """When the clock will have run for `worked` (not negative) since `start`."""
        moment = timezone.localtime(start)
        while True:
            ends = _midnight(moment.date() + DAY)
            if self.works_on(moment.date()):
                if ends - moment > worked:
                    return moment + worked
                worked -= ends - moment
            moment = ends

    def _next(self, day: date) -> date:
        day += DAY
        while not self.works_on(day):
            day += DAY
        return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def holidays_in(jurisdiction: Jurisdiction, year: int) -> list[tuple[date, str]]:
    """The state's holidays of a year in their order, with their names in the language of the screen."""
    state = state_of(jurisdiction.municipality_key)
    language = "de" if language_shown() == "de" else "en_US"
    found = holidays.country_holidays("DE", subdiv=state, years=year, language=language)
    return sorted(found.items())


def state_of(key: str) -> str | None:
    """The state (ISO 3166-2:DE) of an official key of a municipality or county; None for what is none."""
    return STATES.get(key[:2])


def calendar_of(jurisdiction: Jurisdiction) -> WorkCalendar:
    """One query, for the city's own closed days."""
    closed = ClosedDay.objects.filter(jurisdiction=jurisdiction).values_list("day", flat=True)
    return WorkCalendar(state_of(jurisdiction.municipality_key), frozenset(closed))


def clock_pause(issue: Issue) -> bool:
    """Stops the clock of an issue, unsaved, because somebody else is awaited; False: it stood still already."""
    if issue.due_at is None or issue.paused_at is not None:
        return False
    issue.paused_at = timezone.now()
    return True


def clock_resume(issue: Issue) -> bool:
    """Lets the clock go on, unsaved: what was left of the time when it was stopped is left now. False: it ran."""
    if issue.due_at is None or issue.paused_at is None:
        return False
    calendar, now = calendar_of(issue.jurisdiction), timezone.now()
    left = calendar.between(issue.paused_at, issue.due_at)
    # What was overdue already stays so.
    issue.due_at = calendar.plus(now, left) if left > timedelta() else issue.due_at
    issue.paused_at = None
    return True
