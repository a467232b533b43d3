"""The status map as a frame in pages of others, and the page that gives the line for it."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from mapui.maps.page import EXTENT, map_context, with_query
from mapui.public.views import list_context
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.public_filter import PublicFilterForm
from mapui.site.shared import answer_shared
from mapui.site.types import PageRequest


@require_safe
@xframe_options_exempt
def embed(request: PageRequest) -> HttpResponse:
    """Map and list with the filter of the address; links open the whole page in a tab of its own.

    Only the city's `embedders` may frame it. No cookie is set: nothing of it asks for a session or a form's token.
    """
    # The same for everybody, also for who is logged in.
    request.user = AnonymousUser()
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    response = answer_shared(request, partial(_framed, request, jurisdiction))
    ancestors = (jurisdiction.embedders if jurisdiction else []) or ["'none'"]
    # As django-csp's own decorators do: this part of the policy of all pages is another one here.
    vars(response)["_csp_replace"] = {"frame-ancestors": ancestors}
    return response


def _framed(request: PageRequest, jurisdiction: Jurisdiction | None) -> HttpResponse:
    context = list_context(request, jurisdiction, page_name="embed")
    context["is_framed"] = True
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/maps/_issue_list.html", context)
    context.update(map_context(MapName.PUBLIC, jurisdiction, request.user))
    context["whole_page"] = f"{reverse('public_map')}?{request.GET.urlencode()}"
    return render(request, "mapui/public/embed.html", context)


@require_safe
def embedding(request: PageRequest) -> HttpResponse:
    """The line that puts the map with the filter of the address into a page of the city."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if jurisdiction is None:
        raise Http404
    form = PublicFilterForm(request.GET, jurisdiction=jurisdiction)
    given = {name: form.data[name] for name in form.fields if form.data.get(name)}
    chosen = {name: text for name, text in given.items() if name != EXTENT}
    if form.is_valid() and not (jurisdiction.hosts or jurisdiction.path):
        chosen["jurisdiction"] = jurisdiction.identifier
    address = with_query(city_address(jurisdiction, "embed"), chosen if form.is_valid() else {})
    context = {"page": "embedding", "jurisdiction": jurisdiction, "address": address}
    return render(request, "mapui/public/embedding.html", context)
