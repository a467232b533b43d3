"""The load pipeline: editions, difference, duplicates, coordinates and formats."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

from gis_core.coordinates import crs_parse, transform_geometry
from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.models import Edition
from gis_core.services.editions import edition_activate
from gis_core.srids import WGS84, storage_srid
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    jurisdiction_make,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    square,
    stage,
    table_write,
    write,
)

pytestmark = pytest.mark.django_db


def active(city) -> dict[str, Parcel]:
    return {parcel.key: parcel for parcel in Parcel.objects.active().filter(jurisdiction=city)}


def counts(result) -> tuple[int, int, int, int]:
    difference = result.difference
    return difference.new, difference.changed, difference.vanished, difference.unchanged


def test_first_load_stores_every_field(city, tmp_path):
    path = write(
        tmp_path / "a.gml", parcels_gml(1, lagebeztxt="Am Markt 1", idflurst="DENW18AL00000001")
    )
    result = load(city, "parcels", path, as_of=date(2026, 9, 30), licence="dl-de/zero-2-0")
    parcel = active(city)[KEYS[0]]
    assert counts(result) == (1, 0, 0, 0)
    assert (parcel.gemarkung_key, parcel.gemarkung_name, parcel.flur) == ("055287", "Castrop", 1)
    assert (parcel.numerator, parcel.denominator, parcel.number) == (1, None, "1")
    assert (parcel.official_area, parcel.location_text) == (Decimal("100.00"), "Am Markt 1")
    assert (parcel.source_date, parcel.object_id) == (date(2026, 9, 30), "DENW18AL00000001")
    assert (parcel.geometry.srid, parcel.geometry.area) == (storage_srid(), 100)
    assert len(parcel.content_hash) == 16
    edition = result.edition
    assert (edition.status, edition.as_of, edition.licence) == (
        EditionStatus.ACTIVE,
        date(2026, 9, 30),
        "dl-de/zero-2-0",
    )
    assert (edition.source, edition.profile, edition.report["new"]) == (
        "a.gml",
        "alkis_vereinfacht",
        1,
    )


def test_same_file_again_rewrites_nothing(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    first = load(city, "parcels", path)
    before = {key: (p.pk, p.edition_from_id) for key, p in active(city).items()}
    second = load(city, "parcels", path)
    assert counts(second) == (0, 0, 0, 3)
    assert {key: (p.pk, p.edition_from_id) for key, p in active(city).items()} == before
    first.edition.refresh_from_db()
    assert (first.edition.status, second.edition.status) == (
        EditionStatus.SUPERSEDED,
        EditionStatus.ACTIVE,
    )


def test_changed_new_and_vanished_parcels_close_and_open_rows(city, tmp_path):
    load(city, "parcels", write(tmp_path / "a.gml", parcels_gml(2)))
    changed = parcel_gml(KEYS[0], polygon_gml(square(0, size=9)))
    new = parcel_gml(KEYS[2], polygon_gml(square(2)))
    result = load(city, "parcels", write(tmp_path / "b.gml", collection_gml(changed, new)))
    assert counts(result) == (1, 1, 1, 0)
    assert {key: p.geometry.area for key, p in active(city).items()} == {KEYS[0]: 81, KEYS[2]: 100}
    closed = Parcel.objects.filter(edition_to=result.edition)
    assert sorted(closed.values_list("key", flat=True)) == [KEYS[0], KEYS[1]]


def test_other_jurisdiction_is_not_touched(city, tmp_path):
    other = jurisdiction_make(identifier="herne.de", municipality_key="05916000")
    path = write(tmp_path / "a.gml", parcels_gml())
    load(city, "parcels", path)
    load(other, "parcels", write(tmp_path / "b.gml", parcels_gml(1)))
    assert (len(active(city)), len(active(other))) == (3, 1)


def test_several_sources_make_one_edition(city, tmp_path):
    one = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], polygon_gml(square(0)))))
    two = write(tmp_path / "b.gml", collection_gml(parcel_gml(KEYS[1], polygon_gml(square(1)))))
    result = load(city, "parcels", one, two)
    assert (result.rows, result.edition.source, Edition.objects.count()) == (2, "a.gml, b.gml", 1)


def test_identical_duplicates_at_the_edges_of_parts_are_one_parcel(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml(2))
    twin = write(tmp_path / "b.gml", parcels_gml(1))
    result = load(city, "parcels", path, twin)
    assert result.rows == 2
    assert result.edition.report["counts"] == {"identical duplicates": 1}


def test_different_parcels_with_one_key_are_refused_by_name(city, tmp_path):
    twins = [parcel_gml(KEYS[0], polygon_gml(square(i))) for i in range(2)]
    path = write(tmp_path / "a.gml", collection_gml(*twins))
    with pytest.raises(
        LoadError, match=f"different features share a key: {KEYS[0]} \\(Flurstueck F0552"
    ):
        load(city, "parcels", path)
    failed = Edition.objects.get()
    assert (failed.status, failed.report["rows"]) == (EditionStatus.FAILED, 2)
    assert failed.error["code"] == "keys_twice"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_later_version_of_one_object_counts_and_is_told(city, tmp_path, order):
    days = [
        parcel_gml(KEYS[0], polygon_gml(square(i)), aktualit=f"2026-0{i + 1}-01Z") for i in range(2)
    ]
    paths = [write(tmp_path / f"{i}.gml", collection_gml(days[i])) for i in order]
    edition = load(city, "parcels", *paths).edition
    assert Parcel.objects.get().source_date == date(2026, 2, 1)
    found = edition.checks.get(code="versions")
    assert (found.count, found.severity, found.params) == (1, "warning", {"names": [KEYS[0]]})


def test_ring_that_begins_elsewhere_is_the_same_object(city, tmp_path):
    ring = list(square(0).exterior.coords)
    turned = [ring[2], ring[3], ring[0], ring[1], ring[2]]
    paths = [
        write(
            tmp_path / f"{i}.gml",
            collection_gml(parcel_gml(KEYS[0], polygon_gml(shapely.Polygon(one)))),
        )
        for i, one in enumerate((ring, turned))
    ]
    one = stage(city, "parcels", *paths)
    assert (one.report["rows"], one.report["counts"]) == (1, {"identical duplicates": 1})
    edition_activate(edition=one)
    assert stage(city, "parcels", *reversed(paths)).report["unchanged"] == 1


def test_multi_part_with_hole_is_kept_whole(city, tmp_path):
    holed = shapely.Polygon(
        square(0).exterior, [shapely.box(382902, 5712302, 382904, 5712304).exterior]
    )
    members = "".join(
        f"<gml:surfaceMember>{polygon_gml(part, '')}</gml:surfaceMember>"
        for part in (holed, square(3))
    )
    geometry = (
        f'<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::25832">{members}</gml:MultiSurface>'
    )
    load(city, "parcels", write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], geometry))))
    shape = active(city)[KEYS[0]].geometry
    assert (len(shape), shape.area, shape[0].num_interior_rings) == (2, 196, 1)


def test_prefixed_elements_and_feature_members_are_read(city, tmp_path):
    features = "".join(parcel_gml(KEYS[i], polygon_gml(square(i)), prefix="ave:") for i in range(2))
    text = (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"'
        ' xmlns:ave="http://repository.gdi-de.org/schemas/adv/produkt/alkis-vereinfacht/2.0">'
        f"<gml:featureMembers>{features}</gml:featureMembers></wfs:FeatureCollection>"
    )
    assert load(city, "parcels", write(tmp_path / "a.gml", text)).rows == 2


def test_gzip_is_read(city, tmp_path):
    path = tmp_path / "a.gml.gz"
    path.write_bytes(gzip.compress(parcels_gml().encode()))
    assert load(city, "parcels", path).rows == 3


def test_mixed_crs_in_one_file_lands_in_one_place(city, tmp_path):
    degrees = transform_geometry(square(1), storage_srid(), WGS84)
    turned = shapely.transform(degrees, lambda xy: xy[:, ::-1])
    rings = " ".join(f"{value:.10f}" for value in shapely.get_coordinates(turned).ravel())
    geometry = (
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{rings}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )
    features = (
        parcel_gml(KEYS[0], polygon_gml(square(0))),
        parcel_gml(KEYS[1], geometry),
        parcel_gml(KEYS[2], polygon_gml(square(2))),
    )
    result = load(city, "parcels", write(tmp_path / "a.gml", collection_gml(*features)))
    assert [active(city)[key].geometry.extent[0] for key in KEYS] == [382900, 382910, 382920]
    assert result.edition.report["counts"] == {}
    assert len(result.edition.report["operations"]) == 1


def test_zone_prefix_is_stripped_and_counted(city, tmp_path):
    moved = shapely.transform(square(0), lambda xy: xy + np.array([32_000_000, 0]))
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], polygon_gml(moved))))
    result = load(city, "parcels", path)
    assert active(city)[KEYS[0]].geometry.extent[:2] == (382900, 5712300)
    assert result.edition.report["counts"] == {"zone prefix stripped": 1}


def test_invalid_polygon_is_repaired_and_noted(city, tmp_path):
    bow = shapely.Polygon(
        [(382900, 5712300), (382910, 5712310), (382910, 5712300), (382900, 5712310)]
    )
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], polygon_gml(bow))))
    result = load(city, "parcels", path)
    assert active(city)[KEYS[0]].geometry.valid
    assert result.edition.report["counts"] == {"geometries repaired": 1}
    assert "Self-intersection" in result.edition.report["notes"][0]["text"]


PARCEL_COLUMNS = {
    "flstkennz": list(KEYS[:2]),
    "flaeche": [100.0, 100.0],
    "gemarkung": ["Castrop", "Castrop"],
    "aktualit": ["2026-09-30", "2026-09-30"],
}


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("GPKG", "a.gpkg"),
        ("ESRI Shapefile", "a.shp"),
        ("FlatGeobuf", "a.fgb"),
        ("GeoJSON", "a.geojson"),
    ],
)
def test_tables_give_the_same_parcels_as_gml(city, tmp_path, driver, name):
    load(city, "parcels", write(tmp_path / "first.gml", parcels_gml(2)))
    shapes = [square(0), square(1)]
    degrees = driver == "GeoJSON"
    if degrees:
        shapes = [transform_geometry(shape, storage_srid(), WGS84) for shape in shapes]
    crs = f"EPSG:{WGS84 if degrees else storage_srid()}"
    path = table_write(tmp_path / name, PARCEL_COLUMNS, shapes, driver=driver, crs=crs)
    result = load(city, "parcels", path)
    assert result.rows == 2
    assert {key: p.geometry.area for key, p in active(city).items()} == pytest.approx(
        {KEYS[0]: 100, KEYS[1]: 100}, abs=0.02
    )
    if driver in {"GPKG", "FlatGeobuf"}:
        # The same places of the same vertices: bit for bit what the GML said.
        assert {tuple(p.geometry.extent) for p in active(city).values()} == {
            (382900, 5712300, 382910, 5712310),
            (382910, 5712300, 382920, 5712310),
        }


def test_shapefile_with_shortened_column_is_read(city, tmp_path):
    columns = {"flurstueck": list(KEYS[:1])}  # of flurstueckskennzeichen
    path = table_write(tmp_path / "a.shp", columns, [square(0)], driver="ESRI Shapefile")
    assert load(city, "parcels", path).rows == 1


def test_layer_is_chosen_by_the_profile_among_others(city, tmp_path):
    path = table_write(tmp_path / "a.gpkg", {"x": ["1"]}, [square(5)], layer="Gebaeude")
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([square(0)], dtype=object)),
        [np.array([KEYS[0]])],
        ["flstkennz"],
        layer="Flurstueck",
        driver="GPKG",
        crs="EPSG:25832",
        geometry_type="Polygon",
        append=True,
    )
    assert load(city, "parcels", path).rows == 1


def test_many_batches_of_a_geopackage_are_complete(city, tmp_path, monkeypatch):
    monkeypatch.setattr("gis_core.loading.read.table_source.BATCH_ROWS", 7)
    count = 50
    keys = [f"055287001{number:05}______" for number in range(1, count + 1)]
    path = table_write(tmp_path / "a.gpkg", {"flstkennz": keys}, [square(i) for i in range(count)])
    assert load(city, "parcels", path).rows == count
    assert sorted(active(city)) == keys


def test_crs_asked_for_serves_sources_without_one(city, tmp_path):
    feature = parcel_gml(KEYS[0], polygon_gml(square(0), srs=""))
    path = write(tmp_path / "a.gml", collection_gml(feature))
    with pytest.raises(LoadError, match=r"a\.gml: Flurstueck F05.*no srsName .* --crs"):
        load(city, "parcels", path)
    assert load(city, "parcels", path, crs=crs_parse("EPSG:25832")).rows == 1


def test_second_load_of_a_dataset_at_the_same_time_is_refused(city, tmp_path, django_db_blocker):
    path = write(tmp_path / "a.gml", parcels_gml())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(hashtext('gis_core.load'), hashtext(%s))",
                [f"{city.pk}/parcels"],
            )
        with pytest.raises(LoadError, match="another load of parcels is running"):
            load(city, "parcels", path)
    finally:
        other.close()
