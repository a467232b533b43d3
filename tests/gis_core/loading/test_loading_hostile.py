"""Bad sources: each is refused with file, feature and cause, and nothing of it is stored."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import pytest
import shapely
from django.db import connection

from gis_core.enums import EditionStatus
from gis_core.errors import GisError, LoadError
from gis_core.models import Edition
from parcels.models import Ownership, Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    jurisdiction_make,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    pos_list,
    square,
    stage,
    table_write,
    write,
)

pytestmark = pytest.mark.django_db
GOOD = polygon_gml(square(0))


@pytest.fixture
def city(tmp_path):
    """A city with one active parcel, which every refused load must leave as it is."""
    city = jurisdiction_make()
    load(city, "parcels", write(tmp_path / "good.gml", parcels_gml(1)))
    return city


def refuse(city, path, message, dataset="parcels"):
    """Loads and expects this error; the active state is the same row of the same edition."""
    before = list(Parcel.objects.values_list("pk", "edition_from", "edition_to"))
    with pytest.raises(LoadError, match=message):
        load(city, dataset, path)
    assert list(Parcel.objects.values_list("pk", "edition_from", "edition_to")) == before
    first, *others = Edition.objects.order_by("pk").values_list("status", flat=True)
    assert (first, set(others)) == (EditionStatus.ACTIVE, {EditionStatus.FAILED})
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.geodata_staging')")
        assert cursor.fetchone() == (None,)


HOSTILE = {
    "billion_laughs": '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
    "external_entity": '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "external_dtd": '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/evil.dtd">',
}


@pytest.mark.parametrize("trap", HOSTILE)
def test_document_type_is_refused(city, tmp_path, trap):
    text = parcels_gml().replace("?>", f"?>{HOSTILE[trap]}", 1)
    refuse(
        city, write(tmp_path / f"{trap}.gml", text), rf"{trap}\.gml: a document type declaration"
    )


def test_schema_location_is_never_fetched(city, tmp_path):
    # pytest-socket would turn any attempt to reach this host into an error.
    text = parcels_gml().replace(
        "<wfs:FeatureCollection",
        '<wfs:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="urn:x http://192.0.2.1/evil.xsd"',
        1,
    )
    assert load(city, "parcels", write(tmp_path / "a.gml", text)).rows == 3


def test_truncated_xml(city, tmp_path):
    path = write(tmp_path / "cut.gml", parcels_gml()[:-400])
    refuse(city, path, r"cut\.gml: Flurstueck F0552\w+: not well-formed XML")


def test_truncated_answer_of_a_service(city, tmp_path):
    feature = parcel_gml(KEYS[0], GOOD)
    path = write(tmp_path / "wfs.gml", collection_gml(feature, returned=2803))
    refuse(city, path, r"wfs\.gml: is incomplete: numberReturned says 2803 features, 1 came")


def test_answer_without_any_of_its_features(city, tmp_path):
    path = write(tmp_path / "wfs.gml", collection_gml(returned=5))
    refuse(city, path, r"wfs\.gml: is incomplete: numberReturned says 5 features, 0 came")


def test_truncated_feature_members_of_wfs_1_1(city, tmp_path):
    text = collection_gml(parcel_gml(KEYS[0], GOOD)).replace("numberReturned", "numberOfFeatures")
    text = text.replace("wfs:member", "gml:featureMembers").replace('Features="1"', 'Features="2"')
    path = write(tmp_path / "wfs.gml", text)
    refuse(city, path, r"wfs\.gml: is incomplete: numberOfFeatures says 2 features, 1 came")


def test_service_exception_instead_of_data(city, tmp_path):
    text = '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"/>'
    refuse(city, write(tmp_path / "a.xml", text), r"a\.xml: is a service's error message")


def test_wrong_encoding(city, tmp_path):
    path = tmp_path / "latin.gml"
    path.write_bytes(parcels_gml(1, lagebeztxt="Münsterplatz").encode("latin-1"))
    refuse(city, path, r"latin\.gml: not well-formed XML")


def test_declared_latin_1_is_read(city, tmp_path):
    path = tmp_path / "latin.gml"
    text = parcels_gml(1, lagebeztxt="Münsterplatz").replace('"utf-8"', '"ISO-8859-1"')
    path.write_bytes(text.encode("latin-1"))
    load(city, "parcels", path)
    assert Parcel.objects.active().get().location_text == "Münsterplatz"


def test_not_a_number_in_a_position(city, tmp_path):
    bad = GOOD.replace("382910.000", "NaN", 1)
    path = write(tmp_path / "nan.gml", collection_gml(parcel_gml(KEYS[0], bad)))
    refuse(city, path, r"nan\.gml: Flurstueck F0552\w+: a coordinate is not a finite number")


@pytest.mark.parametrize("geometry", ["", '<gml:MultiSurface srsName="EPSG:25832"/>'])
def test_missing_or_empty_geometry(city, tmp_path, geometry):
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], geometry)))
    refuse(city, path, r"a\.gml: Flurstueck F0552\w+: has no geometry")


def test_missing_key(city, tmp_path):
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml("", GOOD)))
    refuse(city, path, r"a\.gml: Flurstueck F: flstkennz / .* is missing")


def test_malformed_key_names_the_feature(city, tmp_path):
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml("0552", GOOD)))
    refuse(city, path, r"a\.gml: Flurstueck F0552: '0552' is not a parcel key")


def test_coordinates_elsewhere_name_the_outlier(city, tmp_path):
    lost = parcel_gml(KEYS[1], f'<gml:Polygon srsName="EPSG:25832">{GOOD.split(">", 1)[1]}')
    lost = lost.replace(pos_list(square(0).exterior), "0 0 1 0 1 1 0 0")
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], GOOD), lost))
    refuse(
        city,
        path,
        rf"a\.gml: Flurstueck F{KEYS[1][:16]}: coordinates .* outside the area of EPSG:25832",
    )


def test_text_that_does_not_fit_the_column(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml(1, gemarkung="x" * 101))
    edition = stage(city, "parcels", path)
    [unknown] = edition.report["unknown"]
    assert (unknown["column"], unknown["code"]) == ("gemarkung_name", "text_long")
    assert unknown["params"] == {"column": "gemarkung_name", "most": 100, "length": 101}


def test_key_that_is_too_long_is_a_faulty_row(city, tmp_path):
    columns = {"ART": ["lamp", "lamp"], "NUMMER": ["x" * 70, "1"]}
    path = table_write(tmp_path / "a.gpkg", columns, [square(0).centroid, square(1).centroid])
    with pytest.raises(LoadError, match="a 1: key has 75 characters, at most 64 are stored"):
        stage(city, "assets", path)


def test_faulty_rows_are_told_all_at_once(city, tmp_path):
    lines = ["flstkennz;eigentumsklasse;stand", f"{KEYS[0]};CITY;31.02.2024", "5287-1-1;CITY;"]
    lines += [f"{KEYS[1]};;", f"{KEYS[2]};KING;", "one value", f"{KEYS[2]};CITY;"]
    with pytest.raises(LoadError, match="4 rows cannot be stored: line 6: has 1 values"):
        stage(city, "ownership", write(tmp_path / "a.csv", "\n".join(lines)))
    report = Edition.objects.latest("pk").report
    told = [(one["feature"], one["code"], one["column"], one["value"]) for one in report["faults"]]
    assert told == [
        ("line 6", "csv_values_uneven", "", ""),
        ("line 4", "value_missing", "owner_class", ""),
        ("line 5", "code_unknown", "owner_class", "KING"),
        ("line 3", "parcel_key", "", ""),
    ]
    assert [one["feature"] for one in report["unknown"]] == ["line 2"]
    assert report["counts"]["faulty rows"] == 4


def test_row_that_the_profile_leaves_out_is_counted(city, tmp_path):
    lines = ["oid;str;hnr;ostwert;nordwert", "1;Am Markt;1;382900;5712300"]
    lines += ["2;Am Markt;;382900;5712300"]
    edition = stage(city, "addresses", write(tmp_path / "a.csv", "\n".join(lines)))
    assert edition.report["rows"] == 1
    assert edition.report["left_out"] == {"number = ": 1}


def test_gzip_that_is_none(city, tmp_path):
    path = write(tmp_path / "a.gml.gz", parcels_gml())
    refuse(city, path, r"a\.gml\.gz: is not gzip, against its name")


def test_truncated_gzip(city, tmp_path):
    path = tmp_path / "a.gml.gz"
    path.write_bytes(gzip.compress(parcels_gml().encode())[:-20])
    refuse(city, path, r"a\.gml\.gz: (damaged gzip|cannot be read)")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.gpkg",
            b"<?xml version='1.0'?><a/>",
            r"a\.gpkg: is named \.gpkg but its content is xml",
        ),
        ("a.gml", b"SQLite format 3\x00", r"a\.gml: is named \.gml but its content is GeoPackage"),
        ("a.gpkg", b"SQLite format 3\x00 and then nothing", r"a\.gpkg: cannot be read"),
        ("a.gml", b"", r"a\.gml: is empty"),
        ("a.gml", b"plain words", r"a\.gml: is of no known format"),
        ("a.bin", b"\x89PNG\r\n\x1a\n\x00\x00", r"a\.bin: is of no known format"),
        ("a.zip", b"PK\x03\x04rest", r"a\.zip: cannot be unpacked: File is not a zip file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', r"a\.geojson: "),
        (
            "a.gml",
            b"<html><body>Sorry</body></html>",
            r"a\.gml: is a web page, not data",
        ),
    ],
)
def test_content_against_the_name(city, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    refuse(city, path, message)


def test_missing_file_and_empty_directory(city, tmp_path):
    refuse(city, tmp_path / "nowhere.gml", "no such file or directory")
    (tmp_path / "empty").mkdir()
    refuse(city, tmp_path / "empty", "the directory holds no")


def test_missing_column_is_named_with_those_that_are_there(city, tmp_path):
    path = table_write(tmp_path / "a.gpkg", {"nummer": ["1"]}, [square(0)])
    refuse(city, path, r"has no column flstkennz / .*; there are nummer")


def test_missing_layer_is_named(city, tmp_path):
    path = table_write(tmp_path / "a.gpkg", {"flstkennz": [KEYS[0]]}, [square(0)], layer="x")
    with pytest.raises(LoadError, match="has no layer 'y'; there are x"):
        load(city, "parcels", path, layer="y")


def test_of_several_layers_that_fit_one_has_to_be_named(city, tmp_path):
    """The first one would be last year's as often as not."""
    path = tmp_path / "a.gpkg"
    for year, key in (("2023", KEYS[0]), ("2024", KEYS[1])):
        table_write(path, {"flstkennz": [key]}, [square(0)], layer=f"flst_{year}", append=True)
    refuse(city, path, r"a\.gpkg: has several layers that fit: flst_2023, flst_2024; say which")
    load(city, "parcels", path, layer="flst_2024")
    assert Parcel.objects.active().get().key == KEYS[1]


