"""A real browser on the live server. Every page it opens is watched: requests, console, policy violations."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mapui.maps.mapserver.mapfile import mapfile_write
from mapui.maps.mapserver.services import own_map_services_register
from tests.mapui.factories import staff_create, town_create
from tests.mapui.maps.test_mapserver import MAPSERV, mapserv_answer

# What Chromium says of drawing without a graphics card, and of a style that is not needed then; what htmx says of a
# request that was under way when the page was left (one that fails says sendError or responseError, too).
MACHINE = re.compile(
    r"GL Driver Message|WebGL.*(software|fallback)|preloaded using link preload"
    r"|^htmx:(sendAbort|afterRequest)"
)
REST_S = 10.0
TIMEOUT_MS = int(os.environ.get("BROWSER_TIMEOUT_MS", "15000"))


@dataclass
class Watch:
    """What a page did besides showing itself."""

    origin: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def foreign(self) -> list[str]:
        """Requests to any other host; data: and blob: addresses ask nobody."""
        asked = [one for one in self.requests if urlsplit(one).scheme not in {"data", "blob"}]
        return [one for one in asked if not one.startswith(f"{self.origin}/")]


# The browser, from the first test that needs one to the last of these in a row; and how to close it.
_started: list[Browser] = []
_open = ExitStack()


@pytest.fixture(scope="module")
def browser() -> Browser:
    """One for all tests in a row: starting it takes a second."""
    if not _started:
        _started.append(_browser_start())
    return _started[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Closes the browser before others have their turn: as long as it is open its event loop runs in this thread."""
    try:
        yield
    finally:
        if nextitem is None or "browser" not in nextitem.fixturenames:
            _started.clear()
            _open.close()


def _browser_start() -> Browser:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; `./run test` installs it.")
    # Playwright's loop runs in this thread, where Django would refuse the database of the factories.
    patch = _open.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    playwright = _open.enter_context(sync_playwright())
    # Chromium's own sandbox does not start for root; the pages are ours.
    return _open.enter_context(
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    )


@pytest.fixture(autouse=True)
def _server_rests(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the closed pages had asked for is answered before the tables are emptied: the two would lock each other."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("live_server")
    yield
    until = time.monotonic() + REST_S
    while _at_work() and time.monotonic() < until:
        time.sleep(0.05)


def _at_work() -> bool:
    """Whether another connection of this database does something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def watch(live_server) -> Watch:
    return Watch(live_server.url)


@pytest.fixture
def context(browser: Browser, live_server, watch: Watch) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=live_server.url,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        viewport={"width": 1280, "height": 800},
    )
    opened.set_default_timeout(TIMEOUT_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page that fails its test when it complains or asks another host for anything."""
    opened = context.new_page()
    opened.on("request", lambda request: watch.requests.append(request.url))
    opened.on("pageerror", lambda error: watch.complaints.append(f"error: {error}"))
    opened.on(
        "console",
        lambda message: (
            watch.complaints.append(f"{message.type}: {message.text}")
            if message.type in {"error", "warning"} and not MACHINE.search(message.text)
            else None
        ),
    )
    yield opened
    assert watch.foreign() == []
    assert watch.complaints == []


@pytest.fixture
def map_server(transactional_db, settings, tmp_path) -> Iterator[None]:
    """The real MapServer behind loopback HTTP, one process a request, with its layers registered."""
    if not MAPSERV.exists():
        pytest.skip("MapServer is not installed; `./run setup` installs it.")
    settings.MAPFILE = tmp_path / "flurpost.map"
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = mapserv_answer(Path(settings.MAPFILE), urlsplit(self.path).query)
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.MAPSERVER_URL = f"http://127.0.0.1:{server.server_port}/wms"
    cache.clear()
    mapfile_write()
    own_map_services_register()
    yield
    cache.clear()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def town(transactional_db):
    return town_create()


def sign_in(context: BrowserContext, live_server, person: User) -> None:
    """As after the login page, which `test_second_factor.py` and `test_shift.py` go through."""
    client = Client()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )


@pytest.fixture
def staff_page(page: Page, context: BrowserContext, live_server) -> Page:
    """A clerk is signed in; no page is open yet."""
    sign_in(context, live_server, staff_create())
    return page


def map_wait(page: Page) -> None:
    """Until the page says that the map has its issues, outlines and first tiles."""
    page.wait_for_selector("[data-map-ready=true]", state="attached")
