"""The map of a sheet: true to scale, and labels that do not lie over each other."""

from __future__ import annotations

import itertools
import math
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiLineString
from PIL import Image

from mapui.sheets.drawing import map_draw
from mapui.sheets.frame import HEIGHT_MM, MARGIN_MM, WIDTH_MM, Frame, frame_choose
from mapui.sheets.ground import ground_read
from mapui.sheets.labels import Labels
from mapui.sheets.making import picture_draw, sheet_make
from routing.enums import NetworkDataset, StretchStatus
from routing.models import RoadSection, ThroughRoad
from tests.mapui.factories import SOUTH, SRID, WEST, edition_create, issue_create

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("scale", [500, 1000])
def test_frame_is_true_to_scale(scale):
    frame = Frame(WEST, SOUTH, scale)
    drawn = frame.drawn(shapely.LineString([(WEST, SOUTH), (WEST + 30, SOUTH + 40)]))
    # 50 m on the ground.
    assert drawn.length == pytest.approx(50_000 / scale, abs=1e-6)
    start, end = drawn.coords
    assert start == pytest.approx((WIDTH_MM / 2, HEIGHT_MM / 2))
    # East goes right, north goes up.
    assert end[0] > start[0]
    assert end[1] < start[1]
    west, south, east, north = frame.box.bounds
    assert (east - west, north - south) == pytest.approx(
        (WIDTH_MM * scale / 1000, HEIGHT_MM * scale / 1000)
    )


@pytest.mark.parametrize(
    ("radius", "scale"),
    [
        (0.1, 500),
        # Half of the frame's height less the margin, in metres at 1 : 500.
        ((HEIGHT_MM / 2 - MARGIN_MM) * 0.5, 500),
        ((HEIGHT_MM / 2 - MARGIN_MM) * 0.5 + 0.1, 1000),
        (5000, 1000),
    ],
)
def test_frame_takes_the_largest_scale_that_shows_all(radius, scale):
    # Its points are those of the circle itself.
    circle = shapely.Point(WEST, SOUTH).buffer(radius)
    assert frame_choose(WEST, SOUTH, shapes=[circle]).scale == scale


def svg_of(jurisdiction, frame, keys=("059999001000100000__",), accuracy_m=None):
    ground = ground_read(jurisdiction=jurisdiction, box=frame.box)
    drawn = map_draw(ground, frame, parcel_keys=keys, accuracy_m=accuracy_m)
    return ET.fromstring(drawn)  # noqa: S314 - our own drawing


def test_parcel_edge_of_100_metres_is_100_millimetres_at_1_to_1000(town):
    root = svg_of(town, Frame(WEST + 50, SOUTH + 50, 1000))
    assert (root.attrib["width"], root.attrib["viewBox"]) == ("182mm", "0 0 182 100")
    # The parcel fills the frame's height; its western and eastern edge are seen.
    [own] = [path for path in root.iter(f"{SVG}path") if path.attrib.get("stroke-width") == "0.7"]
    columns = {
        float(point.split()[0]) for point in own.attrib["d"].replace("M", "L").split("L")[1:]
    }
    assert columns == {41.0, 141.0}


def test_disc_has_its_radius_in_millimetres(town):
    root = svg_of(town, Frame(WEST + 50, SOUTH + 50, 500), accuracy_m=10)
    [disc] = [p for p in root.iter(f"{SVG}path") if p.attrib.get("fill-opacity") == "0.06"]
    points = [tuple(map(float, one.split())) for one in disc.attrib["d"].strip("MZ").split("L")]
    distances = {round(math.dist(point, (WIDTH_MM / 2, HEIGHT_MM / 2)), 1) for point in points}
    assert distances == {20.0}


def test_printed_sheet_is_true_to_scale(town):
    """Measured on the rendered page: 100 m between the parcel's red edges, and the frame's 182 mm."""
    dots = 150 / 25.4
    with Image.open(BytesIO(sheet_make(issue_create(town)).png)) as page:
        # A row through the map, clear of the pin and of labels.
        row = [page.getpixel((x, int(70 * dots))) for x in range(page.width)]
    dark = [x for x, colour in enumerate(row) if max(colour) < 110]
    assert dark[0] == pytest.approx(14 * dots, abs=3)
    assert (dark[-1] - dark[0]) / dots == pytest.approx(182, abs=0.5)
    red = [x for x, (red, green, _blue) in enumerate(row) if red > 150 and green < 80]
    assert (red[-1] - red[0]) / dots == pytest.approx(100, abs=0.9)
    assert (red[-1] + red[0]) / 2 == pytest.approx(105 * dots, abs=2)


