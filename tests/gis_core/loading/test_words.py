"""Words of sources: what no dictionary holds is counted, and what the city adds counts from the next load on."""

from __future__ import annotations

import pytest
import shapely

from gis_core.coordinates import crs_parse
from gis_core.errors import LoadError
from gis_core.models import Edition, OwnWord
from gis_core.services.words import word_save
from issues.models import Category
from parcels.models import Building, LandUse, Ownership
from routing.models import Asset, RoadSection
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    jurisdiction_make,
    load,
    square,
    stage,
    table_write,
    write,
)

pytestmark = pytest.mark.django_db


def words(edition, column: str) -> dict[str, tuple[int, str | None]]:
    """Value → rows, and what it counts as."""
    return {
        value: (one["rows"], one["meaning"])
        for value, one in edition.report["words"][column].items()
    }


def add(city, dataset: str, column: str, value: str, meaning: str) -> OwnWord:
    return word_save(
        jurisdiction=city, dataset=dataset, column=column, value=value, meaning=meaning, by=None
    )


def test_owner_class_that_nobody_knows_is_told_until_the_city_says_what_it_is(city, tmp_path):
    lines = ["flstkennz;eigentuemerart", f"{KEYS[0]};5500", f"{KEYS[1]};8888", f"{KEYS[2]};8888"]
    path = write(tmp_path / "a.csv", "\n".join(lines))
    edition = load(city, "ownership", path).edition
    assert words(edition, "owner_class") == {"8888": (2, "UNKNOWN")}
    found = edition.checks.get(code="words")
    assert (found.severity, found.count) == ("info", 1)
    assert found.details["samples"] == [
        {"column": "owner_class", "value": "8888", "rows": 2, "wkt": ""}
    ]
    add(city, "ownership", "owner_class", "8888", "EG")
    # The same bytes are read anew because the words are others.
    again = load(city, "ownership", path)
    assert (again.difference.changed, again.edition.report["words"]) == (2, {})
    classes = Ownership.objects.active().order_by("key").values_list("owner_class", flat=True)
    assert sorted(classes) == ["CITY", "EG", "EG"]


def test_code_without_a_meaning_may_leave_rows_out(city, tmp_path):
    lines = ["flstkennz;eigentumsklasse", f"{KEYS[0]};CITY", f"{KEYS[1]};ACME"]
    path = write(tmp_path / "a.csv", "\n".join(lines))
    with pytest.raises(LoadError):
        stage(city, "ownership", path)
    add(city, "ownership", "owner_class", "ACME", "")
    edition = stage(city, "ownership", path)
    assert (edition.report["rows"], edition.report["left_out"]) == (1, {"owner_class = ACME": 1})


def test_all_unknown_uses_are_told_at_once_and_can_be_added(city, tmp_path):
    columns = {
        "oid": ["1", "2", "3", "4"],
        "nutzart": ["Wald", "Mondfläche", "Mondfläche", "Sternenland"],
        "bez": ["Laubholz", "Krater", "Krater", ""],
    }
    shapes = [square(index) for index in range(4)]
    path = table_write(tmp_path / "a.gpkg", columns, shapes, layer="NutzungFlurstueck")
    with pytest.raises(LoadError) as caught:
        stage(city, "land_use", path)
    assert caught.value.message.params["count"] == 3
    edition = Edition.objects.latest("pk")
    assert words(edition, "usage") == {"Mondfläche / Krater": (2, None), "Sternenland": (1, None)}
    assert edition.report["words"]["usage"]["Sternenland"]["wkt"].startswith("POINT (")
    add(city, "land_use", "usage", "Mondfläche / Krater", "GREEN")
    add(city, "land_use", "usage", "Sternenland", "WATER")
    load(city, "land_use", path)
    assert list(
        LandUse.objects.active().order_by("key").values_list("usage", "use_type", "description")
    ) == [
        ("FOREST", "Wald", "Laubholz"),
        ("GREEN", "Mondfläche", "Krater"),
        ("GREEN", "Mondfläche", "Krater"),
        ("WATER", "Sternenland", ""),
    ]


