"""The first rows of a source that is being mapped: as a table, and as places on the map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import shapely
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from gis_core.coordinates import storage_crs, transform_geometry
from gis_core.datasets import dataset_spec
from gis_core.errors import GisError
from gis_core.loading.look import Layer, source_look
from gis_core.loading.mapping import Preview, mapping_preview
from gis_core.loading.read.profiles import profile_parse
from gis_core.maps.geojson import collection_respond
from gis_core.models import Jurisdiction, OwnProfile
from gis_core.net.problems import problem_respond
from gis_core.srids import WGS84
from mapui.geodata.mapping_lists import mapping_found
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.sample import sample_map_build
from mapui.maps.selectors import bounds_shown, map_services_shown
from mapui.site.permissions import geodata_feed

CRS_LENGTH: Final = 100
# Of what is drawn nobody sees more than so many steps across the whole.
STEPS: Final = 2000


@dataclass(frozen=True)
class Places:
    """How many of the first objects have a place, and how many of these touch the municipality (None: no boundary)."""

    count: int
    inside: int | None


def layers_of(draft: OwnProfile) -> tuple[list[Layer], Layer]:
    """The layers of a draft's file, and the one that is mapped. LoadError or OSError where it cannot be read."""
    layers = source_look(Path(draft.source), has_header=not draft.content.get("header"))
    features = draft.content.get("features")
    return layers, next((one for one in layers if [one.name] == features), layers[0])


def preview_of(draft: OwnProfile, shown: Layer, crs: str) -> Preview:
    """The first rows as a load would make them. GisError as a load raises it."""
    return mapping_preview(
        dataset_spec(draft.dataset),
        draft.jurisdiction,
        Path(draft.source),
        profile_parse({**draft.content, "name": "mapping"}),
        layer=None if shown.has_header is not None else shown.name,
        crs=crs,
    )


def places_count(shapes: Sequence[Any], jurisdiction: Jurisdiction) -> Places:
    found = _placed(shapes)
    if jurisdiction.boundary is None:
        return Places(len(found), None)
    boundary = shapely.from_wkb(bytes(jurisdiction.boundary.wkb))
    shapely.prepare(boundary)
    return Places(len(found), int(shapely.intersects(boundary, found).sum()))


def _placed(shapes: Sequence[Any]) -> list[Any]:
    return [one for one in shapes if one is not None and not one.is_empty]


def place_features(shapes: Sequence[Any]) -> list[dict[str, Any]]:
    """Shapes of the storage CRS as GeoJSON features in WGS84, no finer than anybody sees.

    CoordinateError where one has no position in degrees.
    """
    found = _placed(shapes)
    west, south, east, north = shapely.total_bounds(found) if found else (0.0,) * 4
    plain = shapely.simplify(found, max(east - west, north - south) / STEPS)
    degrees = transform_geometry(plain, storage_crs(), WGS84)
    return [
        {"type": "Feature", "geometry": json.loads(text), "properties": {}}
        for text in shapely.to_geojson(degrees)
    ]


def map_context(request: HttpRequest, draft: OwnProfile, crs: str) -> dict[str, Any]:
    """What the template needs to show the map."""
    rendered = _map(request, draft, crs)
    query = _query(crs)
    return {
        # Written by Folium from names alone; nothing of it comes from a person.
        "map_html": mark_safe(rendered.html),  # noqa: S308
        "map_scripts": [*rendered.scripts, reverse("mapping_map_script", args=[draft.pk]) + query],
        "map_styles": [*rendered.styles, reverse("mapping_map_style", args=[draft.pk]) + query],
    }


def _query(crs: str) -> str:
    return f"?{urlencode({'crs': crs})}" if crs else ""


def _map(request: HttpRequest, draft: OwnProfile, crs: str) -> RenderedMap:
    return sample_map_build(
        jurisdiction=draft.jurisdiction,
        url=reverse("mapping_places", args=[draft.pk]) + _query(crs),
        bounds=bounds_shown(draft.jurisdiction),
        services=map_services_shown(request.user),
    )


def crs_asked(request: HttpRequest) -> str:
    """The CRS that somebody names for a source that names none."""
    return request.GET.get("crs", "")[:CRS_LENGTH]


@require_safe
@geodata_feed
def mapping_map_script(request: HttpRequest, pk: int) -> HttpResponse:
    draft = mapping_found(request, pk, name="")
    return script_respond(request, _map(request, draft, crs_asked(request)))


@require_safe
@geodata_feed
def mapping_map_style(request: HttpRequest, pk: int) -> HttpResponse:
    draft = mapping_found(request, pk, name="")
    return style_respond(request, _map(request, draft, crs_asked(request)))


@require_safe
@geodata_feed
def mapping_places(request: HttpRequest, pk: int) -> HttpResponse:
    """The first objects of a draft as the preview makes them, as GeoJSON."""
    draft = mapping_found(request, pk, name="")
    try:
        _layers, shown = layers_of(draft)
        features = place_features(preview_of(draft, shown, crs_asked(request)).shapes)
    except (GisError, OSError) as error:
        told = error.shown() if isinstance(error, GisError) else str(error.strerror)
        return problem_respond(400, errors={"crs": [told]})
    return collection_respond(request, features, is_private=True)
