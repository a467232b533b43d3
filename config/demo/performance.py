"""The demo from curtain to curtain."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from rich.console import Console

from config import processes, programs
from config.demo import city, partner
from config.demo.answering import Answered, authorities_answer
from config.demo.chain import Traced, reports_trace
from config.demo.lives import lives_live
from config.demo.people import PEOPLE, people_make
from config.demo.places import TRIAGE, Place
from config.demo.reports import ReportNotAccepted, Sent, reports_await, reports_send
from config.demo.show import answers_show, console_open, table_show
from config.demo.surroundings import MAIL
from gis_core.models import Jurisdiction
from issues.enums import PhotoStatus
from issues.models import ApiKey, Issue
from issues.services import api_key_create, issue_release

Found = TypeVar("Found")
LOGIN = "sichtung"
PERMISSIONS = (
    *("triage_issue", "release_issue", "manage_geodata", "manage_people", "manage_house"),
    *("edit_rules", "activate_rules"),
)
MAIL_RECEIVER = "demo-mail"
OURS = ("web", "worker", "sender", "loader", "fetcher", "beat")
KEY_NAME = "demo"


def perform(*, once: bool, parcels: Path | None) -> int:
    """Loads, starts, reports, looks; returns the exit status. Whatever was started has ended when it returns."""
    for name in (partner.NAME, MAIL_RECEIVER, "mapserver", *OURS):
        # Told now, and not after a minute of loading.
        processes.name_check(name)
    console = console_open()
    started: list[str] = []
    try:
        if parcels is None:
            directory = _step("Model city generated", city.city_generate)
            jurisdiction, places = _step("Model city loaded", lambda: city.city_load(directory))
        else:
            jurisdiction, places = _step(f"{parcels} loaded", lambda: city.parcels_load(parcels))
        _everything_start(jurisdiction, started)
        password = login_make()
        people_make(jurisdiction, password=password, by=User.objects.get(username=LOGIN))
        sent = _step(f"{len(places)} reports sent", lambda: _send(jurisdiction, places))
        _step("Decided and forwarded", lambda: reports_await(sent))
        _step("Some released to the public", lambda: issues_release(sent))
        traced = reports_trace(sent)
        table_show(console, traced)
        problems = [
            f"{one.sent.number} {one.sent.place.label}: {what}"
            for one in traced
            for what in one.problems
        ]
        problems += _pages_check(sent, password)
        answered = _step("Answered by authorities", lambda: _authorities_answer(sent))
        problems += [
            f"{one.number}: the reporter reads nothing" for one in answered if not one.reads
        ]
        known = {one.number for one in answered}
        rest = [one for one in sent if one.number not in known]
        _step("Worked on by the staff", lambda: _staff_works(jurisdiction, rest))
        answers_show(console, answered)
        _summary_show(console, traced, problems, password)
        if not once:
            console.print("Ctrl-C ends everything.")
            with suppress(KeyboardInterrupt):
                _forever()
    except (CommandError, ReportNotAccepted) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    else:
        return 1 if problems else 0
    finally:
        with _undisturbed():
            for name in reversed(started):
                processes.process_stop(name)


def _step(text: str, act: Callable[[], Found]) -> Found:
    """Does it and says how long it took."""
    began = time.monotonic()
    found = act()
    print(f"  {text:<58}{time.monotonic() - began:6.1f} s", flush=True)
    return found


# --- Starting -------------------------------------------------------------------------------------


def _everything_start(jurisdiction: Jurisdiction, started: list[str]) -> None:
    """Receivers first: the keys they give out have to be in the environment the worker inherits."""

    def start(act: Callable[[], object], *names: str) -> None:
        # Noted before they run: an interrupted start has to be ended too, somebody else's process not.
        started.extend(name for name in names if processes.process_alive(name) is None)
        _step(f"Started: {', '.join(names)}", act)

    if jurisdiction.boundary is None:
        raise CommandError(
            f"{jurisdiction} has no boundary: neither areas nor parcels were loaded."
        )
    area = jurisdiction.boundary.hexewkb.decode()
    start(partial(partner.partner_start, boundary_hex=area), partner.NAME)
    start(_mail_receiver_start, MAIL_RECEIVER)
    call_command("mapserver_config", verbosity=0, stdout=sys.stderr)
    start(_ours_start, "mapserver", *OURS)
    call_command("register_own_map_services", stdout=sys.stderr)


def _ours_start() -> None:
    """All at once: each waits for its own modules to load."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(programs.program_start, ("mapserver", *OURS)))


def _mail_receiver_start() -> None:
    address = os.environ["DEMO_MAIL_ADDRESS"]
    processes.process_start(
        name=MAIL_RECEIVER,
        command=[
            *(sys.executable, "-m", "config.demo.mailreceiver"),
            *(address.rpartition(":")[2], str(MAIL)),
        ],
        ready=processes.log_says(MAIL_RECEIVER, "receiving on"),
    )


