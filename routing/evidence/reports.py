"""What evidence is gathered for: stored issues by their ids, or places in questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from routing.engine.location import is_vague

# Reports that are gathered for by one statement: near enough to each other, and not too many for the memory.
GROUP_EXTENT_M: Final = 2000.0
GROUP_SIZE: Final = 2048


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What is known of the report itself: an issue's id, or the position of a question.

    `rule_set_id` is that of the rule set in effect, if any; `bodies` are the codes of the jurisdiction's
    authorities.
    """

    issue_id: int
    jurisdiction_id: int
    rule_set_id: int | None
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A place that somebody asks about: point in the storage CRS (metres), nothing of it is stored.

    `source` is how the place was given (`issues.enums.LocationSource`); it stands in for a missing accuracy.
    """

    category_id: int
    x: float
    y: float
    at: datetime
    answers: Mapping[str, Any]
    accuracy_m: float | None = None
    clarifications: tuple[tuple[str, str], ...] = ()
    source: str = "coordinates"


class Asks(NamedTuple):
    """What the rules for a category ask for: the disc is divided by nothing else.

    `adjoining`: who owns the land beside a road. `arms`: the classes of all roads in sight. `roads`: the classes that
    are told apart, all others being alike; None where more of a road than its class counts.
    """

    adjoining: bool = False
    arms: bool = False
    roads: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the evidence needs it. `x`, `y` and `radius` (how far around it may be, bounded) in metres.

    It lies within `accuracy_m` metres with the probability `confidence`.

    Without `is_placed` the place is unknown, and the point means nothing.
    """

    number: int
    x: float
    y: float
    accuracy_m: float
    confidence: float
    radius: float
    category: str
    part: str
    on: date
    answers: Mapping[str, Any]
    asset_kinds: tuple[str, ...]
    clarifications: tuple[tuple[str, str], ...]
    # What was read of it, apart from place and day, as text: equal texts are equal reports to the rules.
    texts: tuple[str, ...]
    is_placed: bool = True

    @property
    def is_vague(self) -> bool:
        return is_vague(self.accuracy_m, self.confidence)

    @property
    def numbers(self) -> frozenset[str]:
        """What may be the number of an asset among the answers."""
        given = {str(one).strip() for one in self.answers.values() if isinstance(one, str)}
        return frozenset(given - {""})


def issue_groups(issue_ids: Sequence[int]) -> Iterator[list[int]]:
    """The existing issues of the list in groups of neighbours of one jurisdiction, each for one statement.

    A single one is its own group without a look at the database.
    """
    if len(issue_ids) == 1:
        yield list(issue_ids)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jurisdiction_id, id, ST_X(point), ST_Y(point) FROM issues_issue"
            " WHERE id = ANY(%s) ORDER BY id",
            [list(issue_ids)],
        )
        rows = cursor.fetchall()
    for jurisdiction_id in sorted({row[0] for row in rows}):
        own = [row[1:] for row in rows if row[0] == jurisdiction_id]
        for group in neighbours(own, size=GROUP_SIZE, extent=GROUP_EXTENT_M):
            yield sorted(group)


def neighbours(
    points: list[tuple[int, float, float]], *, size: int, extent: float
) -> Iterator[list[int]]:
    """Numbers of points (number, x, y) in groups of at most `size` that span at most `extent` metres."""
    xs, ys = [one[1] for one in points], [one[2] for one in points]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if len(points) <= size and max(width, height) <= extent:
        yield [number for number, _x, _y in points]
        return
    axis = 1 if width >= height else 2
    ordered = sorted(points, key=lambda one: (one[axis], one[0]))
    middle = len(ordered) // 2
    yield from neighbours(ordered[:middle], size=size, extent=extent)
    yield from neighbours(ordered[middle:], size=size, extent=extent)
