"""Mapping a source that nobody knows: what it holds, what is proposed, own profiles, loading by them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command

from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.look import source_look
from gis_core.loading.mapping import mapping_preview, mapping_propose
from gis_core.loading.read.profiles import profile_parse
from gis_core.loading.sources import fetched_source
from gis_core.loading.stage.staging import Staging
from gis_core.models import OwnProfile
from gis_core.services.editions import edition_stage
from gis_core.services.profiles import profile_save
from parcels.models import Address
from routing.models import Asset
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    jurisdiction_make,
    load,
    municipality_draw,
    square,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas
from tests.gis_core.loading.wfs_servers import mapfile_write, mapserver, needs_mapserv, serving

pytestmark = pytest.mark.django_db
HEADLESS = "".join(
    f"N;DENW{number};05562004;Hauptstraße;{number};{suffix};44575;{EAST + number:.3f};{NORTH:.3f}\n".replace(
        ".", ","
    )
    for number, suffix in ((1, ""), (2, ""), (2, "a"))
)


def feature(number: int, **properties: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [7.31 + number / 10_000, 51.55]}
    return {"type": "Feature", "properties": properties, "geometry": place}


def foreign(path: Path) -> Path:
    """As an office delivers it: names of its own, one value of them blank."""
    rows = [
        feature(
            one,
            Objekt_Nr=str(one),
            Straßenname="Am Markt",
            HausNr=str(one),
            Zusatz="a" if one == 2 else None,
        )
        for one in (1, 2, 3)
    ]
    return write(path, json.dumps({"type": "FeatureCollection", "features": rows}))


def proposed(path: Path, dataset: str = "addresses", **options: Any) -> dict[str, Any]:
    [layer] = source_look(path, **options)
    return mapping_propose(dataset_spec(dataset), layer)


def test_foreign_geojson_is_understood_by_names_and_synonyms(tmp_path):
    path = foreign(tmp_path / "stadt.geojson")
    [layer] = source_look(path)
    assert (layer.shapes, layer.crs) == ("Point", "EPSG:4326")
    assert layer.samples()["HausNr"] == ["1", "2", "3"]
    columns = proposed(path)["columns"]
    assert {name: found for name, found in columns.items() if found} == {
        "street": ["Straßenname"],
        "number": ["HausNr"],
        "number_suffix": ["Zusatz"],
    }


def test_headerless_text_is_understood_by_its_values(tmp_path):
    path = write(tmp_path / "gebref.txt", HEADLESS)
    [layer] = source_look(path)
    assert (layer.has_header, list(layer.columns)) == (False, [str(one) for one in range(1, 10)])
    content = proposed(path)
    assert (content["header"], content["points"]) == (
        list(layer.columns),
        [["8", "9", "EPSG:25832"]],
    )
    found = {name: names for name, names in content["columns"].items() if names}
    assert found == {"street": ["4"], "number": ["5"], "number_suffix": ["6"], "postcode": ["7"]}


def test_header_is_what_somebody_says(tmp_path):
    path = write(tmp_path / "a.csv", "Markt;Weg\nPlatz;Ring\n")
    assert list(source_look(path)[0].columns) == ["Markt", "Weg"]
    [layer] = source_look(path, has_header=False)
    assert layer.columns == {"1": ["Markt", "Platz"], "2": ["Weg", "Ring"]}


def test_preview_is_what_a_load_would_store(city, tmp_path):
    content = proposed(write(tmp_path / "gebref.txt", HEADLESS))
    path = write(tmp_path / "gebref.txt", HEADLESS + "N;DENW9;05562004;Hauptstraße;9;;44575;x;y\n")
    profile = profile_parse({**content, "name": "gebref"})
    shown = mapping_preview(dataset_spec("addresses"), city, path, profile, layer=None)
    texts = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
    assert [(one["street"], one["number"]) for one in texts] == [
        ("Hauptstraße", "1"),
        ("Hauptstraße", "2"),
        ("Hauptstraße", "2a"),
    ]
    assert (shown.shapes[0].x, shown.shapes[0].y) == (EAST + 1, NORTH)
    [fault] = shown.faults
    assert "'x', 'y'" in fault


def test_load_by_an_own_profile(city, tmp_path):
    path = write(tmp_path / "gebref.txt", HEADLESS)
    profile_save(jurisdiction=city, name="gebref-eigen", content=proposed(path), by=None)
    loaded = load(city, "addresses", path, profile="gebref-eigen")
    assert (loaded.rows, loaded.edition.profile) == (3, "gebref-eigen")
    numbers = Address.objects.active().order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["1", "2", "2a"]


def test_changed_profile_is_another_source(city, tmp_path):
    """The same bytes by another mapping are read again."""
    path = foreign(tmp_path / "stadt.geojson")
    content = proposed(path)
    profile_save(jurisdiction=city, name="stadt", content=content, by=None)
    load(city, "addresses", path, profile="stadt")
    content["columns"]["number_suffix"] = []
    profile_save(jurisdiction=city, name="stadt", content=content, by=None)
    load(city, "addresses", path, profile="stadt")
    assert not Address.objects.active().filter(number="2a").exists()


def test_own_profile_counts_where_it_is_named_and_in_its_city(city, tmp_path):
    path = foreign(tmp_path / "stadt.geojson")
    content = proposed(path) | {"columns": {"street": ["Straßenname"], "number": ["Objekt_Nr"]}}
    profile_save(jurisdiction=city, name="stadt", content=content, by=None)
    other = jurisdiction_make(identifier="x.de", municipality_key="1", issue_prefix="X")
    with pytest.raises(LoadError, match="stadt"):
        load(other, "addresses", path, profile="stadt")
    with pytest.raises(LoadError):
        load(city, "addresses", path)


def test_folder_holds_profiles_too(city, tmp_path, settings):
    path, folder = foreign(tmp_path / "stadt.geojson"), tmp_path / "profiles"
    folder.mkdir()
    settings.GEODATA_PROFILES = str(folder)
    write(folder / "stadt.json", json.dumps({**proposed(path), "name": "stadt"}))
    assert load(city, "addresses", path, profile="stadt").rows == 3
    write(folder / "broken.json", '{"name": 5}')
    with pytest.raises(LoadError, match=r"broken\.json"):
        load(city, "addresses", path, profile="stadt")


def test_constant_stands_for_a_column_that_the_source_lacks(city, tmp_path):
    path = table_write(
        tmp_path / "lampen.gpkg", {"Mast": ["7", "8"]}, [shapely_point(1), shapely_point(2)]
    )
    content = proposed(path, "assets") | {
        "columns": {"number": ["Mast"], "kind": [], "owner": [], "note": []},
        "constants": {"kind": "LAMP"},
        "required": ["number"],
    }
    profile_save(jurisdiction=city, name="lampen", content=content, by=None)
    load(city, "assets", path, profile="lampen")
    assert set(Asset.objects.active().values_list("kind", "number")) == {
        ("LAMP", "7"),
        ("LAMP", "8"),
    }


def shapely_point(number: int) -> shapely.Point:
    return shapely.Point(EAST + number, NORTH)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"dataset": "addresses"},
        {"dataset": "addresses", "formats": ["table"], "columns": {"street": "Straße"}},
        {"dataset": "addresses", "formats": ["table"], "columns": {"street": [5]}},
        {"dataset": "addresses", "formats": ["table"], "columns": {}, "codes": {"kind": 5}},
        {"dataset": "addresses", "formats": ["table"], "columns": {}, "points": [["x", "y"]]},
        {"dataset": "addresses", "formats": ["table"], "columns": {}, "unheard_of": True},
        {"dataset": "addresses", "formats": ["table"], "columns": {}, "header": "no"},
        {"dataset": "addresses", "formats": ["table"], "columns": {}, "address": {"url": "x"}},
    ],
)
def test_what_is_no_profile_is_refused(content):
    with pytest.raises(LoadError, match="no column mapping"):
        profile_parse({**content, "name": "x"} if isinstance(content, dict) else content)


def test_name_of_the_program_and_none_are_refused(city, tmp_path):
    content = proposed(foreign(tmp_path / "stadt.geojson"))
    for name in ("", "hauskoordinaten"):
        with pytest.raises(LoadError):
            profile_save(jurisdiction=city, name=name, content=content, by=None)
    assert not OwnProfile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.gml",
            "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
        ),
        ("a.geojson", '{"type": "FeatureCollection", "features": [{'),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
        ("a.csv", "a;b\n\x00;1\n"),
        ("a.bin", "\x01\x02"),
        ("a.gpkg", "SQLite format 3\x00 and nothing behind it"),
        ("a.zip", "PK\x03\x04 and nothing behind it"),
    ],
)
def test_hostile_files_are_errors_that_say_so(tmp_path, name, content):
    with pytest.raises(LoadError) as refused:
        source_look(write(tmp_path / name, content))
    assert "passwd" not in refused.value.shown()


def test_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("gis_core.loading.look.BYTES_MAX", 10)
    with pytest.raises(LoadError, match="too large"):
        source_look(write(tmp_path / "a.csv", "a;b\n" * 100))


def run(*args: Any, dataset: str = "addresses", **options: Any) -> tuple[str, str]:
    out, told = StringIO(), StringIO()
    call_command("map_geodata", *args, dataset=dataset, stdout=out, stderr=told, **options)
    return out.getvalue(), told.getvalue()


def test_command_shows_saves_and_removes(city, tmp_path):
    path, named = foreign(tmp_path / "stadt.geojson"), {"jurisdiction": city.identifier}
    content, told = run(path, **named)
    assert json.loads(content)["columns"]["street"] == ["Straßenname"]
    assert "  HausNr: 1, 2, 3" in told
    assert "Am Markt | 2a" in told
    mapping = write(tmp_path / "mapping.json", content)
    run(path, mapping=mapping, save="stadt", **named)
    shown, _told = run(show="stadt", **named)
    assert json.loads(shown) == {"name": "stadt", **json.loads(content)}
    run(remove="stadt", **named)
    for options in ({"show": "stadt"}, {"remove": "stadt"}, {}, {"mapping": tmp_path / "none"}):
        with pytest.raises(CommandError):
            run(**named, **options)


GEOSERVER = """<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection numberOfFeatures="3" xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
 xmlns:stadt="http://geoportal.example/stadt"><gml:featureMembers>{}</gml:featureMembers></wfs:FeatureCollection>"""


def geoserver(path: Path) -> Path:
    """WFS 1.1 of a GeoServer: GML 3.1, all members in one element, latitude first, a property without a value."""
    members = "".join(
        f"<stadt:spielplatz gml:id='sp.{n}'><gml:boundedBy/><stadt:art>playground</stadt:art><stadt:nr>{n}</stadt:nr>"
        f"<stadt:bemerkung>{'neu' if n == 2 else ''}</stadt:bemerkung><stadt:the_geom><gml:Point"
        f" srsName='urn:x-ogc:def:crs:EPSG:4326'><gml:pos>51.55{n} 7.31</gml:pos></gml:Point></stadt:the_geom>"
        "</stadt:spielplatz>"
        for n in (1, 2, 3)
    )
    return write(path, GEOSERVER.format(members))


def test_gml_of_another_model_is_proposed_previewed_and_loaded(tmp_path):
    city, path = jurisdiction_make(), geoserver(tmp_path / "spielplaetze.gml")
    [layer] = source_look(path)
    assert (layer.name, layer.shapes, layer.geometry) == ("spielplatz", "Point", "the_geom")
    assert layer.samples()["bemerkung"] == ["neu"]
    content = proposed(path, "assets")
    assert content["formats"] == ["xml"]
    assert content["columns"] == {
        "kind": ["art"],
        "number": ["nr"],
        "owner": [],
        "note": ["bemerkung"],
    }
    preview = mapping_preview(
        dataset_spec("assets"), city, path, profile_parse({**content, "name": "x"}), layer=None
    )
    assert [row[:3] for row in preview.rows] == [
        [f"playground/{n}", "playground", str(n)] for n in (1, 2, 3)
    ]
    assert preview.shapes[0].y == pytest.approx(5_712_300, abs=500)
    profile_save(jurisdiction=city, name="spiel", content=content, by=None)
    load(city, "assets", path, profile="spiel")
    assert set(Asset.objects.active().values_list("number", "note")) == {
        ("1", ""),
        ("2", "neu"),
        ("3", ""),
    }


@needs_mapserv
def test_wfs_of_a_mapserver_is_mapped_by_command_and_loaded(tmp_path, settings):
    """The parcels as areas with a name, from a type that the program reads otherwise."""
    city = municipality_draw(jurisdiction_make())
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"
    columns = {"flstkennz": list(KEYS), "bezirk": ["Nord", "Süd", "West"]}
    shapes = [square(column) for column in range(3)]
    source = table_write(tmp_path / "k.gpkg", columns, shapes, layer="Flurstueck")
    with serving(mapserver(mapfile_write(tmp_path, source))) as url:
        mapping = json.loads(run(url, kind="wfs", dataset="areas", jurisdiction=city.identifier)[0])
        assert mapping["address"] == {"url": url, "kind": "wfs", "layer": ""}
        assert (mapping["features"], mapping["geometry"]) == (["Flurstueck"], ["geometrie"])
        mapping["columns"] |= {"name": ["bezirk"], "code": ["flstkennz"]}
        mapping["constants"] = {"kind": "district"}
        mapping["required"] = []
        profile_save(jurisdiction=city, name="bezirke", content=mapping, by=None)
        source = fetched_source(url, layer="Flurstueck", profile="bezirke")
        edition = edition_stage(
            jurisdiction=city, dataset="areas", sources=[source], source_name="Bezirke"
        )
        assert edition.report["new"] == 3
        rows = Staging(dataset_spec("areas"), edition).execute(
            "SELECT name FROM {staging} ORDER BY 1"
        )
    assert rows == [("Nord",), ("Süd",), ("West",)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<a><b/></a>", "mapping_of_xml"),
        (GEOSERVER.format(""), "mapping_of_xml"),
        (GEOSERVER.format("<stadt:spielplatz>"), "xml_broken"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml_dtd"),
        (nas.delivery(nas.insert(nas.parcel(0))), "mapping_of_nas"),
    ],
)
def test_xml_that_cannot_be_mapped_says_why(tmp_path, text, code):
    with pytest.raises(LoadError) as caught:
        source_look(write(tmp_path / "a.xml", text))
    assert caught.value.message.code == code


def test_mapping_of_through_roads_keeps_what_comes_of_the_line(tmp_path):
    """Nothing names a section: the line says it, in the preview as in the load."""
    city = jurisdiction_make()
    line = shapely.LineString([(EAST, NORTH), (EAST + 50, NORTH)])
    path = table_write(tmp_path / "od.gpkg", {"bezeichnung": ["Nord"]}, [line])
    content = proposed(path, "through_roads")
    assert content["columns"]["shape"] == ["@shape"]
    profile = profile_parse({**content, "name": "x"})
    preview = mapping_preview(dataset_spec("through_roads"), city, path, profile, layer=None)
    assert (len(preview.rows), preview.faults) == (1, [])