def test_sign_that_nobody_understands_becomes_one(city, tmp_path):
    line = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])
    columns = {
        "osm_id": ["1", "2", "3"],
        "highway": ["primary", "motorway", "secondary"],
        "ref": ["B 1", "Ruhrschnellweg", "Rampe 4"],
    }
    path = table_write(tmp_path / "a.gpkg", columns, [line] * 3)
    edition = stage(city, "road_sections", path)
    assert words(edition, "reference") == {"Ruhrschnellweg": (1, None), "Rampe 4": (1, None)}
    add(city, "road_sections", "reference", "Ruhrschnellweg", "A 40")
    add(city, "road_sections", "reference", "Rampe 4", "")
    edition = load(city, "road_sections", path).edition
    signs = RoadSection.objects.active().order_by("key").values_list("road_class", "road_number")
    assert list(signs) == [("B", "1"), ("A", "40"), ("G", "")]
    assert edition.report["words"] == {}
    assert not edition.checks.filter(code__in=["unknown", "words"]).exists()


def test_function_and_kind_that_nothing_asks_for(city, tmp_path):
    columns = {"oid": ["1", "2"], "gfkzshh": ["31001_1010", "31001_9876"]}
    shapes = [square(index) for index in range(2)]
    path = table_write(tmp_path / "b.gpkg", columns, shapes, layer="GebaeudeBauwerk")
    assert words(stage(city, "buildings", path), "function") == {"9876": (1, None)}
    add(city, "buildings", "function", "9876", "Sternwarte")
    load(city, "buildings", path)
    assert Building.objects.active().get(key="2").description == "Sternwarte"

    Category.objects.create(jurisdiction=city, code="LAMP", asset_kinds=["lamp"])
    lines = ["ART;NUMMER;OST;NORD", f"Leuchte;1;{EAST};{NORTH}", f"bridge;2;{EAST};{NORTH}"]
    path = write(tmp_path / "a.csv", "\n".join(lines))
    edition = stage(city, "assets", path, crs=crs_parse("EPSG:25832"))
    assert words(edition, "kind") == {"Leuchte": (1, None)}
    add(city, "assets", "kind", "Leuchte", "lamp")
    load(city, "assets", path, crs=crs_parse("EPSG:25832"))
    assert set(Asset.objects.active().values_list("kind", flat=True)) == {"lamp", "bridge"}


@pytest.mark.parametrize(
    ("dataset", "column", "value", "meaning"),
    [
        ("land_use", "usage", "X", "MOON"),
        ("land_use", "usage", "X", ""),
        ("land_use", "key", "X", "GREEN"),
        ("land_use", "usage", "", "GREEN"),
        ("ownership", "owner_class", "X", "MARTIAN"),
        ("road_sections", "reference", "X", "no sign"),
        ("road_sections", "reference", "X" * 201, "B 1"),
        ("buildings", "function", "X", "x" * 101),
        ("assets", "kind", "X", "lantern"),
    ],
)
def test_what_a_column_cannot_mean_is_refused(city, dataset, column, value, meaning):
    with pytest.raises(LoadError) as caught:
        add(city, dataset, column, value, meaning)
    assert caught.value.message.code == "word_improper"
    assert not OwnWord.objects.exists()


def test_words_of_one_city_are_not_those_of_another(city, tmp_path):
    other = jurisdiction_make(identifier="b.de", municipality_key="05911000", issue_prefix="BO")
    add(other, "ownership", "owner_class", "8888", "EG")
    path = write(tmp_path / "a.csv", f"flstkennz;eigentuemerart\n{KEYS[0]};8888")
    load(city, "ownership", path)
    assert Ownership.objects.active().get().owner_class == "UNKNOWN"
