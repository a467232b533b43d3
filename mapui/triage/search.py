"""One search for the map of the staff: numbers of issues, streets, addresses, parcels, coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.coordinates import storage_to_wgs84
from gis_core.errors import CoordinateError
from gis_core.models import Jurisdiction
from gis_core.srids import WGS84
from issues.rights import Person, issues_reached
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import staff_feed
from mapui.site.triage_issues import road_named
from mapui.site.types import Bounds
from parcels.addresses import address_parse
from parcels.keys import parcel_label
from parcels.models import Parcel
from parcels.places import place_parse
from parcels.selectors import addresses_search, parcels_search
from routing.enums import AreaKind
from routing.models import Area, RoadSection
from routing.road_signs import SIGN, road_title, sign_class

TEXT_MAX: Final = 100
OF_A_KIND: Final = 6
_NUMBER: Final = re.compile(r"^(?:[A-Za-z]{2,6}-\d{4}-)?0*(\d{1,6})$")
# A number alone, which may be found in each Gemarkung.
_PARCEL: Final = re.compile(r"^(\d{1,5})/(\d{1,4})$")
_ROAD: Final = re.compile(rf"^{SIGN}$", re.IGNORECASE)


@dataclass(frozen=True)
class Suggestion:
    """What a text may mean. `url` is opened beside the map; `place` (latitude, longitude) or `bounds` are shown.

    `page` is the address of the queue with a filter, to which the browser goes.
    """

    kind: str
    label: str
    detail: str = ""
    url: str = ""
    place: tuple[float, float] | None = None
    bounds: Bounds | None = None
    page: str = ""


@require_safe
@staff_feed
@never_cache
def suggestions_feed(request: HttpRequest) -> HttpResponse:
    """`?q=` and `jurisdiction`: the suggestions, the likeliest kind first; none for what is too long."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())
    found: list[Suggestion] = []
    if jurisdiction is not None and 0 < len(text) <= TEXT_MAX:
        found = [
            *suggestions(request.user, jurisdiction, text),
            *queue_suggestions(jurisdiction, text),
        ]
    return JsonResponse({"suggestions": [asdict(one) for one in found]})


def suggestions(person: Person, jurisdiction: Jurisdiction, text: str) -> list[Suggestion]:
    """At most OF_A_KIND of each kind: what the text may mean in this jurisdiction, and this person may see."""
    kinds = (_places, partial(_issues, person), _roads, _districts, _streets, _addresses, _parcels)
    return [one for kind in kinds for one in islice(kind(jurisdiction, text), OF_A_KIND)]


def queue_suggestions(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    """The reports of a road that the text is, and those that the search of the queue finds for it."""
    kind, here = pgettext("search", "List"), {"jurisdiction": jurisdiction.identifier}
    if road := road_named(text, jurisdiction):
        label = pgettext("search", "Reports on %(road)s") % {"road": road}
        query = urlencode({"road": road, **here})
        yield Suggestion(kind, label, page=f"{reverse('triage')}?{query}")
        return
    label = pgettext("search", "Reports with “%(text)s”") % {"text": text}
    query = urlencode({"q": text, **here})
    yield Suggestion(kind, label, page=f"{reverse('triage')}?{query}")


def _places(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    try:
        point = place_parse(text)
    except CoordinateError:
        return
    if point is not None:
        longitude, latitude = storage_to_wgs84(point.x, point.y)
        query = {"lat": latitude, "lon": longitude, "jurisdiction": jurisdiction.identifier}
        yield Suggestion(
            pgettext("search", "Place"),
            text,
            url=f"{reverse('triage_parcel')}?{urlencode(query)}",
            place=(latitude, longitude),
        )


def _issues(person: Person, jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    match = _NUMBER.match(text)
    if match is None:
        return
    issues = issues_reached(person).filter(
        jurisdiction=jurisdiction, number__endswith=f"-{int(match[1]):06}"
    )
    issues = issues.select_related("category")
    for issue in issues.order_by("-received_at")[:OF_A_KIND]:
        yield Suggestion(
            pgettext("search", "Issue"),
            issue.number,
            str(issue.category),
            url=reverse("triage_issue", args=[issue.number]),
        )


def _roads(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    if match := _ROAD.match(text):
        road_class, number = sign_class(match["letters"]), match["number"]
        sections = RoadSection.objects.active().filter(
            jurisdiction=jurisdiction, road_class=road_class, road_number__iexact=number
        )
        if bounds := _bounds(sections):
            title = road_title(road_class, number, "", jurisdiction.municipality_key)
            yield Suggestion(pgettext("search", "Road"), title, bounds=bounds)


def _districts(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    areas = Area.objects.active().filter(jurisdiction=jurisdiction, kind=AreaKind.DISTRICT)
    for area in areas.filter(name__istartswith=text).order_by("name", "key")[:OF_A_KIND]:
        same = areas.filter(pk=area.pk)
        yield Suggestion(pgettext("search", "District"), area.name, bounds=_bounds(same))


def _streets(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    """Streets of the network whose names begin as the text, then those that hold it."""
    wanted = address_parse(text)
    if wanted is None or wanted.number:
        return
    named = RoadSection.objects.active().filter(jurisdiction=jurisdiction)
    begins = named.filter(name__istartswith=wanted.street)
    holds = named.filter(name__icontains=wanted.street)
    names: dict[str, None] = {}
    for sections in (begins, holds):
        found = sections.order_by("name").values_list("name", flat=True).distinct()
        names.update(dict.fromkeys(found[:OF_A_KIND]))
    for name in names:
        yield Suggestion(
            pgettext("search", "Street"), name, bounds=_bounds(named.filter(name=name))
        )


def _addresses(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    wanted = address_parse(text)
    if wanted is None or not wanted.number:
        return
    for address in addresses_search(jurisdiction=jurisdiction, text=text)[:OF_A_KIND]:
        longitude, latitude = storage_to_wgs84(address.geometry.x, address.geometry.y)
        query = {"q": address.text, "jurisdiction": jurisdiction.identifier}
        yield Suggestion(
            pgettext("search", "Address"),
            address.text,
            f"{address.postcode} {address.place}".strip(),
            url=f"{reverse('triage_parcel')}?{urlencode(query)}",
            place=(latitude, longitude),
        )


def _parcels(jurisdiction: Jurisdiction, text: str) -> Iterator[Suggestion]:
    """Parcels by number or key; those of an address or a road stand there already."""
    if _ROAD.match(text) or not re.search(r"\d", text):
        return
    found = parcels_search(jurisdiction=jurisdiction, text=text)
    if match := _PARCEL.match(text):
        active = Parcel.objects.active().filter(jurisdiction=jurisdiction)
        numbered = active.filter(numerator=match[1], denominator=match[2]).order_by("key")
        found = list({one.pk: one for one in (*numbered[:OF_A_KIND], *found)}.values())
    for parcel in found:
        query = {"q": parcel.key, "jurisdiction": jurisdiction.identifier}
        yield Suggestion(
            pgettext("search", "Parcel"),
            parcel_label(parcel.key, parcel.gemarkung_name),
            parcel.location_text,
            url=f"{reverse('triage_parcel')}?{urlencode(query)}",
        )


def _bounds(shapes: Any) -> Bounds | None:
    """South-west and north-east corner in WGS84 degrees."""
    extent = shapes.annotate(degrees=Transform("geometry", WGS84)).aggregate(e=Extent("degrees"))
    if extent["e"] is None:
        return None
    west, south, east, north = extent["e"]
    return ((south, west), (north, east))
