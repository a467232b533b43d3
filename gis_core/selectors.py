"""What is asked about editions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from gis_core.enums import EditionStatus
from gis_core.models import Edition, EditionChange, Jurisdiction


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


@dataclass(frozen=True)
class Origin:
    """What data of several editions are under: licences and attributions, each once; the oldest date, "" for none."""

    licence: str
    attribution: str
    as_of: str


def editions_origin(editions: Iterable[Edition]) -> Origin:
    """Of editions in the order in which they count; what a source that ended was under is left out."""
    told = [one for one in editions if not one.request.get("ends")]
    dates = sorted(one.as_of for one in told if one.as_of)
    return Origin(
        "; ".join(dict.fromkeys(one.licence for one in told if one.licence)),
        "; ".join(dict.fromkeys(one.attribution for one in told if one.attribution)),
        dates[0].isoformat() if dates else "",
    )


def editions_active(
    jurisdiction: Jurisdiction | int | None = None, dataset: str = ""
) -> QuerySet[Edition]:
    """The active editions, of one city and dataset if asked for, those of several sources in the order they count."""
    active = Edition.objects.filter(status=EditionStatus.ACTIVE)
    if jurisdiction is not None:
        active = active.filter(jurisdiction=jurisdiction)
    if dataset:
        active = active.filter(dataset=dataset)
    return active.order_by("dataset", "precedence", "source_name", "pk")


def editions_by_dataset(jurisdiction: Jurisdiction) -> dict[str, int]:
    """Numbers of the active editions by dataset; of further sources by "dataset/source", as evidence names them."""
    found: dict[str, int] = {}
    for one in editions_active(jurisdiction):
        name = f"{one.dataset}/{one.source_name}" if one.dataset in found else one.dataset
        found[name] = one.pk
    return found
