"""Numbers and branches of reading GML and NAS, each by the smallest element that shows it."""

from __future__ import annotations

import io
import math
from pathlib import Path

import pytest
import shapely
from lxml import etree

from gis_core.errors import GeometryError, LoadError
from gis_core.loading.gml.arcs import (
    arc_linearise,
    arcs_linearise,
    circle_linearise,
    circle_through,
)
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import GmlError, elements_stream, gml_identifier, head_read
from gis_core.loading.gml.geometry import PolygonCollector
from gis_core.loading.gml.locations import Locations
from gis_core.loading.gml.nba import _delivery, _fits, _fold, _Object, _ordered
from gis_core.loading.gml.nba_scan import (
    DeliveryFile,
    Portion,
    _ends,
    _portion,
    has_changes,
    identifier_split,
    lifetime,
)
from gis_core.loading.gml.places import Places, PointCollector
from gis_core.loading.read.batches import LoadReport

NEW, OLD = "20260101T000000Z", "20200101T000000Z"


# --- Arcs -----------------------------------------------------------------------------------------
def pairs(numbers: list[float]) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def strays(numbers: list[float], centre: tuple[float, float], radius: float) -> float:
    """How far the chords' ends lie from the circle."""
    return max(abs(math.dist(place, centre) - radius) for place in pairs(numbers))


@pytest.mark.parametrize(
    ("numbers", "length"),
    [
        ([10, 0, 0, 10, -10, 0], math.pi * 10),
        ([10, 0, 0, -10, -10, 0], math.pi * 10),
        ([10, 0, 6, 8, 0, 10], math.pi * 5),
        ([10, 0, -6, -8, 0, 10], math.pi * 15),
        ([-10, 0, 0, 10, 10, 0], math.pi * 10),
    ],
)
def test_arc_runs_by_its_middle_position(numbers, length):
    chords = arc_linearise([float(one) for one in numbers])
    assert pairs(chords)[0] == tuple(numbers[:2])
    assert pairs(chords)[-1] == tuple(numbers[4:])
    assert strays(chords, (0, 0), 10) < 1e-9
    assert shapely.LineString(pairs(chords)).length == pytest.approx(length, rel=2e-3)
    assert shapely.LineString(pairs(chords)).distance(shapely.Point(numbers[2:4])) < 0.001


@pytest.mark.parametrize(("radius", "chords"), [(1.0, 71), (10.0, 223), (0.1, 64), (1000.0, 2222)])
def test_circle_has_as_many_chords_as_a_millimetre_needs(radius, chords):
    numbers = circle_linearise([5.0, 7.0], radius)
    assert len(numbers) == 2 * (chords + 1)
    assert numbers[:2] == numbers[-2:] == [5.0 + radius, 7.0]
    assert strays(numbers, (5, 7), radius) < 1e-9


def test_circle_through_three_positions_has_their_centre():
    numbers = circle_through([13.0, 24.0, 10.0, 25.0, 7.0, 24.0])
    centre, radius = (10.0, 20.0), 5.0
    assert strays(numbers, centre, radius) < 1e-9
    assert numbers[:2] == numbers[-2:]


@pytest.mark.parametrize("numbers", [[0, 0, 5, 5], [0, 0, 5, 5, 10, 0, 20, 0]])
def test_circle_needs_three_positions(numbers):
    with pytest.raises(GeometryError, match=f"{len(numbers) // 2} positions"):
        circle_through(numbers)


@pytest.mark.parametrize(
    ("centre", "radius"),
    [([1.0], 5.0), ([1.0, 2.0, 3.0], 5.0), ([1.0, 2.0], math.inf), ([1.0, 2.0], 0.0)],
)
def test_circle_round_nothing_is_an_error(centre, radius):
    with pytest.raises(GeometryError):
        circle_linearise(centre, radius)


def test_arc_on_a_straight_line_stays_as_it_is():
    assert arc_linearise([0.0, 0.0, 5.0, 5.0, 10.0, 10.0]) == [0.0, 0.0, 5.0, 5.0, 10.0, 10.0]


