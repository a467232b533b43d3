"""The own map server: its map file, drawn by the real MapServer from the real database."""

from __future__ import annotations

import os
import random
import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from config.benchmarks.fuzzing import bytes_damaged
from gis_core.maps.capabilities import CapabilitiesError, wms_describe
from mapui.maps.mapserver.mapfile import mapfile_write
from mapui.maps.style.colours import Variant, colours
from tests.mapui.factories import SOUTH, WEST, town_create

MAPSERV = Path("/usr/lib/cgi-bin/mapserv")
needs_mapserv = pytest.mark.skipif(not MAPSERV.exists(), reason="MapServer is not installed")


@pytest.fixture
def drawn_town(transactional_db):
    """Committed, because MapServer has its own connection."""
    return town_create()


@pytest.fixture
def mapfile(settings, tmp_path, db):
    settings.MAPFILE = tmp_path / "flurpost.map"
    return mapfile_write()


def mapserv(mapfile: Path, **query: str) -> tuple[str, bytes]:
    return mapserv_answer(mapfile, urlencode({"SERVICE": "WMS", **query}))


def mapserv_answer(mapfile: Path, query: str) -> tuple[str, bytes]:
    """Media type and body of MapServer's answer, asked as CGI."""
    configuration = mapfile.with_name("mapserver.conf")
    if not configuration.exists():
        configuration.write_text(f'CONFIG\n ENV\n "MS_MAPFILE" "{mapfile}"\n END\nEND\n')
    environment = {
        "PATH": os.environ["PATH"],
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": query,
        "MAPSERVER_CONFIG_FILE": str(configuration),
    }
    answer = subprocess.run([MAPSERV], env=environment, capture_output=True, check=True, timeout=30)
    head, _, body = answer.stdout.partition(b"\r\n\r\n")
    return head.decode().removeprefix("Content-Type: ").split("\r\n")[0], body


def image(mapfile: Path, layer: str, **change: str) -> Image.Image:
    """A picture of 200 x 200 pixels, one metre each, of the town's four parcels."""
    box = f"{WEST},{SOUTH},{WEST + 200},{SOUTH + 200}"
    query = {
        "VERSION": "1.3.0",
        "REQUEST": "GetMap",
        "LAYERS": layer,
        "STYLES": "",
        "CRS": "EPSG:25832",
    }
    query |= {
        "BBOX": box,
        "WIDTH": "200",
        "HEIGHT": "200",
        "FORMAT": "image/png",
        "TRANSPARENT": "TRUE",
    }
    media_type, body = mapserv(mapfile, **{**query, **change})
    assert media_type == "image/png", body
    return Image.open(BytesIO(body)).convert("RGBA")


def test_mapfile_is_readable_by_its_owner_only(mapfile, db):
    assert mapfile.stat().st_mode & 0o777 == 0o600


@needs_mapserv
def test_mapserver_draws_land_use(drawn_town, mapfile):
    colour = image(mapfile, "background").getpixel((150, 120))
    assert colour == (*bytes.fromhex(colours(Variant.MAP)["built"].lstrip("#")), 255)


@needs_mapserv
def test_mapserver_draws_parcel_boundaries_and_nothing_else(drawn_town, mapfile):
    picture = image(mapfile, "parcels")
    assert picture.getpixel((130, 130))[3] == 0
    # The common boundary lies between the hundredth and the next pixel.
    assert max(picture.getpixel((column, 150))[3] for column in (99, 100)) > 200


@needs_mapserv
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_mapserver_offers_the_projections_of_the_maps(drawn_town, mapfile, version):
    _media_type, body = mapserv(mapfile, VERSION=version, REQUEST="GetCapabilities")
    for text in ("EPSG:3857", "EPSG:25832", "EPSG:4326", "background", "parcels", "road_classes"):
        assert text in body.decode()


@needs_mapserv
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_mapservers_own_document_is_read_whole(drawn_town, mapfile, version):
    _media_type, body = mapserv(mapfile, VERSION=version, REQUEST="GetCapabilities")
    described = wms_describe(body, "http://karte.example/wms")
    assert (described.version, described.notes) == (version, ())
    assert {"background", "parcels", "road_classes"} <= set(described.layer_names())
    assert {"EPSG:3857", "EPSG:25832", "EPSG:4326"} <= described.layer_crs("parcels")
    parcels = next(layer for layer in described.layers if layer.name == "parcels_parcels")
    # A pixel of MapServer's own has 1/72 inch, where a hint's pixel has 0.28 mm. Parcels appear at zoom 16.
    shown = 40_075_016.69 / 256 * 72 / 0.0254 / 2**15.5
    scale = shown if version == "1.3.0" else shown * (25.4 / 72) / 0.28
    assert parcels.max_scale == pytest.approx(scale, rel=0.001)
    west, south, east, north = parcels.box
    assert west < 7.313 < east
    assert south < 51.55 < north


@needs_mapserv
@pytest.mark.parametrize("seed", range(8))
def test_mapservers_own_document_damaged_is_read_or_refused(drawn_town, mapfile, seed):
    version = ("1.1.1", "1.3.0")[seed % 2]
    _media_type, body = mapserv(mapfile, VERSION=version, REQUEST="GetCapabilities")
    draw = random.Random(seed)
    for _turn in range(50):
        with suppress(CapabilitiesError):
            wms_describe(bytes_damaged(body, draw))


@needs_mapserv
def test_mapserver_axis_order_of_wgs84(drawn_town, mapfile):
    """WMS 1.3.0 names latitude first; a server that forgets it draws nothing."""
    box = "51.5496,7.3123,51.5514,7.3152"
    picture = image(mapfile, "background", CRS="EPSG:4326", BBOX=box)
    assert picture.getpixel((100, 100))[3] == 255


@needs_mapserv
def test_mapserver_answers_no_feature_info(drawn_town, mapfile):
    media_type, body = mapserv(
        mapfile, VERSION="1.3.0", REQUEST="GetFeatureInfo", QUERY_LAYERS="parcels"
    )
    assert media_type.startswith("text/xml")
    assert b"ServiceException" in body


def test_mapfile_refuses_a_quote_in_the_address(settings, tmp_path, db, monkeypatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", 'a"b')
    settings.MAPFILE = tmp_path / "flurpost.map"
    with pytest.raises(ValueError, match="double quote"):
        mapfile_write()
