"""The page on which the columns of a source are mapped: proposal, preview, storing, loading."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gis_core.coordinates import crs_parse
from gis_core.dataset_names import dataset_label
from gis_core.datasets import dataset_spec
from gis_core.enums import FetchKind
from gis_core.errors import GisError
from gis_core.loading import Source
from gis_core.loading.look import Layer
from gis_core.loading.sources import fetched_source
from gis_core.loading.stage.sources import source_place
from gis_core.models import OwnProfile
from gis_core.services.editions import edition_create
from gis_core.services.jobs import JobState, job_mark, job_order
from gis_core.services.profiles import (
    draft_change,
    draft_look,
    profile_remove,
    profile_save,
)
from mapui.geodata.mapping_forms import NAME_LENGTH, STORING, LookForm, MappingForm, SourceForm
from mapui.geodata.mapping_lists import mapping_found, mappings_show
from mapui.geodata.mapping_sample import crs_asked, layers_of, map_context, places_count, preview_of
from mapui.geodata.selectors import sources_known
from mapui.geodata.views import geodata_permission, person_of
from mapui.site.types import PageRequest


@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mapping_page(request: PageRequest, pk: int) -> HttpResponse:
    """A draft: columns and samples, the mapping, its preview. POST looks anew, changes, stores, or loads.

    Of an address that is still to be fetched it says so; what went wrong there stands above the form of the next try.
    """
    draft = mapping_found(request, pk, name="")
    if not draft.source:
        return _unfetched(request, draft)
    try:
        layers, shown = layers_of(draft)
    except (GisError, OSError) as error:
        messages.error(
            request, error.shown() if isinstance(error, GisError) else str(error.strerror)
        )
        return redirect("mappings")
    if request.method == "POST" and request.POST.get("act") == "look":
        look = LookForm(request.POST, layers=layers, shown=shown)
        if look.is_valid():
            said = look.cleaned_data
            draft_look(draft, layer=said.get("layer", ""), has_header=said.get("has_header"))
        return redirect("mapping", pk=pk)
    crs, name = crs_asked(request), request.GET.get("name", "")[:NAME_LENGTH]
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


def _unfetched(request: PageRequest, draft: OwnProfile) -> HttpResponse:
    if draft.problem:
        form = SourceForm(initial={"dataset": draft.dataset, **draft.content["address"]})
        return mappings_show(request, form, failed=draft)
    context = {"page": "geodata", "jurisdiction": draft.jurisdiction, "draft": draft}
    return render(request, "mapui/geodata/fetching.html", context)


@geodata_permission
@require_safe
@never_cache
def mapping_progress(request: PageRequest, pk: int) -> HttpResponse:
    """Whether a draft's address is still being fetched; when that is over the page shows itself anew."""
    draft = mapping_found(request, pk, name="")
    if request.htmx and draft.is_fetched:
        return HttpResponseClientRefresh()
    return render(request, "mapui/geodata/_fetching.html", {"draft": draft})


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
            jurisdiction=draft.jurisdiction, name=name, content=draft.content, by=person_of(request)
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
    """The file becomes an edition by the mapping that was just stored; one of an address is fetched again."""
    layer = next(iter(draft.content.get("features", [])), None)
    known = crs_parse(crs) if crs else None
    if address := draft.content.get("address"):
        source = fetched_source(
            address["url"],
            kind=FetchKind(address["kind"]),
            layer=address["layer"] or layer or "",
            profile=name,
            crs=known,
        )
    else:
        source = Source(Path(draft.source), name, layer, known)
    edition = edition_create(
        jurisdiction=draft.jurisdiction,
        dataset=draft.dataset,
        sources=[source],
        source_name=source_name,
        created_by=person_of(request),
    )
    profile_remove(draft, is_source_needed=not address)
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
    preview, problem, places = None, "", None
    if gaps := form.gaps():
        told = pgettext("mapping", "A column or a fixed value is still needed for: %(columns)s.")
        problem = told % {"columns": ", ".join(gaps)}
    else:
        try:
            preview = preview_of(draft, shown, crs)
            places = places_count(preview.shapes, draft.jurisdiction)
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
        "places": places,
        "problem": problem,
        "sources": sources_known(draft.jurisdiction),
        **(map_context(request, draft, crs) if places and places.count else {}),
    }
    status = 422 if form.errors else 200
    return render(request, "mapui/geodata/mapping.html", context, status=status)
