"""Where an issue lies, in the terms of whoever gets it: address, parcel, section and station, coordinates, asset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from issues.models import Issue
from parcels.addresses import address_parse, street_search_text
from routing.forwarding.wording import text_told
from routing.models import Decision

# Between several places in one text of the cadastre: "Am Markt 1, 3; Ringstr. 7 (Hinterland)".
SEVERAL: Final = re.compile(r"[,;()]|\bund\b")


@dataclass(frozen=True)
class Asset:
    """What the report is about by the register. `is_reported`: its number was; otherwise it is the nearest one."""

    kind: str
    number: str
    distance_m: float
    is_reported: bool


@dataclass(frozen=True)
class Place:
    """Where: WGS84 degrees, the same in the storage CRS (metres), and what the decision found there.

    `address` is what was reported. `address_derived` is what the cadastre calls the parcel: nobody reported it.
    """

    latitude: float
    longitude: float
    srid: int
    easting: float
    northing: float
    accuracy_m: float | None
    address: str
    address_derived: str
    parcel_key: str
    parcel_label: str
    road: str
    section_key: str
    station_m: float | None
    asset: Asset | None = None

    @property
    def metres(self) -> str:
        """Easting and northing to a centimetre, to be copied into a GIS: "382943.34 5712374.04"."""
        return f"{self.easting:.2f} {self.northing:.2f}"

    @property
    def where(self) -> str:
        """Road and reported address, no street twice; without both the parcel."""
        road = "" if self.road in self.address else self.road
        return ", ".join(filter(None, (road, self.address))) or self.parcel_label


def place_of(
    issue: Issue, decision: Decision, *, with_address: bool = True, with_parcel: bool = True
) -> Place:
    """Where the issue lies and what the decision found there, without what the receiver may not get."""
    situation: Mapping[str, Any] = next(iter(decision.evidence.get("situations") or [{}]))
    parcel = _first(situation, "parcels")
    section = _first(situation, "sections") if decision.road else {}
    district = parcel.get("gemarkung") or decision.parcel_key[:6]
    label = [district, parcel.get("flur"), parcel.get("number")]
    reported = text_told(issue.address_text)
    parcel_key = decision.parcel_key if with_parcel else ""
    derived = "" if reported else _derived(parcel, decision.road, section)
    return Place(
        latitude=issue.latitude,
        longitude=issue.longitude,
        srid=settings.STORAGE_SRID,
        easting=issue.point.x,
        northing=issue.point.y,
        accuracy_m=issue.accuracy_m,
        address=reported if with_address else "",
        address_derived=derived if with_address and with_parcel else "",
        parcel_key=parcel_key,
        parcel_label="-".join(str(part) for part in label if part) if parcel_key else "",
        road=decision.road,
        section_key=section.get("key", ""),
        station_m=section.get("station"),
        asset=_asset(decision.evidence, situation),
    )


def _derived(parcel: Mapping[str, Any], road: str, section: Mapping[str, Any]) -> str:
    """What the cadastre calls the parcel: nothing where that is several places, or another street than the road."""
    text: str = parcel.get("location_text", "").strip()
    if not text or SEVERAL.search(text):
        return ""
    named = address_parse(text)
    street = street_search_text(named.street if named else text)
    roads = [street_search_text(one) for one in (section.get("name", ""), road) if one]
    is_named = any(not re.fullmatch(r"[ablk]\d+", one) for one in roads)
    return "" if is_named and not any(street in one or one in street for one in roads) else text


def _asset(evidence: Mapping[str, Any], situation: Mapping[str, Any]) -> Asset | None:
    """The asset of the category whose number was reported, else the nearest one that has a number."""
    kinds = evidence.get("asset_kinds", ())
    given = {str(one).strip() for one in evidence.get("answers", {}).values()}
    fitting = [
        Asset(one["kind"], one["number"], one["distance"], one["number"] in given)
        for one in situation.get("assets", ())
        if one["kind"] in kinds and one["number"]
    ]
    return min(fitting, key=lambda one: (not one.is_reported, one.distance_m), default=None)


def _first(situation: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = situation.get(name) or [{}]
    return found[0]
