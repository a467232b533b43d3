"""Lage on the map: cadastral districts and roads by how many reports of the period they have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.contrib.gis.db.models import Collect
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.maps.geojson import collection_respond
from gis_core.models import Jurisdiction
from gis_core.srids import WGS84
from issues.rights import SEE
from mapui.evaluation.situation import SituationAsked, situation_asked
from mapui.evaluation.situation_tables import place_tables, queue_url
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.selectors import bounds_shown, map_services_shown
from mapui.maps.situation import CLASSES, situation_map_build
from mapui.site.permissions import jurisdiction_for, page_for, staff_feed
from mapui.site.types import PageRequest
from parcels.models import CadastralDistrict
from routing.enums import RoadClass
from routing.figures import Place, figures_by_place
from routing.models import RoadSection
from routing.road_signs import sign_letters

# 1 cm; what a map of a whole city shows needs no more.
DECIMALS: Final = 7


@page_for(SEE)
@require_safe
@never_cache
def situation_map(request: PageRequest) -> HttpResponse:
    """The map, and the same as two tables beside it."""
    jurisdiction = jurisdiction_for(request, SEE)
    context: dict[str, Any] = {"page": "evaluation", "jurisdiction": jurisdiction}
    if jurisdiction is not None:
        asked = situation_asked(request, jurisdiction)
        rendered = _map(request, jurisdiction, asked)
        context |= {
            "form": asked.form,
            "here": asked.query,
            "tables": place_tables(asked.scope, _places(asked)),
            # Written by Folium from names alone; nothing of it comes from a person.
            "map_html": mark_safe(rendered.html),  # noqa: S308
            "map_scripts": [
                *rendered.scripts,
                f"{reverse('situation_map_script')}?{asked.query}",
            ],
            "map_styles": [*rendered.styles, f"{reverse('situation_map_style')}?{asked.query}"],
        }
    return render(request, "mapui/evaluation/situation_map.html", context)


@require_safe
@staff_feed
def situation_map_script(request: HttpRequest) -> HttpResponse:
    return script_respond(request, _map(request, *_asked(request)))


@require_safe
@staff_feed
def situation_map_style(request: HttpRequest) -> HttpResponse:
    return style_respond(request, _map(request, *_asked(request)))


@require_safe
@staff_feed
def situation_places(request: HttpRequest) -> HttpResponse:
    """Districts and roads as GeoJSON: name, received, open, url, and `step` (0 to 4, by share of the largest)."""
    jurisdiction, asked = _asked(request)
    places = _places(asked)
    features = [
        *_districts(jurisdiction, asked, places.get("district", [])),
        *_roads(jurisdiction, asked, places.get("road", [])),
    ]
    return collection_respond(request, features, is_private=True)


def _asked(request: HttpRequest) -> tuple[Jurisdiction, SituationAsked]:
    """Raises Http404 before set-up."""
    jurisdiction = jurisdiction_for(request, SEE)
    if jurisdiction is None:
        raise Http404
    return jurisdiction, situation_asked(request, jurisdiction)


def _map(request: HttpRequest, jurisdiction: Jurisdiction, asked: SituationAsked) -> RenderedMap:
    return situation_map_build(
        jurisdiction=jurisdiction,
        feed=f"{reverse('situation_places')}?{asked.query}",
        bounds=bounds_shown(jurisdiction),
        services=map_services_shown(request.user),
    )


def _places(asked: SituationAsked) -> dict[str, list[Place]]:
    return figures_by_place(asked.scope, since=asked.period.since, until=asked.period.until)


def _districts(
    jurisdiction: Jurisdiction, asked: SituationAsked, places: list[Place]
) -> Iterator[dict[str, Any]]:
    rows = (
        CadastralDistrict.objects.active()
        .filter(jurisdiction=jurisdiction, key__in=[one.key for one in places])
        .exclude(geometry=None)
        .annotate(shape=AsGeoJSON(Transform("geometry", WGS84), precision=DECIMALS))
    )
    shapes = {one.key: (one.name, one.shape) for one in rows}
    for place in places:
        if place.key in shapes:
            name, shape = shapes[place.key]
            url = queue_url(asked.scope, {"district": place.key})
            yield _feature("district", name, place, places, shape, url)


def _numbered(letters: Any) -> Concat:
    return Concat(letters, Value(" "), "road_number")


def _roads(
    jurisdiction: Jurisdiction, asked: SituationAsked, places: list[Place]
) -> Iterator[dict[str, Any]]:
    """All sections of a road together: a decision names the road."""
    letters = sign_letters(RoadClass.L, jurisdiction.municipality_key)
    title = Case(
        When(road_number="", then=F("name")),
        When(road_class=RoadClass.L, then=_numbered(Value(letters))),
        default=_numbered(F("road_class")),
        output_field=CharField(),
    )
    rows = (
        RoadSection.objects.active()
        .filter(jurisdiction=jurisdiction)
        .annotate(road=title)
        .filter(road__in=[one.key for one in places])
        .values("road")
        .annotate(shape=AsGeoJSON(Transform(Collect("geometry"), WGS84), precision=DECIMALS))
        .order_by()
    )
    shapes = dict(rows.values_list("road", "shape"))
    for place in places:
        if place.key in shapes:
            url = queue_url(asked.scope, {"road": place.key})
            yield _feature("road", place.key, place, places, shapes[place.key], url)


def _feature(
    kind: str, name: str, place: Place, places: Iterable[Place], shape: str, url: str
) -> dict[str, Any]:
    most = max(one.received for one in places)
    return {
        "type": "Feature",
        "geometry": json.loads(shape),
        "properties": {
            "kind": kind,
            "name": name,
            "received": place.received,
            "open": place.open,
            "step": min(CLASSES * place.received // most, CLASSES - 1),
            "url": url,
        },
    }
