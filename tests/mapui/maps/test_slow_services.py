"""A map service that hangs, asked by the real web server: pages and other pictures answer meanwhile."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlencode

import httpx
import pytest
from django.conf import settings
from django.db import connection
from PIL import Image

from config import programs
from gis_core.models import MapService
from tests.mapui.maps.fake_wms import TILE, fake_wms


@contextmanager
def hanging_host():
    """It takes every request and sends a byte a second."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip(peer):
            with peer:
                while not stopped.wait(1):
                    try:
                        peer.sendall(b"H")
                    except OSError:
                        return

        def accept():
            while True:
                try:
                    peer, _address = server.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/wms"
        stopped.set()
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def web_server(folder):
    """The address of the program's web server on the tests' database, with its own processes and threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "FLURPOST_VAR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "PRIVATE_NETWORKS_MAP_SERVICES": "127.0.0.0/8",
    }
    log = (folder / "web.log").open("w")
    process = subprocess.Popen(
        programs.web(f"127.0.0.1:{port}"), env=environment, stdout=log, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _await(f"{address}/map-services/states.json")
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _await(url: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            if httpx.get(url, trust_env=False, timeout=20).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(url)


def tile_of(address: str, slug: str, column: int = 0) -> str:
    """The address of a tile of 512 pixels, so many columns to the east of the tests' tile."""
    west, south, east, north = (float(one) for one in TILE["BBOX"].split(","))
    step = (east - west) * column
    box = f"{west + step:.6f},{south},{east + step:.6f},{north}"
    return f"{address}/map-services/{slug}/wms?{urlencode({**TILE, 'BBOX': box})}"


def picture_awaited(client: httpx.Client, url: str) -> httpx.Response:
    """As browsers do: whoever gets no picture asks again after a second, then after two."""
    for seconds in (1, 2, 0):
        response = client.get(url)
        if response.headers["X-Map-Service"] == "ok":
            break
        time.sleep(seconds)
    return response


@pytest.mark.django_db(transaction=True)
def test_while_a_service_hangs_pages_and_other_pictures_answer(tmp_path):
    with (
        hanging_host() as hung,
        fake_wms() as good,
        web_server(tmp_path) as address,
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        for slug, url in (("hung", hung), ("good", good.url)):
            MapService.objects.create(slug=slug, title=slug, url=url, layers="a")
        kept = client.get(tile_of(address, "good"))
        assert kept.headers["X-Map-Service"] == "ok"
        with ThreadPoolExecutor(12) as pool:
            waiting = [
                pool.submit(client.get, tile_of(address, "hung", column)) for column in range(12)
            ]
            time.sleep(0.5)
            page = client.get(f"{address}/")
            again = client.get(tile_of(address, "good"))
            new = picture_awaited(client, tile_of(address, "good", 1))
            assert not all(one.done() for one in waiting)
            holes = [one.result() for one in waiting]
        assert page.status_code == 200
        assert again.content == kept.content
        assert new.headers["X-Map-Service"] == "ok"
        for hole in holes:
            assert hole.headers["Cache-Control"] == "no-store"
            assert Image.open(BytesIO(hole.content)).size == (1, 1)
