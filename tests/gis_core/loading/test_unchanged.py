"""Sources that are the same as those of the active edition: not read again, and nothing else is different."""

from __future__ import annotations

import gzip
import sqlite3

import pytest
import shapely
from pyproj import CRS

from gis_core.coordinates import crs_parse
from gis_core.datasets import dataset_spec
from gis_core.errors import LoadCancelled, LoadError
from gis_core.loading import Source
from gis_core.loading.stage.staging import Staging
from gis_core.models import Edition
from gis_core.services.editions import edition_rollback
from gis_core.services.loads import edition_cancel, edition_create, edition_resume
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    square,
    stage,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db
ARC = (
    '<gml:Surface srsName="urn:ogc:def:crs:EPSG::25832"><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring>'
    "<gml:curveMember><gml:Curve><gml:segments><gml:Arc><gml:posList>382920 5712300 382925 5712295 382930 5712300"
    "</gml:posList></gml:Arc><gml:LineStringSegment><gml:posList>382930 5712300 382925 5712310 382920 5712300"
    "</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior>"
    "</gml:PolygonPatch></gml:patches></gml:Surface>"
)
BOW_TIE = shapely.Polygon(
    [(382910, 5712300), (382920, 5712310), (382920, 5712300), (382910, 5712310)]
)


def rows(edition: Edition) -> list[tuple]:
    staging = Staging(dataset_spec(edition.dataset), edition)
    return [
        (key, bytes(content), bytes(geometry))
        for key, content, geometry in staging.execute(
            "SELECT key, content_hash, ST_AsEWKB(geometry) FROM {staging} ORDER BY key"
        )
    ]


def was_read(edition: Edition) -> bool:
    """Rows that were read belong to a batch."""
    staging = Staging(dataset_spec(edition.dataset), edition)
    return staging.execute("SELECT min(batch) FROM {staging}")[0][0] > 0


def said(edition: Edition) -> tuple:
    """All that a load says but for how long it took."""
    report = {name: v for name, v in edition.report.items() if not name.endswith("seconds")}
    checks = edition.checks.values_list("code", "severity", "params", "count", "details")
    return report, list(checks), edition.profile, edition.status


def remarkable() -> str:
    """Something to say of every parcel: an arc, a repair, one that comes twice."""
    return collection_gml(
        parcel_gml(KEYS[0], polygon_gml(square(0))),
        parcel_gml(KEYS[1], polygon_gml(BOW_TIE)),
        parcel_gml(KEYS[2], ARC),
        parcel_gml(KEYS[0], polygon_gml(square(0))),
    )


def test_unread_load_says_and_stages_what_a_read_one_does(city, tmp_path):
    path = write(tmp_path / "a.gml", remarkable())
    load(city, "parcels", path)
    taken = stage(city, "parcels", path)
    # A byte more is another source.
    read = stage(city, "parcels", write(path, remarkable() + "\n"))
    assert (was_read(taken), was_read(read)) == (False, True)
    assert said(taken) == said(read)
    assert rows(taken) == rows(read)
    assert taken.report["counts"] == {
        "arcs linearised": 1,
        "geometries repaired": 1,
        "identical duplicates": 1,
    }


def test_unread_load_says_what_a_read_one_does_of_another_crs(city, tmp_path):
    text = parcels_gml().replace('srsName="urn:ogc:def:crs:EPSG::25832"', "")
    path, options = write(tmp_path / "a.gml", text), {"crs": crs_parse("EPSG:25832")}
    load(city, "parcels", path, **options)
    taken = stage(city, "parcels", path, **options)
    assert not was_read(taken)
    load(city, "parcels", path, crs=crs_parse("EPSG:25832"))
    other = stage(city, "parcels", path, crs=crs_parse("EPSG:3044"))
    assert was_read(other)


