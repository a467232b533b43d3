"""Parcels: found by anything people write, or at a place; as a panel, a page and JSON."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.gis.geos import Point
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.coordinates import CoordinateError, wgs84_to_storage
from gis_core.net.problems import problem_respond
from issues.rights import issues_reached
from mapui.site.cards.parcels import ParcelsFound, parcel_card, parcels_chosen
from mapui.site.forms import PlaceForm
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import see_permission, staff_feed
from mapui.site.types import PageRequest
from mapui.triage.service_info import services_askable
from parcels.histories import parcel_history
from parcels.keys import parcel_label
from parcels.models import Parcel
from routing.deciding.at_place import bodies_at_place
from routing.models import Decision

# More reports of one parcel are in the queue.
REPORTS_MAX: Final = 20


@see_permission
@require_safe
@never_cache
def triage_parcel(request: PageRequest) -> HttpResponse:
    """The parcels at a place (`lat`, `lon`) or that a text means (`q`); the first is the one that counts.

    At a place the map services can be asked too: with `services` those of these short names.
    """
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = PlaceForm(request.GET)
    found = ParcelsFound([], [], {})
    if form.is_valid() and jurisdiction:
        found = parcels_chosen(jurisdiction=jurisdiction, **form.cleaned_data)
    context = {
        "page": "triage_parcel",
        "jurisdiction": jurisdiction,
        "form": form,
        "limit": found.limit,
        "cards": [parcel_card(parcel) for parcel in found.parcels],
        "vanished": [(parcel, parcel_history(parcel)) for parcel in found.vanished],
        "services": services_askable(request),
        **_reports(request, found),
    }
    template = "mapui/triage/_parcel.html" if request.htmx else "mapui/triage/parcel.html"
    return render(request, template, context)


@see_permission
@require_safe
@never_cache
def place_bodies(request: PageRequest) -> HttpResponse:
    """Who would get which reports of a place (`lat`, `lon`, WGS84). Raises Http404 for a place that is none."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = PlaceForm(request.GET)
    if jurisdiction is None or not form.is_valid() or form.cleaned_data["lat"] is None:
        raise Http404
    try:
        point = wgs84_to_storage(form.cleaned_data["lon"], form.cleaned_data["lat"])
    except CoordinateError as error:
        raise Http404 from error
    context = {
        "page": "triage_parcel",
        "jurisdiction": jurisdiction,
        "form": form,
        "bodies": bodies_at_place(
            jurisdiction=jurisdiction, point=Point(*point), at=timezone.now()
        ),
    }
    template = "mapui/triage/_bodies.html" if request.htmx else "mapui/triage/bodies.html"
    return render(request, template, context)


def _reports(request: HttpRequest, found: ParcelsFound) -> dict[str, Any]:
    """The reports whose decision names the first parcel, latest first, and whether there are more."""
    if not found.parcels:
        return {"reports": [], "is_more": False}
    here = Decision.objects.filter(is_current=True, parcel_key=found.parcels[0].key)
    reports = issues_reached(request.user).filter(pk__in=here.values("issue"))
    shown = list(reports.select_related("category").order_by("-received_at")[: REPORTS_MAX + 1])
    return {"reports": shown[:REPORTS_MAX], "is_more": len(shown) > REPORTS_MAX}


@require_safe
@staff_feed
@never_cache
def parcels_api(request: HttpRequest) -> HttpResponse:
    """`?q=` (key, Gemarkung-Flur-number, address, coordinates) or `?lat=&long=` (WGS84), and `jurisdiction`.

    Active parcels, at a place the one that counts first; when a text finds none, vanished ones with the
    active parcels that their land belongs to today. `limit` is the number at which a search ended, else null.
    400 when neither is given or a number is none, 404 for a jurisdiction that does not exist.
    """
    wanted = request.GET.get("jurisdiction", "")
    jurisdiction = jurisdiction_shown(wanted)
    if wanted and (jurisdiction is None or jurisdiction.identifier != wanted):
        unknown = [_("There is no jurisdiction %(name)s.") % {"name": wanted}]
        return problem_respond(404, errors={"jurisdiction": unknown})
    form = PlaceForm(
        {
            name: request.GET.get(key, "")
            for name, key in (("q", "q"), ("lat", "lat"), ("lon", "long"))
        }
    )
    if not form.is_valid():
        return problem_respond(400, errors=form.errors)
    if jurisdiction is None:
        return JsonResponse({"parcels": [], "limit": None})
    found = parcels_chosen(jurisdiction=jurisdiction, **form.cleaned_data)
    parcels = [
        {**_parcel(one), "distance_m": _rounded(found.distances.get(one.pk))}
        for one in found.parcels
    ]
    parcels += [{**_parcel(one), "distance_m": None} for one in found.vanished]
    return JsonResponse(
        {"jurisdiction": jurisdiction.identifier, "parcels": parcels, "limit": found.limit}
    )


def _rounded(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 2)


def _parcel(parcel: Parcel) -> dict[str, Any]:
    history = parcel_history(parcel)
    return {
        "key": parcel.key,
        "label": parcel_label(parcel.key, parcel.gemarkung_name),
        "gemarkung": parcel.gemarkung_name,
        "gemarkung_key": parcel.gemarkung_key,
        "flur": parcel.flur,
        "number": parcel.number,
        "official_area_m2": None if parcel.official_area is None else float(parcel.official_area),
        "location": parcel.location_text,
        "active": parcel.edition_to_id is None,
        "valid_from": history.valid_from,
        "valid_to": history.valid_to,
        "predecessors": [one.key for one in history.predecessors if one.key != parcel.key],
        "successors": [one.key for one in history.successors if one.key != parcel.key],
        "heirs": [one.key for one in history.heirs],
    }
