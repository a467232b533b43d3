"""What the tests of the proxy share."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from gis_core.maps.registry import map_service_register
from tests.mapui.maps.fake_wms import fake_wms


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
