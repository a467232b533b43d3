"""How far from an issue a changed row still counts; that nothing further counts is held in tests/golden."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from gis_core.selectors import editions_by_dataset
from issues.enums import LocationSource
from issues.models import Issue
from parcels.enums import CadastreDataset
from parcels.models import LandUse
from routing.enums import NetworkDataset
from routing.evidence.touched import issues_touched
from routing.models import Asset, RailTrack, RoadSection, ThroughRoad
from tests.routing.evidence.test_evidence import E0, N0, Place, box, gather, wkt

pytestmark = pytest.mark.django_db

EXACT = {"accuracy_m": 0.0}


@pytest.fixture
def place() -> Place:
    return Place()


def vanished(place: Place, dataset: str, key: str) -> Edition:
    """An edition that is active now and lacks a row of the one before."""
    base = place.editions[dataset]
    base.status = EditionStatus.SUPERSEDED
    base.save(update_fields=["status"])
    edition = place.edition(dataset)
    edition.base = base
    edition.save(update_fields=["base"])
    rows = dataset_spec(dataset).model.objects.active().filter(key=key)
    assert rows.update(edition_to=edition) == 1
    return edition


def touched(edition: Edition, *issues: Issue) -> list[bool]:
    found = issues_touched([one.pk for one in issues], [edition])
    return [one.pk in found for one in issues]


@pytest.mark.parametrize(
    ("dataset", "key", "reach"),
    [
        (CadastreDataset.OWNERSHIP, "yard", 15.0),
        (CadastreDataset.PARCELS, "yard", 15.0),
        (CadastreDataset.LAND_USE, "use of yard", 15.0),
        (NetworkDataset.ROAD_SECTIONS, "B235-1", 10 + 30.0),
        (NetworkDataset.THROUGH_ROADS, "OD1", 10 + 30.0),
        (NetworkDataset.AREAS, "town", 120 + 15.0),
    ],
)
def test_row_counts_as_far_as_evidence_looks(
    place: Place, dataset: str, key: str, reach: float
) -> None:
    """`reach`: how far north of y = 0 an exact place may lie. A disc adds three standard deviations."""
    near, beyond = place.issue(50, reach, **EXACT), place.issue(50, reach + 0.3, **EXACT)
    wide = place.issue(50, reach + 14.6, accuracy_m=12.0)
    too_far = place.issue(50, reach + 15.0, accuracy_m=12.0)
    edition = vanished(place, dataset, key)
    assert touched(edition, near, beyond, wide, too_far) == [True, False, True, False]


def test_stretch_by_its_line_alone_counts_along_it(place: Place) -> None:
    place.row(
        ThroughRoad,
        NetworkDataset.THROUGH_ROADS,
        "line",
        section_key="",
        geometry=wkt("line", [(150, 10), (200, 10)]),
    )
    near, beyond = place.issue(170, 40, **EXACT), place.issue(300, 40, **EXACT)
    assert touched(vanished(place, NetworkDataset.THROUGH_ROADS, "line"), near, beyond) == [
        True,
        False,
    ]


def test_asset_counts_for_its_categories_as_far_again_as_the_disc(place: Place) -> None:
    for key, kind in (("L1", "lamp"), ("B1", "bridge")):
        at = Point(E0 + 50, N0, srid=25832)
        place.row(Asset, NetworkDataset.ASSETS, key, kind=kind, geometry=at)
    lamps = {"category": "LAMP", "asset_kinds": ["lamp"]}
    issues = [
        place.issue(50, 30, **EXACT, **lamps),
        place.issue(50, 30.3, **EXACT, **lamps),
        place.issue(50, 97, accuracy_m=40.0, **lamps),
        place.issue(50, 99, accuracy_m=40.0, **lamps),
        place.issue(50, 5, **EXACT),
    ]
    assert touched(vanished(place, NetworkDataset.ASSETS, "L1"), *issues) == [
        True,
        False,
        True,
        False,
        False,
    ]
    place.editions[NetworkDataset.ASSETS] = Edition.objects.get(
        dataset=NetworkDataset.ASSETS, status=EditionStatus.ACTIVE
    )
    assert touched(vanished(place, NetworkDataset.ASSETS, "B1"), issues[-1]) == [True]


def test_owner_of_the_ground_under_a_way_counts_along_it(place: Place) -> None:
    """Its owner is that of the parcel under its middle, which an issue at its end does not see."""
    place.parcel("middle", box(180, 200, 220, 240), "PATH", "EG")
    place.row(
        RoadSection,
        NetworkDataset.ROAD_SECTIONS,
        "W1",
        road_class="P",
        length=400,
        geometry=wkt("line", [(0, 220), (400, 220)]),
    )
    issue, off = place.issue(20, 215, **EXACT), place.issue(20, 255, **EXACT)
    [before, _off] = gather(issue, off)
    assert before.situations[0].sections[0].owner == "EG"
    edition = vanished(place, CadastreDataset.OWNERSHIP, "middle")
    [after, _off] = gather(issue, off)
    assert after.situations[0].sections[0].owner == "UNKNOWN"
    assert touched(edition, issue, off) == [True, False]


def test_owner_counts_where_land_is_said_to_belong_to_its_parcel(place: Place) -> None:
    """The adjoining owner is that of the parcel which a land use names, wherever that parcel is drawn."""
    place.parcel("elsewhere", box(0, 300, 9, 309), "BUILT", "EG")
    place.row(
        LandUse,
        CadastreDataset.LAND_USE,
        "use here",
        usage="GREEN",
        use_type="GREEN",
        parcel_key="elsewhere",
        geometry=wkt("polygon", box(0, 200, 9, 209)),
    )
    issues = place.issue(5, 205, **EXACT), place.issue(5, 250, **EXACT)
    edition = vanished(place, CadastreDataset.OWNERSHIP, "elsewhere")
    assert touched(edition, *issues) == [True, False]


def test_zone_of_a_track_lies_within_what_counts(place: Place) -> None:
    track = {"kind": "rail", "geometry": wkt("line", [(0, 60), (400, 60)])}
    place.row(RailTrack, NetworkDataset.TRACKS, "T1", **track)
    issues = place.issue(50, 62.9, **EXACT), place.issue(50, 80, **EXACT)
    assert [bool(one.situations[0].parts) for one in gather(*issues)] == [True, False]
    assert touched(vanished(place, NetworkDataset.TRACKS, "T1"), *issues) == [True, False]


def test_issue_without_a_place_is_touched_by_what_concerns_all_only(place: Place) -> None:
    issue = place.issue(50, 5, location_source=LocationSource.UNPLACED)
    vague = place.issue(50, 270, accuracy_m=4000.0)
    edition = vanished(place, CadastreDataset.OWNERSHIP, "road")
    assert touched(edition, issue, vague) == [False, True]
    edition.report["boundary_moved"] = True
    assert touched(edition, issue, vague) == [True, True]


def test_differences_of_several_datasets_add_up(place: Place) -> None:
    by_yard, by_road, by_none = (place.issue(50, y, **EXACT) for y in (-90, 35, 90))
    editions = [
        vanished(place, CadastreDataset.OWNERSHIP, "yard"),
        vanished(place, NetworkDataset.ROAD_SECTIONS, "B235-1"),
    ]
    assert issues_touched([by_yard.pk, by_road.pk, by_none.pk], editions) == {
        by_yard.pk,
        by_road.pk,
    }


def test_asset_of_another_source_that_comes_back_counts_where_it_stands(place: Place) -> None:
    """Two sources have one lamp, 1.5 m apart; where the first loses its row, that of the other counts again."""
    first = place.editions[NetworkDataset.ASSETS]
    other = place.edition(NetworkDataset.ASSETS, source_name="utility", precedence=1)
    for key, north, opened, closed in (("L1", 0, first, None), ("U7", 1.5, other, first)):
        at = Point(E0 + 50, N0 + north, srid=25832)
        row = place.row(Asset, NetworkDataset.ASSETS, key, kind="lamp", geometry=at)
        Asset.objects.filter(pk=row.pk).update(edition_from=opened, edition_to=closed)
    lamps = {"category": "LAMP", "asset_kinds": ["lamp"]}
    near, beyond = (place.issue(50, y, **EXACT, **lamps) for y in (31.4, 31.8))
    assert touched(vanished(place, NetworkDataset.ASSETS, "L1"), near, beyond) == [True, False]


def test_first_edition_of_a_further_source_concerns_what_lies_near(place: Place) -> None:
    unplaced = place.issue(50, 5, location_source=LocationSource.UNPLACED)
    further = place.edition(NetworkDataset.ASSETS, source_name="utility")
    assert touched(further, unplaced) == [False]
    further.report["reordered"] = True
    assert touched(further, unplaced) == [True]


def test_evidence_names_the_editions_of_all_sources(place: Place) -> None:
    further = place.edition(NetworkDataset.ASSETS, source_name="utility", precedence=-1)
    [evidence] = gather(place.issue(50, 5))
    named = {name: pk for name, pk in evidence.datasets.items() if name.startswith("assets")}
    assert named == {"assets": further.pk, "assets/": place.editions[NetworkDataset.ASSETS].pk}
    assert editions_by_dataset(place.jurisdiction) == evidence.datasets
