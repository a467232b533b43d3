"""What values of a source mean: by the profile's codes, by the dataset's dictionaries, by the installation's own words.

A value that stands in none of them is noted with its number of rows and one place, so that people can add it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from gis_core.datasets import DatasetSpec
from gis_core.loading.read.batches import Batch, LoadReport
from gis_core.loading.read.profiles import Profile, profiles_of
from gis_core.models import Jurisdiction, OwnWord

VALUE_LENGTH: Final = 200
MEANING_LENGTH: Final = 100
# A column with more values than people add by hand holds names, no words.
VALUES_KEPT: Final = 300
# The installation's own words: {column: {value: meaning}}.
Words = dict[str, dict[str, str]]


@dataclass(frozen=True)
class WordColumn:
    """What own words of a column may mean: `choices` as (value, label), or None for any text that `is_meaning` accepts.

    `leaves_out`: the meaning "" is one as well; by a code it leaves the row out, in a dictionary it says nothing.
    """

    choices: list[tuple[str, Any]] | None
    leaves_out: bool
    is_meaning: Callable[[str], bool] = bool

    def takes(self, meaning: str) -> bool:
        if not meaning:
            return self.leaves_out
        if self.choices is not None:
            return meaning in {value for value, _label in self.choices}
        return len(meaning) <= MEANING_LENGTH and self.is_meaning(meaning)


def word_column(spec: DatasetSpec, column: str, jurisdiction: Jurisdiction) -> WordColumn | None:
    """What own words of a column may mean; None for a column without a dictionary."""
    for one in spec.dictionaries:
        if one.column == column:
            choices = None if one.choices is None else one.choices(jurisdiction)
            return WordColumn(choices, leaves_out=choices is None, is_meaning=one.is_meaning)
    codes = [one.codes[column] for one in profiles_of(spec) if column in one.codes]
    if not codes:
        return None
    fields = {one.name: dict(one.flatchoices) for one in spec.attributes}
    labels = fields.get(column, {})
    values = sorted(
        {str(value) for known in codes for value in known.values() if value is not None}
        & (labels.keys() or {str(value) for known in codes for value in known.values()})
    )
    return WordColumn([(value, labels.get(value, value)) for value in values], leaves_out=True)


def words_own(spec: DatasetSpec, jurisdiction: Jurisdiction) -> Words:
    """The own words of a dataset."""
    found: Words = {}
    stored = OwnWord.objects.filter(jurisdiction=jurisdiction, dataset=spec.dataset.value)
    for column, value, meaning in stored.values_list("column", "value", "meaning"):
        found.setdefault(column, {})[value] = meaning
    return found


def profile_with(words: Words, profile: Profile) -> Profile:
    """The profile with the own words among its codes; "" leaves the row out."""
    codes = {
        column: {**known, **{value: meaning or None for value, meaning in words[column].items()}}
        for column, known in profile.codes.items()
        if column in words
    }
    return replace(profile, codes={**profile.codes, **codes}) if codes else profile


def codes_note(profile: Profile, batch: Batch, report: LoadReport) -> None:
    """Notes values that the codes of the profile do not name, while the columns are as the source has them."""
    for column, codes in profile.codes.items():
        for row, value in enumerate(batch.columns.get(column, ())):
            if value is not None and str(value) not in codes:
                meaning = (codes["*"] or "") if "*" in codes else None
                _note(report, batch, row, column, str(value), meaning)


def words_apply(
    spec: DatasetSpec, jurisdiction: Jurisdiction, words: Words, batch: Batch, report: LoadReport
) -> None:
    """Puts meanings of own words where the conversion looks for them; notes what no dictionary holds."""
    for dictionary in spec.dictionaries:
        own = words.get(dictionary.column, {})
        target = list(batch.columns.get(dictionary.target) or [None] * len(batch.features))
        for row, value in enumerate(dictionary.unknown(batch.columns, jurisdiction)):
            if value[:VALUE_LENGTH] in own and value:
                target[row] = own[value[:VALUE_LENGTH]] or None
            elif value:
                _note(report, batch, row, dictionary.column, value, None)
        batch.columns[dictionary.target] = target


def _note(
    report: LoadReport, batch: Batch, row: int, column: str, value: str, meaning: str | None
) -> None:
    """Counts a value; `meaning` is what it counts as: None where nothing is known, "" where its rows are left out."""
    values = report.words.setdefault(column, {})
    value = value[:VALUE_LENGTH]
    if value in values:
        values[value]["rows"] += 1
    elif len(values) < VALUES_KEPT:
        feature, wkt = batch.features[row], batch.place(row)
        values[value] = {"rows": 1, "meaning": meaning, "feature": feature, "wkt": wkt}
