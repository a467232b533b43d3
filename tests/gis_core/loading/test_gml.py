"""GML geometry and the safety of reading XML."""

from __future__ import annotations

import io
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gis_core.errors import GeometryError
from gis_core.loading.gml.arcs import ARC_TOLERANCE_M, arc_linearise
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import GmlError, elements_stream, head_read
from gis_core.loading.gml.geometry import PolygonCollector

GML = 'xmlns:gml="http://www.opengis.net/gml/3.2"'
RING = "0 0 10 0 10 10 0 10 0 0"
CIRCLE = "<gml:CircleByCenterPoint><gml:pos>5 0</gml:pos>{}</gml:CircleByCenterPoint>"


def read(text: str) -> tuple[shapely.MultiPolygon, CurveReader]:
    collector = PolygonCollector()
    collector.add(etree.fromstring(text.replace(">", f" {GML}>", 1).replace("/ ", "/")))
    curves = collector.curves
    seen = CurveReader(srs_name=curves.srs_name, arcs=curves.arcs, flattened=curves.flattened)
    return collector.finish()[0], seen


def linear_ring(positions: str, attributes: str = "") -> str:
    return f"<gml:LinearRing><gml:posList{attributes}>{positions}</gml:posList></gml:LinearRing>"


def polygon(positions: str = RING, attributes: str = "", inner: str = "") -> str:
    hole = f"<gml:interior>{linear_ring(inner)}</gml:interior>" if inner else ""
    return f"<gml:Polygon{attributes}><gml:exterior>{linear_ring(positions)}</gml:exterior>{hole}</gml:Polygon>"


def curve(*segments: str) -> str:
    return f"<gml:curveMember><gml:Curve><gml:segments>{''.join(segments)}</gml:segments></gml:Curve></gml:curveMember>"


def segment(positions: str, name: str = "LineStringSegment") -> str:
    return f"<gml:{name}><gml:posList>{positions}</gml:posList></gml:{name}>"


def surface(*curves: str) -> str:
    ring = f"<gml:Ring>{''.join(curves)}</gml:Ring>"
    patch = f"<gml:PolygonPatch><gml:exterior>{ring}</gml:exterior></gml:PolygonPatch>"
    return f"<gml:Surface><gml:patches>{patch}</gml:patches></gml:Surface>"


def test_polygon_with_hole_keeps_it():
    shape, _ = read(polygon(inner="2 2 2 4 4 4 4 2 2 2"))
    assert shape.area == 96
    assert len(shape.geoms[0].interiors) == 1


def test_srs_name_on_the_parent_counts_for_all():
    members = f"<gml:surfaceMember>{polygon()}</gml:surfaceMember>"
    _, seen = read(f'<gml:MultiSurface srsName="EPSG:25832">{members}</gml:MultiSurface>')
    assert seen.srs_name == "EPSG:25832"


def test_multi_surface_of_two_polygons():
    far = polygon("20 0 30 0 30 10 20 0")
    shape, _ = read(
        "<gml:MultiSurface>"
        f"<gml:surfaceMember>{polygon()}</gml:surfaceMember><gml:surfaceMember>{far}</gml:surfaceMember>"
        "</gml:MultiSurface>"
    )
    assert [part.area for part in shape.geoms] == [100, 50]


def test_composite_surface_and_surface_members():
    shape, _ = read(
        f"<gml:CompositeSurface><gml:surfaceMember>{surface(curve(segment(RING)))}</gml:surfaceMember>"
        "</gml:CompositeSurface>"
    )
    assert shape.area == 100


def test_ring_of_curves_is_joined_without_repeated_vertices():
    pieces = [
        curve(segment("0 0 10 0")),
        curve(segment("10 0 10 10 0 10")),
        curve(segment("0 10 0 0")),
    ]
    shape, _ = read(surface(*pieces))
    assert shapely.get_num_coordinates(shape) == 5


def test_three_dimensions_are_flattened_and_counted():
    flat = "0 0 5 10 0 5 10 10 5 0 0 5"
    shape, seen = read(polygon(flat, ' srsDimension="3"'))
    assert shape.area == 50
    assert not shape.has_z
    assert seen.flattened == 1


def test_single_positions_are_read():
    positions = "".join(f"<gml:pos>{x} {y}</gml:pos>" for x, y in ((0, 0), (4, 0), (4, 4), (0, 0)))
    shape, _ = read(
        f"<gml:Polygon><gml:exterior><gml:LinearRing>{positions}</gml:LinearRing></gml:exterior></gml:Polygon>"
    )
    assert shape.area == 8


