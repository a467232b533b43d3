"""A drawn piece of city with settled reports: built-up land and a street with a footway, each of a known area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Polygon
from django.utils import timezone

from gis_core.models import Edition, Jurisdiction
from issues.enums import IssueStatus
from issues.models import Issue
from parcels.enums import CadastreDataset
from parcels.models import LandUse, Parcel
from routing.engine.priors import PriorRow
from routing.enums import NetworkDataset
from routing.models import RoadPartArea, RoadSection
from routing.rulebook import draft_import, rule_set_activate
from tests.mapui.factories import (
    SOUTH,
    SRID,
    WEST,
    authority_create,
    category_create,
    edition_create,
    issue_create,
    jurisdiction_create,
)
from tests.routing.rule_factories import row_make

DUMP: Final = "WASTE_DUMP"
# Metres north of the corner, from and to; all are 200 m long.
YARD: Final = (0, 80)
FOOTWAY: Final = (80, 83)
CARRIAGEWAY: Final = (83, 89)
VERGE: Final = (89, 90)
ROAD: Final = (80, 90)
LENGTH: Final = 200


ROWS: Final = (
    row_make("R1"),
    row_make("R2", category="WASTE_DUMP|GRAFFITI", usage="ROAD"),
    row_make("R3", category="WASTE_DUMP|GRAFFITI", usage="BUILT", body="PRIV"),
)


def prior(weight: float, category: str = DUMP, **columns: str) -> PriorRow:
    known = {"road_class": "*", "usage": "*", "part": "*", "built_up": "*", **columns}
    return PriorRow(category=category, weight=weight, **known)


EXPERT: Final = {
    "yard": prior(1.0, usage="BUILT"),
    "footway": prior(10.0, road_class="G", usage="ROAD", part="footway"),
    "carriageway": prior(10.0, road_class="G", usage="ROAD", part="carriageway"),
    "verge": prior(10.0, usage="ROAD", part="none"),
}


def settled_city(priors: Iterable[PriorRow] = EXPERT.values()) -> Jurisdiction:
    """A municipal street beside a yard, no built-up areas loaded, and a rule set in effect with these priors."""
    city = jurisdiction_create()
    parcels = edition_create(city, CadastreDataset.PARCELS)
    uses = edition_create(city, CadastreDataset.LAND_USE)
    for number, (usage, strip) in enumerate([("BUILT", YARD), ("ROAD", ROAD)], start=1):
        key, shape = f"059999001{number:05d}______", _strip(*strip)
        district = {"gemarkung_key": "059999", "gemarkung_name": "Musterberg", "flur": 1}
        _row(Parcel, parcels, key, **district, numerator=number, official_area=1, geometry=shape)
        _row(LandUse, uses, key, usage=usage, use_type=usage, geometry=shape)
    middle = SOUTH + (CARRIAGEWAY[0] + CARRIAGEWAY[1]) / 2
    line = LineString((WEST, middle), (WEST + LENGTH, middle))
    sections = edition_create(city, NetworkDataset.ROAD_SECTIONS)
    network = {"road_class": "G", "name": "Weg", "length": LENGTH}
    _row(RoadSection, sections, "S1", **network, geometry=MultiLineString(line, srid=SRID))
    parts = edition_create(city, NetworkDataset.ROAD_PARTS)
    for key, strip in (("footway", FOOTWAY), ("carriageway", CARRIAGEWAY)):
        _row(RoadPartArea, parts, key, part=key, section_key="S1", geometry=_strip(*strip))
    for code in ("ROAD_SURFACE", DUMP, "GRAFFITI"):
        category_create(city, code)
    for code in ("EUV", "PRIV"):
        authority_create(city, code)
    content = {"rows": ROWS, "priors": list(priors)}
    draft = draft_import(jurisdiction=city, content=content, name="drawn")
    rule_set_activate(draft=draft, revision=0, valid_from=timezone.localdate(), by=None)
    return city


def settled_make(city: Jurisdiction, north: float, *, east: float = 50, **fields: object) -> Issue:
    """A report that is done and was placed within 5 m."""
    known = {"accuracy_m": 5.0, "status": IssueStatus.DONE, "category": category_create(city, DUMP)}
    return issue_create(city, east=east, north=north, **{**known, **fields})


def _strip(south: float, north: float) -> MultiPolygon:
    box = Polygon.from_bbox((WEST, SOUTH + south, WEST + LENGTH, SOUTH + north))
    return MultiPolygon(box, srid=SRID)


def _row(model: type, edition: Edition, key: str, **fields: object) -> None:
    model.objects.create(
        jurisdiction=edition.jurisdiction,
        edition_from=edition,
        key=key,
        content_hash=b"0" * 16,
        **fields,
    )