def road_create(jurisdiction):
    sections = edition_create(jurisdiction, NetworkDataset.ROAD_SECTIONS)
    line = MultiLineString(LineString((WEST, SOUTH), (WEST + 200, SOUTH)), srid=SRID)
    common = {"jurisdiction": jurisdiction, "edition_from": sections, "content_hash": b"0" * 16}
    RoadSection.objects.create(
        **common,
        key="S1",
        road_class="B",
        road_number="235",
        name="Habinghorster Straße",
        start_station=100,
        length=200,
        geometry=line,
    )


def test_road_has_class_number_and_name_and_ends_of_its_stretch(town):
    road_create(town)
    # The drawn stretch begins at the frame's middle.
    texts = [one.text for one in svg_of(town, Frame(WEST, SOUTH, 500)).iter(f"{SVG}text")]
    assert "B 235 Habinghorster Straße" in texts
    assert texts.count("OD-Grenze") == 0  # it would lie over the pin
    root = svg_of(town, Frame(WEST + 20, SOUTH, 500))
    assert [one.text for one in root.iter(f"{SVG}text")].count("OD-Grenze") == 1
    [ring] = [one for one in root.iter(f"{SVG}circle") if one.attrib["r"] == "1.10"]
    assert (ring.attrib["cx"], ring.attrib["cy"]) == ("51.00", "50.00")


def test_odd_name_of_a_road_costs_no_map(town):
    road_create(town)
    RoadSection.objects.update(name="Am <Tor>\x0b & \u202eWall")
    root = svg_of(town, Frame(WEST, SOUTH, 500))
    assert "B 235 Am <Tor> & \u202eWall" in [one.text for one in root.iter(f"{SVG}text")]


def test_stretch_without_a_line_lies_at_its_stations(town):
    road_create(town)
    ThroughRoad.objects.update(geometry=None, from_station=120, to_station=150)
    ground = ground_read(jurisdiction=town, box=Frame(WEST, SOUTH, 1000).box)
    assert [one.geometry.bounds for one in ground.stretches] == [
        (WEST + 20, SOUTH, WEST + 50, SOUTH)
    ]
    assert sorted(point.x for point in ground.limits) == [WEST + 20, WEST + 50]


def test_stretch_of_unknown_limits_is_broken_and_has_none(town):
    ThroughRoad.objects.update(status=StretchStatus.UNKNOWN)
    root = svg_of(town, Frame(WEST + 20, SOUTH, 500))
    bands = [p.attrib for p in root.iter(f"{SVG}path") if p.attrib.get("stroke") == "#80cbc4"]
    assert [band.get("stroke-dasharray") for band in bands] == ["2 2"]
    assert "OD-Grenze" not in [one.text for one in root.iter(f"{SVG}text")]


def test_neighbours_have_their_numbers(town):
    root = svg_of(town, Frame(WEST + 95, SOUTH + 95, 1000))
    texts = {one.text: one.attrib["fill"] for one in root.iter(f"{SVG}text")}
    assert {"10", "11/4", "20", "21/4"} <= texts.keys()
    assert texts["10"] != texts["11/4"]


def test_labels_never_lie_over_each_other():
    frame = shapely.box(0, 0, WIDTH_MM, HEIGHT_MM)
    labels = Labels(frame, taken=[shapely.Point(50, 50).buffer(3)])
    for column, row in itertools.product(range(12), range(12)):
        cell = shapely.box(column * 9, row * 8, column * 9 + 9, row * 8 + 8)
        labels.on_area(f"{column}{row}/{row}", cell, size=2.3, style="neighbour")
        labels.along(
            "Straße", shapely.LineString([(column * 9, 0), (row * 9, 90)]), size=2.8, style="road"
        )
    boxes = [label.box for label in labels.placed]
    assert len(boxes) > 30
    assert not any(one.intersects(other) for one, other in itertools.combinations(boxes, 2))
    assert all(frame.covers(box) for box in boxes)
    assert all(-90 <= label.angle <= 90 for label in labels.placed)


def test_label_that_does_not_fit_is_left_out():
    labels = Labels(shapely.box(0, 0, 182, 100), taken=[])
    labels.on_area("1234/5678", shapely.box(10, 10, 14, 14), size=2.3, style="neighbour")
    assert labels.placed == []


def test_picture_shows_all_pages_below_each_other(town):
    issue = issue_create(town, description="Wort " * 1500)
    sheet = sheet_make(issue)
    with Image.open(BytesIO(picture_draw(sheet.pdf))) as picture:
        assert picture.height % 1754 == 0
        assert picture.height > 1754
