"""Own rasters as layers of the own map server, drawn by the real MapServer."""

from __future__ import annotations

import pytest

from gis_core.models import MapService
from gis_core.services.rasters import raster_order, raster_prepare
from mapui.maps.mapserver.mapfile import mapfile_write
from tests.gis_core.maps.raster_factories import NORTH, PIXEL, PLACE, WEST, raster_write, squares
from tests.mapui.maps.test_mapserver import image, mapserv, needs_mapserv

pytestmark = [needs_mapserv, pytest.mark.django_db]
SIDE = 600


@pytest.fixture(autouse=True)
def roots(settings, tmp_path):
    settings.RASTER_ROOT = tmp_path / "rasters"
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    settings.MAPFILE = tmp_path / "flurpost.map"


def drawn(path, **values):
    """What MapServer draws of the raster, a pixel of it for each of the picture."""
    values.setdefault("title", "Bild")
    raster = raster_order(path=path, **values)
    raster_prepare(raster=raster)
    box = f"{WEST},{NORTH - SIDE * PIXEL},{WEST + SIDE * PIXEL},{NORTH}"
    size = {"BBOX": box, "WIDTH": str(SIDE), "HEIGHT": str(SIDE)}
    return image(mapfile_write(), f"raster_{MapService.objects.get().slug}", **size)


def test_colours_and_opacity_are_those_of_the_file(tmp_path):
    values = squares(bands=4)
    values[3] = 255
    values[3, 300:350, 50:100] = 0
    found = drawn(raster_write(tmp_path / "x.tif", values, photometric="RGB", alpha="YES"))
    assert found.getpixel((25, 25)) == (*values[:3, 25, 25], 255)
    assert found.getpixel((575, 325)) == (*values[:3, 325, 575], 255)
    assert found.getpixel((75, 325))[3] == 0


def test_grey_without_data_is_transparent(tmp_path):
    values = squares(bands=1)
    path = raster_write(tmp_path / "x.tif", values, nodata=int(values[0, 325, 75]))
    found = drawn(path)
    assert found.getpixel((575, 575)) == (*[int(values[0, 575, 575])] * 3, 255)
    assert found.getpixel((75, 325))[3] == 0


def test_classes_have_the_palette_of_the_file(tmp_path):
    palette = {5: (10, 200, 30, 255)}
    path = raster_write(tmp_path / "x.tif", squares(bands=1) * 0 + 5, palette=palette)
    assert drawn(path, classes="value;name\n5;Wald").getpixel((25, 25)) == (10, 200, 30, 255)


def test_title_of_a_person_stays_a_title(tmp_path):
    title = 'Bild" END \\ ${x} </Title> `'
    raster = raster_order(path=raster_write(tmp_path / "x.tif", transform=PLACE), title=title)
    assert "raster_" not in mapfile_write().read_text()
    raster_prepare(raster=raster)
    _type, body = mapserv(mapfile_write(), VERSION="1.3.0", REQUEST="GetCapabilities")
    assert b"<Title>Bild&#39; END / ${x} &lt;/Title&gt; `</Title>" in body
    assert b"<Title>Own rasters</Title>" in body
