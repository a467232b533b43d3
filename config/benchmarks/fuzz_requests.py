"""Hostile requests to every address, by every method, in every role: none may end in a 5xx or a traceback.

Requests are drawn from a seed, so that each can be drawn again. Each runs in a transaction that is rolled back: what
one request would change, the next one does not meet.
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from django.contrib.auth.models import Permission, User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test.client import Client
from django.test.utils import override_settings
from django.urls import get_resolver

from config.benchmarks.city import city_load, database_use
from config.benchmarks.fuzz_drawing import Asked, Drawing, known_values, patterns_found
from config.benchmarks.measure import Figure
from config.celery import app as celery
from config.logs import RefusalFilter
from config.wsgi import application
from issues.enums import Channel
from issues.models import Category, Issue
from issues.services import issue_receive, issue_release
from issues.types import LocationInput
from routing.deciding.decisions import decisions_make_missing

DATABASE: Final = "flurpost_bench_fuzz_requests"
COUNT: Final = 20_000
SEED: Final = 1
ISSUES: Final = 40
# What the check of CSRF wants to see twice.
TOKEN: Final = "f" * 32

ROLES: Final[Mapping[str, Sequence[str]]] = {
    "nobody": (),
    "triage": ("triage_issue", "release_issue"),
    "geodata": ("manage_geodata",),
    "rules": ("edit_rules", "activate_rules"),
    "superuser": (),
}


@dataclass(frozen=True)
class Stumble:
    """A request that ended in a 5xx or left a traceback."""

    asked: Asked
    status: int
    error: str


@dataclass
class Fuzzed:
    """What came of it: answers by status, addresses that were met, and what should not have been."""

    by_status: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    patterns: int = 0
    stumbles: list[Stumble] = field(default_factory=list)


def fuzz_requests(count: int, seed: int) -> Fuzzed:
    """Sends `count` requests drawn from `seed` to the program in this process, against the database as it is.

    Users of the roles are made and taken back. Values that exist are read from the database, so that requests get past
    the first look-up; an empty database shows little.
    """
    chance = random.Random(seed)
    found = Fuzzed()
    with _apart(), transaction.atomic():
        cookies = {role: _session(role, permissions) for role, permissions in ROLES.items()}
        patterns = sorted({*patterns_found(get_resolver())})
        found.patterns = len(patterns)
        draw = Drawing(
            chance=chance,
            patterns=patterns,
            roles=[*ROLES, "triage", "superuser"],
            known=known_values(),
        )
        for number in range(count):
            asked = draw.request(number)
            status, error = _sent(asked, cookies[asked.role], number)
            found.by_status[status] += 1
            if status >= 500 or error:
                found.stumbles.append(Stumble(asked, status, error))
        transaction.set_rollback(True)
    return found


def requests_measured() -> list[Figure]:
    """`COUNT` requests against the small model city with reports, decisions and a released part of them."""
    database_use(DATABASE)
    content_make()
    found = fuzz_requests(COUNT, SEED)
    for one in found.stumbles[:20]:
        print(
            f"{one.status} {one.asked.role} {one.asked.method} {one.asked.address[:200]}: {one.error}"
        )
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(found.by_status.items()))
    print(f"{found.patterns} addresses; answers by status: {answers}", file=sys.stderr)
    return [
        Figure(
            name="requests that stumbled",
            value=float(len(found.stumbles)),
            unit="requests",
            yardstick=float(COUNT),
            limit=0.0,
        )
    ]


def content_make() -> None:
    """The small model city with reports all over it, unless it is there already."""
    city = city_load("small")
    if Issue.objects.exists():
        return
    categories = list(Category.objects.filter(jurisdiction=city.jurisdiction))
    for number, place in zip(range(ISSUES), city.places, strict=False):
        received = issue_receive(
            jurisdiction=city.jurisdiction,
            category=categories[number % len(categories)],
            channel=Channel.OPEN311,
            location=LocationInput(lat=place["lat"], long=place["long"]),
            description=f"Report {number} <b>&",
        )
        if number % 3 == 0 and received.issue.category.is_public:
            issue_release(issue=received.issue)
    decisions_make_missing()


# --- Sending --------------------------------------------------------------------------------------------


def _session(role: str, permissions: Sequence[str]) -> str:
    """The Cookie header of somebody in this role who is logged in."""
    if role == "nobody":
        return f"csrftoken={TOKEN}"
    client = Client()
    is_superuser = role == "superuser"
    user = User.objects.create(
        username=f"fuzz-{role}", is_staff=is_superuser, is_superuser=is_superuser
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return f"csrftoken={TOKEN}; sessionid={client.cookies['sessionid'].value}"


def _sent(asked: Asked, cookie: str, number: int) -> tuple[int, str]:
    """Status and error of the answer by the program as the web server calls it; changes are taken back."""
    tracebacks = Tracebacks()
    statuses: list[str] = []

    def begun(status: str, _headers: list[tuple[str, str]], *_more: Any) -> Callable[[bytes], Any]:
        statuses.append(status)
        return BytesIO().write

    # Nothing else listens: a line for each refusal would hide the figures.
    root, former = logging.getLogger(), logging.getLogger().handlers
    root.handlers = [tracebacks]
    try:
        with transaction.atomic():
            environ = _environ(asked, cookie, number)
            answer = application(environ, begun)
            b"".join(answer)
            answer.close()
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001 - whatever gets out of the program is what is looked for
        return 599, repr(error)[:300]
    finally:
        root.handlers = former
    return int(statuses[0].partition(" ")[0]), tracebacks.seen


def _environ(asked: Asked, cookie: str, number: int) -> dict[str, Any]:
    path, _mark, query = asked.address.partition("?")
    environ = {
        "REQUEST_METHOD": asked.method,
        # Percent signs resolved, bytes as Latin-1.
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        # Everybody has an address of his own: limits are tested elsewhere.
        "REMOTE_ADDR": f"198.18.{number // 250 % 250}.{number % 250 + 1}",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "HTTP_X_CSRFTOKEN": TOKEN,
        "CONTENT_TYPE": asked.content_type,
        "CONTENT_LENGTH": str(len(asked.body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(asked.body),
        **asked.headers,
    }
    if asked.headers.get("HTTP_COOKIE"):
        environ["HTTP_COOKIE"] = f"{asked.headers['HTTP_COOKIE']}; {cookie}"
    return environ


class Tracebacks(logging.Handler):
    """The first traceback that would stand in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = ""
        self.addFilter(RefusalFilter())

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and not self.seen:
            self.seen = f"{record.name}: {record.exc_info[1]!r}"[:300]


@contextmanager
def _apart() -> Iterator[None]:
    """Nothing that the requests store or order reaches the installation."""
    former = celery.conf.broker_url
    celery.conf.broker_url = "memory://"
    # A server gives connections back after each request; here one transaction holds all of them.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    cache = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        places = {name: root / name.lower() for name in ("MEDIA_ROOT", "UPLOAD_ROOT", "FETCH_ROOT")}
        with override_settings(
            CACHES=cache, ALLOWED_HOSTS=["localhost"], SECURE_SSL_REDIRECT=False, **places
        ):
            try:
                yield
            finally:
                celery.conf.broker_url = former
                for signal in (request_started, request_finished):
                    signal.connect(close_old_connections)
