"""The statements of the figures, and what they return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gis_core.models import Jurisdiction

_FOLDER: Final = Path(__file__).parent
_CHOSEN: Final = (_FOLDER / "chosen.sql").read_text("utf-8")
PLACES_MAX: Final = 30


@dataclass(frozen=True)
class Scope:
    """Which issues the figures are about; `category` and `authority` are codes, "" for all."""

    jurisdiction: Jurisdiction
    category: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Open:
    """Open issues of an age (`day`, `week`, `month`, `older`), category or authority; "" is nobody's."""

    key: str
    open: int
    undecided: int
    overdue: int


@dataclass(frozen=True)
class Happened:
    """How often something happened in a month, and after how many days on average; None where none are counted."""

    count: int
    days: float | None


@dataclass(frozen=True)
class Place:
    """Issues of a period in a cadastral district (its key) or on a road (its name)."""

    key: str
    received: int
    open: int


def figures_open(scope: Scope) -> dict[str, list[Open]]:
    """`all` (one), `age`, `category`, `authority` → counts, the largest first."""
    found: dict[str, list[Open]] = {}
    for kind, *values in _rows("open.sql", scope, {}):
        found.setdefault(kind, []).append(Open(*values))
    return found


def figures_by_month(scope: Scope) -> dict[str, dict[str, Happened]]:
    """Kind → month (YYYY-MM, local) → how often and how quickly.

    Kinds: received, day (of it the last 24 hours), released, forwarded, done, rejected, closed (by any state),
    reopened; and of what is open now undecided by month of receipt and overdue by month of the date due.
    """
    values = {"time_zone": settings.TIME_ZONE}
    found: dict[str, dict[str, Happened]] = {}
    for kind, month, count, days in _rows("months.sql", scope, values):
        found.setdefault(kind, {})[month] = Happened(count, days)
    return found


def figures_by_place(scope: Scope, *, since: datetime, until: datetime) -> dict[str, list[Place]]:
    """`district` and `road` → those with most issues received from `since` to before `until`."""
    values = {"since": since, "until": until, "most": PLACES_MAX}
    found: dict[str, list[Place]] = {}
    for kind, *place in _rows("places.sql", scope, values):
        found.setdefault(kind, []).append(Place(*place))
    return found


@dataclass(frozen=True)
class Told:
    """Released issues of a category, authority, district or month; `key` is None for nobody's and nowhere's.

    `forwarded_days` and `done_days` are medians since the receipt, of `forwarded` and `done` issues.
    """

    key: str | None
    received: int
    open: int
    done: int
    forwarded: int
    forwarded_days: float | None
    done_days: float | None


def figures_public(scope: Scope, *, since: datetime, until: datetime) -> dict[str, list[Told]]:
    """`all` (one), `category`, `authority` ("" is the municipality), `district`, `month` → counts, the largest first.

    Issues received from `since` to before `until`. Small numbers are told as they are: whoever shows them hides them.
    """
    values = {
        "jurisdiction": scope.jurisdiction.pk,
        "category": scope.category or None,
        "since": since,
        "until": until,
        "time_zone": settings.TIME_ZONE,
    }
    found: dict[str, list[Told]] = {}
    with connection.cursor() as cursor:
        cursor.execute((_FOLDER / "public.sql").read_text("utf-8"), values)
        for kind, *told in cursor.fetchall():
            found.setdefault(kind, []).append(Told(*told))
    return found


def _rows(name: str, scope: Scope, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    given = {
        "jurisdiction": scope.jurisdiction.pk,
        "category": scope.category or None,
        "authority": scope.authority or None,
        "now": timezone.now(),
        **values,
    }
    statement = _CHOSEN + (_FOLDER / name).read_text("utf-8")
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
