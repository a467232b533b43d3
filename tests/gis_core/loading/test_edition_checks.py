"""What the checks of a staged edition find, and with which severity. Areas in m², drawn squares of 10 m."""

from __future__ import annotations

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon

from gis_core.enums import Severity
from gis_core.loading.check import checks, coverage
from gis_core.models import Edition
from gis_core.services.editions import edition_activate
from parcels.enums import DistrictKind
from parcels.models import CadastralDistrict
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    square,
    stage,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(monkeypatch):
    """Thresholds of the test, over those of the file."""
    values = dict(checks.thresholds_of("parcels"))
    monkeypatch.setattr(checks, "thresholds_of", lambda _dataset: values)
    return values


def findings(edition: Edition) -> dict[str, tuple[str, int]]:
    return {check.code: (check.severity, check.count) for check in edition.checks.all()}


def parcels_stage(city, tmp_path, shapes, **values) -> Edition:
    features = [
        parcel_gml(f"055287001{n:05}______", polygon_gml(shape), **values)
        for n, shape in enumerate(shapes, start=1)
    ]
    return stage(city, "parcels", write(tmp_path / "parcels.gml", collection_gml(*features)))


def test_good_parcels_only_tell_what_points_hit(city, tmp_path):
    edition = stage(city, "parcels", write(tmp_path / "a.gml", parcels_gml()))
    assert findings(edition) == {"points": (Severity.INFO, 1000)}
    assert edition.checks.get().params["one"] == 1000


def test_parcels_that_are_left_out_leave_holes(city, tmp_path):
    shapes = [square(column, row) for column in range(4) for row in range(4)]
    edition_activate(edition=parcels_stage(city, tmp_path, shapes))
    # Two that touch are one hole; one is divided, one shrinks by a slit that is too narrow to count.
    west, east = shapely.box(*square(3, 3).bounds), square(3, 0)
    halves = [
        shapely.box(382930, 5712330, 382935, 5712340),
        shapely.box(382935, 5712330, 382940, 5712340),
    ]
    left = [
        one for one in shapes if one not in (square(0, 0), square(0, 1), square(2, 2), west, east)
    ]
    features = [
        parcel_gml(f"055287001{shapes.index(one) + 1:05}______", polygon_gml(one)) for one in left
    ]
    features += [
        parcel_gml(f"055287002{n:05}______", polygon_gml(one)) for n, one in enumerate(halves, 1)
    ]
    narrow = shapely.box(382930.2, 5712300, 382940, 5712310)
    features.append(parcel_gml(f"055287001{shapes.index(east) + 1:05}______", polygon_gml(narrow)))
    path = write(tmp_path / "fewer.gml", collection_gml(*features))
    found = stage(city, "parcels", path).checks.get(code="uncovered")
    assert (found.severity, found.count, found.params) == (
        Severity.WARNING,
        2,
        {"count": 2, "area": 300},
    )
    assert [(one["key"], one["area_m2"]) for one in found.details["samples"]] == [
        ("05528700100002______", 200),
        ("05528700100011______", 100),
    ]


def test_unchanged_and_replaced_parcels_leave_no_hole(city, tmp_path):
    edition_activate(edition=parcels_stage(city, tmp_path, [square(0), square(1)]))
    whole = shapely.box(382900, 5712300, 382920, 5712310)
    path = write(
        tmp_path / "one.gml", collection_gml(parcel_gml(KEYS[0], polygon_gml(whole), flaeche="200"))
    )
    assert "uncovered" not in findings(stage(city, "parcels", path))


def test_overlap_is_found_with_its_area_and_place(city, tmp_path):
    shapes = [square(0), shapely.box(382908, 5712300, 382920, 5712310), square(2)]
    edition = parcels_stage(city, tmp_path, shapes)
    overlap = edition.checks.get(code="overlaps")
    assert (overlap.severity, overlap.count) == (Severity.WARNING, 1)
    [sample] = overlap.details["samples"]
    assert (sample["key"][:14], sample["other"][:14]) == ("05528700100001", "05528700100002")
    assert sample["area_m2"] == 20
    assert shapely.from_wkt(sample["wkt"]).within(shapely.box(382908, 5712300, 382910, 5712310))
    points = edition.checks.get(code="points")
    assert points.severity == Severity.WARNING
    assert points.params["several"] > 0


