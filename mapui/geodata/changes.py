"""The changes of an edition as its map shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon

from gis_core.datasets import dataset_spec
from gis_core.enums import ChangeKind, EditionStatus
from gis_core.loading.rows import edition_extent, edition_rows
from gis_core.models import Edition, EditionChange
from gis_core.srids import WGS84, storage_srid
from mapui.geodata.findings import labels_shown
from mapui.geodata.impact import impact_shown
from mapui.geodata.selectors import DifferenceTable
from mapui.site.types import Bounds

# More outlines than this make a browser slow; the map asks again for what is in view.
CHANGE_LIMIT: Final = 1500


def change_features(
    edition: Edition, *, kinds: Iterable[str], bbox: Polygon | None
) -> tuple[list[dict[str, Any]], bool]:
    """Changes of these kinds as GeoJSON features (WGS84), by kind and key; second, whether there are more.

    A first edition has no changes: its own rows are what is new.
    """
    if edition.is_first:
        new = ChangeKind.NEW.value
        own = edition_rows(edition, bbox, limit=CHANGE_LIMIT + 1) if new in kinds else []
        return _features(edition, [(new, key, [], outline) for key, outline in own])
    changes = EditionChange.objects.filter(
        edition=edition, kind__in=list(kinds), geometry__isnull=False
    )
    if bbox is not None:
        view = bbox.transform(storage_srid(), clone=True)
        changes = changes.filter(geometry__bboverlaps=view)
    found = changes.annotate(outline=AsGeoJSON(Transform("geometry", WGS84), precision=7)).order_by(
        "-kind", "key"
    )
    rows = found.values_list("kind", "key", "related", "outline")[: CHANGE_LIMIT + 1]
    return _features(edition, list(rows))


def _features(
    edition: Edition, rows: list[tuple[str, str, list[str], str]]
) -> tuple[list[dict[str, Any]], bool]:
    labels = labels_shown(edition, [key for _kind, key, _related, _outline in rows])
    features = [
        {
            "type": "Feature",
            "id": f"{kind}-{key}",
            "geometry": json.loads(outline),
            "properties": {
                "kind": kind,
                "kind_text": str(ChangeKind(kind).label),
                "key": key,
                "name": labels.get(key, ""),
                "related": related,
            },
        }
        for kind, key, related, outline in rows
    ]
    return features[:CHANGE_LIMIT], len(features) > CHANGE_LIMIT


def change_bounds(edition: Edition) -> Bounds | None:
    """Where the changes (of a first edition its rows) and the issues concerned lie (WGS84); None without any."""
    changes = EditionChange.objects.filter(edition=edition, geometry__isnull=False)
    places = [(one.longitude, one.latitude) for one in impact_shown(edition) or []]
    # Only the box is transformed: an edition may have a million changes.
    first = edition.is_first
    extent = edition_extent(edition) if first else changes.aggregate(e=Extent("geometry"))["e"]
    if extent is not None:
        box = Polygon.from_bbox(extent)
        box.srid = storage_srid()
        west, south, east, north = box.transform(WGS84, clone=True).extent
        places += [(west, south), (east, north)]
    if not places:
        return None
    longitudes, latitudes = zip(*places, strict=True)
    south_west = (round(min(latitudes), 5), round(min(longitudes), 5))
    return (south_west, (round(max(latitudes), 5), round(max(longitudes), 5)))


def kinds_mapped(edition: Edition, table: DifferenceTable) -> list[ChangeKind]:
    """The kinds of change that the map can draw; a dataset without geometry has none."""
    gone = edition.status == EditionStatus.DISCARDED
    if gone or dataset_spec(edition.dataset).geometry_field is None:
        return []
    return [kind for kind, count in table.kinds if count]
