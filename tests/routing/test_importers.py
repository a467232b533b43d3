"""The network's importers: columns of the real sources to fields, codes, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.stage.staging import Staging
from gis_core.loading.words import word_column
from gis_core.services import jurisdiction_boundary_refresh
from gis_core.services.words import word_save
from routing.models import (
    Agreement,
    Area,
    Asset,
    RailTrack,
    RoadPartArea,
    RoadSection,
    ThroughRoad,
)
from tests.gis_core.geodata_factories import (
    EAST,
    NORTH,
    jurisdiction_make,
    load,
    square,
    stage,
    table_write,
)
from tests.mapui.factories import category_create

pytestmark = pytest.mark.django_db

ABS = "4409061O4409062O"
LINE = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])


@pytest.fixture
def city():
    return jurisdiction_make()


def classified(path, **values):
    columns = {
        "ABS": [ABS],
        "STRBEZ": ["B 235"],
        "STRKL": ["B"],
        "STRNR": [235],
        "STRZUS": [""],
        "STATANF": [0],
        "LAENGE": [100],
    }
    return table_write(path, {**columns, **values}, [LINE], layer="AbschnitteAeste")


def streets(path, **values):
    columns = {
        "ID": ["00123-01"],
        "STRKL": ["G"],
        "STRNAME": ["Am Markt"],
        "LAENGE": [99.5],
        "REINKL": [3],
    }
    return table_write(path, {**columns, **values}, [LINE], layer="Gemeindestrassen")


def test_both_road_registers_are_one_edition(city, tmp_path):
    result = load(
        city, "road_sections", classified(tmp_path / "n.gpkg"), streets(tmp_path / "s.gpkg")
    )
    assert (result.rows, result.edition.profile) == (2, "nwsib, strassenverzeichnis")
    federal, street = RoadSection.objects.order_by("-key")
    assert (federal.key, federal.title(city), federal.road_class, federal.length) == (
        ABS,
        "B 235",
        "B",
        100,
    )
    assert (street.key, street.title(city), street.road_class) == ("00123-01", "Am Markt", "G")
    assert (street.length, street.cleaning_class, street.start_station) == (99.5, "3", 0)
    assert federal.geometry.geom_type == "MultiLineString"


def test_road_number_with_suffix(city, tmp_path):
    load(city, "road_sections", classified(tmp_path / "n.gpkg", STRZUS=["a"]))
    assert RoadSection.objects.get().title(city) == "B 235a"


def test_numbers_of_a_column_with_gaps_stay_whole(city, tmp_path):
    register = streets(tmp_path / "s.gpkg", REINKL=np.array([3.0]))
    load(city, "road_sections", classified(tmp_path / "n.gpkg"), register)
    assert RoadSection.objects.get(road_class="G").cleaning_class == "3"


def test_unknown_road_class_is_named(city, tmp_path):
    with pytest.raises(LoadError, match="AbschnitteAeste 1: unknown STRKL 'X'"):
        load(city, "road_sections", classified(tmp_path / "n.gpkg", STRKL=["X"]))


def stretches(path, **values):
    columns = {
        "ABS": [ABS, ABS],
        "VST": [0, 60],
        "BST": [40, 100],
        "STATUS": ["festgesetzt", "unbekannt"],
    }
    return table_write(path, {**columns, **values}, [LINE, LINE], layer="Ortsdurchfahrten")


def test_through_roads_by_station_with_status(city, tmp_path):
    load(city, "through_roads", stretches(tmp_path / "o.gpkg"))
    found = ThroughRoad.objects.order_by("from_station").values_list(
        "key", "section_key", "from_station", "to_station", "status"
    )
    assert list(found) == [
        (f"{ABS}/0", ABS, 0, 40, "fixed"),
        (f"{ABS}/60", ABS, 60, 100, "unknown"),
    ]


def test_through_road_that_ends_before_it_begins_is_refused(city, tmp_path):
    with pytest.raises(
        LoadError, match=r"Ortsdurchfahrten 2: the stretch ends \(100 m\) before .*160 m"
    ):
        load(city, "through_roads", stretches(tmp_path / "o.gpkg", VST=[0, 160]))


def errors_of(edition):
    return [
        (one.code, one.severity, one.count)
        for one in edition.checks.filter(code__contains="stretch")
    ]


@pytest.mark.parametrize(
    "named",
    [
        ("ABSCHNITT", "VON_STATIO", "BIS_STATIO"),
        ("abs_id", "StatVon", "StatBis"),
        ("ABS", "VST", "BST"),
    ],
)
def test_through_roads_under_other_names_of_their_columns(city, tmp_path, named):
    columns = dict(zip(named, ([ABS], [12.5], [62.5]), strict=True))
    line = shapely.LineString([(EAST + 12.5, NORTH), (EAST + 62.5, NORTH)])
    path = table_write(tmp_path / "od.shp", columns, [line], driver="ESRI Shapefile")
    edition = load(city, "through_roads", path).edition
    found = ThroughRoad.objects.values_list("key", "from_station", "to_station", "status")
    assert list(found) == [(f"{ABS}/12.5", 12.5, 62.5, "fixed")]
    read = [one["source"].lower() for one in edition.report["contents"][0]["columns"]]
    assert read == [one[:10].lower() for one in named]


def test_through_roads_by_nothing_but_their_lines(city, tmp_path):
    load(city, "road_sections", classified(tmp_path / "n.gpkg"))
    halves = [shapely.LineString([(EAST + x, NORTH), (EAST + x + 40, NORTH)]) for x in (0, 50)]
    path = table_write(tmp_path / "od.gpkg", {"OD_NAME": ["Nord", "Süd"]}, halves)
    first = load(city, "through_roads", path).edition
    assert errors_of(first) == []
    assert first.report["contents"][0]["unread"] == ["OD_NAME"]
    found = ThroughRoad.objects.active().values_list("section_key", "from_station", "to_station")
    assert list(found) == [("", None, None)] * 2
    # The same lines in another order are the same stretches.
    turned = table_write(tmp_path / "again.gpkg", {"OD_NAME": ["Süd", "Nord"]}, halves[::-1])
    again = stage(city, "through_roads", turned)
    assert (again.report["new"], again.report["vanished"]) == (0, 0)


def test_stretch_that_nothing_places_is_a_faulty_row(city, tmp_path):
    path = tmp_path / "od.csv"
    path.write_text(f"ABS;VST;BST\n{ABS};0;40\n{ABS};50;\n;60;80\n", "utf-8")
    with pytest.raises(LoadError, match="neither a section with its two stations nor a line"):
        load(city, "through_roads", path)


def test_stretches_of_another_network_are_an_error(city, tmp_path):
    """Under keys that the network does not have, and beside its lines: outside everywhere, and nobody would know."""
    load(city, "road_sections", classified(tmp_path / "n.gpkg"))
    beside = shapely.LineString([(EAST, NORTH + 3), (EAST + 40, NORTH + 3)])
    strange = {"ABS": ["4711000A4712000B"], "VST": [0], "BST": [40]}
    path = table_write(tmp_path / "od.gpkg", strange, [beside])
    assert errors_of(stage(city, "through_roads", path)) == [("stretches_unplaced", "error", 1)]


def test_network_that_leaves_the_stretches_behind_is_an_error(city, tmp_path):
    load(city, "road_sections", classified(tmp_path / "n.gpkg"))
    bare = tmp_path / "od.csv"
    bare.write_text(f"ABS;VST;BST\n{ABS};0;40\n", "utf-8")
    load(city, "through_roads", bare)
    renamed = classified(tmp_path / "renamed.gpkg", ABS=["4410001O4410002O"])
    assert errors_of(stage(city, "road_sections", renamed)) == [("stretches_unplaced", "error", 1)]


def test_stations_in_kilometres_are_told_by_the_lines(city, tmp_path):
    columns = {"ABS": [ABS], "VST": ["0,012"], "BST": ["0,062"]}
    line = shapely.LineString([(EAST + 12, NORTH), (EAST + 62, NORTH)])
    edition = stage(city, "through_roads", table_write(tmp_path / "od.gpkg", columns, [line]))
    assert errors_of(edition) == [("stretches_measured", "error", 1)]


def test_file_of_the_sections_is_told_from_one_of_stretches(city, tmp_path):
    path = classified(tmp_path / "n.gpkg")
    load(city, "road_sections", path)
    edition = stage(city, "through_roads", path)
    assert errors_of(edition) == [("stretches_everywhere", "warning", 1)]


def test_parts_of_the_road_by_code_and_others_left_out(city, tmp_path):
    codes = {
        3000: "carriageway",
        3100: "cycle_own",
        3120: "footway",
        3140: "cycle_shared",
        3200: "parking",
    }
    arts = [*codes, 3500]
    columns = {
        "ID": [f"VF{number}" for number in range(6)],
        "ART": arts,
        "NAME": ["Am Markt"] * 6,
        "ABS": [ABS, "", "", "", "", ""],
        "STR_ID": ["", "00123-01", "", "", "", ""],
    }
    path = table_write(
        tmp_path / "v.gpkg",
        columns,
        [square(i) for i in range(6)],
        layer="KS_EinrichtungImStrassenverkehr",
    )
    result = load(city, "road_parts", path)
    assert result.edition.report["counts"] == {"left out by the profile": 1}
    found = RoadPartArea.objects.order_by("key").values_list("part", "section_key")
    assert list(found) == list(zip(codes.values(), [ABS, "00123-01", "", "", ""], strict=True))


@pytest.mark.parametrize(
    ("layer", "columns", "expected"),
    [
        (
            "Gleise",
            {"ID": ["G1", "G2"], "ART": ["Eisenbahn", "Straßenbahn"]},
            [("G1", "rail"), ("G2", "tram")],
        ),
        # Of OpenStreetMap: a light rail runs by the law of trams, a station is no track.
        (
            "lines",
            {"osm_id": ["1", "2", "3", "4"], "railway": ["rail", "tram", "light_rail", "platform"]},
            [("1", "rail"), ("2", "tram"), ("3", "tram")],
        ),
    ],
)
@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON"])
def test_tracks_keep_kind_and_axis(city, tmp_path, layer, columns, expected, driver):
    path = tmp_path / f"g.{driver.lower()}"
    lines = [LINE for _ in next(iter(columns.values()))]
    load(city, "tracks", table_write(path, columns, lines, layer=layer, driver=driver))
    found = RailTrack.objects.order_by("key")
    assert list(found.values_list("key", "kind")) == expected
    assert found[0].geometry.coords == ((LINE.coords[0], LINE.coords[1]),)


def test_track_of_an_unknown_kind_is_named(city, tmp_path):
    path = table_write(
        tmp_path / "g.gpkg", {"ID": ["1"], "ART": ["Seilbahn"]}, [LINE], layer="Gleise"
    )
    with pytest.raises(LoadError, match="Gleise 1: unknown ART 'Seilbahn'"):
        load(city, "tracks", path)


def test_lengths_in_kilometres_and_signs_in_the_number(city, tmp_path):
    path = classified(tmp_path / "n.gpkg", LAENGE=[0.1], STRNR=["B 235"], STRZUS=["n"])
    edition = stage(city, "road_sections", path)
    assert [one.code for one in edition.checks.filter(severity="error")] == ["roads_measured"]
    rows = Staging(dataset_spec("road_sections"), edition).execute(
        "SELECT road_number FROM {staging}"
    )
    assert rows == [("235n",)]


@pytest.mark.parametrize(
    ("code", "errors"), [(5562004, []), ("05913000", ["municipality_unfound"])]
)
def test_areas_hold_the_municipality_itself(city, tmp_path, code, errors):
    columns = {"ART": ["municipality"], "SCHLUESSEL": [code], "NAME": ["x"]}
    path = table_write(tmp_path / "a.gpkg", columns, [square(0)], layer="Gebiete")
    edition = stage(city, "areas", path)
    assert [one.code for one in edition.checks.filter(severity="error")] == errors


def test_main_roads_without_a_sign_are_told_with_their_places(city, tmp_path):
    """OpenStreetMap gives ramps no sign; they count as municipal, and nobody should learn that from a report."""
    classes = ["trunk", "primary", "primary_link", "motorway_link", "secondary", "residential"]
    columns = {
        "osm_id": list("123456"),
        "highway": classes,
        "ref": ["B 8n", None, None, None, None, None],
    }
    path = table_write(tmp_path / "a.gpkg", columns, [LINE] * 6, layer="lines")
    edition = load(city, "road_sections", path).edition
    found = dict(RoadSection.objects.active().values_list("key", "road_class"))
    assert found == {"1": "B", "2": "G", "3": "G", "4": "A", "5": "G", "6": "G"}
    told = edition.checks.get(code="unknown")
    assert (told.severity, told.count) == ("warning", 2)
    assert [one["feature"] for one in told.details["samples"]] == ["lines 2", "lines 3"]
    assert all(one["wkt"].startswith("POINT") for one in told.details["samples"])


def test_own_word_settles_what_an_unsigned_road_is(city, tmp_path):
    columns = {"osm_id": ["1"], "highway": ["primary_link"], "ref": [None]}
    path = table_write(tmp_path / "a.gpkg", columns, [LINE], layer="lines")
    choices = word_column(dataset_spec("road_sections"), "road_class", city).choices
    assert "G?" not in dict(choices)
    word_save(
        jurisdiction=city,
        dataset="road_sections",
        column="road_class",
        value="primary_link",
        meaning="G",
        by=None,
    )
    edition = stage(city, "road_sections", path)
    assert not edition.checks.filter(code="unknown").exists()


def test_assets_of_a_kind_that_no_category_names_are_told(city, tmp_path):
    """A register calls its lamps "Leuchte": no decision would ever find one of them."""
    columns = {"ART": ["Leuchte", "street_light", "level_crossing"], "NUMMER": ["1", "2", "3"]}
    points = [shapely.Point(EAST + step, NORTH) for step in range(3)]
    path = table_write(tmp_path / "a.gpkg", columns, points, layer="Anlagen")
    assert not stage(city, "assets", path).checks.exists()
    category_create(city, asset_kinds=["street_light"])
    [found] = stage(city, "assets", path).checks.filter(code="words")
    assert [(one["value"], one["rows"]) for one in found.details["samples"]] == [("Leuchte", 1)]


def test_assets_keep_kind_number_and_owner(city, tmp_path):
    columns = {
        "ART": ["street_light", "gully"],
        "NUMMER": ["L00001", "G00001"],
        "EIGENTUEMER": ["LIGHT", ""],
        "ZUSATZ": ["", "x"],
    }
    points = [shapely.Point(EAST, NORTH), shapely.Point(EAST + 1, NORTH)]
    load(city, "assets", table_write(tmp_path / "a.gpkg", columns, points, layer="Anlagen"))
    found = Asset.objects.order_by("key").values_list("key", "kind", "number", "owner", "note")
    assert list(found) == [
        ("gully/G00001", "gully", "G00001", "", "x"),
        ("street_light/L00001", "street_light", "L00001", "LIGHT", ""),
    ]


def test_areas_and_the_boundary_from_them(city, tmp_path):
    columns = {
        "ART": ["municipality", "neighbour", "built_up", "district"],
        "SCHLUESSEL": ["05562004", "05916000", "", "01"],
        "NAME": ["Castrop-Rauxel", "Herne", "Geschlossene Ortslage", "Henrichenburg"],
    }
    shapes = [square(i) for i in range(4)]
    load(city, "areas", table_write(tmp_path / "g.gpkg", columns, shapes, layer="Gebiete"))
    found = Area.objects.order_by("key").values_list("key", "kind", "code")
    assert list(found) == [
        ("built_up/Geschlossene Ortslage", "built_up", ""),
        ("district/01", "district", "01"),
        ("municipality/05562004", "municipality", "05562004"),
        ("neighbour/05916000", "neighbour", "05916000"),
    ]
    assert jurisdiction_boundary_refresh(jurisdiction=city) == "areas"
    assert city.boundary.extent == (EAST, NORTH, EAST + 10, NORTH + 10)


def test_municipalities_of_alkis_are_own_or_neighbour(city, tmp_path):
    columns = {
        "art": ["Gemeinde", "Gemeinde", "Kreis"],
        "ags": ["05562004", "05916000", "05562"],
        "name": ["Castrop-Rauxel", "Herne", "Recklinghausen"],
    }
    shapes = [square(i) for i in range(3)]
    load(
        city, "areas", table_write(tmp_path / "a.gpkg", columns, shapes, layer="VerwaltungsEinheit")
    )
    assert dict(Area.objects.values_list("name", "kind")) == {
        "Castrop-Rauxel": "municipality",
        "Herne": "neighbour",
    }


def agreement(path, **values):
    columns = {
        "KENNUNG": ["ODR-1"],
        "KATEGORIEN": ["GULLY_BLOCKED|CYCLEPATH"],
        "STELLE": ["STRNRW"],
        "GUELTIG_AB": np.array(["2011-04-01"], dtype="datetime64[D]"),
        "GUELTIG_BIS": np.array(["NaT"], dtype="datetime64[D]"),
        "DOKUMENT": ["ODR-Vereinbarung"],
    }
    return table_write(path, {**columns, **values}, [square(0)], layer="Vereinbarungen")


def test_agreement_with_categories_and_open_end(city, tmp_path):
    load(city, "agreements", agreement(tmp_path / "v.gpkg"))
    found = Agreement.objects.get()
    assert (found.key, found.body, found.document) == ("ODR-1", "STRNRW", "ODR-Vereinbarung")
    assert found.categories == ["CYCLEPATH", "GULLY_BLOCKED"]
    assert (found.valid_from, found.valid_to) == (date(2011, 4, 1), None)


def test_agreement_that_ends_before_it_begins_is_refused_by_the_database(city, tmp_path):
    path = agreement(
        tmp_path / "v.gpkg", GUELTIG_BIS=np.array(["2010-01-01"], dtype="datetime64[D]")
    )
    with pytest.raises(
        LoadError,
        match=r"v\.gpkg: Vereinbarungen 1: a value does not fit: .*agreement_dates_in_order",
    ):
        load(city, "agreements", path)
    assert not Agreement.objects.exists()
