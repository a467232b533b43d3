"""The evidence statement on a drawn place: fixed coordinates in EPSG:25832, every trap named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection
from django.utils import timezone

from gis_core.dataset_names import dataset_names
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from issues.enums import Channel
from issues.models import Category, Issue
from parcels.enums import CadastreDataset
from parcels.models import AskedOwnership, LandUse, Ownership, Parcel
from routing.enums import NetworkDataset
from routing.evidence import Asks, evidence_of
from routing.models import Agreement, Area, Asset, RoadPartArea, RoadSection, ThroughRoad
from routing.types import Evidence, Situation

pytestmark = pytest.mark.django_db

E0, N0 = 382000.0, 5712000.0


def wkt(kind: str, *rings: list[tuple[float, float]]) -> GEOSGeometry:
    """Geometry by offsets in metres from (E0, N0)."""
    texts = [", ".join(f"{E0 + x} {N0 + y}" for x, y in ring) for ring in rings]
    if kind == "line":
        return GEOSGeometry(f"MULTILINESTRING(({texts[0]}))", srid=25832)
    return GEOSGeometry(f"MULTIPOLYGON((({'),('.join(texts)})))", srid=25832)


def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]


class Place:
    """A B road running east (y = 0..20) through a field parcel (y > 20) and a yard (y < 0)."""

    def __init__(self) -> None:
        self.jurisdiction = Jurisdiction.objects.create(
            identifier="drawn.example",
            name="Drawn",
            municipality_key="05562004",
            issue_prefix="DRA",
            boundary=wkt("polygon", box(-500, -500, 500, 500)),
        )
        self.editions = {dataset: self.edition(dataset) for dataset in dataset_names()}
        self.parcel("road", box(0, 0, 400, 20), "ROAD", "BUND_STR", location_text="B 235")
        self.parcel("field", box(0, 20, 400, 120), "AGRI", "PRIV")
        self.parcel("yard", box(0, -100, 400, 0), "BUILT", "PRIV")
        self.row(
            RoadSection,
            NetworkDataset.ROAD_SECTIONS,
            "B235-1",
            road_class="B",
            road_number="235",
            start_station=1000,
            length=400,
            geometry=wkt("line", [(0, 10), (400, 10)]),
        )
        self.row(
            ThroughRoad,
            NetworkDataset.THROUGH_ROADS,
            "OD1",
            section_key="B235-1",
            from_station=1000,
            to_station=1100,
        )
        self.row(
            ThroughRoad,
            NetworkDataset.THROUGH_ROADS,
            "OD2",
            section_key="B235-1",
            from_station=1300,
            to_station=1400,
            status="unknown",
        )
        self.row(
            Area,
            NetworkDataset.AREAS,
            "town",
            kind="built_up",
            geometry=wkt("polygon", box(0, -100, 100, 120)),
        )

    def edition(self, dataset: str, **fields: Any) -> Edition:
        return Edition.objects.create(
            jurisdiction=self.jurisdiction,
            dataset=dataset,
            status=EditionStatus.ACTIVE,
            activated_at=timezone.now(),
            source="drawn",
            profile="drawn",
            **fields,
        )

    def row(self, model: Any, dataset: str, key: str, **fields: Any) -> Any:
        return model.objects.create(
            jurisdiction=self.jurisdiction,
            key=key,
            content_hash=b"0" * 16,
            edition_from=self.editions[dataset],
            **fields,
        )

    def parcel(
        self, key: str, ring: list[tuple[float, float]], usage: str, owner: str, **fields: Any
    ) -> None:
        geometry = wkt("polygon", ring)
        number = Parcel.objects.count() + 1
        self.row(
            Parcel,
            CadastreDataset.PARCELS,
            key,
            gemarkung_key="055287",
            gemarkung_name="Castrop",
            flur=1,
            numerator=number,
            geometry=geometry,
            **fields,
        )
        self.row(
            LandUse,
            CadastreDataset.LAND_USE,
            f"use of {key}",
            usage=usage,
            use_type=usage,
            parcel_key=key,
            geometry=geometry,
        )
        self.row(Ownership, CadastreDataset.OWNERSHIP, key, owner_class=owner)

    def issue(self, x: float, y: float, *, category: str = "ROAD_SURFACE", **fields: Any) -> Issue:
        kinds = fields.pop("asset_kinds", [])
        found, _ = Category.objects.get_or_create(
            jurisdiction=self.jurisdiction,
            code=category,
            defaults={"names": {"de": category, "en": category}, "asset_kinds": kinds},
        )
        now = timezone.now()
        return Issue.objects.create(
            jurisdiction=self.jurisdiction,
            category=found,
            number=f"DRA-{Issue.objects.count() + 1}",
            point=Point(E0 + x, N0 + y, srid=25832),
            latitude=51.55,
            longitude=7.31,
            channel=Channel.OPEN311,
            sender_key=str(Issue.objects.count()),
            content_hash=b"0" * 32,
            received_at=now,
            status_changed_at=now,
            **fields,
        )


@pytest.fixture
def place() -> Place:
    return Place()


def gather(*issues: Issue, **options: Any) -> list[Evidence]:
    found = evidence_of([i.pk for i in issues], **options)
    return [evidence for _issue, evidence in sorted(found, key=lambda one: one[0].issue_id)]


def situation(*issues: Issue, **options: Any) -> Situation:
    [evidence] = gather(*issues, **options)
    return evidence.situations[0]


def test_evidence_inside_the_road(place: Place) -> None:
    found = situation(place.issue(50, 12))
    [parcel] = found.parcels
    assert (parcel.key, parcel.usage, parcel.owner, parcel.area) == (
        "road",
        "ROAD",
        "BUND_STR",
        8000.0,
    )
    [section] = found.sections
    assert (section.road, section.distance, section.station) == ("B 235", 2.0, 1050.0)
    assert (section.through_road, section.same_parcel) == ("in", True)
    assert (found.inside, found.built_up) == (True, "in")


@pytest.mark.parametrize(("x", "state"), [(50, "in"), (200, "out"), (350, "unknown")])
def test_evidence_through_road_by_station(place: Place, x: float, state: str) -> None:
    assert situation(place.issue(x, 10)).sections[0].through_road == state


def test_evidence_through_road_by_geometry_where_stations_are_missing(place: Place) -> None:
    ThroughRoad.objects.all().delete()
    place.row(
        ThroughRoad,
        NetworkDataset.THROUGH_ROADS,
        "OD3",
        section_key="B235-1",
        geometry=wkt("line", [(0, 10), (100, 10)]),
    )
    assert situation(place.issue(50, 15)).sections[0].through_road == "in"
    assert situation(place.issue(150, 15)).sections[0].through_road == "out"


def test_evidence_through_road_is_unknown_without_an_edition(place: Place) -> None:
    Edition.objects.filter(dataset=NetworkDataset.THROUGH_ROADS).update(
        status=EditionStatus.SUPERSEDED
    )
    assert situation(place.issue(200, 10)).sections[0].through_road == "unknown"


def test_evidence_built_up_is_unknown_without_areas(place: Place) -> None:
    Edition.objects.filter(dataset=NetworkDataset.AREAS).update(status=EditionStatus.SUPERSEDED)
    assert situation(place.issue(50, 10)).built_up == "unknown"


def test_evidence_point_on_a_shared_edge_belongs_to_both_road_first(place: Place) -> None:
    assert [p.key for p in situation(place.issue(50, 20)).parcels] == ["road", "field"]


def test_evidence_point_on_an_edge_of_equal_use_smaller_area_first(place: Place) -> None:
    place.parcel("small yard", box(0, -200, 50, -100), "BUILT", "CITY")
    assert [p.key for p in situation(place.issue(25, -100)).parcels] == ["small yard", "yard"]


def test_evidence_gap_takes_the_nearest_parcel_and_says_how_far(place: Place) -> None:
    found = situation(place.issue(50, 123))
    assert [(p.key, p.distance) for p in found.parcels] == [("field", 3.0)]
    assert situation(place.issue(50, 126)).parcels == ()


def test_evidence_hole_belongs_to_the_parcel_inside(place: Place) -> None:
    place.row(
        Parcel,
        CadastreDataset.PARCELS,
        "ring",
        gemarkung_key="055287",
        numerator=9,
        geometry=wkt("polygon", box(0, 200, 100, 300), box(40, 240, 60, 260)[::-1]),
    )
    place.parcel("island", box(40, 240, 60, 260), "GREEN", "CITY")
    assert [p.key for p in situation(place.issue(50, 250)).parcels] == ["island"]
    [ring] = situation(place.issue(10, 210)).parcels
    assert (ring.key, ring.usage, ring.owner) == ("ring", "UNKNOWN", "UNKNOWN")


def test_evidence_on_the_municipal_border_is_inside(place: Place) -> None:
    assert situation(place.issue(500, 0)).inside
    assert not situation(place.issue(500.01, 0)).inside


def test_evidence_closed_rows_are_not_seen(place: Place) -> None:
    later = Edition.objects.create(
        jurisdiction=place.jurisdiction,
        dataset=CadastreDataset.PARCELS,
        source="later",
        profile="drawn",
    )
    Parcel.objects.filter(key="road").update(edition_to=later)
    assert [p.key for p in situation(place.issue(50, 10)).parcels] == []


def test_evidence_assets_of_the_category_only_within_reach(place: Place) -> None:
    for key, kind, x in (("near", "gully", 52), ("far", "gully", 70), ("lamp", "street_light", 50)):
        place.row(
            Asset,
            NetworkDataset.ASSETS,
            key,
            kind=kind,
            number=key,
            owner="EUV",
            geometry=Point(E0 + x, N0 + 10, srid=25832),
        )
    found = situation(place.issue(50, 10, category="GULLY_BLOCKED", asset_kinds=["gully"]))
    assert [(a.key, a.distance) for a in found.assets] == [("near", 2.0)]


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (date(2000, 1, 1), date(2001, 1, 1), False),
        (date(2999, 1, 1), None, False),
        (date(2000, 1, 1), date(2999, 1, 1), True),
    ],
)
def test_evidence_agreement_only_on_its_days(
    place: Place, start: date | None, end: date | None, *, holds: bool
) -> None:
    place.row(
        Agreement,
        NetworkDataset.AGREEMENTS,
        "V1",
        body="EUV",
        document="Vertrag",
        categories=["ROAD_SURFACE"],
        valid_from=start,
        valid_to=end,
        geometry=wkt("polygon", box(0, 0, 400, 20)),
    )
    assert [a.key for a in situation(place.issue(50, 10)).agreements] == (["V1"] if holds else [])


def test_evidence_part_of_the_road(place: Place) -> None:
    place.row(
        RoadPartArea,
        NetworkDataset.ROAD_PARTS,
        "f",
        part="footway",
        section_key="B235-1",
        geometry=wkt("polygon", box(0, 0, 400, 3)),
    )
    assert [p.part for p in situation(place.issue(50, 1)).parts] == ["footway"]


def test_evidence_adjoining_owner_only_where_asked_for(place: Place) -> None:
    issue = place.issue(50, 15, category="WINTER_FOOTWAY")
    assert situation(issue).adjoining_owner == ""
    assert (
        situation(issue, asking=lambda _head, _category: Asks(adjoining=True)).adjoining_owner
        == "PRIV"
    )


def test_evidence_of_many_is_that_of_each_in_two_queries(place: Place) -> None:
    issues = [
        place.issue(x, y, accuracy_m=accuracy)
        for x in (10, 150, 390)
        for y in (-50, 0, 10, 20, 60)
        for accuracy in (None, 12.5)
    ]
    # Whoever asks first in a connection prepares the statement.
    gather(issues[0])
    single = []
    for issue in issues:
        with connection.execute_wrapper(count := Count()):
            single += gather(issue)
        assert count.queries == 1
    # One tells which of them are neighbours, the other reads what lies around them.
    with connection.execute_wrapper(count := Count()):
        assert gather(*issues) == single
    assert count.queries == 2


class Count:
    queries = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.queries += 1
        return execute(*args)


@pytest.mark.parametrize(
    ("cadastre", "told", "owner", "is_attributed"),
    [
        ("PRIV", "CITY", "PRIV", False),
        ("UNKNOWN", "CITY", "CITY", True),
        (None, "CITY", "CITY", True),
        (None, "UNKNOWN", "UNKNOWN", False),
    ],
)
def test_map_service_tells_the_owner_where_the_cadastre_does_not(
    place: Place, cadastre: str | None, told: str, owner: str, is_attributed: bool
) -> None:
    yards = Ownership.objects.filter(key="yard")
    if cadastre:
        yards.update(owner_class=cadastre)
    else:
        yards.delete()
    AskedOwnership.objects.create(
        jurisdiction=place.jurisdiction,
        key="yard",
        owner_class=told,
        source="Eigentum",
        asked_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC),
    )
    issue = place.issue(200, -50, accuracy_m=1)
    [found] = gather(issue)
    [parcel] = found.situations[0].parcels
    assert parcel.owner == owner
    # The day is that of the installation's time zone.
    assert parcel.owner_source == ("Eigentum, 2026-03-04" if is_attributed else "")
    assert Evidence.from_json(found.to_json()) == found


def test_private_way_on_land_of_which_a_service_told_the_owner(place: Place) -> None:
    Ownership.objects.filter(key="yard").delete()
    common = {"road_class": "P", "length": 400}
    line = wkt("line", [(0, -50), (400, -50)])
    place.row(RoadSection, NetworkDataset.ROAD_SECTIONS, "way", **common, geometry=line)
    issue = place.issue(200, -52, accuracy_m=1)
    assert [one.owner for one in situation(issue).sections] == ["UNKNOWN"]
    AskedOwnership.objects.create(
        jurisdiction=place.jurisdiction,
        key="yard",
        owner_class="CHURCH",
        source="Eigentum",
        asked_at=timezone.now(),
    )
    assert [one.owner for one in situation(issue).sections] == ["CHURCH"]
