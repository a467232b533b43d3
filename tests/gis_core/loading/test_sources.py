"""Sources with traps: archives, bombs, sizes, encodings. Each trap gives its file the name."""

from __future__ import annotations

import gzip
import json
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis_core.errors import LoadError
from parcels.models import LandUse, Ownership, Parcel
from routing.models import Asset
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    square,
    table_write,
    write,
)
from tests.gis_core.loading.wfs_servers import Answer, serving

pytestmark = pytest.mark.django_db


def zipped(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def table(path: Path, driver: str, **options) -> Path:
    squares = [square(0), square(1)]
    return table_write(path, {"flstkennz": list(KEYS[:2])}, squares, driver=driver, **options)


# --- Archives -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.gpkg", "GPKG"),
        ("a.shp", "ESRI Shapefile"),
        ("a.fgb", "FlatGeobuf"),
        ("a.geojson", "GeoJSON"),
    ],
)
def test_every_table_format_is_read_from_a_zip(city, tmp_path, name, driver):
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / name, driver)
    members = {f"Daten/{path.name}": path.read_bytes() for path in (tmp_path / "in").iterdir()}
    members["Daten/a.shp.xml"] = "<metadata/>"
    members["Lies mich.txt"] = "Lizenz"
    assert load(city, "parcels", zipped(tmp_path / "a.zip", members)).rows == 2


def test_gml_and_csv_are_read_from_a_zip(city, tmp_path):
    path = zipped(tmp_path / "a.zip", {"x/1.gml": parcels_gml(2), "__MACOSX/x/._1.gml": "junk"})
    assert load(city, "parcels", path).rows == 2
    text = f"flstkennz;eigentumsklasse\n{KEYS[0]};CITY\n"
    assert load(city, "ownership", zipped(tmp_path / "b.zip", {"a.csv": text})).rows == 1


def test_of_several_tables_in_a_zip_those_of_the_dataset_are_read(city, tmp_path):
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / "Flurstueck.shp", "ESRI Shapefile")
    uses = {"oid": ["U1"], "nutzart": ["Wald"], "flstkennz": [KEYS[0]]}
    path = tmp_path / "in" / "NutzungFlurstueck.shp"
    table_write(path, uses, [square(0)], driver="ESRI Shapefile")
    members = {path.name: path.read_bytes() for path in (tmp_path / "in").iterdir()}
    path = zipped(tmp_path / "a.zip", members)
    assert (load(city, "parcels", path).rows, load(city, "land_use", path).rows) == (2, 1)


@pytest.mark.parametrize("name", ["../evil.gml", "/etc/evil.gml", "a/../../evil.gml", "C:evil.gml"])
def test_zip_path_that_leads_out(city, tmp_path, name):
    path = zipped(tmp_path / "paths.zip", {name: parcels_gml()})
    with pytest.raises(LoadError, match=r"paths\.zip: .*evil\.gml: leads out of the archive"):
        load(city, "parcels", path)
    assert not (tmp_path.parent / "evil.gml").exists()


