"""What a rule set says on the city's own ground: at places drawn over its parcels, for each category.

The coverage matrix counts kinds of places alike, however rare they are. Here a kind of ground weighs as much as
reports come from it: its area times the prior of the category.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.models import Category
from routing.deciding.results import results_of
from routing.engine.ranking import TRIAGE
from routing.enums import Outcome
from routing.evidence import Question
from routing.models import RuleSet
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import authority_codes
from routing.types import Result

# Of each land use and owner class, so many areas are drawn, larger ones more often (A-Res: Efraimidis, Spirakis 2006).
PLACES_SQL: Final = """
WITH ground AS (
    SELECT l.key, l.usage, COALESCE(o.owner_class, 'UNKNOWN') AS owner, l.geometry, ST_Area(l.geometry) AS area
    FROM parcels_landuse l
    LEFT JOIN LATERAL (
        SELECT p.key FROM parcels_parcel p
        WHERE p.edition_to_id IS NULL AND p.jurisdiction_id = l.jurisdiction_id
            AND ST_Covers(p.geometry, ST_PointOnSurface(l.geometry))
        ORDER BY p.key LIMIT 1
    ) p ON true
    LEFT JOIN parcels_ownership o
        ON o.edition_to_id IS NULL AND o.jurisdiction_id = l.jurisdiction_id AND o.key = p.key
    WHERE l.edition_to_id IS NULL AND l.jurisdiction_id = %(jurisdiction)s AND ST_Area(l.geometry) > 0
), drawn AS (
    SELECT usage, owner, geometry, key, sum(area) OVER (PARTITION BY usage, owner) AS total,
           row_number() OVER (
               PARTITION BY usage, owner
               ORDER BY -ln((('x' || left(md5(key || %(seed)s), 8))::bit(32)::bigint + 0.5) / 4294967296.0) / area, key
           ) AS turn
    FROM ground
)
SELECT usage, owner, total / count(*) OVER (PARTITION BY usage, owner), ST_X(point), ST_Y(point)
FROM drawn, LATERAL (
    -- In a sliver no point is found by chance.
    SELECT COALESCE(ST_GeometryN(ST_GeneratePoints(geometry, 1, %(seed)s::integer), 1), ST_PointOnSurface(geometry))
        AS point
) AS one
WHERE turn <= %(count)s
ORDER BY usage, owner, turn
"""


class Verdict(StrEnum):
    """What a report at a place comes to: one body, several that a person chooses from, or no rule at all."""

    CLEAR = "clear"
    DOUBT = "doubt"
    NOBODY = "nobody"


class GroundPlace(NamedTuple):
    """A drawn place (storage CRS, metres) and the area in m² that it stands for."""

    usage: str
    owner: str
    area: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class GroundRow:
    """One category on one kind of ground.

    `share` is how many of the category's reports it stands for, 0 to 1; all rows of a category sum to one. `x` and `y`
    are one of its places (storage CRS). `bodies` are those named, likelier ones first.
    """

    category: str
    road_class: str
    usage: str
    owner: str
    verdict: Verdict
    bodies: tuple[str, ...]
    share: float
    places: int
    x: float
    y: float


def ground_places(jurisdiction: Jurisdiction, *, count: int, seed: int) -> list[GroundPlace]:
    """Up to `count` places of each land use and owner class; the same ones for the same seed and data."""
    with connection.cursor() as cursor:
        cursor.execute(
            PLACES_SQL, {"jurisdiction": jurisdiction.pk, "count": count, "seed": str(seed)}
        )
        return [GroundPlace(*row) for row in cursor.fetchall()]


def ground_coverage(
    rule_set: RuleSet, places: Sequence[GroundPlace], *, categories: Sequence[Category]
) -> Iterator[GroundRow]:
    """What the rule set says at these places, category by category, the rows with the greatest share first.

    Reports are exact, carry no answer and come in now. Raises RuleSetError where the rules cannot be used.
    """
    priors = rule_set_compile(rule_set, authority_codes(rule_set.jurisdiction)).priors
    for category in categories:
        questions = [
            Question(category.pk, one.x, one.y, timezone.now(), answers={}, accuracy_m=0.0)
            for one in places
        ]
        weights: dict[tuple[str, str, str, Verdict, tuple[str, ...]], list[float]]
        weights = defaultdict(list)
        examples: dict[object, GroundPlace] = {}
        told = results_of(questions, rule_set=rule_set)
        for place, (_facts, _evidence, result) in zip(places, told, strict=True):
            if result is None:
                continue
            facts = result.at_point
            kind = (facts.road_class, facts.usage, facts.owner, *_said(result))
            weights[kind].append(place.area * priors.weight(facts))
            examples.setdefault(kind, place)
        total = sum(map(sum, weights.values()))
        rows = [
            GroundRow(
                category.code,
                *kind,
                share=sum(some) / total,
                places=len(some),
                x=examples[kind].x,
                y=examples[kind].y,
            )
            for kind, some in weights.items()
        ]
        yield from sorted(rows, key=lambda row: (-row.share, row.road_class, row.usage, row.owner))


def _said(result: Result) -> tuple[Verdict, tuple[str, ...]]:
    bodies = tuple(dict.fromkeys(one.body for one in result.candidates if one.body != TRIAGE))
    if result.outcome in {Outcome.ASSIGNED, Outcome.PROPOSED}:
        return Verdict.CLEAR, bodies[:1]
    return (Verdict.DOUBT, bodies) if bodies else (Verdict.NOBODY, ())
