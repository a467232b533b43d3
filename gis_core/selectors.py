"""What is asked about editions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from gis_core.models import Edition, EditionChange


@dataclass(frozen=True)
class EditionDifference:
    """Changes of an edition against its base: numbers by kind, by Gemarkung ("" elsewhere) and kind, and the changes.

    A first edition has no changes, everything in it is new.
    """

    counts: dict[str, int]
    districts: dict[str, dict[str, int]]
    changes: QuerySet[EditionChange]

    def as_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "districts": self.districts}


def edition_difference(edition: Edition) -> EditionDifference:
    """The stored difference, counted by kind and by Gemarkung."""
    counts: dict[str, int] = {}
    districts: dict[str, dict[str, int]] = {}
    rows = edition.changes.values_list("district", "kind").annotate(number=Count("pk"))
    for district, kind, number in rows.order_by("district", "kind"):
        counts[kind] = counts.get(kind, 0) + number
        districts.setdefault(district, {})[kind] = number
    return EditionDifference(counts, districts, edition.changes.order_by("kind", "key"))
