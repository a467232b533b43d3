"""Pictures of map services that lie here already, beside a static file of the same size from the same server."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from PIL import Image, ImageDraw

from config.benchmarks.city import database_use
from config.benchmarks.measure import Figure, median
from config.benchmarks.serving import web_server
from gis_core.maps.entries import entry_of
from gis_core.maps.pictures import MERCATOR_LIMIT, ImageRequest
from gis_core.maps.services import picture_key
from gis_core.maps.store import MapImage, picture_keep
from gis_core.models import MapService

DATABASE: Final = "flurpost_bench_pictures"
SIDE: Final = 512
ZOOM: Final = 15
TILES: Final = 200
CONNECTIONS: Final = 4
TURNS: Final = 9
SECONDS: Final = 1.0
# The issue asks for half of the requests a second that the server gives for a static file of that size.
LIMIT: Final = 0.5


def pictures() -> list[Figure]:
    """Requests a second over four connections, turn by turn with the static file."""
    database_use(DATABASE)
    MapService.objects.all().delete()
    service = MapService.objects.create(
        slug="bench", title="Bench", url="http://service.example/wms", layers="a"
    )
    content = _picture()
    tiles = [_tile(service, number, content) for number in range(TILES)]
    with _static_file(content) as file, web_server(DATABASE) as address:
        files, kept = [], []
        for _turn in range(TURNS):
            files.append(_requests_a_second(address, [file], len(content)))
            kept.append(_requests_a_second(address, tiles, len(content)))
    return [
        Figure(
            name=f"kept picture of {len(content) // 1024} KiB beside a static file, median",
            value=median(kept),
            unit="1/s",
            yardstick=median(files),
            limit=LIMIT,
            limit_is_of_ratio=True,
            at_least=True,
        )
    ]


def _picture() -> bytes:
    """A map-like picture of the usual size of one."""
    drawn, draw = Image.new("RGB", (SIDE, SIDE), "#eee8dd"), random.Random(1)
    pen = ImageDraw.Draw(drawn)
    for _line in range(400):
        ends = [(draw.randrange(SIDE), draw.randrange(SIDE)) for _end in range(2)]
        pen.line(ends, fill=(draw.randrange(256), 120, 90), width=2)
    target = BytesIO()
    drawn.save(target, "PNG")
    return target.getvalue()


def _tile(service: MapService, number: int, content: bytes) -> str:
    """The path of a tile that is kept already."""
    side = 2 * MERCATOR_LIMIT / 2**ZOOM
    west, south = 800_000 // side * side - MERCATOR_LIMIT % side + number * side, 0.0
    bounds = (west, south, west + side, south + side)
    now = time.time()
    picture_keep(
        picture_key(entry_of(service), ImageRequest(bounds, SIDE, SIDE, transparent=True)),
        MapImage(content, "image/png", drawn_at=now, fresh_until=now + 3600),
    )
    query = {
        "REQUEST": "GetMap",
        "CRS": "EPSG:3857",
        "BBOX": ",".join(f"{value:.4f}" for value in bounds),
        "WIDTH": SIDE,
        "HEIGHT": SIDE,
    }
    return f"/map-services/{service.slug}/wms?{urlencode(query)}"


@contextmanager
def _static_file(content: bytes) -> Iterator[str]:
    """The path of a static file of this content; WhiteNoise finds it when the server starts."""
    file = settings.STATIC_ROOT / "bench-picture.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    try:
        yield f"{settings.STATIC_URL}{file.name}"
    finally:
        file.unlink()


def _requests_a_second(address: str, paths: list[str], size: int) -> float:
    """Each connection asks for one after the other; a client of httpx would be slower than the server."""
    ends = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        counts = list(pool.map(_asker(address, paths, size, ends), range(CONNECTIONS)))
    return sum(counts) / SECONDS


def _asker(address: str, paths: list[str], size: int, ends: float) -> Callable[[int], int]:
    host = urlsplit(address)

    def ask(number: int) -> int:
        count = 0
        with socket.create_connection((host.hostname, host.port), timeout=10) as connection:
            while time.perf_counter() < ends:
                path = paths[(count * CONNECTIONS + number) % len(paths)]
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode())
                _read(connection, size)
                count += 1
        return count

    return ask


def _read(connection: socket.socket, size: int) -> None:
    """The whole answer. Raises ValueError for one that is not the picture."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _end, body = answer.partition(b"\r\n\r\n")
    if (
        not head.startswith(b"HTTP/1.1 200")
        or f"content-length: {size}\r\n" not in f"{head.decode().lower()}\r\n"
    ):
        raise ValueError(head.decode())
    left = size - len(body)
    while left > 0:
        left -= len(connection.recv(65_536))
