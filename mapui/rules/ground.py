"""Coverage on the ground in words: the shares of each category, the holes, and the row that a hole lacks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gis_core.srids import WGS84
from issues.models import Category
from mapui.site.rule_words import RuleWords
from mapui.site.types import Bounds
from routing.engine.columns import COLUMN_VALUES
from routing.engine.facts import CLASSIFIED
from routing.enums import GroundVerdict
from routing.models import GroundCoverage, GroundRow, Rule

# In the order of the bar, what hurts most last.
VERDICTS: Final = tuple(GroundVerdict)
MARGIN_DEGREES: Final = 0.002


def percent_shown(share: float) -> str:
    """One decimal; what is less than half of that, but not nothing, is said to be so."""
    if 0 < share < 0.0005:
        return f"< {number_format(0.1, 1)} %"
    return f"{number_format(round(100 * share, 1), 1)} %"


@dataclass(frozen=True)
class SharesShown:
    """What reports come to. `figures`: (verdict, its share in words); `bar`: (verdict, x, width) in thousandths."""

    figures: tuple[tuple[GroundVerdict, str], ...]
    bar: tuple[tuple[GroundVerdict, int, int], ...]


@dataclass(frozen=True)
class CategoryShown:
    category: Category
    shares: SharesShown


@dataclass(frozen=True)
class HoleShown:
    """A row of the result; `ground` says where it is about, the land first; `bodies` who is in doubt."""

    row: GroundRow
    category: str
    ground: tuple[str, ...]
    bodies: tuple[str, ...]
    share: str


def all_shown(shares: Mapping[str, Mapping[GroundVerdict, float]]) -> SharesShown:
    """The mean over the categories: how often each is reported is not known here."""
    count = len(shares)
    mean = {one: sum(found[one] for found in shares.values()) / count for one in VERDICTS}
    return _shares(mean)


def categories_shown(
    shares: Mapping[str, Mapping[GroundVerdict, float]], words: RuleWords
) -> list[CategoryShown]:
    """What hurts most goes first: nobody, then doubt."""
    known = [(code, found) for code, found in shares.items() if code in words.categories]
    known.sort(key=lambda one: (-one[1][GroundVerdict.NOBODY], -one[1][GroundVerdict.DOUBT]))
    return [CategoryShown(words.categories[code], _shares(found)) for code, found in known]


def _shares(found: Mapping[GroundVerdict, float]) -> SharesShown:
    ends = [0]
    for verdict in VERDICTS:
        ends.append(ends[-1] + round(1000 * found[verdict]))
    return SharesShown(
        tuple((one, percent_shown(found[one])) for one in VERDICTS),
        tuple(
            (one, start, end - start)
            for one, start, end in zip(VERDICTS, ends, ends[1:], strict=False)
            if end > start
        ),
    )


def holes_shown(rows: Iterable[GroundRow], words: RuleWords) -> list[HoleShown]:
    return [hole_shown(row, words) for row in rows]


def hole_shown(row: GroundRow, words: RuleWords) -> HoleShown:
    return HoleShown(
        row,
        words.category(row.category),
        _ground(row, words),
        tuple(words.body(code) for code in row.bodies),
        percent_shown(row.share),
    )


def _ground(row: GroundRow, words: RuleWords) -> tuple[str, ...]:
    said = [
        words.value("usage", row.usage),
        _("owner: %s") % words.value("owner", row.owner),
        words.value("road_class", row.road_class),
        _limits(row),
        words.value("part", row.part),
    ]
    return tuple(one for one in said if one)


def _limits(row: GroundRow) -> str:
    if row.road_class in CLASSIFIED:
        return {
            "in": _("inside the through-road stretch"),
            "out": _("outside the through-road stretch"),
        }.get(row.through_road, _("limits of the through-road stretch unknown"))
    return {
        "in": _("inside the built-up area"),
        "out": _("outside the built-up area"),
    }.get(row.through_road, _("limits of the built-up area unknown"))


def row_missing(hole: GroundRow) -> Rule:
    """The row that a hole lacks, to be completed by a person. What is unknown of the ground is left open."""

    def column(name: str) -> str:
        value: str = getattr(hole, name)
        return value if value in COLUMN_VALUES[name] else "*"

    return Rule(
        category=hole.category,
        **{name: column(name) for name in COLUMN_VALUES},
        confidence=0.9,
    )


def hole_features(hole: HoleShown) -> list[dict[str, Any]]:
    """The example places as GeoJSON points (WGS84)."""
    return [
        {
            "type": "Feature",
            "id": f"{hole.row.pk}-{number}",
            "geometry": json.loads(place.geojson),
            "properties": {
                "severity": _("Example %d") % number,
                "message": hole.category,
                "key": " · ".join(hole.ground),
            },
        }
        for number, place in enumerate(places_of(hole.row), start=1)
    ]


def places_of(row: GroundRow) -> list[GEOSGeometry]:
    """The example places in WGS84 degrees."""
    return [one.transform(WGS84, clone=True) for one in row.examples]


def hole_bounds(row: GroundRow) -> Bounds:
    """Where the examples lie, in degrees with a margin of some hundred metres."""
    west, south, east, north = row.examples.transform(WGS84, clone=True).extent
    return (
        (south - MARGIN_DEGREES, west - MARGIN_DEGREES),
        (north + MARGIN_DEGREES, east + MARGIN_DEGREES),
    )


def coverage_told(coverage: GroundCoverage) -> str:
    """How far a measurement is, for who waits."""
    if not coverage.places:
        return _("The places are being drawn …")
    return _("%(done)d of %(all)d places asked about") % {
        "done": coverage.done,
        "all": coverage.places,
    }
