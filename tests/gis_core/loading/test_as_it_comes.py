"""Small invented sources in the forms in which offices and portals deliver, each with what comes of it.

An outcome is the code of the error that refuses the source, or what is stored: areas in m² of parcels, street and
number of addresses, class and number of road sections. `wrong` says of what is not right yet what would be, `finds`
names a finding, `unread` what counts as unknown. Of an error that keeps what is staged from being activated the code
stands as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.models import Edition
from gis_core.services.editions import edition_activate
from tests.gis_core.geodata_factories import stage

HERE = Path(__file__).parent / "as_it_comes"
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """Loads one after the other; the last one counts. A load is one file, or several joined by "+"."""

    loads: str
    dataset: str
    outcome: str | list[str]
    wrong: str = ""
    finds: str = ""
    unread: list[str] = field(default_factory=list)


PARCELS, ADDRESSES, ROADS = "parcels", "addresses", "road_sections"
HOUSES = [f"Hauptstraße {number}" for number in ("1", "2", "2a", "3")]
CASES = [
    # Parcels: curves, references, dates
    Case("arc_centre.gml", PARCELS, ["981.7"]),
    Case("g15_arc_by_center_point.gml", PARCELS, ["139.26", "100"]),
    # GDAL draws fewer chords: 3480.95.
    Case("latlon_arc.gml", PARCELS, ["3481.69"]),
    Case("ring_curve_by_reference.gml", PARCELS, ["3400", "2100"]),
    Case("g13_shared_boundary_by_reference.gml", PARCELS, ["250", "250"]),
    Case("g13b_plain_reference.gml", PARCELS, ["250", "250"]),
    Case("g13c_second_part_by_reference.gml", PARCELS, ["200", "100"]),
    Case("g13d_piece_in_the_middle_by_reference.gml", PARCELS, ["250", "250"]),
    Case("wfs10.gml", PARCELS, ["2500", "2500"]),
    Case("date_impossible.gml", PARCELS, ["2500", "2500"], finds="unknown"),
    Case("three_faults.gml", PARCELS, "ring_open", unread=["2017-06-31"]),
    # Parcels: what is not all there, tiles, updates
    Case("page_of_more.gml", PARCELS, "page_of_more"),
    Case("json_25832_unnamed.geojson", PARCELS, "crs_misfit"),
    Case("tile_a.gml", PARCELS, ["2500", "2500"]),
    Case("tile_b_turned.gml", PARCELS, ["2500", "2500"]),
    Case("tile_a.gml+tile_b_turned.gml", PARCELS, ["2500"] * 3),
    Case("nba_0.xml", PARCELS, ["2500"] * 4),
    Case("nba_2_split.xml", PARCELS, "nba_without_base"),
    Case("nba_0.xml nba_2_split.xml", PARCELS, ["2500"] * 3 + ["1250"] * 2),
    Case("nba_0.xml nba_5_hausnr.xml", PARCELS, ["2500"] * 4),
    Case("nba_0.xml nba_7_kennzeichen.xml", PARCELS, ["2500"] * 4),
    Case("nba_0.xml nba_8_leer.xml", PARCELS, ["2500"] * 4, finds="nothing_changed"),
    Case("nba_8_leer.xml", PARCELS, "nba_without_base"),
    # Addresses
    Case("hk_header.csv", ADDRESSES, HOUSES),
    Case("hk_cp1252.csv", ADDRESSES, HOUSES),
    Case("gebref.txt", ADDRESSES, HOUSES),
    Case("gebref_EPSG25832_ASCII.zip", ADDRESSES, HOUSES),
    Case("adressen-bw.zip", ADDRESSES, HOUSES),
    Case("essen_like_suffix.geojson", ADDRESSES, ["Prüfweg 1", "Prüfweg 2a", "Prüfweg 3b"]),
    Case("essen_like_no_number.geojson", ADDRESSES, ["Prüfweg 1"]),
    Case("nas_address_without_catalogue.xml", ADDRESSES, [" 6"], finds="streetless"),
    Case("nas_address_without_catalogue.xml", ADDRESSES, [" 6"], finds="streets_missing"),
    # Roads
    Case("roads_ogr2ogr_default.geojson", ROADS, ["B 37", "L 600a", "G "]),
    Case(
        "roads_ref.geojson",
        ROADS,
        [
            *("L 596a", "L 596a", "L 654", "B 37", "L 2069", "L 177", "B 235", "L 594", "L 651"),
            *("L 1", "B 11"),
        ],
    ),
]


def stored(city, dataset: str) -> list[str]:
    rows = dataset_spec(dataset).model.objects.active().filter(jurisdiction=city)
    rows = sorted(rows, key=lambda row: (len(row.key), row.key))
    if dataset == PARCELS:
        return [f"{round(row.geometry.area, 2):g}" for row in rows]
    if dataset == ADDRESSES:
        return [f"{row.street} {row.number}" for row in rows]
    return [f"{row.road_class} {row.road_number}" for row in rows]


def refused(city, dataset: str, paths: list[Path]) -> str:
    """The code of the error that the load ends with, or that keeps it from being activated."""
    try:
        edition = stage(city, dataset, *paths)
    except LoadError as error:
        return error.message.code
    return ", ".join(edition.checks.filter(severity="error").values_list("code", flat=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.loads)
def test_source_as_it_comes(city, case):
    *before, last = [[HERE / name for name in load.split("+")] for load in case.loads.split()]
    for paths in before:
        edition_activate(edition=stage(city, case.dataset, *paths))
    if isinstance(case.outcome, str):
        assert refused(city, case.dataset, last) == case.outcome
        report = Edition.objects.latest("pk").report
        assert [one["value"] for one in report.get("unknown", [])] == case.unread
        return
    edition = edition_activate(edition=stage(city, case.dataset, *last))
    assert not case.finds or edition.checks.filter(code=case.finds).exists()
    assert stored(city, case.dataset) == case.outcome
