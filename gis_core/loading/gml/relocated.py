"""Parcels whose streets or house numbers an update changes without bringing the parcels themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely

from gis_core.coordinates import storage_crs
from gis_core.datasets import DatasetSpec
from gis_core.loading.gml.nba import DeliveryPlan
from gis_core.loading.read.batches import BATCH_ROWS, Batch, LoadReport
from gis_core.models import Jurisdiction

NAMES_KEPT: Final = 20


def relocated_batches(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan
) -> Iterator[Batch]:
    """The active ones of these parcels, as their source would bring them again, with the text that holds now."""
    ids, text = plan.profile.location_ids, plan.profile.location
    changed = plan.locations.changed()
    if not ids or not changed:
        return
    active = spec.model.objects.active().filter(
        jurisdiction=jurisdiction, **{f"{ids}__has_any_keys": sorted(changed)}
    )
    texts: dict[int, str] = {}
    for row in active.order_by("key").values("pk", ids, text, plan.profile.object_id):
        told, complete = plan.locations.text(row[ids])
        if complete and told != row[text] and row[plan.profile.object_id] not in plan.objects:
            texts[row["pk"]] = told
    numbers = list(texts)
    for start in range(0, len(numbers), BATCH_ROWS):
        some = spec.model.objects.filter(pk__in=numbers[start : start + BATCH_ROWS])
        rows = list(some.order_by("key"))
        yield _batch(plan, rows, [texts[row.pk] for row in rows])


def locations_tell(plan: DeliveryPlan, report: LoadReport) -> None:
    """Notes what nobody knows of streets and house numbers; `report.locations` are those to be kept."""
    locations, missing = plan.locations, {}
    if plan.profile.location:
        report.locations = locations.as_json()
        missing = {
            "streets_missing": locations.streets_missing,
            "locations_missing": locations.places_missing,
        }
    if plan.partial and plan.profile.location_ids and locations.former is None:
        missing["locations_stale"] = locations.changed() | set(locations.streets)
    for name, identifiers in missing.items():
        if identifiers:
            report.named[name] = {
                "count": len(identifiers),
                "names": sorted(identifiers)[:NAMES_KEPT],
            }


def _batch(plan: DeliveryPlan, rows: list[Any], texts: list[str]) -> Batch:
    columns: dict[str, list[Any]] = {
        column: [getattr(row, column) or None for row in rows] for column in plan.profile.columns
    }
    columns[plan.profile.location] = texts
    features = [f"{plan.profile.features[0]} {row.key}" for row in rows]
    geometry = np.array([shapely.from_wkb(bytes(row.geometry.wkb)) for row in rows], dtype=object)
    names = ", ".join(path.name for path in plan.files)
    return Batch(names, columns, features, geometry, storage_crs(), update=True)