def test_arc_is_linearised_within_the_tolerance():
    shape, seen = read(
        surface(curve(segment("-10 0 10 0")), curve(segment("10 0 0 10 -10 0", "Arc")))
    )
    assert seen.arcs == 1
    assert math.pi * 50 - shape.area < math.pi * 10 * ARC_TOLERANCE_M
    assert shape.area < math.pi * 50


@given(st.lists(st.floats(-500, 500), min_size=6, max_size=6))
def test_arc_in_both_directions_has_the_same_positions(numbers):
    backwards = [*numbers[4:], *numbers[2:4], *numbers[:2]]
    there, back = arc_linearise(numbers), arc_linearise(backwards)
    pairs = list(zip(back[::2], back[1::2], strict=True))[::-1]
    assert list(zip(there[::2], there[1::2], strict=True)) == pairs
    assert there[:2] == numbers[:2]
    assert there[-2:] == numbers[4:]


@pytest.mark.parametrize(
    "text",
    [
        segment("0 0 5 5 10 0", "Circle"),
        CIRCLE.format("<gml:radius uom='m'>5</gml:radius>"),
        segment("0 0 5 5 10 0 5 -5 0 0", "ArcString"),
    ],
)
def test_circle_in_each_way_of_saying_it(text):
    shape, collector = read(surface(curve(text)))
    assert shape.is_valid
    assert 0 < math.pi * 25 - shape.area < math.tau * 5 * ARC_TOLERANCE_M
    assert collector.arcs == 1


def test_circle_has_the_same_positions_from_each_side():
    there, _ = read(surface(curve(segment("0 0 5 5 10 0", "Circle"))))
    back, _ = read(surface(curve(segment("10 0 5 -5 0 0", "Circle"))))
    assert there.equals_exact(back, 1e-9)


def test_arc_in_degrees_is_no_triangle():
    degree = 1e-4
    arc = f"0 0 {degree} {degree} {2 * degree} 0"
    shape, _ = read(surface(curve(segment(arc, "Arc"), segment(f"{2 * degree} 0 0 0"))))
    assert shape.area == pytest.approx(math.pi * degree**2 / 2, rel=0.01)


def test_curve_against_its_direction():
    turned = (
        "<gml:curveMember><gml:OrientableCurve orientation='-'><gml:baseCurve>"
        f"{segment('10 10 10 0 0 0', 'LineString')}</gml:baseCurve></gml:OrientableCurve></gml:curveMember>"
    )
    shape, _ = read(surface(turned, curve(segment("10 10 0 10 0 0"))))
    assert shape.equals(shapely.box(0, 0, 10, 10))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (segment("0 0 5 0 10 0", "Circle"), "straight line"),
        (segment("0 0 5 5", "Circle"), "2 positions"),
        (segment("0 0 5 5 10 0 20 0", "ArcString"), "4 positions"),
        (
            "<gml:CircleByCenterPoint><gml:pos>5 0</gml:pos></gml:CircleByCenterPoint>",
            "not a number",
        ),
        (CIRCLE.format("<gml:radius>0</gml:radius>"), "radius 0"),
    ],
)
def test_impossible_circle_is_an_error(text, cause):
    with pytest.raises(GeometryError, match=cause):
        read(surface(curve(text)))


@pytest.mark.parametrize("dimension", ["0", "1", "-2", "two", ""])
def test_impossible_dimension_is_an_error(dimension):
    with pytest.raises(GeometryError, match="srsDimension"):
        read(polygon(attributes=f" srsDimension='{dimension}'"))


def test_empty_polygon_is_an_empty_place():
    collector = PolygonCollector()
    collector.add(etree.fromstring(f"<gml:Polygon {GML}/>"))
    collector.add(None)
    assert collector.finish().tolist() == [None, None]


@pytest.mark.parametrize(
    ("positions", "cause"),
    [
        ("0 0 10 0 0 0", "at least 4"),
        ("0 0 10 0 10 10 0 10", "not closed"),
        ("0 0 10 0 10 10 0", "are not positions of 2"),
        ("0 0 NaN 0 10 10 0 0", "not a finite number"),
        ("0 0 1e999 0 10 10 0 0", "not a finite number"),
        ("0 0 ten 0 10 10 0 0", "not a number"),
    ],
)
def test_impossible_ring_is_an_error(positions, cause):
    with pytest.raises(GeometryError, match=cause):
        read(polygon(positions))


def test_unsupported_geometry_is_named():
    with pytest.raises(GeometryError, match="Point is not a supported surface"):
        read("<gml:Point><gml:pos>0 0</gml:pos></gml:Point>")


