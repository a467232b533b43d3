"""The map of a sheet as SVG: one unit is one millimetre on the paper, the same ground gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

from issues.services.texts import XML_FORBIDDEN
from mapui.sheets.frame import HEIGHT_MM, WIDTH_MM, Frame
from mapui.sheets.ground import Ground, Shape
from mapui.sheets.labels import LETTER, Label, Labels
from parcels.enums import Usage
from routing.enums import RoadClass, StretchStatus

FONT: Final = "DejaVu Sans"
# Millimetres on the paper: half the width of the pin, and how wide the scale bar's field is.
PIN_MM: Final = 1.8
BAR_M: Final = {500: 20, 1000: 50}
USES: Final = {
    Usage.ROAD: "#f1efe9",
    Usage.PATH: "#f1efe9",
    Usage.SQUARE: "#f1efe9",
    Usage.RAIL: "#e6e2ea",
    Usage.WATER: "#d3e6f2",
    Usage.CANAL: "#d3e6f2",
    Usage.FOREST: "#d9e8d2",
    Usage.GREEN: "#e4f0dc",
    Usage.BUILT: "#fbf4ec",
    Usage.AGRI: "#f6f3dd",
}
ROADS: Final = {
    RoadClass.A: "#1f4e9c",
    RoadClass.B: "#b8860b",
    RoadClass.L: "#2e7d32",
    RoadClass.K: "#6a3d9a",
}
MUNICIPAL: Final = "#6b6b6b"
# (size in mm, colour, weight) by what is labelled.
STYLES: Final = {
    "parcel": ("#b00020", "bold"),
    "neighbour": ("#555555", "normal"),
    "road": ("#222222", "bold"),
    "house": ("#7a5230", "normal"),
    "limit": ("#004d40", "bold"),
}


def map_draw(
    ground: Ground,
    frame: Frame,
    *,
    parcel_keys: Iterable[str],
    accuracy_m: float | None,
    background: str = "",
) -> bytes:
    """The map: parcels of `parcel_keys` with a thick line and red number; the disc where there is one.

    `background` is the address of a picture that fills the frame; it stands in for the colours of land use.
    """
    keys = list(parcel_keys)
    size = {"width": f"{WIDTH_MM:g}mm", "height": f"{HEIGHT_MM:g}mm"}
    root = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH_MM:g} {HEIGHT_MM:g}"}
        | size,
    )
    ET.SubElement(root, "rect", _box_of(_paper()) | {"fill": "#ffffff"})
    if background:
        look = {"href": background, "preserveAspectRatio": "none"}
        ET.SubElement(root, "image", _box_of(_paper()) | look)
    else:
        _areas(root, frame, ground)
    _lines(root, frame, ground)
    for key in keys:
        for shape in (one for one in ground.parcels if one.key == key):
            outline = frame.drawn(_outline(shape, frame))
            _path(root, outline, fill="none", stroke="#b00020", stroke_width=0.7)
    disc = _disc(frame, accuracy_m)
    _disc_draw(root, disc)
    for label in _labels(ground, frame, keys, disc).placed:
        _label_draw(root, label)
    _pin(root)
    _furniture(root, frame)
    return ET.tostring(root, encoding="utf-8")


def _areas(root: ET.Element, frame: Frame, ground: Ground) -> None:
    for use in ground.uses:
        if colour := USES.get(Usage(use.kind)):
            _path(root, frame.drawn(use.geometry), fill=colour, stroke="none")
    for part in ground.parts:
        _path(root, frame.drawn(part.geometry), fill="#e3e0d8", stroke="#cfcabd", stroke_width=0.1)
    for building in ground.buildings:
        _path(
            root,
            frame.drawn(building.geometry),
            fill="#cfc9c3",
            stroke="#857d75",
            stroke_width=0.15,
        )


def _lines(root: ET.Element, frame: Frame, ground: Ground) -> None:
    for parcel in ground.parcels:
        outline = frame.drawn(_outline(parcel, frame))
        _path(root, outline, fill="none", stroke="#444444", stroke_width=0.15)
    for track in ground.tracks:
        drawn = frame.drawn(track.geometry)
        _path(root, drawn, fill="none", stroke="#333333", stroke_width=0.5)
        _path(
            root, drawn, fill="none", stroke="#ffffff", stroke_width=0.3, stroke_dasharray="1.5 1.5"
        )
    for border in ground.borders:
        _path(
            root,
            frame.drawn(border),
            fill="none",
            stroke="#7b1fa2",
            stroke_width=0.6,
            stroke_dasharray="4 1 0.6 1",
        )
    for stretch in ground.stretches:
        # Where the limits are not known the band is broken.
        broken = {} if stretch.kind == StretchStatus.FIXED else {"stroke_dasharray": "2 2"}
        band = frame.drawn(stretch.geometry)
        _path(root, band, fill="none", stroke="#80cbc4", stroke_width=1.8, **broken)
    for road in ground.roads:
        colour = ROADS.get(RoadClass(road.kind), MUNICIPAL)
        width = 0.3 if colour == MUNICIPAL else 0.6
        _path(root, frame.drawn(road.geometry), fill="none", stroke=colour, stroke_width=width)
    for limit in ground.limits:
        at = frame.drawn(limit).centroid
        ET.SubElement(
            root,
            "circle",
            _numbers(cx=at.x, cy=at.y, r=1.1)
            | {"fill": "#ffffff", "stroke": "#004d40", "stroke-width": "0.5"},
        )


def _outline(shape: Shape, frame: Frame) -> BaseGeometry:
    """Its border, without the frame's line where it goes on behind."""
    return shape.geometry.boundary.difference(frame.box.boundary)


