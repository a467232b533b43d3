"""With broker and cache down an upload is taken and loaded by the sweep, and no page breaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.cache import cache
from django.db import connection

from gis_core import tasks
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from tests.mapui.factories import PASSWORD
from tests.mapui.geodata.geodata_factories import after, city_make, manager_create, parcels_write

ROOT = Path(__file__).parents[3]

# The requests as the web server handles them, in a process that knows no other broker and no other cache.
REQUESTS = """
import json, sys, django
django.setup()
from django.test import Client
form = json.load(sys.stdin)
client = Client(headers={"host": "127.0.0.1"})
assert client.login(username="gis", password=form["password"])
with open(form["path"], "rb") as file:
    taken = client.post("/geodata/new/", {"dataset": "parcels", "uploads": [file]})
page = client.get(taken["Location"])
refused = client.post(f"/geodata/{form['active']}/rollback/", follow=True)
print(json.dumps([taken.status_code, page.status_code, page.content.decode(), refused.content.decode()]))
"""


@pytest.mark.django_db(transaction=True)
def test_upload_is_loaded_after_the_broker_was_down(tmp_path, settings) -> None:
    settings.UPLOAD_ROOT = tmp_path / "var" / "uploads"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    cache.clear()
    city_make(tmp_path)
    manager_create()
    active = Edition.objects.get(dataset="parcels")
    url = urlsplit(os.environ["DATABASE_URL"])
    run = subprocess.run(
        [sys.executable, "-c", REQUESTS],
        input=json.dumps(
            {
                "password": PASSWORD,
                "path": str(parcels_write(tmp_path / "after.gpkg", after())),
                "active": active.pk,
            }
        ),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
            "REDIS_URL": "unix:///nonexistent/redis.sock",
            "FLURPOST_VAR": str(tmp_path / "var"),
            # Static files by their plain names: nothing was collected into the directory of this test.
            "DEBUG": "1",
        },
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    taken, shown, page, refused = json.loads(run.stdout.splitlines()[-1])
    assert (taken, shown) == (302, 200)
    assert "Die Warteschlange ist nicht erreichbar; geladen wird, sobald sie wieder da ist." in page
    assert "es wurde nichts geändert" in refused
    active.refresh_from_db()
    assert active.status == EditionStatus.ACTIVE

    waiting = Edition.objects.filter(status=EditionStatus.LOADING)
    waiting.update(created_at="2026-01-01T00:00Z")
    tasks.geodata_load_waiting()
    assert Edition.objects.latest("pk").status == EditionStatus.STAGED