def test_layer_of_points_beside_the_parcels_is_no_second_choice(city, tmp_path):
    path = tmp_path / "a.gpkg"
    columns = {"flstkennz": [KEYS[0]]}
    table_write(path, columns, [shapely.Point(382900, 5712300)], layer="flst_label")
    table_write(path, columns, [square(0)], layer="flst_area", append=True)
    load(city, "parcels", path)
    assert Parcel.objects.active().get().key == KEYS[0]


def test_wrong_geometry_type_is_named(city, tmp_path):
    path = table_write(
        tmp_path / "a.gpkg", {"flstkennz": [KEYS[0]]}, [shapely.Point(382900, 5712300)]
    )
    refuse(city, path, "is a Point, wanted is MULTIPOLYGON")


def test_table_without_crs(city, tmp_path):
    path = table_write(
        tmp_path / "a.shp", {"flstkennz": [KEYS[0]]}, [square(0)], driver="ESRI Shapefile", crs=None
    )
    refuse(city, path, r"a\.shp: names no coordinate reference system")


def test_file_without_the_dataset(city, tmp_path):
    refuse(
        city, write(tmp_path / "a.gml", parcels_gml()), "holds no feature of land_use", "land_use"
    )


def test_update_delivery_is_refused(city, tmp_path):
    text = (
        '<AX_NBA xmlns="http://www.adv-online.de/namespaces/adv/gid/6.0"'
        ' xmlns:wfs="http://www.adv-online.de/namespaces/adv/gid/wfs"><wfs:Transaction>'
        "<wfs:Delete/></wfs:Transaction></AX_NBA>"
    )
    refuse(city, write(tmp_path / "a.xml", text), r"a\.xml: Delete: does not say of which type")


