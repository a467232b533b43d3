"""The priors of a rule set checked: unknown words, two rows for the same ground, ratios that decide almost alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from gis_core.enums import Severity
from routing.engine.columns import ANYTHING, COLUMN_VALUES, alternatives
from routing.engine.findings import Finding
from routing.engine.levels import MOTORWAY
from routing.engine.priors import COLUMNS, NO_PART, PriorRow
from routing.enums import ThroughRoadState
from routing.types import PRIOR_MAX, PRIOR_MIN

# Beyond this ratio of two grounds the prior decides almost alone, wherever in its disc the report is.
RATIO_MAX: Final = 50.0
# So many categories are named where more have such priors.
NAMED_MAX: Final = 3
# The values that ground may have; categories are a city's own.
PRIOR_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "road_class": COLUMN_VALUES["road_class"],
    "usage": COLUMN_VALUES["usage"],
    "part": (*COLUMN_VALUES["part"], NO_PART),
    "built_up": tuple(ThroughRoadState.values),
}


def prior_findings(rows: Sequence[PriorRow], *, categories: Collection[str]) -> Iterator[Finding]:
    """Everything that is wrong with the priors; without categories these are not checked."""
    for row in rows:
        for code, values in _faults(row, categories):
            yield Finding(Severity.ERROR, code, (), {"prior": row.name, **values})
    for one, other in _same_ground(rows):
        yield Finding(Severity.ERROR, "prior_twice", (), {"prior": one.name, "other": other.name})
    apart = _far_apart(rows)
    if apart:
        values = {
            "count": str(len(apart)),
            "value": ", ".join([*apart[:NAMED_MAX], *(["…"] if len(apart) > NAMED_MAX else [])]),
            "ratio": f"{RATIO_MAX:g}",
        }
        yield Finding(Severity.WARNING, "prior_ratio", (), values)


def _faults(row: PriorRow, categories: Collection[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for column, known in PRIOR_VALUES.items():
        for value in _named(getattr(row, column)):
            if value not in known:
                values = {"column": column, "value": value, "known": ", ".join(known)}
                yield "prior_value_unknown", values
    for code in _named(row.category):
        if categories and code not in categories:
            yield "prior_category_unknown", {"value": code}
    if not PRIOR_MIN <= row.weight <= PRIOR_MAX:
        limits = {"value": f"{row.weight:g}", "least": f"{PRIOR_MIN:g}", "most": f"{PRIOR_MAX:g}"}
        yield "prior_range", limits


def _named(text: str) -> list[str]:
    return [] if text in ANYTHING else text.split("|")


def _same_ground(rows: Sequence[PriorRow]) -> Iterator[tuple[PriorRow, PriorRow]]:
    """Rows that name the same columns, so that none is narrower, and share a value in each of them."""
    alike: dict[tuple[str, ...], list[tuple[PriorRow, list[frozenset[str]]]]] = defaultdict(list)
    for row in rows:
        asked = {one: alternatives(getattr(row, one)) for one in ("category", *COLUMNS)}
        named = {column: values for column, values in asked.items() if values is not None}
        alike[tuple(named)].append((row, list(named.values())))
    for some in alike.values():
        for (one, values), (other, others) in combinations(some, 2):
            if not any(a.isdisjoint(b) for a, b in zip(values, others, strict=True)):
                yield one, other


def _far_apart(rows: Sequence[PriorRow]) -> list[str]:
    """Categories with two kinds of ground too far apart; any two may lie beside each other.

    Motorways are left out: hardly anybody stops there (StVO § 18 VIII), so their priors are low on purpose.
    """
    weights: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.road_class == MOTORWAY:
            continue
        for category in _named(row.category):
            weights[category].append(row.weight)
    return sorted(one for one, some in weights.items() if max(some) > RATIO_MAX * min(some))