def test_area_on_top_of_one_that_fits_its_neighbours_overlaps_it(city, tmp_path):
    row = [square(0), square(1), square(2)]
    around = shapely.difference(
        shapely.box(382890, 5712290, 382940, 5712320), shapely.union_all(row)
    )
    on_top = shapely.box(382912, 5712302, 382915, 5712305)
    edition = parcels_stage(city, tmp_path, [*row, around, on_top])
    assert "gaps" not in findings(edition)
    [sample] = edition.checks.get(code="overlaps").details["samples"]
    assert (sample["key"], sample["other"], sample["area_m2"]) == (
        "05528700100002______",
        "05528700100005______",
        9.0,
    )


def test_overlap_below_the_threshold_is_none(city, tmp_path):
    shapes = [square(0), shapely.box(382909.96, 5712300, 382920, 5712310)]
    assert "overlaps" not in findings(parcels_stage(city, tmp_path, shapes))


def test_narrow_gap_is_found_and_a_wide_one_is_land_without_parcels(city, tmp_path):
    slit = [square(0), shapely.box(382910.1, 5712300, 382920, 5712310)]
    assert findings(parcels_stage(city, tmp_path, slit))["gaps"] == (Severity.WARNING, 2)
    wide = [square(0), shapely.box(382912, 5712300, 382920, 5712310)]
    assert "gaps" not in findings(parcels_stage(city, tmp_path, wide))


@pytest.mark.parametrize("indexed", [2, 8])
def test_strips_find_what_the_whole_finds(city, tmp_path, monkeypatch, indexed):
    shapes = [square(n) for n in range(8)]
    shapes[5] = shapely.box(382948, 5712300, 382960, 5712310)
    whole = findings(parcels_stage(city, tmp_path, shapes))
    monkeypatch.setattr(coverage, "INDEXED_STRIPS", indexed)
    monkeypatch.setattr(coverage, "STRIP_ROWS", 2)
    in_strips = findings(parcels_stage(city, tmp_path, shapes))
    assert in_strips["overlaps"] == whole["overlaps"] == (Severity.WARNING, 1)


def test_many_overlaps_are_an_error_in_a_delivery_of_some_size(city, tmp_path, limits):
    limits["share_from_rows"] = 3
    shapes = [square(0), shapely.box(382905, 5712300, 382920, 5712310), square(2)]
    assert findings(parcels_stage(city, tmp_path, shapes))["overlaps"] == (Severity.ERROR, 1)


def test_repair_is_shown_before_and_after(city, tmp_path):
    bow = shapely.Polygon(
        [(382900, 5712300), (382910, 5712310), (382910, 5712300), (382900, 5712310)]
    )
    check = parcels_stage(city, tmp_path, [bow]).checks.get(code="validity")
    [sample] = check.details["samples"]
    assert (check.severity, sample["file"]) == (Severity.WARNING, "parcels.gml")
    assert "Self-intersection" in sample["reason"]
    assert not shapely.from_wkt(sample["before"]).is_valid
    assert shapely.from_wkt(sample["after"]).area == 50


def test_official_area_is_compared(city, tmp_path):
    edition = parcels_stage(city, tmp_path, [square(0), square(1)], flaeche="130")
    check = edition.checks.get(code="area")
    assert (check.severity, check.count) == (Severity.WARNING, 2)
    sample = check.details["samples"][0]
    assert (sample["official_m2"], sample["geometry_m2"]) == (130, 100)


def districts_make(city) -> None:
    edition = Edition.objects.create(jurisdiction=city, dataset="cadastral_districts")
    for key, kind in (("055287", DistrictKind.GEMARKUNG), ("055287001", DistrictKind.FLUR)):
        CadastralDistrict.objects.create(
            jurisdiction=city, key=key, kind=kind, name=key, content_hash=b"", edition_from=edition
        )