def test_arcs_of_one_string_share_their_ends():
    numbers = [-10.0, 0.0, 0.0, 10.0, 10.0, 0.0, 20.0, -10.0, 30.0, 0.0]
    found = pairs(arcs_linearise(numbers))
    assert found.count((10.0, 0.0)) == 1
    assert (found[0], found[-1]) == ((-10.0, 0.0), (30.0, 0.0))
    halves = pairs(arc_linearise(numbers[:6]))[:-1] + pairs(arc_linearise(numbers[4:]))
    assert found == halves


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_arcs_have_an_odd_number_of_positions_from_three(count):
    with pytest.raises(GeometryError, match=f"{count} positions"):
        arcs_linearise([float(number) for number in range(2 * count)])


# --- Surfaces -------------------------------------------------------------------------------------
def ring(*positions: str, dimension: str = "") -> str:
    attribute = f' srsDimension="{dimension}"' if dimension else ""
    lists = "".join(f"<posList{attribute}>{one}</posList>" for one in positions)
    return f"<exterior><LinearRing>{lists}</LinearRing></exterior>"


def collected(*texts: str) -> PolygonCollector:
    collector = PolygonCollector()
    for text in texts:
        collector.add(etree.fromstring(text))
    return collector


def test_srs_name_is_the_outermost_and_of_the_latest_surface():
    member = f'<Polygon srsName="inner">{ring("0 0 1 0 1 1 0 0")}</Polygon>'
    outer = f'<MultiSurface srsName="outer"><m>{member}</m></MultiSurface>'
    assert collected(outer).srs_name == "outer"
    assert collected(outer, member).srs_name == "inner"
    assert collected(outer, f"<Polygon>{ring('0 0 1 0 1 1 0 0')}</Polygon>").srs_name == ""


def test_dimension_on_the_polygon_counts_for_its_positions():
    text = f'<Polygon srsDimension="3">{ring("0 0 9 4 0 9 4 4 9 0 0 9")}</Polygon>'
    collector = collected(text)
    assert collector.flattened == 1
    assert collector.finish()[0].area == 8


def test_single_position_with_a_height_is_flat():
    positions = "".join(f"<pos>{x} {y} 7</pos>" for x, y in ((0, 0), (4, 0), (4, 4), (0, 0)))
    collector = collected(
        f"<Polygon><exterior><LinearRing>{positions}</LinearRing></exterior></Polygon>"
    )
    assert collector.flattened == 4
    assert collector.finish()[0].area == 8


@pytest.mark.parametrize("end", ["1 0", "0 1"])
def test_ring_ends_where_it_began_in_both_coordinates(end):
    with pytest.raises(GeometryError, match="not closed"):
        collected(f"<Polygon>{ring(f'0 0 4 0 4 4 {end}')}</Polygon>")


def test_ring_of_three_positions_counts_them():
    with pytest.raises(GeometryError, match="3"):
        collected(f"<Polygon>{ring('0 0 4 0 0 0')}</Polygon>")


def test_shapes_read_before_are_added_with_their_holes_and_places():
    hole = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))
    shapes = [
        shapely.MultiPolygon([hole, shapely.box(20, 0, 21, 1)]),
        None,
        shapely.MultiPolygon([hole]),
    ]
    collector = PolygonCollector()
    for shape in shapes:
        collector.add_shape(shape)
    found = collector.finish()
    assert [None if one is None else one.area for one in found] == [81, None, 80]
    assert collector.finish().tolist() == []


def test_boundary_without_a_ring_counts_for_nothing():
    text = f"<Polygon><interior/>{ring('0 0 4 0 4 4 0 0')}</Polygon>"
    assert collected(text).finish()[0].area == 8


def curved(*members: str) -> str:
    return f"<Polygon><exterior><Ring>{''.join(members)}</Ring></exterior></Polygon>"


def test_curve_that_nobody_knows_is_named():
    with pytest.raises(GeometryError, match="Clothoid"):
        collected(curved("<m><Clothoid/></m>"))


# --- Documents ------------------------------------------------------------------------------------
def test_identifier_is_that_of_either_gml():
    for namespace in ("http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"):
        assert gml_identifier(etree.fromstring(f'<a xmlns:g="{namespace}" n="1" g:id="x"/>')) == "x"
    assert gml_identifier(etree.fromstring('<a n="1"/>')) == ""


