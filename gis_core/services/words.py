"""Writing the installation's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.words import VALUE_LENGTH, word_column
from gis_core.models import Jurisdiction, OwnWord

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def word_save(
    *,
    jurisdiction: Jurisdiction,
    dataset: str,
    column: str,
    value: str,
    meaning: str,
    by: User | None,
) -> OwnWord:
    """Stores what a value means from the next load on; a former meaning is replaced.

    LoadError for a column without a dictionary, and for a meaning that the column cannot have.
    """
    told = word_column(dataset_spec(dataset), column, jurisdiction)
    if told is None or not value or len(value) > VALUE_LENGTH or not told.takes(meaning):
        raise LoadError("word_improper", value=repr(value), meaning=repr(meaning))
    word, _created = OwnWord.objects.update_or_create(
        jurisdiction=jurisdiction,
        dataset=dataset,
        column=column,
        value=value,
        defaults={"meaning": meaning, "created_by": by},
    )
    return word


def word_remove(word: OwnWord) -> None:
    """From the next load on the program's own meaning counts again."""
    word.delete()