def test_unknown_dataset(city, tmp_path):
    with pytest.raises(GisError, match="unknown dataset 'trees'"):
        load(city, "trees", tmp_path / "a.gml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "flstkennz;eigentumsklasse\n05528700100001______;KING\n",
            "line 2: unknown eigentumsklasse 'KING'",
        ),
        ("flstkennz;eigentumsklasse\nnonsense;CITY\n", "line 2: 'nonsense' is not a parcel key"),
        ("flstkennz;eigentumsklasse\n05528700100001______\n", "line 2: has 1 values, the header 2"),
        ("flstkennz;besitzer\n05528700100001______;x\n", "no column eigentumsklasse"),
        ("flstkennz;eigentumsklasse\n5287-1-1;CITY\n", "line 2: '5287-1-1' is not a parcel key"),
    ],
)
def test_bad_csv_names_the_line(city, tmp_path, text, message):
    refuse(
        city,
        write(tmp_path / "a.csv", text),
        rf"a\.csv: .*{message}|a\.csv: {message}",
        "ownership",
    )


def test_csv_as_registers_write_it(city, tmp_path):
    text = "fsk;eigentumsklasse;stand\n055287-1-2/1;CITY;03.12.2024\n"
    load(city, "ownership", write(tmp_path / "a.csv", text))
    owner = Ownership.objects.get()
    assert (owner.key, owner.source_date) == (KEYS[1], date(2024, 12, 3))


