"""Conditions of rules as half sentences: known texts have their own, expressions are put together from predicates."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from gis_core.languages import text_read
from issues.enums import RoadPart
from parcels.enums import OwnerClass, Usage
from routing.engine.conditions import Atom, Both, Not, Tree, condition_compile, known_conditions
from routing.enums import RoadClass, ThroughRoadState
from routing.sentences.words import one_of, words_of

PREDICATES_FILE: Final = Path(__file__).with_name("predicates.csv")
# The columns whose values are codes that the screen has words for.
LABELS: Final[Mapping[str, Any]] = {
    "owner": OwnerClass,
    "part": RoadPart,
    "road_class": RoadClass,
    "through_road": ThroughRoadState,
    "usage": Usage,
}


@cache
def predicate_rows() -> Mapping[str, Mapping[str, str]]:
    """What predicates mean, by name (`predicates.csv`); `values_of` names the column whose words their values have."""
    with PREDICATES_FILE.open(encoding="utf-8", newline="") as file:
        return {row["predicate"]: row for row in csv.DictReader(file, delimiter=";")}


@lru_cache(maxsize=2048)
def condition_phrase(text: str, language: str) -> str:
    """The half sentence that says that the condition holds."""
    known = known_conditions().get(text)
    if known is not None:
        return text_read(known, "because", language)
    return _phrase(condition_compile(text).tree, language)


def _phrase(tree: Tree, language: str) -> str:
    words = words_of(language)
    match tree:
        case Atom():
            return _atom(tree, language)
        case Not(part=part):
            return words.not_.format(phrase=_phrase(part, language))
        case Both(parts=parts):
            return words.and_.join(_phrase(part, language) for part in parts)
    return one_of([_phrase(part, language) for part in tree.parts], words)


def _atom(atom: Atom, language: str) -> str:
    row = predicate_rows()[atom.name]
    values = _labels(row["values_of"], atom.values, language)
    form = text_read(row, "says", language)
    first, *others = values or [""]
    told = others if "{first}" in form else values
    return form.format(first=first, values=one_of(told, words_of(language)) if told else "")


@lru_cache(maxsize=2048)
def column_phrase(column: str, mismatch: str, language: str) -> str:
    """Why a column does not fit, from what the engine noted: the value, "≠", and what was asked for."""
    words = words_of(language)
    value, _sign, wanted = mismatch.partition(" ≠ ")
    return words.column_fails.format(
        column=words.columns[column],
        value=_labels(column, (value,), language)[0],
        wanted=one_of(_labels(column, wanted.split("|"), language), words),
    )


def _labels(column: str, values: Sequence[str], language: str) -> list[str]:
    labels = LABELS.get(column)
    with override(language):
        return [
            str(labels(value).label) if labels and value in labels.values else value
            for value in values
        ]