def login_make() -> str:
    """A login for all that staff do, with a new password, which is kept as a hash only."""
    password = secrets.token_urlsafe(9)
    user, _ = User.objects.get_or_create(username=LOGIN)
    user.set_password(password)
    user.is_active = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=PERMISSIONS))
    return password


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave half of the processes behind."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _forever() -> None:
    while True:
        signal.pause()


# --- Reporting ------------------------------------------------------------------------------------


def _send(jurisdiction: Jurisdiction, places: Sequence[Place]) -> list[Sent]:
    ApiKey.objects.filter(jurisdiction=jurisdiction, name=KEY_NAME).update(is_active=False)
    _, key = api_key_create(jurisdiction=jurisdiction, name=KEY_NAME, reports_per_minute=600)
    return reports_send(
        address=os.environ["PUBLIC_URL"], jurisdiction=jurisdiction, api_key=key, places=places
    )


def issues_release(sent: Sequence[Sent]) -> None:
    """Two of three issues that may be public, with their photos, by the demo's own login."""
    user = User.objects.get(username=LOGIN)
    public = Issue.objects.filter(
        number__in=[report.number for report in sent],
        category__is_public=True,
        category__is_emergency=False,
    ).order_by("pk")
    for index, issue in enumerate(public):
        if index % 3 != 2:
            issue_release(
                issue=issue, by=user, photos=issue.photos.filter(status=PhotoStatus.STORED)
            )


def _authorities_answer(sent: Sequence[Sent]) -> list[Answered]:
    numbers = [report.number for report in sent]
    return authorities_answer(numbers, by=User.objects.get(username=LOGIN))


def _staff_works(jurisdiction: Jurisdiction, sent: Sequence[Sent]) -> None:
    lives_live(
        [report.number for report in sent],
        jurisdiction=jurisdiction,
        by=User.objects.get(username=LOGIN),
        people=list(User.objects.filter(username__in=[LOGIN, *PEOPLE])),
    )


# --- Showing --------------------------------------------------------------------------------------


def _pages_check(sent: Sequence[Sent], password: str) -> list[str]:
    """What is wrong with the two maps; both are asked over HTTP as a browser would."""
    problems: list[str] = []
    numbers = [report.number for report in sent]
    released = Issue.objects.filter(number__in=numbers, released_at__isnull=False)
    with httpx.Client(
        base_url=os.environ["PUBLIC_URL"], follow_redirects=True, timeout=30, trust_env=False
    ) as client:
        city = Jurisdiction.objects.get(issues__number=numbers[0]).identifier if numbers else ""
        tile = f"api/issues/0/0/0.geojson?jurisdiction={city}"
        problems += _map_check(client, tile, released.count())
        client.get("login/")
        client.post(
            "login/",
            data={
                "username": LOGIN,
                "password": password,
                "csrfmiddlewaretoken": client.cookies.get("csrftoken", ""),
            },
        )
        placed = Issue.objects.filter(number__in=numbers, grid_x__isnull=False)
        problems += _map_check(client, "api/triage/issues/0/0/0.geojson", placed.count())
        for page in ("", "triage/"):
            status = client.get(page).status_code
            if status != httpx.codes.OK:
                problems.append(f"the page /{page} answers {status}")
    return problems


def _map_check(client: httpx.Client, tile: str, wanted: int) -> list[str]:
    """Whether the tile of the whole world counts at least so many issues."""
    features = client.get(tile).json().get("features", [])
    counted = sum(one["properties"].get("count", 1) for one in features)
    return [] if counted >= wanted else [f"{tile} counts {counted} issues and not {wanted}"]


def _summary_show(
    console: Console, traced: Sequence[Traced], problems: Sequence[str], password: str
) -> None:
    address = os.environ["PUBLIC_URL"]
    forwarded = sum(1 for one in traced if one.receipts)
    in_triage = sum(1 for one in traced if one.came_out == TRIAGE)
    receipts = sum(len(one.receipts) for one in traced)
    console.print(
        f"{len(traced)} reports: {forwarded} forwarded ({receipts} messages found at their receivers),"
        f" {in_triage} in triage, {len(problems)} problems"
    )
    for problem in problems:
        console.print(f"  !! {problem}", markup=False)
    console.print(f"Public map:  {address}/", markup=False)
    console.print(f"Triage map:  {address}/triage/", markup=False)
    console.print(f"Login:       {LOGIN} / {password}", markup=False)
    console.print(f"By role:     {', '.join(PEOPLE)}, with the same password", markup=False)
    console.print(f"Mails:       {MAIL}", markup=False)
    console.print(
        f"Partner:     http://{partner.partner_address()}/open311/v2/services.xml", markup=False
    )
