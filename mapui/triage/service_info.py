"""What the map services say about a place that somebody clicked on: each is asked by a request of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.maps.feature_info import (
    FeatureInfo,
    InfoUnavailable,
    feature_info_ask,
    is_askable,
)
from gis_core.maps.feature_info.asking import ZOOM
from gis_core.models import MapService
from gis_core.models.map_services import MAX_ZOOM
from issues.rights import SEE
from mapui.maps.selectors import map_services_shown
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest


@dataclass(frozen=True)
class AskableService:
    """A service that a page offers to ask, and the address that asks it."""

    service: MapService
    address: str


class ClickForm(forms.Form):
    """A place in WGS84 degrees and the zoom at which it was clicked."""

    lat = forms.FloatField(min_value=-85, max_value=85)
    lon = forms.FloatField(min_value=-180, max_value=180)
    zoom = forms.IntegerField(min_value=0, max_value=MAX_ZOOM, required=False)


def services_askable(request: HttpRequest) -> list[AskableService]:
    """The services to ask about the place in the address; with `services` only those that the map shows now."""
    if not ClickForm(request.GET).is_valid():
        return []
    services = map_services_shown(request.user)
    if "services" in request.GET:
        drawn = request.GET["services"].split(",")
        services = [one for one in services if one.slug in drawn]
    kept = {name: request.GET[name] for name in ("lat", "lon", "zoom") if name in request.GET}
    return [
        AskableService(one, f"{reverse('service_info', args=[one.slug])}?{urlencode(kept)}")
        for one in services
        if is_askable(one)
    ]


@page_for(SEE)
@require_safe
@never_cache
def service_info(request: PageRequest, slug: str) -> HttpResponse:
    """What one service says about the place `lat`, `lon`: a part of the panel for htmx, else a page.

    400: the place is none. 404: this person sees no such service.
    """
    service = next((one for one in map_services_shown(request.user) if one.slug == slug), None)
    if service is None:
        raise Http404
    form = ClickForm(request.GET)
    info: FeatureInfo | None = None
    problem = ""
    if form.is_valid():
        try:
            info = feature_info_ask(
                service=service,
                longitude=form.cleaned_data["lon"],
                latitude=form.cleaned_data["lat"],
                zoom=ZOOM if form.cleaned_data["zoom"] is None else form.cleaned_data["zoom"],
            )
        except InfoUnavailable as error:
            problem = error.shown()
    context = {
        "page": "triage_parcel",
        "form": form,
        "service": service,
        "info": info,
        "layers": {one.layer for one in info.features} if info else set(),
        "problem": problem,
    }
    template = (
        "mapui/triage/_service_info.html" if request.htmx else "mapui/triage/service_info.html"
    )
    return render(request, template, context, status=200 if form.is_valid() else 400)