@pytest.mark.parametrize(("blanks", "is_late"), [(4 << 20, True), (3 << 20, False)])
def test_root_comes_within_four_megabytes(blanks, is_late):
    stream = io.BytesIO(b"<!--" + b" " * blanks + b"--><a/>")
    if is_late:
        with pytest.raises(GmlError) as caught:
            head_read(stream)
        assert caught.value.message.code == "xml_root_late"
    else:
        assert head_read(stream).root == "a"


def test_error_names_the_innermost_feature_that_was_begun():
    text = b'<c><F id="one"><G id="two"><x/>'
    with pytest.raises(GmlError) as caught:
        list(elements_stream(io.BytesIO(text), ["F", "G"]))
    assert caught.value.feature == ""
    text = b'<c><F id="one"/><F id="two"><G id="three"/><x>'
    with pytest.raises(GmlError) as caught:
        list(elements_stream(io.BytesIO(text), ["F", "G"]))
    assert caught.value.feature == "F two"


# --- Places and streets of NAS --------------------------------------------------------------------
X = 'xmlns:xlink="urn:xlink"'
FIRST, SECOND = "DENW000000000001", "DENW000000000002"


def pointer(name: str, target: str, geometry: str) -> etree._Element:
    text = f'<{name} {X}><relation xlink:href="urn:adv:oid:{target}{NEW}"/><position>{geometry}</position></{name}>'
    return etree.fromstring(text)


def point(x: float, y: float, srs: str = "urn:25832") -> str:
    return f'<Point srsName="{srs}"><pos>{x} {y} 60</pos></Point>'


@pytest.mark.parametrize("best_first", [True, False])
def test_best_way_to_a_place_counts_in_either_order(best_first):
    places = Places([["Label", "relation"], ["Building", "relation"]], ["position"])
    surface = f'<Polygon srsName="urn:4">{ring("10 0 14 0 14 4 10 4 10 0")}</Polygon>'
    found = [pointer("Label", FIRST, point(1, 2)), pointer("Building", FIRST, surface)]
    for element in found if best_first else found[::-1]:
        places.add(element)
        places.place(FIRST)
    assert places.place(FIRST) == (shapely.Point(1, 2), "urn:25832")
    assert places.place(SECOND) is None


def test_place_of_a_surface_is_inside_and_the_first_of_equals_counts():
    places = Places([["Building", "relation"]], ["position"])
    for west in (10, 50):
        corners = f"{west} 0 {west + 4} 0 {west + 4} 4 {west} 4 {west} 0"
        places.add(
            pointer("Building", FIRST, f'<Polygon srsName="urn:4">{ring(corners)}</Polygon>')
        )
    where, srs_name = places.place(FIRST)
    assert shapely.box(10, 0, 14, 4).contains(where)
    assert srs_name == "urn:4"


def test_element_without_relation_or_geometry_says_nothing():
    places = Places([["Label", "relation"]], ["position"])
    places.add(etree.fromstring(f"<Label><position>{point(1, 2)}</position></Label>"))
    places.add(etree.fromstring(f'<Label {X}><relation xlink:href="{FIRST}"/><position/></Label>'))
    places.add(pointer("Label", SECOND, point(3, 4)).__copy__())
    assert (places.place(FIRST), places.place(SECOND)[0]) == (None, shapely.Point(3, 4))


@pytest.mark.parametrize("text", ["", "1", "x y"])
def test_position_without_two_numbers_is_an_error(text):
    places = Places([["Label", "relation"]], ["position"])
    with pytest.raises(GeometryError):
        places.add(pointer("Label", FIRST, f"<Point><pos>{text}</pos></Point>"))


def test_points_are_collected_in_their_order_and_once():
    collector = PointCollector(CurveReader())
    collector.add((shapely.Point(1, 2), "urn:1"))
    collector.add_shape(shapely.Point(3, 4))
    assert collector.srs_name == "urn:1"
    assert collector.finish().tolist() == [shapely.Point(1, 2), shapely.Point(3, 4)]
    assert collector.finish().tolist() == []


