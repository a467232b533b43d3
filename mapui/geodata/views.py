"""Administration of geodata: history, loading, one edition with its report, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gis_core.dataset_names import dataset_choices, dataset_names
from gis_core.datasets import dataset_spec
from gis_core.enums import ChangeKind, EditionStatus, FetchKind
from gis_core.errors import GisError
from gis_core.loading import Source
from gis_core.loading.sources import fetched_source
from gis_core.loading.stage.sources import NAME_LENGTH
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_create
from gis_core.services.exports import FORMATS
from gis_core.services.geodata_presets import GeodataPreset, presets
from gis_core.services.jobs import JobState, job_mark, job_order, job_state
from gis_core.services.sources import source_can_end
from gis_core.services.uploads import upload_drop, upload_keep
from issues.rights import reached
from mapui.geodata.actions import ACTIONS, Done, actions_allowed
from mapui.geodata.changes import kinds_mapped
from mapui.geodata.contents import FAULTS_SHOWN, contents_shown, faults_shown, left_out_shown
from mapui.geodata.findings import errors_standing, findings_shown, labels_shown
from mapui.geodata.forms import LoadForm, OverrideForm, preset_refused, preset_values
from mapui.geodata.impact import golden_broken, impact_shown
from mapui.geodata.selectors import (
    changes_shown,
    dataset_states,
    difference_table,
    editions_shown,
    sources_told,
)
from mapui.geodata.streaming import uploads_stream
from mapui.site.permissions import MANAGE_GEODATA, jurisdiction_for, page_for
from mapui.site.tables import csv_respond
from mapui.site.types import PageRequest
from parcels.enums import CadastreDataset
from routing.trying.edition_impact import impact_is_due

PAGE_SIZE = 25
CHANGES_PAGE_SIZE = 100
geodata_permission = page_for(MANAGE_GEODATA)


@geodata_permission
@require_safe
@never_cache
def geodata_list(request: PageRequest) -> HttpResponse:
    """Every dataset with its active edition, and the history of all editions."""
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    dataset = request.GET.get("dataset", "")
    editions = editions_shown(
        jurisdiction=jurisdiction, dataset=dataset if dataset in dataset_names() else ""
    )
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "states": dataset_states(jurisdiction),
        "editions": Paginator(editions, PAGE_SIZE).get_page(request.GET.get("page")),
        "dataset": dataset,
        "datasets": dataset_choices(),
        "formats": FORMATS,
    }
    return render(request, "mapui/geodata/list.html", context)


@csrf_exempt
@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def geodata_new(request: PageRequest) -> HttpResponse:
    """Orders a load. The handler that streams to disk has to be set before anything reads the request's body,
    so the token is checked by the inner view and only after the permission."""
    if request.method == "POST" and not uploads_stream(request):
        context = _form_context(request, LoadForm())
        return render(request, "mapui/geodata/new.html", context, status=413)
    response: HttpResponse = _geodata_new(request)
    return response


@csrf_protect
def _geodata_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
        preset = next((one for one in presets() if one.name == request.GET.get("preset")), None)
        asked = {"dataset": CadastreDataset.PARCELS, **request.GET.dict()}
        if preset and jurisdiction:
            asked = preset_values(preset, jurisdiction)
        shown = LoadForm(initial=asked, jurisdiction=jurisdiction)
        return render(request, "mapui/geodata/new.html", _form_context(request, shown, preset))
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    form = LoadForm(request.POST, request.FILES, jurisdiction=jurisdiction)
    if jurisdiction is None:
        raise Http404(_("There is no jurisdiction yet."))
    if not form.is_valid():
        upload_drop(request.FILES.getlist("uploads"))
        return render(request, "mapui/geodata/new.html", _form_context(request, form), status=422)
    edition = _create(form, jurisdiction, request)
    job_mark(edition, JobState("load"))
    if not job_order("geodata_load", edition.pk):
        messages.warning(
            request, _("The queue cannot be reached; the load begins when it is back.")
        )
    return redirect("geodata_edition", pk=edition.pk)


def _form_context(
    request: HttpRequest, form: LoadForm, preset: GeodataPreset | None = None
) -> dict[str, Any]:
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    return {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "form": form,
        "presets": presets(),
        "preset": preset,
        "refused": preset_refused(preset, jurisdiction),
    }


def _create(form: LoadForm, jurisdiction: Jurisdiction, request: PageRequest) -> Edition:
    data = form.cleaned_data
    profile, layer, crs = data["profile"] or None, data["layer"], data["crs"]
    if data["url"]:
        sources = [
            fetched_source(
                data["url"], kind=FetchKind(data["kind"]), layer=layer, profile=profile, crs=crs
            )
        ]
    else:
        kept = upload_keep(data["uploads"])
        sources = [Source(path, profile, layer or None, crs) for path in kept]
    return edition_create(
        jurisdiction=jurisdiction,
        dataset=data["dataset"],
        sources=sources,
        source_name=data["source_name"],
        as_of=data["as_of"],
        licence=data["licence"],
        attribution=data["attribution"],
        created_by=person_of(request),
    )


def person_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - geodata_permission lets nobody else in
    return request.user


def edition_or_404(request: HttpRequest, pk: int) -> Edition:
    editions = Edition.objects.filter(reached(request.user, MANAGE_GEODATA)).select_related(
        "jurisdiction", "created_by", "activated_by", "base", "restores"
    )
    return get_object_or_404(editions, pk=pk)


@geodata_permission
@require_safe
@never_cache
def geodata_edition(request: PageRequest, pk: int) -> HttpResponse:
    """One edition: its progress while it is loaded, then report, difference and impact."""
    edition = edition_or_404(request, pk)
    job, findings = job_state(edition), findings_shown(edition)
    difference, impact = difference_table(edition), impact_shown(edition)
    context = {
        "page": "geodata_edition",
        "jurisdiction": edition.jurisdiction,
        "edition": edition,
        "formats": FORMATS,
        "findings": [one for one in findings if not one.is_former],
        "findings_former": [one for one in findings if one.is_former],
        "contents": contents_shown(edition),
        "faults": faults_shown(edition)[:FAULTS_SHOWN],
        "fault_count": edition.report.get("counts", {}).get("faulty rows", 0),
        "left_out": left_out_shown(edition),
        "difference": difference,
        "kinds": list(ChangeKind),
        "impact": impact,
        "golden_broken": golden_broken(edition),
        "impact_due": impact is None and impact_is_due(edition),
        "has_map": bool(kinds_mapped(edition, difference) or impact)
        or any(one.samples for one in findings),
        "faults_have_places": any(one.get("wkt") for one in edition.report.get("faults", [])),
        "job": job,
        "has_sources": bool(dataset_spec(edition.dataset).same),
        "sources": sources_told(edition),
        "can_rename": source_can_end(edition),
        "name_length": NAME_LENGTH,
        "actions": actions_allowed(edition, job),
    }
    return render(request, "mapui/geodata/edition.html", context)


@geodata_permission
@require_safe
@never_cache
def geodata_progress(request: PageRequest, pk: int) -> HttpResponse:
    """How far a background job is; asked for again and again, and when it is over the page shows itself anew.

    With `impact` the page waits for a sweep that looks whom the edition concerns, and for whatever else begins.
    """
    edition = edition_or_404(request, pk)
    job = job_state(edition)
    context = {"edition": edition, "job": job}
    if request.htmx and not (job and job.is_running):
        if "impact" in request.GET and impact_is_due(edition):
            return HttpResponse(status=204)
        return HttpResponseClientRefresh()
    return render(request, "mapui/geodata/_progress.html", context)


@geodata_permission
@require_safe
@never_cache
def geodata_faults(request: PageRequest, pk: int) -> HttpResponse:
    """The rows that cannot be stored as CSV, with their places in WGS84. 404 where all rows can be."""
    edition = edition_or_404(request, pk)
    rows = faults_shown(edition)
    if not rows:
        raise Http404
    head = [
        pgettext("geodata", "Object"),
        pgettext("geodata", "Attribute"),
        pgettext("geodata", "Value"),
        pgettext("geodata", "What is wrong"),
        pgettext("geodata", "Latitude"),
        pgettext("geodata", "Longitude"),
    ]
    return csv_respond(f"flurpost-{edition.dataset}-{edition.pk}-faults.csv", head, rows)


@geodata_permission
@require_safe
@never_cache
def geodata_changes(request: PageRequest, pk: int) -> HttpResponse:
    """The changes one by one, of one kind and one Gemarkung if asked for."""
    edition = edition_or_404(request, pk)
    kind, district = request.GET.get("kind", ""), request.GET.get("district", "")
    changes = changes_shown(
        edition, kind=kind if kind in ChangeKind.values else "", district=district
    )
    shown = Paginator(changes, CHANGES_PAGE_SIZE).get_page(request.GET.get("page"))
    labels = labels_shown(edition, [change.key for change in shown])
    for change in shown:
        change.label = labels.get(change.key, "")
    context = {
        "page": "geodata_edition",
        "jurisdiction": edition.jurisdiction,
        "edition": edition,
        "changes": shown,
        "kind": kind,
        "kind_text": ChangeKind(kind).label if kind in ChangeKind.values else "",
        "district": district,
    }
    return render(request, "mapui/geodata/changes.html", context)


@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def geodata_action(request: PageRequest, pk: int, action: str) -> HttpResponse:
    """GET asks for confirmation and changes nothing; POST does it."""
    edition = edition_or_404(request, pk)
    if action not in ACTIONS:
        raise Http404
    errors = errors_standing(edition) if action == "activate" else []
    form = OverrideForm(request.POST if request.method == "POST" else None) if errors else None
    allowed = action in actions_allowed(edition, job_state(edition))
    if request.method == "POST" and allowed and (form is None or form.is_valid()):
        reason = form.cleaned_data["override_reason"] if form else ""
        return _act(request, edition, ACTIONS[action].run, reason)
    context = {
        "page": "geodata_edition",
        "jurisdiction": edition.jurisdiction,
        "edition": edition,
        "action": ACTIONS[action],
        "allowed": allowed,
        "errors": errors,
        "form": form,
        "difference": difference_table(edition),
        "impact": impact_shown(edition),
        "golden_broken": golden_broken(edition),
    }
    status = 200 if request.method != "POST" else 422 if allowed else 409
    return render(request, "mapui/geodata/confirm.html", context, status=status)


def _act(
    request: PageRequest, edition: Edition, run: Callable[[Edition, User, str], Done], reason: str
) -> HttpResponse:
    try:
        text, edition = run(edition, person_of(request), reason)
    except GisError as error:
        messages.error(request, error.shown())
    else:
        messages.success(request, text)
    if edition.status == EditionStatus.DISCARDED:
        return redirect("geodata_list")
    return redirect("geodata_edition", pk=edition.pk)