def test_zip_with_a_symbolic_link(city, tmp_path):
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("a.gml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(LoadError, match=r"link\.zip: a\.gml: is a symbolic link"):
        load(city, "parcels", path)


def test_zip_bomb(city, tmp_path):
    path = zipped(tmp_path / "bomb.zip", {"a.gml": b"<a>" + b" " * (20 << 20)})
    with pytest.raises(LoadError, match=r"bomb\.zip: a\.gml: would grow .* refused as a zip bomb"):
        load(city, "parcels", path)


def test_zip_in_a_zip(city, tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a.gml": parcels_gml()}).read_bytes()
    path = zipped(tmp_path / "nested.zip", {"inner.zip": inner})
    with pytest.raises(LoadError, match=r"nested\.zip: inner\.zip: is an archive in an archive"):
        load(city, "parcels", path)


def test_zip_that_declares_less_than_it_holds(city, tmp_path):
    """A lying directory: not more than it says comes out, and the checksum tells."""
    path = zipped(tmp_path / "lies.zip", {"a.gml": parcels_gml()})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(LoadError, match=r"lies\.zip: cannot be unpacked"):
        load(city, "parcels", path)


@pytest.mark.parametrize("cut", [-30, 100])
def test_truncated_zip(city, tmp_path, cut):
    path = zipped(tmp_path / "cut.zip", {"a.gml": parcels_gml()})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(LoadError, match=r"cut\.zip: cannot be unpacked"):
        load(city, "parcels", path)


def test_zip_without_data(city, tmp_path):
    path = zipped(tmp_path / "nothing.zip", {"readme.txt": "nothing"})
    with pytest.raises(LoadError, match=r"nothing\.zip: holds no file of a known format"):
        load(city, "parcels", path)


def test_messages_name_the_file_in_the_archive(city, tmp_path):
    path = zipped(tmp_path / "a.zip", {"b/c.gml": parcels_gml()[:-300]})
    with pytest.raises(LoadError, match=r"^a\.zip/b/c\.gml: Flurstueck F\w+: not well-formed XML"):
        load(city, "parcels", path)


def test_zip_by_another_name(city, tmp_path):
    path = zipped(tmp_path / "a.gml", {"a.gml": parcels_gml()})
    with pytest.raises(LoadError, match=r"a\.gml: is a zip archive, against its name"):
        load(city, "parcels", path)


def test_gzip_bomb(city, tmp_path):
    path = tmp_path / "bomb.gml.gz"
    path.write_bytes(gzip.compress(parcels_gml()[:-40].encode() + b" " * (40 << 20)))
    with pytest.raises(LoadError, match=r"bomb\.gml\.gz: damaged gzip: grows beyond 200 times"):
        load(city, "parcels", path)


# --- Sizes ----------------------------------------------------------------------------------------


def circle(positions: int) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, positions, endpoint=False)
    ring = np.column_stack((382900 + 500 * np.cos(angles), 5712300 + 500 * np.sin(angles)))
    return shapely.Polygon(ring.round(3))


def test_million_positions_in_a_ring_of_gml(city, tmp_path):
    huge = parcel_gml(KEYS[1], polygon_gml(circle(1_000_000)))
    text = collection_gml(parcel_gml(KEYS[0], polygon_gml(square(0))), huge)
    path = write(tmp_path / "million.gml", text)
    with pytest.raises(
        LoadError,
        match=rf"million\.gml: Flurstueck F{KEYS[1][:16]}: a text of more than 10 million",
    ):
        load(city, "parcels", path)


def test_million_positions_in_a_ring_of_a_table(city, tmp_path):
    path = tmp_path / "million.fgb"
    table_write(path, {"flstkennz": [KEYS[0]]}, [circle(1_000_000)], driver="FlatGeobuf")
    with pytest.raises(LoadError, match=r"million\.fgb: million 0: has 100\d+ positions, at most"):
        load(city, "parcels", path)


def test_line_without_end(city, tmp_path):
    path = tmp_path / "line.csv"
    path.write_bytes(b"flstkennz;eigentumsklasse\n" + b"x" * (2 << 20))
    with pytest.raises(LoadError, match=r"line\.csv: line 2: is longer than"):
        load(city, "ownership", path)


def test_same_file_twice_is_one(city, tmp_path):
    first, second = (write(tmp_path / name, parcels_gml()) for name in ("a.gml", "b.gml"))
    result = load(city, "parcels", first, second)
    assert (result.rows, result.edition.report["counts"]["identical duplicates"]) == (3, 3)


# --- Encodings ------------------------------------------------------------------------------------


def test_utf_16_gml_is_read(city, tmp_path):
    path = tmp_path / "utf16.gml"
    text = parcels_gml(1, lagebeztxt="Münsterplatz").replace('"utf-8"', '"utf-16"')
    path.write_bytes(text.encode("utf-16"))
    load(city, "parcels", path)
    assert Parcel.objects.get().location_text == "Münsterplatz"


def test_byte_order_mark_before_gml(city, tmp_path):
    path = tmp_path / "bom.gml"
    path.write_bytes(b"\xef\xbb\xbf" + parcels_gml().encode())
    assert load(city, "parcels", path).rows == 3


def test_utf_16_csv_is_refused(city, tmp_path):
    path = tmp_path / "utf16.csv"
    text = f"flstkennz;eigentumsklasse\n{KEYS[0]};CITY\n"
    path.write_bytes(text.encode("utf-16-le"))
    with pytest.raises(LoadError, match=r"utf16\.csv: is (of no known format|not UTF-8)"):
        load(city, "ownership", path)
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(LoadError, match=r"utf16\.csv: is text in UTF-16: save it as UTF-8"):
        load(city, "ownership", path)


# --- Geometry in tables ---------------------------------------------------------------------------


def test_nan_in_geojson(city, tmp_path):
    ring = [[382900, 5712300], [382910, 5712300], [382910, float("nan")], [382900, 5712300]]
    feature = {
        "type": "Feature",
        "properties": {"flstkennz": KEYS[0]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
    with pytest.raises(LoadError, match=r"nan\.geojson: "):
        load(city, "parcels", write(tmp_path / "nan.geojson", text))


def test_empty_geometry_in_a_table(city, tmp_path):
    shapes = [square(0), shapely.Polygon()]
    path = table_write(tmp_path / "empty.gpkg", {"flstkennz": list(KEYS[:2])}, shapes)
    with pytest.raises(LoadError, match=r"empty\.gpkg: empty 2: has no geometry"):
        load(city, "parcels", path)


@pytest.mark.parametrize("kind", ["link", "url", "li\\u006ek"])
@pytest.mark.parametrize("late", [False, True])
def test_geojson_whose_crs_is_an_address_fetches_nothing(city, tmp_path, kind, late):
    """GDAL alone would ask that address."""
    asked: list[dict[str, str]] = []

    def answering(query: dict[str, str]) -> Answer:
        asked.append(query)
        return 200, "text/plain", b"EPSG:25832"

    ring = [[float(x), float(y)] for x, y in square(0).exterior.coords]
    geometry = json.dumps({"type": "Polygon", "coordinates": [ring]})
    feature = f'{{"type":"Feature","properties":{{"flstkennz":"{KEYS[0]}"}},"geometry":{geometry}}}'
    with serving(answering) as url:
        crs = f'"crs":{{"type":"{kind}","properties":{{"href":"{url}","url":"{url}","type":"proj4"}}}}'
        features = f'"features":[{feature}]'
        members = (features, " " * 70_000 + crs) if late else (crs, features)
        text = f'{{"type":"FeatureCollection",{",".join(members)}}}'
        with pytest.raises(LoadError, match=r"link\.geojson: "):
            load(city, "parcels", write(tmp_path / "link.geojson", text))
    assert asked == []


# --- CSV with coordinates -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("ART;NUMMER;OST;NORD\nlamp;L1;382943,343;5712374,038\n", {"crs": 25832}),
        ("ART,NUMMER,LON,LAT\nlamp,L1,7.3117,51.5503\n", {}),
        ("ART\tNUMMER\tLAT\tLON\nlamp\tL1\t51.5503\t7.3117\n", {}),
        ("ART;NUMMER;RECHTSWERT;HOCHWERT\nlamp;L1;32382943.343;5712374.038\n", {"crs": 4647}),
    ],
)
def test_assets_from_csv_with_coordinates(city, tmp_path, text, options):
    from gis_core.coordinates import crs_parse

    named = {name: crs_parse(value) for name, value in options.items()}
    load(city, "assets", write(tmp_path / "assets.csv", text), **named)
    asset = Asset.objects.get()
    assert (asset.key, asset.geometry.coords) == ("lamp/L1", (382943.343, 5712374.038))


def test_csv_coordinates_without_crs_ask_for_it(city, tmp_path):
    text = "ART;NUMMER;OST;NORD\nlamp;L1;382943;5712374\n"
    with pytest.raises(LoadError, match=r"a\.csv: nothing says .* OST and NORD .* --crs"):
        load(city, "assets", write(tmp_path / "a.csv", text))


def test_csv_coordinate_that_is_none(city, tmp_path):
    text = "ART;NUMMER;LON;LAT\nlamp;L1;7.3;north\n"
    with pytest.raises(LoadError, match=r"a\.csv: line 2: '7\.3', 'north' are no coordinates"):
        load(city, "assets", write(tmp_path / "a.csv", text))


def test_csv_row_without_place_is_named(city, tmp_path):
    text = "ART;NUMMER;LON;LAT\nlamp;L1;7.3117;51.5503\nlamp;L2;;\n"
    with pytest.raises(LoadError, match=r"a\.csv: line 3: has no geometry"):
        load(city, "assets", write(tmp_path / "a.csv", text))


def test_nothing_of_a_refused_source_is_active(city, tmp_path):
    with pytest.raises(LoadError):
        load(city, "parcels", zipped(tmp_path / "a.zip", {"../a.gml": parcels_gml()}))
    assert not any(model.objects.exists() for model in (Parcel, LandUse, Ownership))