def test_error_leaves_the_collector_usable():
    collector = PolygonCollector()
    good = etree.fromstring(polygon().replace("<gml:Polygon", f"<gml:Polygon {GML}"))
    bad = etree.fromstring(polygon("0 0 1 1").replace("<gml:Polygon", f"<gml:Polygon {GML}"))
    collector.add(good)
    with pytest.raises(GeometryError):
        collector.add(bad)
    collector.add(good)
    assert [shape.area for shape in collector.finish()] == [100, 100]


# --- Documents ------------------------------------------------------------------------------------

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
)
EXTERNAL_ENTITY = '<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l>&f;</l>'
EXTERNAL_DTD = '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/evil.dtd"><l/>'


@pytest.mark.parametrize("text", [BILLION_LAUGHS, EXTERNAL_ENTITY, EXTERNAL_DTD])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_head_refuses_document_types(text, encoding):
    text = text.replace('<?xml version="1.0"?>', "")
    with pytest.raises(GmlError, match="document type declaration"):
        head_read(io.BytesIO(text.encode(encoding)))


def test_head_gives_namespaces_of_the_first_members_too():
    text = b"<a xmlns='urn:1'><b><c:d xmlns:c='urn:2'>not closed"
    assert head_read(io.BytesIO(text)).namespaces == frozenset({"urn:1", "urn:2"})


def test_head_gives_root_attributes_and_namespaces():
    head = head_read(io.BytesIO(b'<!-- c --><w:F xmlns:w="urn:w" xmlns="urn:d" n="2"><broken'))
    assert (head.root, head.attributes["n"], head.namespaces) == ("F", "2", {"urn:w", "urn:d"})


@pytest.mark.parametrize("text", [b"", b"not xml", b"<a", b"\xff\xfe\x00"])
def test_head_refuses_what_is_no_xml(text):
    with pytest.raises(GmlError):
        head_read(io.BytesIO(text))


@pytest.mark.parametrize(
    "text",
    [
        b"<a><b>1</b><b>2",
        b"<a><b>1</b></c>",
        b'<?xml version="1.0" encoding="utf-8"?><a><b>\xe4</b></a>',
    ],
)
def test_stream_reports_truncated_and_wrongly_encoded(text):
    with pytest.raises(GmlError, match="not well-formed"):
        list(elements_stream(io.BytesIO(text), ["b"]))


@pytest.mark.parametrize(
    "text",
    [b"<m><x>1</x><f/></m>" * 50_000, b"<m>" + b"<x>1</x><f/>" * 50_000 + b"</m>"],
    ids=["one_wrapper_each", "one_wrapper_for_all"],
)
def test_stream_frees_what_was_read(text):
    # The parser reads ahead by a block of some kilobytes; beyond that nothing may pile up.
    seen, most = 0, 0
    for element in elements_stream(io.BytesIO(b"<a>" + text + b"</a>"), ["m", "f"]):
        if element.tag == "f":
            wrapper = element.getparent()
            seen += 1
            most = max(most, len(wrapper) + len(wrapper.getparent()))
    assert seen == 50_000
    assert most < 10_000


def ring(*pieces: str):
    curves = "".join(
        f"<gml:curveMember><gml:LineString><gml:posList>{piece}</gml:posList></gml:LineString></gml:curveMember>"
        for piece in pieces
    )
    return etree.fromstring(
        f'<gml:Polygon xmlns:gml="http://www.opengis.net/gml/3.2"><gml:exterior><gml:Ring>{curves}</gml:Ring>'
        "</gml:exterior></gml:Polygon>"
    )


@pytest.mark.parametrize(
    ("east", "touches"),
    [("382050.000", True), ("382050.005", True), ("382050.050", False), ("382055.000", False)],
)
def test_pieces_of_a_ring_have_to_touch(east, touches):
    element = ring(
        "382000 5712000 382050 5712000",
        f"{east} 5712000 382050 5712050 382000 5712050 382000 5712000",
    )
    if touches:
        PolygonCollector().add(element)
        return
    with pytest.raises(GeometryError) as caught:
        PolygonCollector().add(element)
    assert caught.value.message.code == "curve_gap"


@pytest.mark.parametrize(
    ("attributes", "text", "code"),
    [
        ("", "0,0 9,0 9,9 0,0", ""),
        ("", "0,0,1 9,0,1 9,9,1 0,0,1", ""),
        ('ts=";"', "0,0;9,0;9,9;0,0", ""),
        ("", "0,0 9 9,9 0,0", "positions_uneven"),
    ],
)
def test_coordinates_of_gml_2_are_read(attributes, text, code):
    element = etree.fromstring(
        "<Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates {attributes}>{text}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
    collector = PolygonCollector()
    if code:
        with pytest.raises(GeometryError) as caught:
            collector.add(element)
        assert caught.value.message.code == code
        return
    collector.add(element)
    assert collector.finish()[0].area == 40.5
