"""Numbers of staged rows, their comparison and their checks. Squares of 10 m in the storage CRS."""

from __future__ import annotations

import json

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon

from gis_core.coordinates import storage_to_wgs84
from gis_core.enums import Severity
from gis_core.errors import LoadError
from gis_core.loading.rows import edition_extent, edition_rows
from gis_core.models import Edition, Succession
from gis_core.services.editions import edition_activate
from tests.gis_core.geodata_factories import (
    EAST,
    NORTH,
    collection_gml,
    load,
    parcel_gml,
    polygon_gml,
    square,
    stage,
    write,
)

pytestmark = pytest.mark.django_db


def key_of(number: int) -> str:
    return f"055287001{number:05}______"


def parcels(city, path, shapes: dict[int, shapely.Polygon] | list[shapely.Polygon]) -> Edition:
    numbered = shapes if isinstance(shapes, dict) else dict(enumerate(shapes, start=1))
    features = [parcel_gml(key_of(n), polygon_gml(shape)) for n, shape in numbered.items()]
    return stage(city, "parcels", write(path, collection_gml(*features)))


@pytest.mark.parametrize("active", [False, True])
def test_rows_of_an_edition_are_found_staged_and_active(city, tmp_path, active):
    edition = parcels(city, tmp_path / "a.gml", [square(0), square(5), square(9)])
    if active:
        edition_activate(edition=edition)
    rows = dict(edition_rows(edition, None, limit=10))
    assert set(rows) == {key_of(1), key_of(2), key_of(3)}
    west, south, east, north = shapely.from_geojson(rows[key_of(2)]).bounds
    corner = storage_to_wgs84(EAST + 50, NORTH)
    assert (west, south) == pytest.approx(corner, abs=1e-5)
    assert len(json.dumps(json.loads(rows[key_of(2)])["coordinates"][0][0][0][0])) <= 10
    assert len(edition_rows(edition, None, limit=2)) == 2
    view = Polygon.from_bbox((west, south, east, north))
    view.srid = 4326
    assert [key for key, _ in edition_rows(edition, view, limit=10)] == [key_of(2)]
    assert edition_extent(edition) == (EAST, NORTH, EAST + 100, NORTH + 10)


def test_edition_without_rows_has_no_extent(city):
    edition = Edition.objects.create(jurisdiction=city, dataset="parcels")
    assert (edition_extent(edition), edition_rows(edition, None, limit=1)) == (None, [])


def test_keys_with_two_contents_are_named_up_to_five_with_three_features(city, tmp_path):
    features = [
        parcel_gml(key_of(key), polygon_gml(square(10 * key + copy)))
        for key in range(1, 8)
        for copy in range(4 if key == 1 else 2)
    ]
    with pytest.raises(LoadError) as caught:
        stage(city, "parcels", write(tmp_path / "a.gml", collection_gml(*features)))
    assert caught.value.message.code == "keys_twice"
    named = caught.value.message.params["keys"]
    assert [one.params["key"] for one in named] == [key_of(n) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("width", "common", "is_succession"),
    [(0.5, 0.1, False), (0.5, 0.11, True), (20, 0.49, False), (20, 0.51, True), (4, 0.21, True)],
)
def test_succession_needs_a_square_metre_and_a_twentieth_of_the_smaller_one(
    city, tmp_path, width, common, is_succession
):
    edition_activate(edition=parcels(city, tmp_path / "a.gml", {1: square(0)}))
    west = EAST + 10 - common
    later = shapely.box(west, NORTH, west + width, NORTH + 10)
    found = Succession.objects.filter(edition=parcels(city, tmp_path / "b.gml", {2: later}))
    assert found.exists() == is_succession
    for one in found:
        assert (one.predecessor, one.successor) == (key_of(1), key_of(2))
        assert one.area == pytest.approx(10 * common, abs=0.001)


@pytest.mark.parametrize(
    ("offset", "count"),
    [
        *(((-30_009, 0), 0), ((-30_011, 0), 1), ((30_099, 0), 0), ((30_101, 0), 1)),
        *(((0, -30_009), 0), ((0, -30_011), 1), ((0, 30_099), 0), ((0, 30_101), 1)),
    ],
)
def test_object_thirty_kilometres_outside_is_told(city, tmp_path, offset, count):
    city.boundary = MultiPolygon(Polygon.from_bbox((EAST, NORTH, EAST + 100, NORTH + 100)))
    city.save()
    far = shapely.box(
        *(EAST + offset[0], NORTH + offset[1]), *(EAST + offset[0] + 10, NORTH + offset[1] + 10)
    )
    edition = parcels(city, tmp_path / "a.gml", [square(0), square(1), far])
    found = edition.checks.filter(code="outside")
    assert [(one.severity, one.count) for one in found] == [(Severity.WARNING, 1)] * count
    for one in found:
        assert one.params == {"km": "30"}
        [sample] = one.details["samples"]
        assert (sample["key"], sample["feature"][:10]) == (key_of(3), "Flurstueck")
        assert shapely.from_wkt(sample["wkt"]).within(far)


@pytest.mark.parametrize(("inside", "severity"), [(21, Severity.WARNING), (20, Severity.ERROR)])
def test_most_objects_outside_are_an_error_with_twenty_samples(city, tmp_path, inside, severity):
    city.boundary = MultiPolygon(Polygon.from_bbox((EAST, NORTH, EAST + 100, NORTH + 100)))
    city.save()
    far = [square(4000 + n) for n in range(21)]
    edition = parcels(city, tmp_path / "a.gml", [*(square(n) for n in range(inside)), *far])
    check = edition.checks.get(code="outside")
    assert (check.severity, check.count) == (severity, 21)
    assert len(check.details["samples"]) == 20


def test_loads_with_three_rows_and_one_differ_by_what_is_gone(city, tmp_path):
    features = [parcel_gml(key_of(n), polygon_gml(square(n))) for n in (1, 2, 3)]
    first = load(city, "parcels", write(tmp_path / "a.gml", collection_gml(*features)))
    assert (first.rows, first.difference.new, first.difference.unchanged) == (3, 3, 0)
    changed = parcel_gml(key_of(2), polygon_gml(square(20)))
    new = parcel_gml(key_of(4), polygon_gml(square(40)))
    text = collection_gml(features[0], changed, new)
    difference = load(city, "parcels", write(tmp_path / "b.gml", text)).difference
    assert (difference.new, difference.changed, difference.vanished, difference.unchanged) == (
        1,
        1,
        1,
        1,
    )
