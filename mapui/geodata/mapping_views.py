"""Mapping a source that the program does not know: upload, columns, proposal, preview, own profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.coordinates import crs_parse
from gis_core.dataset_names import dataset_label
from gis_core.datasets import dataset_spec
from gis_core.errors import GisError
from gis_core.loading import Source
from gis_core.loading.look import Layer, source_look
from gis_core.loading.mapping import Preview, mapping_preview
from gis_core.loading.read.profiles import profile_parse
from gis_core.loading.stage.sources import source_place
from gis_core.models import OwnProfile
from gis_core.services.editions import edition_create
from gis_core.services.jobs import JobState, job_mark, job_order
from gis_core.services.profiles import (
    draft_change,
    draft_create,
    draft_look,
    profile_remove,
    profile_save,
)
from gis_core.services.uploads import upload_drop, upload_keep, upload_remove
from issues.rights import reached
from mapui.geodata.mapping_forms import NAME_LENGTH, STORING, LookForm, MappingForm, SourceForm
from mapui.geodata.selectors import sources_known
from mapui.geodata.sketch import sketch_draw
from mapui.geodata.streaming import uploads_stream
from mapui.geodata.views import geodata_permission, person_of
from mapui.site.permissions import MANAGE_GEODATA, jurisdiction_for
from mapui.site.types import PageRequest


@csrf_exempt
@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mappings_list(request: PageRequest) -> HttpResponse:
    """The own profiles, and the file to be mapped next. The token is checked by the inner view, as for loads."""
    if request.method == "POST" and not uploads_stream(request):
        return _list(request, SourceForm(), 413)
    response: HttpResponse = _mappings_list(request)
    return response


@csrf_protect
def _mappings_list(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _list(request, SourceForm())
    form = SourceForm(request.POST, request.FILES)
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    if jurisdiction is None:
        raise Http404
    if not form.is_valid():
        upload_drop(request.FILES.getlist("uploads"))
        return _list(request, form, 422)
    sources = upload_keep(form.cleaned_data["uploads"])
    try:
        draft = draft_create(
            jurisdiction=jurisdiction,
            dataset=form.cleaned_data["dataset"],
            source=sources[0],
            by=person_of(request),
        )
    except GisError as error:
        upload_remove(sources[0])
        form.add_error("uploads", error.shown())
        return _list(request, form, 422)
    return redirect("mapping", pk=draft.pk)


def _list(request: PageRequest, form: SourceForm, status: int = 200) -> HttpResponse:
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    stored = OwnProfile.objects.filter(jurisdiction=jurisdiction).exclude(name="")
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "form": form,
        "profiles": [
            (one, dataset_label(one.dataset))
            for one in stored.select_related("created_by").order_by("dataset", "name")
        ],
    }
    return render(request, "mapui/geodata/mappings.html", context, status=status)


def _found(request: PageRequest, pk: int, **more: Any) -> OwnProfile:
    own = OwnProfile.objects.filter(reached(request.user, MANAGE_GEODATA), **more)
    return get_object_or_404(own.select_related("jurisdiction"), pk=pk)


@geodata_permission
@require_safe
@never_cache
def mapping_export(request: PageRequest, pk: int) -> HttpResponse:
    """A stored profile as the JSON file that GEODATA_PROFILES and `map_geodata --mapping` take."""
    own = _found(request, pk)
    body = json.dumps({"name": own.name, **own.content}, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{own.dataset}-{own.pk}.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


@geodata_permission
@require_http_methods(["POST"])
def mapping_remove(request: PageRequest, pk: int) -> HttpResponse:
    own = _found(request, pk)
    profile_remove(own)
    told = pgettext("mapping", "The mapping is removed. What was loaded by it stays.")
    messages.success(request, told)
    return redirect("mappings")


@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mapping_page(request: PageRequest, pk: int) -> HttpResponse:
    """A draft: columns and samples, the mapping, its preview. POST looks anew, changes, stores, or loads."""
    draft = _found(request, pk, name="")
    try:
        layers = source_look(Path(draft.source), has_header=not draft.content.get("header"))
    except (GisError, OSError) as error:
        messages.error(
            request, error.shown() if isinstance(error, GisError) else str(error.strerror)
        )
        return redirect("mappings")
    features = draft.content.get("features")
    shown = next((one for one in layers if [one.name] == features), layers[0])
    if request.method == "POST" and request.POST.get("act") == "look":
        look = LookForm(request.POST, layers=layers, shown=shown)
        if look.is_valid():
            said = look.cleaned_data
            draft_look(draft, layer=said.get("layer", ""), has_header=said.get("has_header"))
        return redirect("mapping", pk=pk)
    crs, name = request.GET.get("crs", "")[:100], request.GET.get("name", "")[:NAME_LENGTH]
    form_data = request.POST if request.method == "POST" else None
    form = MappingForm(
        form_data,
        spec=dataset_spec(draft.dataset),
        layer=shown,
        content=draft.content,
        crs=crs,
        name=name,
    )
    if form_data is not None and form.is_valid():
        return _act(request, draft, form)
    return _shown(request, draft, layers, shown, form, crs)


def _act(request: PageRequest, draft: OwnProfile, form: MappingForm) -> HttpResponse:
    """Changes the draft; stores it under its name where that was wanted, and loads where that was."""
    content, name = form.content(), form.cleaned_data["name"]
    crs = "" if form.is_placed_by_columns else form.cleaned_data.get("crs", "")
    draft_change(draft, content=content)
    act = request.POST.get("act")
    if act not in STORING:
        query = urlencode({key: said for key, said in (("crs", crs), ("name", name)) if said})
        return redirect(f"{reverse('mapping', args=[draft.pk])}{'?' * bool(query)}{query}#preview")
    source_name = form.cleaned_data.get("source_name", "")
    try:
        if act == "load":
            spec = dataset_spec(draft.dataset)
            source_place(draft.jurisdiction, spec, source_name, loaded=name)
        profile_save(
            jurisdiction=draft.jurisdiction, name=name, content=content, by=person_of(request)
        )
    except GisError as error:
        messages.error(request, error.shown())
        return redirect("mapping", pk=draft.pk)
    messages.success(request, pgettext("mapping", "The mapping is stored."))
    if act == "save":
        profile_remove(draft)
        return redirect("mappings")
    return _load(request, draft, name, crs, source_name)


def _load(
    request: PageRequest, draft: OwnProfile, name: str, crs: str, source_name: str
) -> HttpResponse:
    """The uploaded file becomes an edition by the mapping that was just stored."""
    source = Source(
        Path(draft.source),
        name,
        next(iter(draft.content.get("features", [])), None),
        crs_parse(crs) if crs else None,
    )
    edition = edition_create(
        jurisdiction=draft.jurisdiction,
        dataset=draft.dataset,
        sources=[source],
        source_name=source_name,
        created_by=person_of(request),
    )
    profile_remove(draft, is_source_needed=True)
    job_mark(edition, JobState("load"))
    if not job_order("geodata_load", edition.pk):
        told = pgettext("mapping", "The queue cannot be reached; the load begins when it is back.")
        messages.warning(request, told)
    return redirect("geodata_edition", pk=edition.pk)


def _shown(
    request: PageRequest,
    draft: OwnProfile,
    layers: list[Layer],
    shown: Layer,
    form: MappingForm,
    crs: str,
) -> HttpResponse:
    preview, problem = None, ""
    if gaps := form.gaps():
        told = pgettext("mapping", "A column or a fixed value is still needed for: %(columns)s.")
        problem = told % {"columns": ", ".join(gaps)}
    else:
        try:
            preview = _preview(draft, shown, crs)
        except GisError as error:
            problem = error.shown()
    labels = {one.name: one.verbose_name for one in dataset_spec(draft.dataset).attributes}
    context = {
        "page": "geodata",
        "jurisdiction": draft.jurisdiction,
        "dataset": dataset_label(draft.dataset),
        "layer": shown,
        "samples": shown.samples(),
        "look": LookForm(None, layers=layers, shown=shown),
        "form": form,
        "preview": preview,
        "heads": [labels.get(name, name) for name in preview.columns] if preview else [],
        "sketch": preview and sketch_draw(preview.shapes, draft.jurisdiction),
        "problem": problem,
        "sources": sources_known(draft.jurisdiction),
    }
    status = 422 if form.errors else 200
    return render(request, "mapui/geodata/mapping.html", context, status=status)


def _preview(draft: OwnProfile, shown: Layer, crs: str) -> Preview:
    return mapping_preview(
        dataset_spec(draft.dataset),
        draft.jurisdiction,
        Path(draft.source),
        profile_parse({**draft.content, "name": "mapping"}),
        layer=None if shown.has_header is not None else shown.name,
        crs=crs,
    )