def test_unknown_gemarkung_and_flur_are_named(city, tmp_path):
    districts_make(city)
    features = [
        parcel_gml(KEYS[0], polygon_gml(square(0))),
        parcel_gml("05528700200001______", polygon_gml(square(1))),
        parcel_gml("05999900200001______", polygon_gml(square(2))),
    ]
    edition = stage(city, "parcels", write(tmp_path / "a.gml", collection_gml(*features)))
    found = findings(edition)
    assert found["gemarkung_unknown"] == (Severity.WARNING, 1)
    assert found["flur_unknown"] == (Severity.WARNING, 2)
    message = edition.checks.get(code="gemarkung_unknown").message
    assert "059999" in message


@pytest.mark.parametrize(
    ("before", "left", "severity"),
    [
        (10, 10, None),
        (10, 9, Severity.WARNING),
        (10, 7, Severity.ERROR),
        # Of a few objects one more or less says nothing, but it is told.
        (9, 6, Severity.WARNING),
    ],
)
def test_fewer_parcels_than_before_stop_the_load(city, tmp_path, before, left, severity):
    load(city, "parcels", grid_write(tmp_path / "a.gml", before))
    edition = stage(city, "parcels", grid_write(tmp_path / "b.gml", left))
    expected = {"share": (severity, before - left)} if severity else {}
    assert {code: f for code, f in findings(edition).items() if code == "share"} == expected


def grid_write(path, count):
    features = [
        parcel_gml(f"055287001{n:05}______", polygon_gml(square(n))) for n in range(1, count + 1)
    ]
    return write(path, collection_gml(*features))


def test_owners_stop_at_a_tenth(city, tmp_path):
    limits = checks.thresholds_of("ownership")
    assert limits["share_error"] == -0.1
    assert checks.thresholds_of("parcels")["share_error"] == -0.3


def test_objects_far_outside_are_told(city, tmp_path):
    city.boundary = MultiPolygon(Polygon.from_bbox((382900, 5712300, 383000, 5712400)))
    city.save()
    far = shapely.box(382900 + 45_000, 5712300, 382910 + 45_000, 5712310)
    edition = parcels_stage(city, tmp_path, [square(0), square(1), square(2), far])
    check = edition.checks.get(code="outside")
    assert (check.severity, check.count) == (Severity.WARNING, 1)


def test_unchanged_load_keeps_the_findings_about_the_rows(city, tmp_path):
    shapes = [square(0), shapely.box(382908, 5712300, 382920, 5712310)]
    first = parcels_stage(city, tmp_path, shapes)
    edition_activate(edition=first)
    again = parcels_stage(city, tmp_path, shapes)
    assert again.report["unchanged"] == 2
    assert findings(again) == findings(first)
    assert again.checks.get(code="overlaps").pk != first.checks.get(code="overlaps").pk


def test_duplicates_and_transformations_are_told(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml(2))
    twin = write(tmp_path / "b.gml", parcels_gml(1))
    edition = stage(city, "parcels", path, twin)
    assert findings(edition)["duplicates"] == (Severity.INFO, 1)


def test_delivery_of_inserts_alone_that_has_nothing_of_the_active_state(city, tmp_path, limits):
    limits["share_from_rows"] = 2
    base = nas.delivery(nas.insert(nas.parcel(0), nas.parcel(1)))
    load(city, "parcels", write(tmp_path / "1.xml", base))
    text = nas.delivery(nas.insert(nas.parcel(2)), date=nas.CHANGED)
    edition = stage(city, "parcels", write(tmp_path / "2.xml", text))
    assert findings(edition)["disjoint"] == (Severity.ERROR, 2)
    again = nas.delivery(nas.insert(nas.parcel(1), nas.parcel(2)), date=nas.CHANGED)
    edition = stage(city, "parcels", write(tmp_path / "3.xml", again))
    assert "disjoint" not in findings(edition)
