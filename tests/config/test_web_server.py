"""The real web server: a database that is away, what the access log holds, odd bytes on the wire."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from config import processes, programs


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, collected_static: Path
) -> Iterator[tuple[str, str]]:
    """Address and log of a web server whose database nobody has started."""
    patch = pytest.MonkeyPatch()
    var = tmp_path_factory.mktemp("var")
    patch.setattr(processes, "VAR", var)
    address = processes.address_choose("127.0.0.1:8799")
    environment = {
        "FLURPOST_VAR": str(var),
        "DATABASE_URL": "postgis://flurpost@%2Fnonexistent/flurpost",
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "SECRET_KEY": "x" * 60,
        "REDIS_URL": "unix:///nonexistent/redis.sock",
        "PUBLIC_URL": f"http://{address}",
    }
    # The pages name their static files by what was collected.
    (var / "static").symlink_to(collected_static)
    processes.process_start(
        name="web",
        command=programs.web(address),
        ready=processes.address_answers(f"http://{address}/open311/v2/discovery.json"),
        extra_environment=environment,
    )
    try:
        yield address, str(processes.process_log("web"))
    finally:
        processes.process_stop("web")
        patch.undo()


def test_files_that_pages_ask_for_are_compressed(server, collected_static) -> None:
    names = json.loads((collected_static / "staticfiles.json").read_text())["paths"]
    for name in ("mapui/css/kern.css", "npm/maplibre-gl/maplibre-gl.mjs"):
        answer = httpx.get(
            f"http://{server[0]}/static/{names[name]}",
            headers={"Accept-Encoding": "br"},
            trust_env=False,
        )
        assert answer.headers["Content-Encoding"] == "br"
        assert int(answer.headers["Content-Length"]) * 3 < (collected_static / name).stat().st_size


def log_of(server: tuple[str, str]) -> str:
    return subprocess.run(["cat", server[1]], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("path", ["open311/v2/requests.json", "open311/v2/services.xml"])
def test_database_that_is_away_is_told_in_the_format(server, path) -> None:
    answer = httpx.get(f"http://{server[0]}/{path}", trust_env=False)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    if path.endswith("json"):
        assert json.loads(answer.text)[0]["code"] == 503
    else:
        assert fromstring(answer.text).findtext("error/code") == "503"
    assert "nonexistent" not in answer.text


def test_database_that_is_away_is_a_page_and_a_problem(server) -> None:
    page = httpx.get(f"http://{server[0]}/", trust_env=False)
    assert (page.status_code, "nicht erreichbar" in page.text) == (503, True)
    problem = httpx.get(f"http://{server[0]}/api/issues/0/0/0.geojson", trust_env=False)
    assert problem.json()["status"] == 503
    assert "Traceback" not in log_of(server)


def test_access_log_names_the_client_and_no_key(server) -> None:
    headers = {"X-Forwarded-For": "6.6.6.6, 192.0.2.7"}
    address = f"http://{server[0]}/open311/v2/requests.json?api_key=s3cret"
    httpx.get(address, headers=headers, trust_env=False)
    # The line is written after the answer.
    for _turn in range(100):
        lines = [line for line in log_of(server).splitlines() if line.startswith("192.0.2.7 ")]
        if lines:
            break
        time.sleep(0.05)
    assert '"GET /open311/v2/requests.json" 503' in lines[0]
    assert "s3cret" not in log_of(server)


def test_charset_that_is_no_text_is_no_traceback(server) -> None:
    headers = {"Content-Type": "text/plain; charset=hex"}
    address = f"http://{server[0]}/open311/v2/discovery.json?locale=de"
    assert httpx.get(address, headers=headers, trust_env=False).status_code == 200
    assert "Traceback" not in log_of(server)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /open311/v2/requests/%00.json HTTP/1.1", b"404"),
        (b"GET /%FF%FE%00 HTTP/1.1", b"404"),
        (b"GET /open311/v2/x?" + b"a" * 7000 + b" HTTP/1.1", b"414"),
        (b"GET /open311/v2/x?" + b"a" * 9000 + b" HTTP/1.1", b"414"),
        (b"BREW / HTTP/1.1", b"403"),
    ],
)
def test_odd_lines_on_the_wire(server, line, status) -> None:
    host, _, port = server[0].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    assert answer.split(b" ")[1] == status