@pytest.mark.parametrize("area", ["NaN", "-5", "1e30", "viel"])
def test_area_that_is_none(city, tmp_path, area):
    path = table_write(
        tmp_path / "a.gpkg", {"flstkennz": [KEYS[0]], "flaeche": [area]}, [square(0)]
    )
    edition = stage(city, "parcels", path)
    [unknown] = edition.report["unknown"]
    assert (unknown["column"], unknown["value"], unknown["code"]) == (
        "official_area",
        area,
        "no_area",
    )
    assert edition.checks.get(code="unknown").count == 1


def test_area_with_a_decimal_comma_is_read(city, tmp_path):
    columns = {"flstkennz": [KEYS[0]], "flaeche": ["1.234,5"]}
    load(city, "parcels", table_write(tmp_path / "a.gpkg", columns, [square(0)]))
    assert Parcel.objects.active().get().official_area == Decimal("1234.50")


def test_directory_of_parts_in_capital_letters(city, tmp_path):
    write(tmp_path / "PART1.XML", parcels_gml())
    assert load(city, "parcels", tmp_path).rows == 3


def test_shapefile_without_its_other_files(city, tmp_path):
    path = table_write(
        tmp_path / "a.shp", {"flstkennz": [KEYS[0]]}, [square(0)], driver="ESRI Shapefile"
    )
    path.with_suffix(".shx").unlink()
    path.with_suffix(".dbf").unlink()
    refuse(city, path, r"a\.shp: is one file of a shapefile, \.shx, \.dbf did not come with it")