def location(identifier: str, number: str = "", **values: str) -> etree._Element:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return etree.fromstring(
        f'<AX_LagebezeichnungMitHausnummer xmlns:g="urn:g" g:id="{identifier}{NEW}">'
        f"<wert>{inside}</wert><hausnummer> {number} </hausnummer></AX_LagebezeichnungMitHausnummer>"
    )


def test_location_is_a_name_or_a_key_of_the_catalogue():
    locations = Locations()
    locations.add(
        location(FIRST, "3", land="05", regierungsbezirk="5", kreis="62", gemeinde="004", lage="1")
    )
    locations.add(location(SECOND, unverschluesselt="Feldweg"))
    assert locations.text([FIRST]) == ("", False)
    locations.add(
        etree.fromstring(
            "<AX_LagebezeichnungKatalogeintrag><schluesselGesamt>055620041</schluesselGesamt>"
            "<bezeichnung>Brunnenstraße</bezeichnung></AX_LagebezeichnungKatalogeintrag>"
        )
    )
    assert locations.streets_missing == {"0556200400001"}
    assert locations.text([FIRST, SECOND, FIRST]) == ("Brunnenstraße 3; Feldweg", True)
    assert locations.text(["unknown", SECOND]) == ("Feldweg", False)
    assert locations.text([]) == ("", True)
    assert locations.places_missing == {"unknown"}


# --- Updates --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"urn:adv:oid:{FIRST}{NEW}", (FIRST, NEW)),
        (f"urn:adv:oid:{FIRST}", (FIRST, "")),
        (f"{FIRST}{NEW}x", (f"{FIRST}{NEW}x", "")),
        (f"x{FIRST}{NEW}", (f"x{FIRST}{NEW}", "")),
        ("", ("", "")),
    ],
)
def test_identifier_is_split_from_its_version(text, parts):
    assert identifier_split(text) == parts


@pytest.mark.parametrize(
    ("inside", "times"),
    [
        ("<beginnt>2020-01-01T00:00:00Z</beginnt>", (OLD, "")),
        (
            "<beginnt>2020-01-01T00:00:00Z</beginnt><endet> 2026-01-01T00:00:00Z </endet>",
            (OLD, NEW),
        ),
        ("", ("", "")),
    ],
)
def test_lifetime_is_told_in_the_digits_of_an_identifier(inside, times):
    text = f"<F><x/><lebenszeitintervall><i>{inside}</i></lebenszeitintervall></F>"
    assert lifetime(etree.fromstring(text)) == times


@pytest.mark.parametrize("text", ["<F/>", "<F><lebenszeitintervall/></F>"])
def test_lifetime_that_is_not_told_is_blank(text):
    assert lifetime(etree.fromstring(text)) == ("", "")


@pytest.mark.parametrize(
    ("number", "total", "portion"),
    [("2", "5", (2, 5)), ("", "", (1, 1)), ("x", "5", (1, 5)), ("2", "x", (2, 1))],
)
def test_portion_is_the_only_one_where_it_does_not_say(number, total, portion):
    text = (
        f"<P><datum>2026-01-01</datum><laufendeNummerVonGesamtzahl>{number}</laufendeNummerVonGesamtzahl>"
        f"<gesamtzahl> {total} </gesamtzahl><profilkennung>p</profilkennung></P>"
    )
    assert _portion(etree.fromstring(text)) == Portion("2026-01-01", *portion, "p")


@pytest.mark.parametrize(
    ("name", "ends"),
    [("adv:lebenszeitintervall/adv:endet", True), ("anlass", False), ("endete", False)],
)
@pytest.mark.parametrize("element", ["Name", "ValueReference"])
def test_update_ends_an_object_where_it_sets_the_end(element, name, ends):
    text = f"<Update><!-- c --><P><{element}>anlass</{element}></P><P><{element}> {name} </{element}></P></Update>"
    assert _ends(etree.fromstring(text)) == ends


@pytest.mark.parametrize("before", [0, (1 << 20) - 5, (1 << 20) - 10, 1 << 20])
@pytest.mark.parametrize("tag", [b"<wfs:Replace vendorId='x'>", b"<Delete>", b"<wfs:Update\n"])
def test_change_is_seen_wherever_the_file_is_read_on(tmp_path, before, tag):
    path = tmp_path / "a.xml"
    path.write_bytes(b" " * before + tag + b" " * 100)
    assert has_changes(path)
    path.write_bytes(b" " * before + tag.replace(b"e", b"i") + b"<Updates>")
    assert not has_changes(path)


