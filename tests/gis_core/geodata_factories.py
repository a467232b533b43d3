"""Small drawn sources for the load pipeline: squares in EPSG:25832 near 382900 / 5712300."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from gis_core.enums import EditionStatus
from gis_core.loading import Source
from gis_core.loading.stage.staging import Difference
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_activate, edition_stage
from gis_core.services.jurisdictions import jurisdiction_boundary_refresh
from gis_core.srids import storage_srid
from routing.models import Area

EAST, NORTH = 382900.0, 5712300.0
AVE = "http://repository.gdi-de.org/schemas/adv/produkt/alkis-vereinfacht/2.0"
NAS = "http://www.adv-online.de/namespaces/adv/gid/6.0"
KEYS = ("05528700100001______", "055287001000020001__", "05528700100003______")


def jurisdiction_make(**values: Any) -> Jurisdiction:
    facts = {
        "identifier": "castrop-rauxel.de",
        "name": "Castrop-Rauxel",
        "municipality_key": "05562004",
        "issue_prefix": "CR",
    }
    return Jurisdiction.objects.create(**{**facts, **values})


def municipality_draw(jurisdiction: Jurisdiction) -> Jurisdiction:
    """An active area of the municipality, 1 km by 1 km, from 100 m southwest of the first square on."""
    edition = Edition.objects.create(
        jurisdiction=jurisdiction,
        dataset="areas",
        status=EditionStatus.ACTIVE,
        activated_at=timezone.now(),
    )
    outline = Polygon.from_bbox((EAST - 100, NORTH - 100, EAST + 900, NORTH + 900))
    key = jurisdiction.municipality_key
    Area.objects.create(
        jurisdiction=jurisdiction,
        edition_from=edition,
        key=f"municipality/{key}",
        content_hash=b"1" * 16,
        kind="municipality",
        code=key,
        geometry=MultiPolygon(outline, srid=storage_srid()),
    )
    jurisdiction_boundary_refresh(jurisdiction=jurisdiction)
    return jurisdiction


def square(column: int, row: int = 0, size: float = 10.0) -> shapely.Polygon:
    """The square at this place of a grid of 10 m."""
    x, y = EAST + 10 * column, NORTH + 10 * row
    return shapely.box(x, y, x + size, y + size)


def pos_list(ring: Any, decimals: int = 3) -> str:
    return " ".join(f"{value:.{decimals}f}" for value in shapely.get_coordinates(ring).ravel())


def polygon_gml(
    polygon: shapely.Polygon, srs: str = 'srsName="urn:ogc:def:crs:EPSG::25832"'
) -> str:
    rings = [
        f"<gml:exterior><gml:LinearRing><gml:posList>{pos_list(polygon.exterior)}</gml:posList>"
    ]
    rings[0] += "</gml:LinearRing></gml:exterior>"
    rings += [
        f"<gml:interior><gml:LinearRing><gml:posList>{pos_list(ring)}</gml:posList></gml:LinearRing></gml:interior>"
        for ring in polygon.interiors
    ]
    return f"<gml:Polygon {srs}>{''.join(rings)}</gml:Polygon>"


def parcel_gml(key: str, geometry: str, prefix: str = "", **values: str) -> str:
    """A Flurstueck of ALKIS vereinfacht with the given elements; geometry as GML text."""
    elements = {
        "flstkennz": key,
        "gemarkung": "Castrop",
        "aktualit": "2026-09-30Z",
        "flaeche": "100.00",
    }
    elements |= values
    inner = "".join(
        f"<{prefix}{name}>{value}</{prefix}{name}>" for name, value in elements.items() if value
    )
    if geometry:
        inner += f"<{prefix}geometrie>{geometry}</{prefix}geometrie>"
    return f'<{prefix}Flurstueck gml:id="F{key[:16]}">{inner}</{prefix}Flurstueck>'


def collection_gml(
    *features: str, returned: int | None = None, namespace: str = f'xmlns="{AVE}"'
) -> str:
    """A WFS 2.0 feature collection."""
    members = "".join(f"<wfs:member>{feature}</wfs:member>" for feature in features)
    count = len(features) if returned is None else returned
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wfs:FeatureCollection numberReturned="{count}" {namespace}'
        ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:wfs="http://www.opengis.net/wfs/2.0">'
        f"{members}</wfs:FeatureCollection>"
    )


def parcels_gml(count: int = 3, **values: str) -> str:
    """A collection of so many square parcels side by side."""
    return collection_gml(
        *(parcel_gml(KEYS[i], polygon_gml(square(i)), **values) for i in range(count))
    )


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def table_write(
    path: Path,
    columns: dict[str, list[Any]],
    geometry: list[Any],
    *,
    layer: str | None = None,
    driver: str = "GPKG",
    crs: str | None = "EPSG:25832",
    append: bool = False,
    **options: Any,
) -> Path:
    """Any format of pyogrio, with the options of its writer; the geometry type is that of the first geometry."""
    if layer:
        options["layer"] = layer
    with warnings.catch_warnings():
        # A file without a CRS is what some tests want.
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(geometry, dtype=object)),
            [np.array(values) for values in columns.values()],
            list(columns),
            driver=driver,
            crs=crs,
            geometry_type=geometry[0].geom_type,
            append=append,
            **options,
        )
    return path


@dataclass(frozen=True)
class Loaded:
    edition: Edition
    rows: int
    difference: Difference


def stage(jurisdiction: Jurisdiction, dataset: str, *paths: Path, **options: Any) -> Edition:
    source_options = {
        name: options.pop(name) for name in ("profile", "layer", "crs") if name in options
    }
    sources = [Source(path, **source_options) for path in paths]
    return edition_stage(jurisdiction=jurisdiction, dataset=dataset, sources=sources, **options)


def load(jurisdiction: Jurisdiction, dataset: str, *paths: Path, **options: Any) -> Loaded:
    """Stages and activates."""
    edition = edition_activate(edition=stage(jurisdiction, dataset, *paths, **options))
    report = edition.report
    numbers = (report[name] for name in ("new", "changed", "vanished", "unchanged"))
    return Loaded(edition, report["rows"], Difference(*numbers))
