"""The registry of map services: what is shown, what a service offers, and how one entry is shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_core.enums import ServiceKind
from gis_core.errors import GisError
from gis_core.maps.presets import preset_of, presets
from gis_core.maps.registry import (
    extent_accept,
    layer_unfit,
    layers_pick,
    service_change,
    service_remove,
)
from gis_core.maps.sources import source_order, source_remove
from gis_core.models import MapService, MapSource
from gis_core.services.jobs import job_order
from gis_core.services.rasters import raster_remove
from mapui.geodata.service_forms import AddressForm, PickForm, ServiceForm
from mapui.geodata.service_map import preview_address
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import MANAGE_GEODATA, page_for
from mapui.site.types import PageRequest

services_permission = page_for(MANAGE_GEODATA)


@services_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def services_list(request: PageRequest) -> HttpResponse:
    """All entries with their state, and where to look for more; POST orders a look at an address."""
    form = AddressForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            source = source_order(pasted=form.cleaned_data["address"])
        except GisError as error:
            form.add_error("address", error.shown())
        else:
            _order(request, "map_source_harvest", source.pk)
            return redirect("services_source", pk=source.pk)
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction_shown(request.GET.get("jurisdiction", "")),
        "services": MapService.objects.select_related("source")
        .prefetch_related("roles")
        .order_by("group", "order", "slug"),
        "sources": MapSource.objects.filter(services__isnull=True),
        "presets": presets(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "mapui/geodata/services.html", context, status=status)


def _order(request: PageRequest, task: str, pk: int) -> None:
    if not job_order(task, pk):
        text = _("The queue cannot be reached; the service is asked when it is back.")
        messages.warning(request, text)


@services_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def services_source(request: PageRequest, pk: int) -> HttpResponse:
    """What a service offers; POST puts the ticked layers into the registry."""
    source = get_object_or_404(MapSource, pk=pk)
    preset = preset_of(source.url)
    initial = {
        "attribution": preset.attribution if preset else source.provider,
        "licence": preset.licence if preset else source.licence[:300],
        "group": source.title[:60],
        "is_background": bool(preset and preset.is_background),
    }
    form = PickForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        label_suffix="",
        keep_days=preset.days if preset else 1,
    )
    ticked = request.POST.getlist("layer")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                picked = layers_pick(source=source, names=ticked, shown=form.shown())
            except GisError as error:
                form.add_error(None, error.shown())
            else:
                for service in picked:
                    _order(request, "map_service_check", service.pk)
                return redirect("services_entry" if len(picked) == 1 else "services", *_one(picked))
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction_shown(request.GET.get("jurisdiction", "")),
        "source": source,
        "is_unused": not source.services.exists(),
        "layers": _layers_shown(source, ticked or (preset.layers.split() if preset else [])),
        "form": form,
    }
    return render(request, "mapui/geodata/service_source.html", context, status=status)


def _one(picked: list[MapService]) -> list[str]:
    return [picked[0].slug] if len(picked) == 1 else []


def _layers_shown(source: MapSource, ticked: list[str]) -> list[dict[str, Any]]:
    """Each layer with why it cannot be picked, the entry it has already, whether it is ticked, and where its objects
    are loaded."""
    entries = {service.layers: service for service in source.services.all()}
    return [
        {
            **layer,
            "indent": min(layer["level"], 5),
            "unfit": reason.shown() if (reason := layer_unfit(source, layer)) else "",
            "entry": entries.get(layer["name"]) if layer["name"] else None,
            "ticked": layer["name"] in ticked,
            "loading": _loading_address(source, layer["name"]),
        }
        for layer in source.layers
    ]


def _loading_address(source: MapSource, name: str) -> str:
    """The page that loads the objects of a WFS or an OGC API Features, filled in; "" for pictures."""
    if source.kind not in {ServiceKind.WFS, ServiceKind.OGC_FEATURES} or not name:
        return ""
    filled = {
        "url": source.url,
        "kind": source.kind,
        "layer": name,
        "licence": source.licence[:100],
    }
    return f"{reverse('geodata_new')}?{urlencode(filled)}"


@services_permission
@require_POST
@never_cache
def services_source_again(request: PageRequest, pk: int) -> HttpResponse:
    """Orders another look at the service."""
    source = get_object_or_404(MapSource, pk=pk)
    source_order(pasted=source.url)
    _order(request, "map_source_harvest", source.pk)
    return redirect("services_source", pk=pk)


@services_permission
@require_POST
@never_cache
def services_source_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Forgets a service of which nothing was chosen."""
    source_remove(source=get_object_or_404(MapSource, pk=pk, services__isnull=True))
    return redirect("services")


@services_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def services_entry(request: PageRequest, slug: str) -> HttpResponse:
    """One entry: a preview, what was tried, and how it is shown."""
    found = MapService.objects.select_related("source", "raster")
    service = get_object_or_404(found, slug=slug)
    form = ServiceForm(
        request.POST if request.method == "POST" else None, instance=service, label_suffix=""
    )
    if request.method == "POST" and form.is_valid():
        service_change(service=service, **form.cleaned_data)
        messages.success(request, _("The map service was changed."))
        return redirect("services_entry", slug=slug)
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction_shown(request.GET.get("jurisdiction", "")),
        "service": service,
        "form": form,
        "preview": preview_address(service),
    }
    status = 422 if form.is_bound else 200
    return render(request, "mapui/geodata/service_entry.html", context, status=status)


@services_permission
@require_POST
@never_cache
def services_act(request: PageRequest, slug: str, action: str) -> HttpResponse:
    """Tries the entry again, takes its new extent as right, or takes it out of the registry."""
    service = get_object_or_404(MapService.objects.select_related("source"), slug=slug)
    if action == "check":
        _order(request, "map_service_check", service.pk)
        messages.success(
            request, _("The service is being tried; please reload the page in a moment.")
        )
    elif action == "extent":
        extent_accept(service=service)
    elif action == "remove":
        remove = raster_remove if service.kind == ServiceKind.RASTER else service_remove
        remove(service=service)
        messages.success(request, _("The map service was taken out of the registry."))
        return redirect("services")
    else:
        raise Http404
    return redirect("services_entry", slug=slug)


@services_permission
@require_safe
@never_cache
def services_progress(request: PageRequest, pk: int) -> HttpResponse:
    """Nothing while the source is being asked; then the page shows itself anew."""
    source = get_object_or_404(MapSource, pk=pk)
    response = HttpResponse(status=204)
    if not source.is_waiting:
        response["HX-Refresh"] = "true"
        response.status_code = 200
    return response
