"""MapServer and QGIS Server draw the same parcels: the same place lies at the same pixel, through the proxy."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from django.core.cache import cache
from PIL import Image

from gis_core.models import MapService
from parcels.models import Parcel
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import town_create
from tests.mapui.maps.qgis_server import QGIS, project_write, qgis_answer
from tests.mapui.maps.test_mapserver import needs_mapserv
from tests.mapui.maps.test_pictures import (
    around,
    lines,
    share_within_a_pixel,
)

needs_qgis = pytest.mark.skipif(not QGIS.exists(), reason="QGIS Server is not installed")
VERSIONS = ("1.1.1", "1.3.0")
SYSTEMS = ("EPSG:3857", "EPSG:25832", "EPSG:4326")


@pytest.fixture
def qgis(settings, transactional_db, tmp_path):
    """QGIS Server with the drawn town's parcels, behind HTTP."""
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    if not Parcel.objects.exists():
        town_create()
    project = project_write(tmp_path)
    with fake_host() as host:

        def answer(path, query):
            media_type, body = qgis_answer(project, {"STYLES": "", **query})
            return 200, body, {"Content-Type": media_type}

        host.answer = answer
        yield host


@pytest.fixture(autouse=True)
def patience(settings, tmp_path, monkeypatch):
    """A server that starts for each request is slow on a busy machine."""
    settings.PICTURE_ROOT = tmp_path / "pictures"
    monkeypatch.setattr("gis_core.maps.images.IMAGE_DEADLINE_S", 60)
    cache.clear()


def drawn(client, url: str, *, crs: str, version: str) -> Image.Image:
    """The lines that the proxy shows of the town at zoom 19."""
    MapService.objects.update_or_create(
        slug="one",
        defaults={"title": "One", "url": url, "layers": "parcels", "crs": crs, "version": version},
    )
    wanted = around(19)
    query = {
        "REQUEST": "GetMap",
        "CRS": "EPSG:3857",
        "BBOX": ",".join(map(repr, wanted.bounds)),
        "WIDTH": wanted.width,
        "HEIGHT": wanted.height,
    }
    response = client.get("/map-services/one/wms", query)
    assert response["X-Map-Service"] == "ok"
    return lines(response)


@needs_qgis
@needs_mapserv
def test_both_servers_draw_the_same_place_at_the_same_pixel(client, mapserver, qgis):
    plain = drawn(client, mapserver.url, crs="EPSG:3857", version="1.3.0")
    assert np.asarray(plain).any()
    for server in (mapserver, qgis):
        for version in VERSIONS:
            for crs in SYSTEMS:
                other = drawn(client, server.url, crs=crs, version=version)
                which = (server is qgis, version, crs)
                assert share_within_a_pixel(plain, other) > 0.95, which
                assert share_within_a_pixel(other, plain) > 0.95, which


@needs_qgis
def test_legend_of_qgis_server_is_a_picture(client, qgis):
    MapService.objects.create(slug="one", title="One", url=qgis.url, layers="parcels")
    response = client.get("/map-services/one/legend")
    assert response["X-Map-Service"] == "ok"
    assert min(Image.open(BytesIO(response.content)).size) > 5
