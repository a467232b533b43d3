"""What a page tells of the filter that was chosen: places meant, other radii, the same as data, and following it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from issues.errors import IssuesError
from mapui.maps.page import EXTENT, with_query
from mapui.site.cities import city_shown
from mapui.site.guards import limit_refused
from mapui.site.places import PlaceMeant, places_meant, places_offered
from mapui.site.public_filter import METRES, Near, PublicFilterForm

FEEDS = ("atom", "geojson", "csv")
# A place found by its name is shown with what lies so far around it, or as far as it reaches.
METRES_LEAST = 250
TYPED_PER_MINUTE = 300
# A place chosen anew has its own extent.
_PLACE = frozenset({"near", EXTENT})


@require_safe
@never_cache
def public_places(request: HttpRequest) -> HttpResponse:
    """`?q=` and `jurisdiction`: the places that the text means or begins, each with the query of what lies around it.

    The query goes behind the page's own address, which may be that of the frame.
    """
    if (refused := limit_refused(request, "places", limit=TYPED_PER_MINUTE)) is not None:
        return refused
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    found = places_offered(jurisdiction, request.GET.get("q", "")) if jurisdiction else []
    asked = {name: value for name, value in request.GET.items() if name == "jurisdiction"}
    kind = pgettext("search", "Place")
    told = [
        {"kind": kind, "label": one.label, "page": f"?{urlencode(asked | {'near': _around(one)})}"}
        for one in found
    ]
    return JsonResponse({"suggestions": told})


def choice_told(
    jurisdiction: Jurisdiction | None, form: PublicFilterForm, address: str
) -> dict[str, Any]:
    """For the page at `address`; empty before set-up and where the filter cannot be used."""
    if jurisdiction is None or not form.is_valid():
        return {}
    given = {name: form.data[name] for name in form.fields if form.data.get(name)}
    data = form.cleaned_data

    def without(*names: str, **more: str) -> str:
        kept = {name: value for name, value in given.items() if name not in names}
        return with_query(address, {**kept, **more})

    told: dict[str, Any] = {
        "feeds": _feeds(jurisdiction, given),
        "follow_url": _follow(jurisdiction, form),
        "embedding_url": with_query(reverse("embedding"), given),
    }
    if data["q"]:
        told["places"] = [
            {"label": label, "url": without("q", *_PLACE, near=str(near))}
            for label, near in _places(jurisdiction, data["q"])
        ]
    if (near := data["near"]) is not None:
        told["surroundings"] = {
            "near": near,
            "without": without(*_PLACE),
            "radii": [
                {
                    "metres": metres,
                    "url": without(*_PLACE, near=str(Near(near.latitude, near.longitude, metres))),
                }
                for metres in METRES
                if metres != near.metres
            ],
        }
    for name in ("area", "street"):
        if data[name]:
            told[f"without_{name}"] = without(name)
    return told


def _feeds(jurisdiction: Jurisdiction, given: dict[str, str]) -> dict[str, str]:
    """The addresses of the same as data, by format; the extent goes along as it is."""
    query = {**given, "jurisdiction": jurisdiction.identifier}
    return {kind: with_query(reverse("public_feed", args=[kind]), query) for kind in FEEDS}


def _follow(jurisdiction: Jurisdiction, form: PublicFilterForm) -> str:
    """The page on which the same is followed, as far as following knows it: one of place, area, street, category."""
    data, query = form.cleaned_data, {"jurisdiction": jurisdiction.identifier}
    if (near := data["near"]) is not None:
        place = f"{near.latitude:.5f}, {near.longitude:.5f}"
        query |= {"kind": "area", "place": place, "metres": str(near.metres)}
    elif data["area"] is not None:
        query |= {"kind": "area", "area": form.data["area"]}
    elif data["street"]:
        query |= {"kind": "street", "place": data["street"]}
    elif data["category"]:
        query |= {"kind": "category", "category": data["category"]}
    return with_query(reverse("follow"), query)


def _places(jurisdiction: Jurisdiction, text: str) -> list[tuple[str, Near]]:
    """The places that the text means, each with its surroundings; none where it means nothing."""
    try:
        found = places_meant(jurisdiction, text)
    except IssuesError:
        return []
    return [(one.label, _around(one)) for one in found]


def _around(place: PlaceMeant) -> Near:
    metres = max(METRES_LEAST, round(place.accuracy_m or 0))
    return Near(place.latitude, place.longitude, metres)
