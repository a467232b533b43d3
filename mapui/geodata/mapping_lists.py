"""The list of own column mappings: what is to be mapped next, export, removal."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.dataset_names import dataset_label
from gis_core.errors import GisError
from gis_core.messages import told_text
from gis_core.models import Jurisdiction, OwnProfile
from gis_core.services.jobs import job_order
from gis_core.services.profiles import draft_create, draft_order, profile_remove
from gis_core.services.uploads import upload_drop, upload_keep, upload_remove
from issues.rights import reached
from mapui.geodata.mapping_forms import SourceForm
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
        return mappings_show(request, SourceForm(), 413)
    response: HttpResponse = _mappings_list(request)
    return response


@csrf_protect
def _mappings_list(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return mappings_show(request, SourceForm())
    form = SourceForm(request.POST, request.FILES)
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    if jurisdiction is None:
        raise Http404
    if not form.is_valid():
        upload_drop(request.FILES.getlist("uploads"))
        return mappings_show(request, form, 422)
    if form.cleaned_data["url"]:
        return _order(request, form, jurisdiction)
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
        return mappings_show(request, form, 422)
    return redirect("mapping", pk=draft.pk)


def _order(request: PageRequest, form: SourceForm, jurisdiction: Jurisdiction) -> HttpResponse:
    """Has a worker fetch what is behind the address; the page of the draft waits for that."""
    draft = draft_order(
        jurisdiction=jurisdiction,
        dataset=form.cleaned_data["dataset"],
        address=form.address(),
        by=person_of(request),
    )
    if not job_order("geodata_draft_fetch", draft.pk):
        told = pgettext("mapping", "The queue cannot be reached; fetching begins when it is back.")
        messages.warning(request, told)
    return redirect("mapping", pk=draft.pk)


def mappings_show(
    request: PageRequest, form: SourceForm, status: int = 200, failed: OwnProfile | None = None
) -> HttpResponse:
    """The page; `failed` is a draft whose address cannot be mapped."""
    jurisdiction = failed.jurisdiction if failed else jurisdiction_for(request, MANAGE_GEODATA)
    stored = OwnProfile.objects.filter(jurisdiction=jurisdiction).exclude(name="")
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "form": form,
        "problem": told_text(failed.problem) if failed else "",
        "profiles": [
            (one, dataset_label(one.dataset), _load_query(one))
            for one in stored.select_related("created_by", "jurisdiction").order_by(
                "dataset", "name"
            )
        ],
    }
    return render(request, "mapui/geodata/mappings.html", context, status=status)


def _load_query(profile: OwnProfile) -> str:
    """What fills in the form of a load by a mapping of an address; "" for one of a file."""
    address = profile.content.get("address")
    if not address:
        return ""
    layer = address["layer"] or next(iter(profile.content.get("features", [])), "")
    query = {
        "jurisdiction": profile.jurisdiction.identifier,
        "dataset": profile.dataset,
        "profile": profile.name,
        "url": address["url"],
        "kind": address["kind"],
        "layer": layer,
    }
    return urlencode(query)


def mapping_found(request: HttpRequest, pk: int, **more: Any) -> OwnProfile:
    """A mapping that the person may manage; 404 else."""
    own = OwnProfile.objects.filter(reached(request.user, MANAGE_GEODATA), **more)
    return get_object_or_404(own.select_related("jurisdiction"), pk=pk)


@geodata_permission
@require_safe
@never_cache
def mapping_export(request: PageRequest, pk: int) -> HttpResponse:
    """A stored profile as the JSON file that GEODATA_PROFILES and `map_geodata --mapping` take."""
    own = mapping_found(request, pk)
    body = json.dumps({"name": own.name, **own.content}, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{own.dataset}-{own.pk}.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


@geodata_permission
@require_http_methods(["POST"])
def mapping_remove(request: PageRequest, pk: int) -> HttpResponse:
    own = mapping_found(request, pk)
    profile_remove(own)
    told = pgettext("mapping", "The mapping is removed. What was loaded by it stays.")
    messages.success(request, told)
    return redirect("mappings")
