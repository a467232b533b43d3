"""Pictures of every kind of service: the same place lies at the same pixel, whatever the service is asked in."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter
from pyproj import Transformer

from gis_core.enums import ServiceKind
from gis_core.maps.images import MapServiceUnavailable
from gis_core.maps.pictures import (
    DATUM_GRID,
    GAUSS_KRUEGER,
    MERCATOR_LIMIT,
    ImageRequest,
    crs_definition,
    image_parameters,
    is_north_first,
    picture_fetch,
)
from gis_core.maps.registry import Shown, layers_pick
from gis_core.maps.sources import source_harvest, source_order
from gis_core.models import MapService
from tests.gis_core.maps.test_harvest import COLLECTION, MAP, wmts
from tests.mapui.factories import SOUTH, WEST
from tests.mapui.maps.test_mapserver import needs_mapserv

SIDE = 512


def service_of(url: str, **values) -> MapService:
    return MapService(slug="s", title="S", **{"url": url, "layers": "parcels", **values})


def around(
    zoom: int, side: int = SIDE, *, east: float = WEST + 100, north: float = SOUTH + 100
) -> ImageRequest:
    """A square of so many pixels of the zoom around a place in EPSG:25832."""
    x, y = Transformer.from_crs("EPSG:25832", "EPSG:3857", always_xy=True).transform(east, north)
    half = MERCATOR_LIMIT / 2**zoom * side / 256
    return ImageRequest((x - half, y - half, x + half, y + half), side, side, transparent=True)


def lines(image) -> Image.Image:
    """Where the picture has something: white on black."""
    picture = Image.open(BytesIO(image.content)).convert("RGBA")
    return picture.getchannel("A").point(lambda alpha: 255 if alpha > 20 else 0)


def share_within_a_pixel(one: Image.Image, other: Image.Image) -> float:
    """The part of what is in one picture that has something of the other within a pixel."""
    wide = np.asarray(other.filter(ImageFilter.MaxFilter(3))) > 0
    drawn = np.asarray(one) > 0
    return float((drawn & wide).sum() / drawn.sum())


def assert_same_pixels(mapserver, crs: str, version: str) -> None:
    request = around(19)
    plain = lines(picture_fetch(service_of(mapserver.url), request))
    other = lines(picture_fetch(service_of(mapserver.url, crs=crs, version=version), request))
    assert np.asarray(plain).any()
    assert share_within_a_pixel(plain, other) > 0.95
    assert share_within_a_pixel(other, plain) > 0.95


@needs_mapserv
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:4326", "EPSG:25833", "EPSG:4258"])
def test_same_place_is_the_same_pixel_in_every_system(mapserver, crs, version):
    assert_same_pixels(mapserver, crs, version)


@needs_mapserv
@pytest.mark.skipif(not DATUM_GRID.exists(), reason="the grid BeTA2007 is missing")
@pytest.mark.parametrize("crs", GAUSS_KRUEGER)
def test_same_place_is_the_same_pixel_across_the_change_of_datum(mapserver, crs):
    """In 1.1.1: in 1.3.0 MapServer forgets the change of datum (docs/maps.md)."""
    assert_same_pixels(mapserver, crs, "1.1.1")


# What a server of version 1.3.0 reads as northing or latitude first.
NORTH_FIRST = {"EPSG:4326", "EPSG:4258", "EPSG:31466", "EPSG:31467"}


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize("crs", ["EPSG:31466", "EPSG:31467", "EPSG:4326", "EPSG:25832", "CRS:84"])
@pytest.mark.parametrize("zoom", [13, 19])
def test_point_of_a_server_lies_at_its_pixel(host, crs, version, zoom):
    """A server that draws one point. Which way leads to Gauss-Krüger is agreed: each is another metre or two off."""
    east, north = WEST + 100, SOUTH + 100
    asked = around(zoom, 256, east=east, north=north)
    middle = [(asked.bounds[side] + asked.bounds[side + 2]) / 2 for side in (0, 1)]
    x, y = Transformer.from_crs("EPSG:3857", crs_definition(crs), always_xy=True).transform(*middle)

    def answer(path, query):
        one, two, three, four = (float(part) for part in query["BBOX"].split(","))
        if version == "1.3.0" and crs in NORTH_FIRST:
            one, two, three, four = two, one, four, three
        width, height = int(query["WIDTH"]), int(query["HEIGHT"])
        column, row = (x - one) / (three - one) * width, (four - y) / (four - two) * height
        picture = Image.new("RGBA", (width, height))
        for right in range(-3, 4):
            for down in range(-3, 4):
                picture.putpixel((int(column) + right, int(row) + down), (255, 0, 0, 255))
        target = BytesIO()
        picture.save(target, "PNG")
        return 200, target.getvalue(), {"Content-Type": "image/png"}

    host.answer = answer
    service = service_of(host.url, crs=crs, version=version)
    drawn = np.asarray(lines(picture_fetch(service, asked)))
    rows, columns = np.nonzero(drawn)
    # The point is in the middle, between pixels 127 and 128.
    assert abs(columns.mean() - 127.5) <= 1
    assert abs(rows.mean() - 127.5) <= 1


@needs_mapserv
def test_axis_order_that_is_forgotten_draws_nothing(mapserver, monkeypatch):
    """What the test before would not notice, were the pictures empty."""
    monkeypatch.setattr("gis_core.maps.pictures.is_north_first", lambda _crs: False)
    service = service_of(mapserver.url, crs="EPSG:4326", layers="background")
    with suppress(MapServiceUnavailable):
        assert not np.asarray(lines(picture_fetch(service, around(19)))).any()


@pytest.mark.parametrize(
    ("crs", "north_first"),
    [
        ("EPSG:3857", False),
        ("EPSG:25832", False),
        ("EPSG:4326", True),
        ("EPSG:4258", True),
        ("EPSG:31466", True),
        ("EPSG:31467", True),
        ("CRS:84", False),
    ],
)
def test_axis_order_by_system_and_version(crs, north_first):
    assert is_north_first(crs) == north_first
    request = ImageRequest((1, 2, 3, 4), 10, 10, transparent=True)
    new = image_parameters(service_of("http://a/", version="1.3.0"), request, crs)
    old = image_parameters(service_of("http://a/", version="1.1.1"), request, crs)
    numbers = [float(one) for one in new["BBOX"].split(",")]
    assert numbers == ([2, 1, 4, 3] if north_first else [1, 2, 3, 4])
    assert [float(one) for one in old["BBOX"].split(",")] == [1, 2, 3, 4]
    assert new["CRS"] == crs
    assert old["SRS"] == ("EPSG:4326" if crs == "CRS:84" else crs)


def tile_of(column: int, row: int, zoom: int, size: int = 256) -> bytes:
    """A tile whose colour tells its place."""
    target = BytesIO()
    Image.new("RGB", (size, size), (column % 256, row % 256, zoom)).save(target, "PNG")
    return target.getvalue()


def tiled(host, size: int = 256):
    def answer(path, query):
        zoom, column, row = (int(part) for part in path.strip("/").split("/"))
        return 200, tile_of(column, row, zoom, size), {"Content-Type": "image/png"}

    host.answer = answer
    return service_of(host.url + "/{z}/{x}/{y}", kind=ServiceKind.XYZ)


def square(zoom: int, column: int, row: int, *, tiles: int, side: int) -> ImageRequest:
    """The square of so many tiles from this one on, in so many pixels."""
    step = 2 * MERCATOR_LIMIT / 2**zoom
    west, north = column * step - MERCATOR_LIMIT, MERCATOR_LIMIT - row * step
    return ImageRequest(
        (west, north - tiles * step, west + tiles * step, north), side, side, transparent=True
    )


@pytest.mark.parametrize(
    ("zoom", "column", "row"), [(1, 0, 0), (14, 8526, 5450), (20, 545_700, 348_900)]
)
def test_map_tile_is_joined_of_four_tiles_in_their_places(host, zoom, column, row):
    image = picture_fetch(tiled(host), square(zoom, column, row, tiles=2, side=512))
    picture = Image.open(BytesIO(image.content)).convert("RGB")
    assert len(host.asked) == 4
    for right in (0, 1):
        for down in (0, 1):
            expected = ((column + right) % 256, (row + down) % 256, zoom)
            for inside in (2, 253):
                assert picture.getpixel((right * 256 + inside, down * 256 + inside)) == expected


def test_rows_can_be_counted_from_the_south(host):
    service = tiled(host)
    service.url = host.url + "/{z}/{x}/{-y}"
    picture_fetch(service, square(3, 2, 1, tiles=1, side=256))
    assert host.asked == ["/3/2/6"]


def test_zoom_by_the_name_of_its_matrix(host):
    host.answer = lambda *_asked: (200, tile_of(0, 0, 0), {"Content-Type": "image/png"})
    service = service_of(host.url + "/{z}/{x}/{y}", kind=ServiceKind.WMTS, matrices=["", "web:1"])
    picture_fetch(service, square(1, 0, 0, tiles=1, side=256))
    assert host.asked == ["/web:1/0/0"]
    with pytest.raises(MapServiceUnavailable, match="no tiles of zoom 5"):
        picture_fetch(service, square(5, 0, 0, tiles=1, side=256))


def test_tile_of_another_size_is_refused(host):
    with pytest.raises(MapServiceUnavailable, match="512"):
        picture_fetch(tiled(host, size=512), square(3, 2, 1, tiles=1, side=256))


def test_picture_that_is_no_picture_is_refused(host):
    host.answer = lambda *_asked: (
        200,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        {"Content-Type": "image/png"},
    )
    service = service_of(host.url, crs="EPSG:25832")
    with pytest.raises(MapServiceUnavailable, match="No picture"):
        picture_fetch(service, around(19, 64))


def test_flat_picture_is_not_asked_for_in_a_thousand_tiles(host):
    flat = ImageRequest((-MERCATOR_LIMIT, 0, MERCATOR_LIMIT, 1), 2048, 1, transparent=True)
    picture_fetch(tiled(host), flat)
    assert len(host.asked) <= 9
    narrow = ImageRequest((0, -MERCATOR_LIMIT, 1, MERCATOR_LIMIT), 1, 2048, transparent=True)
    with pytest.raises(MapServiceUnavailable, match="too many tiles"):
        picture_fetch(tiled(host), narrow)


def test_map_of_a_collection_is_asked_for(host, db):
    seen = {}

    def answer(path, query):
        if path.endswith("/map"):
            seen.update(query)
            return 200, tile_of(1, 2, 3), {"Content-Type": "image/png"}
        return 200, json.dumps({"collections": [{**COLLECTION, "links": [MAP]}]}), {}

    host.answer = answer
    source = source_order(pasted=f"{host.url}/ogc-api/collections")
    source_harvest(source=source)
    source.refresh_from_db()
    (service,) = layers_pick(source=source, names=["flurstueck"], shown=Shown())
    picture_fetch(service, around(17, 256))
    assert seen["CRS"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert (seen["WIDTH"], len(seen["BBOX"].split(","))) == ("256", 4)


def test_layer_of_a_wmts_is_picked_with_its_tiles(host, db):
    def answer(path, query):
        if query.get("REQUEST") == "GetTile":
            return 200, tile_of(1, 2, 3), {"Content-Type": "image/png"}
        return 200, wmts(), {}

    host.answer = answer
    source = source_order(pasted=f"{host.url}/wmts")
    source_harvest(source=source)
    source.refresh_from_db()
    (service,) = layers_pick(source=source, names=["spw2_light"], shown=Shown())
    service.refresh_from_db()
    assert (
        picture_fetch(service, square(14, 8526, 5450, tiles=1, side=256)).media_type == "image/png"
    )
    assert "TILEMATRIX=14&TILEROW=5450&TILECOL=8526" in host.asked[-1]
    assert math.isclose(service.max_zoom, 20)