def _disc(frame: Frame, accuracy_m: float | None) -> BaseGeometry:
    """The circle of accuracy on the paper; empty where nothing is known of it."""
    middle = shapely.Point(WIDTH_MM / 2, HEIGHT_MM / 2)
    return middle.buffer((accuracy_m or 0.0) / frame.metres_per_mm, quad_segs=32)


def _disc_draw(root: ET.Element, disc: BaseGeometry) -> None:
    """Cut at the frame by ourselves: a viewer might draw what lies outside over the text beside."""
    _path(root, disc.intersection(_paper()), fill="#b00020", fill_opacity=0.06, stroke="none")
    line = disc.boundary.intersection(_paper())
    _path(root, line, fill="none", stroke="#b00020", stroke_width=0.3)


def _labels(ground: Ground, frame: Frame, keys: list[str], disc: BaseGeometry) -> Labels:
    """The parcel's own number first, then limits, roads, the largest neighbours and house numbers."""
    pin = shapely.Point(WIDTH_MM / 2, HEIGHT_MM / 2).buffer(PIN_MM + 0.4)
    labels = Labels(_paper(), taken=[pin, _north_field(), _bar_field(frame), disc.boundary])
    parcels = [Shape(one.key, frame.drawn(one.geometry), text=one.text) for one in ground.parcels]
    for own in sorted(
        (one for one in parcels if one.key in keys), key=lambda one: keys.index(one.key)
    ):
        labels.on_area(own.text, own.geometry, size=3.4, style="parcel")
    for limit in ground.limits:
        at = frame.drawn(limit).centroid
        labels.at_point("OD-Grenze", shapely.Point(at.x, at.y - 3.0), size=2.4, style="limit")
    named: set[str] = set()
    for road in sorted(ground.roads, key=lambda one: (-one.geometry.length, one.key)):
        is_new = road.text and road.text not in named
        if is_new and labels.along(road.text, frame.drawn(road.geometry), size=2.8, style="road"):
            named.add(road.text)
    for other in sorted(parcels, key=lambda one: (-one.geometry.area, one.key)):
        if other.key not in keys:
            labels.on_area(other.text, other.geometry, size=2.3, style="neighbour")
    for house in ground.addresses:
        labels.at_point(house.text, frame.drawn(house.geometry).centroid, size=1.9, style="house")
    return labels


def _label_draw(root: ET.Element, label: Label) -> None:
    colour, weight = STYLES[label.style]
    turned = (
        {"transform": f"rotate({label.angle:g} {label.x:.2f} {label.y:.2f})"} if label.angle else {}
    )
    wide, high = len(label.text) * label.size * LETTER, label.size * 1.1
    back = _numbers(x=label.x - wide / 2, y=label.y - high / 2, width=wide, height=high)
    ET.SubElement(root, "rect", back | {"fill": "#ffffff", "fill-opacity": "0.7"} | turned)
    text = ET.SubElement(
        root,
        "text",
        _numbers(x=label.x, y=label.y + label.size * 0.36)
        | {"font-family": FONT, "font-size": f"{label.size:g}", "font-weight": weight}
        | {"text-anchor": "middle", "fill": colour}
        | turned,
    )
    text.text = XML_FORBIDDEN.sub("", label.text)


