"""Arcs around a centre, circles in degrees, references, points and lines of GML."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from lxml import etree

from gis_core.coordinates import storage_to_wgs84, wgs84_to_storage
from gis_core.errors import GeometryError
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.geometry import PolygonCollector, ShapeCollector
from gis_core.loading.gml.references import References
from tests.gis_core.loading.test_gml import CIRCLE, curve, polygon, read, segment, surface

GML = 'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"'


POINT = "<gml:Point><gml:pos>1 2</gml:pos></gml:Point>"


def line(positions: str) -> str:
    return f"<gml:curveMember><gml:LineString><gml:posList>{positions}</gml:posList></gml:LineString></gml:curveMember>"


def around(start: float, end: float, radius: str = "<gml:radius>5</gml:radius>") -> str:
    return (
        f'<gml:ArcByCenterPoint numArc="1"><gml:pos>5 10</gml:pos>{radius}'
        f"<gml:startAngle uom='deg'>{start}</gml:startAngle><gml:endAngle uom='deg'>{end}</gml:endAngle>"
        "</gml:ArcByCenterPoint>"
    )


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        # From the right end over the top to the left one: counterclockwise from east.
        ("0 10 0 0 10 0 10 10", 0, 180),
        # From the left end over the top to the right one: clockwise from north.
        ("10 10 10 0 0 0 0 10", -90, 90),
        # The same clockwise from east.
        ("10 10 10 0 0 0 0 10", 180, 0),
    ],
)
@pytest.mark.parametrize("arc_first", [True, False])
def test_arc_around_a_centre_is_read_as_it_touches(line, start, end, arc_first):
    pieces = [curve(segment(line)), curve(around(start, end))]
    shape, collector = read(surface(*(pieces[::-1] if arc_first else pieces)))
    assert shape.is_valid
    assert shape.area == pytest.approx(100 + math.pi * 25 / 2, abs=0.02)
    assert collector.arcs == 1


def test_arc_around_a_centre_that_touches_nothing_is_refused():
    with pytest.raises(GeometryError) as caught:
        read(surface(curve(segment("0 10 0 0 10 0 10 9")), curve(around(0, 180))))
    assert caught.value.message.code == "curve_gap"


@pytest.mark.parametrize("name", ["CircleByCenterPoint", "ArcByCenterPoint"])
def test_radius_in_another_unit_is_refused(name):
    text = around(0, 180, radius='<gml:radius uom="[ft_i]">5</gml:radius>')
    with pytest.raises(GeometryError) as caught:
        read(surface(curve(text.replace("ArcByCenterPoint", name))))
    assert caught.value.message.code == "radius_unit"


# A circle of 25 m around a place in Castrop-Rauxel, as a map in each system would draw it.
CENTRE = wgs84_to_storage(7.31, 51.55)


@pytest.mark.parametrize(
    ("srs", "order"), [("urn:ogc:def:crs:EPSG::4326", -1), ("EPSG:4326", 1), ("CRS84", 1)]
)
@pytest.mark.parametrize("kind", ["Circle", "CircleByCenterPoint", "Arc"])
def test_circle_in_degrees_is_one_on_the_ground(srs, order, kind):
    def place(east: float, north: float) -> str:
        degrees = storage_to_wgs84(CENTRE[0] + east, CENTRE[1] + north)
        return " ".join(f"{value:.12f}" for value in degrees[::order])

    if kind == "CircleByCenterPoint":
        pieces = [CIRCLE.format("<gml:radius uom='m'>25</gml:radius>").replace("5 0", place(0, 0))]
    elif kind == "Circle":
        pieces = [segment(f"{place(25, 0)} {place(0, 25)} {place(-25, 0)}", "Circle")]
    else:
        pieces = [
            segment(f"{place(25, 0)} {place(0, 25)} {place(-25, 0)}", "Arc"),
            segment(f"{place(-25, 0)} {place(0, -25)} {place(25, 0)}", "Arc"),
        ]
    text = surface(*map(curve, pieces)).replace("<gml:Surface", f'<gml:Surface srsName="{srs}"', 1)
    shape, _ = read(text)
    drawn = shapely.transform(
        shape, lambda xy: np.array([wgs84_to_storage(*place[::order]) for place in xy])
    )
    assert drawn.area == pytest.approx(math.pi * 625, abs=0.2)
    assert (
        max(
            shapely.Point(CENTRE).distance(shapely.Point(p)) for p in drawn.geoms[0].exterior.coords
        )
        < 25.002
    )


def test_reference_is_followed_through_others(tmp_path):
    text = (
        f"<c {GML}><gml:Polygon><gml:exterior><gml:Ring><gml:curveMember xlink:href='#k'/></gml:Ring></gml:exterior>"
        "</gml:Polygon><gml:Curve gml:id='k'><gml:segments>"
        "<gml:LineStringSegment><gml:posList>0 0 4 0 4 4</gml:posList></gml:LineStringSegment>"
        "<gml:LineStringSegment><gml:pointProperty xlink:href='#p'/><gml:pos>0 0</gml:pos></gml:LineStringSegment>"
        "</gml:segments></gml:Curve><gml:Point gml:id='p'><gml:pos>4 4</gml:pos></gml:Point></c>"
    )
    path = tmp_path / "a.gml"
    path.write_text(text, "utf-8")
    collector = PolygonCollector(CurveReader(References(path)))
    collector.add(etree.fromstring(text)[0])
    assert collector.finish()[0].area == 8


def test_line_that_is_referred_to_is_no_ring_by_itself(tmp_path):
    text = (
        f"<c {GML}><gml:Polygon><gml:exterior><gml:Ring><gml:curveMember xlink:href='#k'/></gml:Ring></gml:exterior>"
        f"</gml:Polygon><gml:LineString gml:id='k'><gml:posList>0 0 4 0 4 4 9 9</gml:posList></gml:LineString></c>"
    )
    path = tmp_path / "a.gml"
    path.write_text(text, "utf-8")
    with pytest.raises(GeometryError) as caught:
        PolygonCollector(CurveReader(References(path))).add(etree.fromstring(text)[0])
    assert caught.value.message.code == "ring_open"


def test_references_do_not_grow_without_end(tmp_path):
    members = "".join(
        f"<gml:CompositeCurve gml:id='n{level}'>"
        + 10 * f"<gml:curveMember xlink:href='#n{level + 1}'/>"
        + "</gml:CompositeCurve>"
        for level in range(9)
    )
    text = (
        f"<c {GML}><gml:Polygon><gml:exterior><gml:Ring><gml:curveMember xlink:href='#n0'/></gml:Ring></gml:exterior>"
        f"</gml:Polygon>{members}<gml:LineString gml:id='n9'><gml:posList>0 0 0 0</gml:posList></gml:LineString></c>"
    )
    path = tmp_path / "a.gml"
    path.write_text(text, "utf-8")
    with pytest.raises(GeometryError) as caught:
        PolygonCollector(CurveReader(References(path))).add(etree.fromstring(text)[0])
    assert caught.value.message.code == "references_many"


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<gml:curveMember xlink:href='#none'/>", "geometry_elsewhere"),
        ("<gml:curveMember xlink:href='http://example.org/a#k'/>", "geometry_elsewhere"),
        ("<gml:curveMember xlink:href='#r'/>", "geometry_circular"),
    ],
)
def test_reference_that_leads_nowhere_is_refused(tmp_path, inside, code):
    text = (
        f"<c {GML}><gml:Polygon><gml:exterior><gml:Ring gml:id='r'>{inside}</gml:Ring></gml:exterior></gml:Polygon>"
        "</c>"
    )
    path = tmp_path / "a.gml"
    path.write_text(text, "utf-8")
    with pytest.raises(GeometryError) as caught:
        PolygonCollector(CurveReader(References(path))).add(etree.fromstring(text)[0])
    assert caught.value.message.code == code


@pytest.mark.parametrize(
    ("text", "wkt"),
    [
        (POINT, "POINT (1 2)"),
        ("<gml:Point><gml:coordinates>1,2</gml:coordinates></gml:Point>", "POINT (1 2)"),
        (
            "<gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>",
            "LINESTRING (1 2, 3 4)",
        ),
        (
            f"<gml:MultiCurve>{line('0 0 1 1')}{curve(segment('2 2 3 3'))}</gml:MultiCurve>",
            "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
        ),
        (
            f"<gml:MultiPoint><gml:pointMember>{POINT}</gml:pointMember></gml:MultiPoint>",
            "POINT (1 2)",
        ),
    ],
)
def test_points_and_lines_of_any_model(text, wkt):
    collector = ShapeCollector()
    collector.add(etree.fromstring(f"<c {GML}>{text}</c>")[0])
    collector.add(None)
    assert collector.finish().tolist() == [shapely.from_wkt(wkt), None]


def test_area_is_neither_point_nor_line():
    with pytest.raises(GeometryError) as caught:
        ShapeCollector().add(etree.fromstring(f"<c {GML}>{polygon('0 0 4 0 4 4 0 0')}</c>")[0])
    assert caught.value.message.code == "shape_unsupported"