def delivered(
    name: str, *events, date: str = "", number: int = 1, total: int = 1, profile: str = ""
) -> DeliveryFile:
    portion = Portion(date, number, total, profile)
    return DeliveryFile(Path(name), portion, list(events), bool(events))


def event(kind: str, version: str = "", number: int = 0) -> tuple[str, str, str, int, str]:
    return kind, FIRST, version, number, "F"


def test_deliveries_are_ordered_by_date_and_part():
    files = [
        delivered("d", date="2026-02-01", number=2, total=2),
        delivered("c", date="2026-02-01", number=1, total=2),
        delivered("a", date="2026-01-01"),
        delivered("x"),
        delivered("y"),
    ]
    assert [file.path.name for file in _ordered(files, LoadReport())] == ["x", "y", "a", "c", "d"]


def test_part_that_came_twice_is_read_once_and_noted():
    report = LoadReport()
    files = [delivered("a", date="2026-01-01"), delivered("b", date="2026-01-01")]
    assert [file.path.name for file in _ordered(files, report)] == ["a"]
    assert [(note["code"], note["file"]) for note in report.notes] == [("part_twice", "b")]


def test_missing_part_is_noted_and_in_an_update_an_error():
    report = LoadReport()
    _ordered([delivered("a", date="2026-01-01", number=2, total=3)], report)
    assert [(one["code"], one["params"]) for one in report.notes] == [
        ("parts_missing", {"total": 3, "missing": [1, 3]})
    ]
    with pytest.raises(LoadError) as caught:
        _ordered([delivered("a", event("Delete"), date="2026-01-01", number=1, total=2)], report)
    assert caught.value.file == "a"


def test_missing_part_is_noted_behind_a_delivery_that_is_complete():
    report = LoadReport()
    late = delivered("b", date="2026-02-01", number=2, total=2)
    _ordered([delivered("a", date="2026-01-01"), late], report)
    assert [one["params"] for one in report.notes] == [{"total": 2, "missing": [1]}]


def test_delivery_is_the_one_with_the_latest_date():
    files = [
        delivered("a", date="2026-02-01", profile="p"),
        delivered("b", date="2026-01-01", profile="q"),
    ]
    assert _delivery(files) == {"profile": "p", "date": "2026-02-01"}
    assert _delivery([delivered("x", profile="p")]) == {}


def test_changes_of_one_object_fold_into_its_last_version():
    first = delivered("a", event("Insert", OLD, 3))
    second = delivered("b", event("Replaced", NEW, 7), event("Replace", OLD))
    assert _fold([first, second], partial=False)[FIRST] == _Object("F", NEW, (1, 7), "")
    assert _fold([second], partial=True)[FIRST] == _Object("F", NEW, (0, 7), OLD)
    third = delivered("c", event("Delete", NEW))
    assert _fold([second, third], partial=True)[FIRST] == _Object("F", NEW, None, OLD)
    assert _fold([third], partial=True)[FIRST] == _Object("F", NEW, None, NEW)


def test_replacement_of_another_object_is_an_error():
    with pytest.raises(LoadError) as caught:
        _fold([delivered("a", event("Replace", OLD))], partial=True)
    assert (caught.value.file, caught.value.feature) == ("a", f"Replace F {FIRST}")


@pytest.mark.parametrize(
    ("known", "version", "partial", "fits"),
    [
        (None, OLD, True, True),
        (None, OLD, False, False),
        (OLD, OLD, False, True),
        (OLD, "", False, True),
        ("", OLD, False, True),
        (NEW, OLD, True, False),
    ],
)
def test_change_follows_on_the_version_before_it(known, version, partial, fits):
    stored = None if known is None else _Object("F", known, (0, 1))
    if fits:
        _fits(stored, version, partial, delivered("a"), "x")
        return
    with pytest.raises(LoadError) as caught:
        _fits(stored, version, partial, delivered("a"), "x")
    assert (caught.value.file, caught.value.feature) == ("a", "x")
