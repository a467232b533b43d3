"""Logs: refusals in one line, failures with their traceback, and no file that grows for ever."""

from __future__ import annotations

import logging
import stat
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from config.logs import LOGS_KEPT, RefusalFilter, logs_rotate

ERRORS = {
    "denied": PermissionDenied("not you"),
    "missing": Http404("no such thing"),
    "suspicious": SuspiciousOperation("a\nb %s"),
    "away": OperationalError("connection refused"),
    "broken": RuntimeError("a mistake"),
}


def fail(request, kind):
    raise ERRORS[kind]


urlpatterns = [path("fail/<str:kind>/", fail)]
handler500 = "mapui.site.errors.server_failed"


@pytest.fixture
def lines():
    """What the console would show, entry by entry."""
    shown: list[str] = []

    class Console(logging.Handler):
        def emit(self, record):
            shown.append(self.format(record))

    handler = Console()
    handler.addFilter(RefusalFilter())
    logging.getLogger().addHandler(handler)
    yield shown
    logging.getLogger().removeHandler(handler)


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
@pytest.mark.parametrize("kind", ["denied", "missing", "suspicious", "away"])
def test_refusal_is_one_line(lines, kind):
    Client(raise_request_exception=False).get(f"/fail/{kind}/")
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert f"/fail/{kind}/" in lines[0] or "a b" in lines[0]


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_failure_keeps_its_traceback(lines):
    Client(raise_request_exception=False).get("/fail/broken/")
    assert len(lines) == 1
    assert "Traceback" in lines[0]
    assert "a mistake" in lines[0]


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_refused_host_and_feed_are_one_line(lines, db):
    client = Client(raise_request_exception=False)
    client.get("/open311/v2/services.json", headers={"host": "evil.example"})
    client.get("/api/triage/issues/0/0/0.geojson")
    assert len(lines) == 2
    assert not any("\n" in line for line in lines)


def test_log_above_the_limit_moves_aside_and_goes_on(tmp_path):
    log = tmp_path / "web.log"
    with log.open("ab") as output:
        for turn in range(LOGS_KEPT + 3):
            output.write(f"{turn} ".encode() * 10)
            output.flush()
            assert logs_rotate(tmp_path, max_bytes=10) == ["web.log"]
            assert log.stat().st_size == 0
        output.write(b"on")
        output.flush()
    assert log.read_bytes() == b"on"
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["web.log", *(f"web.log.{number}" for number in range(1, LOGS_KEPT + 1))]
    assert (tmp_path / "web.log.1").read_text().startswith(f"{LOGS_KEPT + 2} ")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}


@pytest.mark.parametrize(("size", "moved"), [(10, []), (11, ["a.log"])])
def test_log_at_the_limit_stays(tmp_path, size, moved):
    (tmp_path / "a.log").write_bytes(b"x" * size)
    (tmp_path / "a.log").chmod(0o644)
    assert logs_rotate(tmp_path, max_bytes=10) == moved
    assert stat.S_IMODE((tmp_path / "a.log").stat().st_mode) == 0o640


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_no_line_is_lost_while_enough_are_kept(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("log")
    log = folder / "a.log"
    for part in parts:
        with log.open("ab") as output:
            output.write(part)
        logs_rotate(folder, max_bytes=20, kept=20)
    numbered = sorted(folder.glob("a.log.*"), key=lambda one: -int(one.suffix[1:]))
    assert b"".join(one.read_bytes() for one in [*numbered, *folder.glob("a.log")]) == b"".join(
        parts
    )


def test_access_log_writes_the_path_as_it_was_sent():
    """Decoded it could end a line and begin a forged one."""
    from gunicorn.config import Config

    from config.logs import AccessLogger

    environ = {
        "PATH_INFO": "/x\n10.0.0.1 - FORGED \x1b[31m \xc3\xa4",
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/x",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    response = SimpleNamespace(status="404 Not Found", sent=0, headers=[])
    asked = SimpleNamespace(headers=[])
    atoms = AccessLogger(Config()).atoms(response, asked, environ, timedelta(seconds=1))
    assert atoms["U"] == "/x%0A10.0.0.1%20-%20FORGED%20%1B%5B31m%20%C3%A4"
