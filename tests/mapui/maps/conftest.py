"""What the tests of the proxy share."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from gis_core.maps.registry import map_service_register
from mapui.maps.mapserver.mapfile import mapfile_write
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import town_create
from tests.mapui.maps.fake_wms import fake_wms
from tests.mapui.maps.test_mapserver import mapserv_answer


@pytest.fixture
def wms(settings, tmp_path):
    settings.PICTURE_ROOT = tmp_path / "pictures"
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    with fake_wms() as fake:
        yield fake
    cache.clear()


@pytest.fixture
def service(db, wms):
    return map_service_register(slug="official", url=wms.url, layers=["parcels"])


@pytest.fixture
def host(settings):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    with fake_host() as fake:
        yield fake


@pytest.fixture
def mapserver(host, transactional_db, settings, tmp_path):
    """The real MapServer with the drawn town, in more systems than it usually offers, behind HTTP."""
    town_create()
    settings.MAPFILE = tmp_path / "flurpost.map"
    mapfile = mapfile_write()
    text = mapfile.read_text()
    text = text.replace("EPSG:4326", "EPSG:4326 EPSG:4258 EPSG:31466 EPSG:31467 EPSG:25833")
    # Labels stand where there is room, which is another place in a picture that is turned.
    mapfile.write_text(re.sub(r"^ *(LABEL FONT|MAXSCALEDENOM).*", "", text, flags=re.MULTILINE))

    def answer(path, query):
        media_type, body = mapserv_answer(mapfile, urlencode({"STYLES": "", **query}))
        return 200, body, {"Content-Type": media_type}

    host.answer = answer
    return host