def _pin(root: ET.Element) -> None:
    """A ring around the point and the point itself."""
    at = _numbers(cx=WIDTH_MM / 2, cy=HEIGHT_MM / 2)
    ET.SubElement(
        root, "circle", at | {"r": f"{PIN_MM:g}", "fill": "#ffffff", "fill-opacity": "0.6"}
    )
    for radius, stroke, width in ((PIN_MM, "#ffffff", "1.1"), (PIN_MM, "#b00020", "0.6")):
        ET.SubElement(
            root,
            "circle",
            at | {"r": f"{radius:g}", "fill": "none", "stroke": stroke, "stroke-width": width},
        )
    ET.SubElement(root, "circle", at | {"r": "0.5", "fill": "#b00020"})


def _furniture(root: ET.Element, frame: Frame) -> None:
    """North arrow, scale bar, and the frame's line on top of everything."""
    field = _numbers(**_box_numbers(_north_field()))
    ET.SubElement(root, "rect", field | {"fill": "#ffffff", "fill-opacity": "0.85"})
    arrow = {"d": "M173.5 4 L177 14 L173.5 11.8 L170 14 Z", "fill": "#222222"}
    ET.SubElement(root, "path", arrow)
    _plain(root, "N", 173.5, 17.8, size=3.2)
    ET.SubElement(
        root, "rect", _box_of(_bar_field(frame)) | {"fill": "#ffffff", "fill-opacity": "0.85"}
    )
    metres = BAR_M[frame.scale]
    length = metres / frame.metres_per_mm
    for number in range(2):
        part = _numbers(x=6 + number * length / 2, y=HEIGHT_MM - 6, width=length / 2, height=1.4)
        fill = "#222222" if number == 0 else "#ffffff"
        ET.SubElement(
            root, "rect", part | {"fill": fill, "stroke": "#222222", "stroke-width": "0.2"}
        )
    for number, text in enumerate(("0", f"{metres // 2}", f"{metres} m")):
        _plain(root, text, 6 + number * length / 2, HEIGHT_MM - 7.2, size=2.4)
    ET.SubElement(
        root,
        "rect",
        _box_of(_paper()) | {"fill": "none", "stroke": "#222222", "stroke-width": "0.4"},
    )


def _plain(root: ET.Element, text: str, x: float, y: float, *, size: float) -> None:
    look = {
        "font-family": FONT,
        "font-size": f"{size:g}",
        "text-anchor": "middle",
        "fill": "#222222",
    }
    ET.SubElement(root, "text", _numbers(x=x, y=y) | look).text = text


def _paper() -> BaseGeometry:
    return shapely.box(0, 0, WIDTH_MM, HEIGHT_MM)


def _north_field() -> BaseGeometry:
    return shapely.box(168, 2, 179, 19.5)


def _bar_field(frame: Frame) -> BaseGeometry:
    return shapely.box(
        2, HEIGHT_MM - 11, 13 + BAR_M[frame.scale] / frame.metres_per_mm, HEIGHT_MM - 2
    )


def _box_numbers(box: BaseGeometry) -> dict[str, float]:
    west, upper, east, lower = box.bounds
    return {"x": west, "y": upper, "width": east - west, "height": lower - upper}


def _box_of(box: BaseGeometry) -> dict[str, str]:
    return _numbers(**_box_numbers(box))


def _numbers(**values: float) -> dict[str, str]:
    """Hundredths of a millimetre are more than a printer shows."""
    return {name: f"{value:.2f}" for name, value in values.items()}


def _path(root: ET.Element, shape: BaseGeometry, **look: object) -> None:
    steps = " ".join(_steps(part) for part in shapely.get_parts(shape))
    if steps.strip():
        ET.SubElement(
            root,
            "path",
            {"d": steps, "fill-rule": "evenodd"}
            | {name.replace("_", "-"): str(value) for name, value in look.items()},
        )


def _steps(part: BaseGeometry) -> str:
    """The path of a polygon or a line; nothing of the point that remains of a shape which only touches the frame."""
    if isinstance(part, shapely.Polygon):
        rings = (part.exterior, *part.interiors)
        return " ".join(f"M{_points(ring)}Z" for ring in rings)
    if isinstance(part, shapely.LineString):
        return f"M{_points(part)}"
    return " ".join(_steps(one) for one in getattr(part, "geoms", ()))


def _points(line: BaseGeometry) -> str:
    return "L".join(f"{x:.2f} {y:.2f}" for x, y, *_z in line.coords)