def test_unread_load_can_be_activated_and_is_known_again(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    load(city, "parcels", path)
    again = load(city, "parcels", path)
    assert (again.difference.unchanged, again.rows) == (3, 3)
    assert not was_read(stage(city, "parcels", path))


def test_time_of_an_answer_makes_no_difference_and_its_content_does(city, tmp_path):
    def text(time: str, area: str) -> str:
        stamped = f'<wfs:FeatureCollection timeStamp="{time}"'
        return parcels_gml(flaeche=area).replace("<wfs:FeatureCollection", stamped)

    path = tmp_path / "a.gml"
    load(city, "parcels", write(path, text("2026-09-30T00:00:00Z", "100.00")))
    assert not was_read(stage(city, "parcels", write(path, text("2026-10-01T02:30:00Z", "100.00"))))
    assert was_read(stage(city, "parcels", write(path, text("2026-09-30T00:00:00Z", "100.01"))))


def test_packed_source_is_known_by_its_content(city, tmp_path):
    path = tmp_path / "a.gml.gz"
    path.write_bytes(gzip.compress(parcels_gml().encode(), mtime=1))
    load(city, "parcels", path)
    path.write_bytes(gzip.compress(parcels_gml().encode(), compresslevel=1, mtime=2))
    assert not was_read(stage(city, "parcels", path))


def test_source_is_read_again_when_another_edition_is_active(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    load(city, "parcels", path)
    second = load(city, "parcels", write(tmp_path / "b.gml", parcels_gml(2)))
    assert was_read(stage(city, "parcels", path))
    edition_rollback(edition=second.edition)
    assert was_read(stage(city, "parcels", path))


def test_source_is_read_again_when_names_of_districts_are_known(city, tmp_path):
    path = write(tmp_path / "a.xml", nas.delivery(nas.insert(nas.parcel(0))))
    load(city, "parcels", path)
    assert not was_read(stage(city, "parcels", path))
    district = (
        '<KatasterBezirk gml:id="K1"><schluessel>055287</schluessel><name>Castrop</name>'
        f"<geometrie>{polygon_gml(square(0))}</geometrie></KatasterBezirk>"
    )
    load(city, "cadastral_districts", write(tmp_path / "d.gml", collection_gml(district)))
    named = load(city, "parcels", path)
    assert named.difference.changed == 1
    assert not was_read(stage(city, "parcels", path))


def test_source_is_read_again_when_rows_are_missing(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    load(city, "parcels", path)
    Parcel.objects.filter(key=KEYS[0]).delete()
    assert load(city, "parcels", path).difference.new == 1


def test_update_of_the_cadastre_is_always_read(city, tmp_path):
    load(city, "parcels", write(tmp_path / "a.xml", nas.delivery(nas.insert(nas.parcel(0)))))
    text = nas.delivery(
        nas.replace(nas.parcel(0, area=90, begun=nas.CHANGED), 0, nas.BEGUN), date=nas.CHANGED
    )
    update = write(tmp_path / "b.xml", text)
    load(city, "parcels", update)
    assert was_read(stage(city, "parcels", update))


def test_unread_load_can_be_cancelled_and_resumed(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    load(city, "parcels", path)
    edition = edition_create(jurisdiction=city, dataset="parcels", sources=[Source(path)])

    def cancel(file: str, features: int) -> None:
        edition_cancel(edition=edition)

    with pytest.raises(LoadCancelled):
        edition_resume(edition=edition, progress=cancel)
    assert edition.report["rows"] == 3
    edition_resume(edition=edition)
    assert (edition.report["rows"], edition.report["unchanged"]) == (3, 3)


def table(path, driver, area="100.00", **options):
    columns = {"flstkennz": list(KEYS), "flaeche": [area] * 3}
    squares = [square(n) for n in range(3)]
    return table_write(path, columns, squares, driver=driver, **options)


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.gpkg", "GPKG"),
        ("a.shp", "ESRI Shapefile"),
        ("a.fgb", "FlatGeobuf"),
        ("a.geojson", "GeoJSON"),
    ],
)
def test_same_table_is_not_read_again_and_another_one_is(city, tmp_path, name, driver):
    path = table(tmp_path / name, driver)
    load(city, "parcels", path)
    again = stage(city, "parcels", path)
    assert (again.report["unchanged"], was_read(again)) == (3, False)
    other = stage(city, "parcels", table(tmp_path / name, driver, area="101.00"))
    assert (other.report["changed"], was_read(other)) == (3, True)


def test_shapefile_is_known_by_all_of_its_files(city, tmp_path):
    load(city, "parcels", table(tmp_path / "a.shp", "ESRI Shapefile"))
    (tmp_path / "a.prj").write_text(CRS.from_epsg(25833).to_wkt("WKT1_ESRI"), encoding="ascii")
    with pytest.raises(LoadError) as caught:
        stage(city, "parcels", tmp_path / "a.shp")
    assert caught.value.message.code == "extent_far"


def test_geopackage_is_known_with_what_its_log_holds(city, tmp_path):
    path = table(tmp_path / "a.gpkg", "GPKG", layer="Flurstueck")
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    load(city, "parcels", path)
    writer.execute("UPDATE gpkg_contents SET description = 'written to the log'")
    writer.commit()
    edition = stage(city, "parcels", path)
    writer.close()
    assert was_read(edition)
