"""What of the sources stands in no dictionary, and the words that the city added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.datasets import dataset_spec
from gis_core.loading.words import WordColumn, word_column
from gis_core.messages import feature_shown
from gis_core.models import Edition, Jurisdiction, OwnWord
from mapui.geodata.contents import attribute_shown, place_degrees
from mapui.geodata.selectors import DatasetState, dataset_states

# What becomes of a value of which nobody knows the meaning, by dataset and column.
UNKNOWN_BECOMES: Final[dict[tuple[str, str], str | Promise]] = {
    ("road_sections", "reference"): pgettext_lazy("words", "as the kind of road says"),
    ("buildings", "function"): pgettext_lazy("words", "no text"),
    ("assets", "kind"): pgettext_lazy("words", "acts in no decision"),
}


@dataclass(frozen=True)
class WordShown:
    """A value that no dictionary holds: how many rows, what it counts as, an example with its place in degrees."""

    value: str
    rows: int
    counts_as: str
    feature: str
    place: tuple[str, str]
    own: str | None


@dataclass(frozen=True)
class ColumnShown:
    """The values of one column of an edition, the most frequent ones first."""

    edition: Edition
    dataset: str
    label: str
    column: str
    attribute: str
    takes: WordColumn
    words: list[WordShown]

    @property
    def title(self) -> str:
        """Dataset and column, where these have different names."""
        if self.label.casefold() == self.attribute.casefold():
            return self.label
        return f"{self.label}: {self.attribute}"


@dataclass(frozen=True)
class OwnShown:
    """A word of the city in words; `is_waiting`: the active edition was read before."""

    word: OwnWord
    label: str
    attribute: str
    meaning: str
    is_waiting: bool


def words_shown(jurisdiction: Jurisdiction) -> tuple[list[ColumnShown], list[OwnShown]]:
    """Of each dataset what the edition that waits and the active one did not understand; and the city's own words."""
    states = dataset_states(jurisdiction)
    words = list(_own(jurisdiction))
    own = {(one.dataset, one.column, one.value): one.meaning for one in words}
    columns = [
        shown
        for state in states
        for source in state.sources
        for edition in (source.pending, source.active)
        if edition is not None
        for shown in _columns(jurisdiction, state, edition, own)
    ]
    known = {state.dataset: state for state in states}
    return columns, [_added(jurisdiction, known[word.dataset], word) for word in words]


def _added(jurisdiction: Jurisdiction, state: DatasetState, word: OwnWord) -> OwnShown:
    takes = word_column(dataset_spec(word.dataset), word.column, jurisdiction)
    loaded = [one.active.created_at for one in state.sources if one.active]
    return OwnShown(
        word,
        state.label,
        attribute_shown(word.column),
        _meaning(takes, word.meaning),
        is_waiting=any(at < word.created_at for at in loaded),
    )


def words_json(jurisdiction: Jurisdiction) -> dict[str, dict[str, dict[str, str | None]]]:
    """The own words by dataset and column, as `codes` of a profile has them: null leaves a row out."""
    found: dict[str, dict[str, dict[str, str | None]]] = {}
    for one in _own(jurisdiction):
        columns = found.setdefault(one.dataset, {})
        columns.setdefault(one.column, {})[one.value] = one.meaning or None
    return found


def _own(jurisdiction: Jurisdiction) -> Iterator[OwnWord]:
    stored = OwnWord.objects.filter(jurisdiction=jurisdiction).select_related("created_by")
    yield from stored.order_by("dataset", "column", "value")


def _columns(
    jurisdiction: Jurisdiction,
    state: DatasetState,
    edition: Edition,
    own: dict[tuple[str, str, str], str],
) -> Iterator[ColumnShown]:
    spec = dataset_spec(state.dataset)
    for column, values in edition.report.get("words", {}).items():
        takes = word_column(spec, column, jurisdiction)
        if takes is None:
            continue
        words = [
            WordShown(
                value,
                one["rows"],
                _counts_as(state.dataset, column, takes, one["meaning"]),
                feature_shown(one["feature"]),
                place_degrees(one["wkt"]),
                _own_meaning(takes, own.get((state.dataset, column, value))),
            )
            for value, one in values.items()
        ]
        words.sort(key=lambda one: (-one.rows, one.value))
        attribute = attribute_shown(column)
        yield ColumnShown(edition, state.dataset, state.label, column, attribute, takes, words)


def _own_meaning(takes: WordColumn, meaning: str | None) -> str | None:
    return None if meaning is None else _meaning(takes, meaning)


def _counts_as(dataset: str, column: str, takes: WordColumn, meaning: str | None) -> str:
    if meaning is None:
        known = UNKNOWN_BECOMES.get((dataset, column))
        return str(known) if known else pgettext("words", "cannot be stored")
    return _meaning(takes, meaning)


def _meaning(takes: WordColumn | None, meaning: str) -> str:
    if not meaning:
        return (
            pgettext("words", "says nothing")
            if takes and takes.choices is None
            else pgettext("words", "is left out")
        )
    labels: dict[str, Any] = dict(takes.choices or ()) if takes else {}
    return str(labels.get(meaning, meaning))
