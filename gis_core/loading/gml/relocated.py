"""What an update changes without bringing it: parcels by their streets and house numbers, addresses by their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely

from gis_core.coordinates import crs_parse, storage_crs
from gis_core.datasets import DatasetSpec
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.gml.nba import DeliveryPlan
from gis_core.loading.read.batches import BATCH_ROWS, Batch, LoadReport
from gis_core.models import Jurisdiction

NAMES_KEPT: Final = 20


def relocated_batches(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan
) -> Iterator[Batch]:
    """These rows as their source would bring them again, with the text and the place that hold now."""
    if plan.profile.places:
        yield from _addresses(spec, jurisdiction, plan)
    elif plan.profile.location_ids and (changed := plan.locations.changed()):
        yield from _parcels(spec, jurisdiction, plan, changed)


def _addresses(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan
) -> Iterator[Batch]:
    """House numbers whose street was renamed, or to whose place something new refers; also those that had none."""
    concerned = plan.locations.changed() | plan.places.identifiers()
    by_system: dict[str, list[tuple[str, str, shapely.Point]]] = defaultdict(list)
    for name in sorted(concerned - plan.objects.keys()):
        location = plan.locations.location(name)
        text, complete = plan.locations.text([name], is_numbered=False)
        found = plan.place(name)
        if location is not None and location.number and complete and found is not None:
            by_system[found[1]].append((name, text, found[0]))
    for system, rows in by_system.items():
        for start in range(0, len(rows), BATCH_ROWS):
            yield _placed(spec, jurisdiction, plan, system, rows[start : start + BATCH_ROWS])


def _placed(
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    plan: DeliveryPlan,
    system: str,
    rows: list[tuple[str, str, shapely.Point]],
) -> Batch:
    names = [name for name, _text, _point in rows]
    active = spec.model.objects.active().filter(jurisdiction=jurisdiction, key__in=names)
    dates = dict(active.order_by().values_list("key", "source_date"))
    numbers = [location and location.number for location in map(plan.locations.location, names)]
    given: dict[str, list[Any]] = {
        "key": names,
        "street": [text for _name, text, _point in rows],
        "number": numbers,
        "source_date": [dates.get(name) for name in names],
    }
    columns = {column: given.get(column, [None] * len(rows)) for column in plan.profile.columns}
    features = [f"{plan.profile.features[0]} {name}" for name in names]
    geometry = np.array([point for _name, _text, point in rows], dtype=object)
    files = ", ".join(path.name for path in plan.files)
    try:
        crs = crs_parse(system)
    except CoordinateError as error:
        # Neither the place nor a header names a system, or nobody knows it.
        raise LoadError(error.message, file=files, feature=features[0]) from error
    return Batch(files, columns, features, geometry, crs, update=True)


def _parcels(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan, changed: set[str]
) -> Iterator[Batch]:
    ids, text = plan.profile.location_ids, plan.profile.location
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
    knows = plan.profile.location_ids or plan.profile.places
    if plan.partial and knows and locations.former is None:
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
