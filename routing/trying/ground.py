"""What a rule set says on the city's own ground: at places drawn over its parcels, for each category.

The coverage matrix counts kinds of places alike, however rare they are. Here a kind of ground weighs as much as
reports come from it: its area times the prior of the category. Reports about lamps come from where lamps stand: a
category with assets is asked about at drawn assets, where the city has any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any, Final, NamedTuple

from django.contrib.gis.geos import MultiPoint, Point
from django.db import connection
from django.utils import timezone

from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.models import Category
from routing.deciding.results import results_of
from routing.engine import CompiledRuleSet
from routing.engine.ranking import TRIAGE
from routing.enums import GroundVerdict, Outcome
from routing.evidence import Question
from routing.models import GroundRow, RuleSet
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import authority_codes
from routing.types import Result

# Of each kind of ground, unless told otherwise: a page waits some seconds for so many.
PLACES_PER_KIND: Final = 16
SEED: Final = 1
# So many of a row's places are kept, to be looked at.
EXAMPLES: Final = 5
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
SELECT usage, owner, '', total / count(*) OVER (PARTITION BY usage, owner), ST_X(point), ST_Y(point)
FROM drawn, LATERAL (
    -- In a sliver no point is found by chance.
    SELECT COALESCE(ST_GeometryN(ST_GeneratePoints(geometry, 1, %(seed)s::integer), 1), ST_PointOnSurface(geometry))
        AS point
) AS one
WHERE turn <= %(count)s
ORDER BY usage, owner, turn
"""
ASSETS_SQL: Final = """
WITH drawn AS (
    SELECT kind, geometry, count(*) OVER (PARTITION BY kind) AS total,
           row_number() OVER (PARTITION BY kind ORDER BY md5(key || %(seed)s), key) AS turn
    FROM routing_asset
    WHERE edition_to_id IS NULL AND jurisdiction_id = %(jurisdiction)s AND kind = ANY(%(kinds)s)
)
SELECT '', '', kind, total::float8 / count(*) OVER (PARTITION BY kind), ST_X(geometry), ST_Y(geometry)
FROM drawn WHERE turn <= %(count)s
ORDER BY kind, turn
"""


class GroundPlace(NamedTuple):
    """A drawn place (storage CRS, metres): `size` is the m² of ground, or the number of assets, that it stands for."""

    usage: str
    owner: str
    asset: str
    size: float
    x: float
    y: float


class _Kind(NamedTuple):
    """What the places of a row have in common."""

    road_class: str
    through_road: str
    part: str
    usage: str
    owner: str
    verdict: GroundVerdict
    bodies: tuple[str, ...]


def ground_places(jurisdiction: Jurisdiction, *, count: int, seed: int) -> list[GroundPlace]:
    """Up to `count` places of each land use and owner class, and of each kind of asset that a category is about.

    The same ones for the same seed and data; none where no land use is loaded.
    """
    categories = Category.objects.filter(jurisdiction=jurisdiction, is_active=True)
    kinds = {kind for one in categories for kind in one.asset_kinds}
    values: dict[str, Any] = {
        "jurisdiction": jurisdiction.pk,
        "count": count,
        "seed": str(seed),
        "kinds": sorted(kinds),
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACES_SQL, values)
        places = [GroundPlace(*row) for row in cursor.fetchall()]
        if places:
            cursor.execute(ASSETS_SQL, values)
            places += [GroundPlace(*row) for row in cursor.fetchall()]
    return places


def ground_told(
    rule_set: RuleSet, places: Sequence[GroundPlace], *, categories: Sequence[Category]
) -> Iterator[tuple[GroundPlace, list[Result]]]:
    """What the rule set says at each place, a result for each category that is asked about there.

    Reports are exact, carry no answer and come in now. All categories of a place are decided in one go, so that what
    lies around it is read once. Raises RuleSetError where the rules cannot be used.
    """
    now = timezone.now()
    known = {one.asset for one in places}
    for place in places:
        questions = [
            Question(one.pk, place.x, place.y, now, answers={}, accuracy_m=0.0)
            for one in categories
            if place.asset in (known.intersection(one.asset_kinds) or {""})
        ]
        results = [result for _facts, _evidence, result in results_of(questions, rule_set=rule_set)]
        yield place, [one for one in results if one is not None]


def ground_rows(
    rule_set: RuleSet, told: Iterable[tuple[GroundPlace, list[Result]]]
) -> list[GroundRow]:
    """The results at all places counted together, each by how often reports come from there; the rows are not stored.

    The rows of a category stand together, the greatest share first. Raises RuleSetError as `ground_told` does.
    """
    compiled = rule_set_compile(rule_set, authority_codes(rule_set.jurisdiction))
    weights: dict[str, dict[_Kind, list[float]]] = defaultdict(lambda: defaultdict(list))
    points: dict[tuple[str, _Kind], list[Point]] = defaultdict(list)
    for place, results in told:
        for result in results:
            category, kind = result.at_point.category, _kind(result, compiled)
            prior = 1.0 if place.asset else compiled.priors.weight(result.at_point)
            weights[category][kind].append(place.size * prior)
            points[category, kind].append(Point(place.x, place.y, srid=storage_srid()))
    return [
        GroundRow(
            category=category,
            **{**kind._asdict(), "bodies": list(kind.bodies)},
            share=share,
            places=len(points[category, kind]),
            examples=MultiPoint(points[category, kind][:EXAMPLES], srid=storage_srid()),
        )
        for category, found in weights.items()
        for share, kind in _shares(found)
    ]


def _shares(found: Mapping[_Kind, Sequence[float]]) -> list[tuple[float, _Kind]]:
    total = fsum(weight for some in found.values() for weight in some)
    shares = [(fsum(some) / total, kind) for kind, some in found.items()]
    return sorted(shares, key=lambda one: (-one[0], one[1]))


def _kind(result: Result, compiled: CompiledRuleSet) -> _Kind:
    facts = result.at_point
    bodies = tuple(dict.fromkeys(one.body for one in result.candidates if one.body != TRIAGE))
    if result.outcome in {Outcome.ASSIGNED, Outcome.PROPOSED}:
        verdict, bodies = GroundVerdict.CLEAR, bodies[:1]
    elif bodies:
        verdict = GroundVerdict.DOUBT
    elif _is_on_purpose(result, compiled):
        verdict = GroundVerdict.PERSON
    else:
        verdict = GroundVerdict.NOBODY
    columns = (facts.road_class, facts.through_road, facts.part, facts.usage, facts.owner)
    return _Kind(*columns, verdict, bodies)


def _is_on_purpose(result: Result, compiled: CompiledRuleSet) -> bool:
    """Whether a rule leaves it to a person that asks for something, if only a category. The last one does not."""
    named = {one.rule_id for one in result.candidates}
    rules = compiled.for_category(result.at_point.category)
    return any(one.columns for one in rules if one.row.rule_id in named)
