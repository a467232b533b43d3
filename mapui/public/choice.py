"""What a page tells of the filter that was chosen: places meant, other radii, the same as data, and following it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gis_core.models import Jurisdiction
from issues.errors import IssuesError
from mapui.maps.page import EXTENT, with_query
from mapui.site.places import places_meant
from mapui.site.public_filter import METRES, Near, PublicFilterForm

FEEDS = ("atom", "geojson", "csv")
# A place found by its name is shown with what lies so far around it, or as far as it reaches.
METRES_LEAST = 250
# A place chosen anew has its own extent.
_PLACE = frozenset({"near", EXTENT})


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
    return [
        (
            one.label,
            Near(one.latitude, one.longitude, max(METRES_LEAST, round(one.accuracy_m or 0))),
        )
        for one in found
    ]
