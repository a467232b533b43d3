"""GDAL and QGIS read what is offered as features, over HTTP, page after page."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from mapui.features.keys import key_make
from tests.mapui.factories import issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db(transaction=True)
QGIS = "/usr/bin/python3"
READ = Path(__file__).with_name("qgis_read.py")


@pytest.fixture
def served(live_server: Any, settings: Any) -> str:
    """The address of a town with three public reports and one that is not, two on a page."""
    cache.clear()
    settings.PUBLIC_URL = live_server.url
    town = town_create()
    for place in (50, 150, 250):
        issue_create(town, east=place, public_text="Loch")
    issue_create(town, released=False)
    return f"{live_server.url}/api/ogc/{town.identifier}"


def ogrinfo(served: str, *options: str, key: str = "") -> str:
    header = ["--config", "GDAL_HTTP_HEADERS", f"Authorization: Bearer {key}"] if key else []
    command = ["/usr/bin/ogrinfo", "-ro", *header, f"OAPIF:{served}", *options]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return run.stdout


def test_gdal_reads_every_page(served: str) -> None:
    assert "issues (title: Öffentliche Meldungen)" in ogrinfo(served)
    told = ogrinfo(served, "issues", "-oo", "PAGE_SIZE=2")
    assert "Feature Count: 3" in told
    assert told.count("OGRFeature(issues)") == 3
    assert "text (String) = Loch" in told
    key = key_make(staff_create())
    told = ogrinfo(served, "parcels", "-oo", "PAGE_SIZE=3", key=key)
    assert told.count("OGRFeature(parcels)") == 4
    assert told.count("MULTIPOLYGON (((7.31") == 4
    assert ogrinfo(served, "staff-issues", key=key).count("OGRFeature(staff-issues)") == 4


def test_qgis_reads_every_page(served: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    environment = {
        "PATH": "/usr/bin:/bin",
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(tmp_path),
        "HOME": str(tmp_path),
    }
    uri = f"url='{served}' typename='issues' pagingEnabled='true' pageSize='2'"
    run = subprocess.run(
        [QGIS, READ, uri],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    if "No module named 'qgis'" in run.stderr:
        pytest.skip("the system's Python has no QGIS")
    found = json.loads(run.stdout)
    assert found["crs"] == "EPSG:4326"
    assert found["numbers"] == [f"MST-2026-00000{number}" for number in (1, 2, 3)]
    assert found["easternmost"] == pytest.approx(7.3144, abs=0.001)
