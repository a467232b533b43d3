"""Two worker machines on one PostgreSQL and one Redis: network namespaces with a cable each, which is cut.

PostgreSQL is a server of the benchmark's own, so that it can be restarted in the middle. Only root may make namespaces.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import OperationalError, connection

from config import processes, programs
from config.benchmarks.forwarding.faults import Report, count_up, waiting
from config.benchmarks.forwarding.world import DATABASE, World, port_free, receivers_start
from routing.outbox.queue import SEND_TASK

# A cable from this machine to each of the two: host end .1, other end .2.
NETWORKS: Final = ("10.231.1", "10.231.2")
HOST: Final = f"{NETWORKS[0]}.1"
ROLE: Final = "postgres"
# Each request takes so long, so that many are under way at any moment.
HANG_S: Final = 1.0
CUT_S: Final = 20.0
PATIENCE_S: Final = 300.0


def machines_possible() -> bool:
    """Whether this process may make namespaces and cables."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    tried = subprocess.run(["ip", "netns", "add", "flurpost-try"], check=False, capture_output=True)
    subprocess.run(["ip", "netns", "del", "flurpost-try"], check=False, capture_output=True)
    return tried.returncode == 0


def machines_survived(number: int) -> Report:
    """So many deliveries by two machines; a cable is cut for a while, then PostgreSQL is killed and started again."""
    report = Report(number)
    with _networks(), _postgres() as database, _redis() as broker:
        ports = receivers_start(HOST)
        try:
            world = World(ports, host=HOST)
            settings.PRIVATE_NETWORKS["receiver"] = ["10.231.0.0/16"]
            for receiver in range(len(ports)):
                world.behave(receiver, hang=HANG_S)
            keys = [one.pk for one in world.queue(number, receivers=range(len(ports)))]
            began = time.monotonic()
            with _machines(database, broker):
                _nudge(broker)
                _trouble(report, keys)
            report.seconds = time.monotonic() - began
            count_up(report, world.arrived(), keys)
        finally:
            processes.process_stop("bench-receivers")
            connection.close()
    return report


def _trouble(report: Report, keys: list[int]) -> None:
    faults: list[tuple[str, Callable[[], None]]] = [
        (f"a cable cut for {CUT_S:.0f} s", _cut),
        ("PostgreSQL killed and started", _postgres_restart),
    ]
    ends, total = time.monotonic() + PATIENCE_S, len(keys)
    while (left := _left(keys)) and time.monotonic() < ends:
        if faults and left < total * (0.75 if len(faults) == 2 else 0.45):
            name, fault = faults.pop(0)
            fault()
            report.faults.append(name)
        time.sleep(0.3)


def _left(keys: list[int]) -> int:
    """While PostgreSQL starts, all are."""
    try:
        return waiting(keys)
    except OperationalError:
        connection.close()
        return len(keys)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def _networks() -> Iterator[None]:
    try:
        for n, network in enumerate(NETWORKS):
            name, cable = f"flurpost-{n}", f"flurpost{n}"
            _run("ip", "netns", "add", name)
            _run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            _run("ip", "address", "add", f"{network}.1/30", "dev", cable)
            _run("ip", "link", "set", cable, "up")
            within = ("ip", "-n", name)
            _run(*within, "address", "add", f"{network}.2/30", "dev", "eth0")
            _run(*within, "link", "set", "eth0", "up")
            _run(*within, "link", "set", "lo", "up")
            _run(*within, "route", "add", "default", "via", f"{network}.1")
        yield
    finally:
        for n in range(len(NETWORKS)):
            subprocess.run(["ip", "netns", "del", f"flurpost-{n}"], check=False)


def _cut() -> None:
    """The second machine is out of reach, and knows as little of it as the servers do."""
    _run("ip", "-n", "flurpost-1", "link", "set", "eth0", "down")
    time.sleep(CUT_S)
    _run("ip", "-n", "flurpost-1", "link", "set", "eth0", "up")
    _run("ip", "-n", "flurpost-1", "route", "replace", "default", "via", f"{NETWORKS[1]}.1")


# --- Servers --------------------------------------------------------------------------------------


def _user() -> str:
    """Who runs the installation's PostgreSQL: it refuses to run as root."""
    return (processes.VAR / "postgres").owner()


def _as_server(*command: str) -> list[str]:
    return ["setpriv", "--reuid", _user(), "--regid", _user(), "--init-groups", *command]


def _folder() -> Path:
    return processes.VAR / "bench-postgres"


def _program(name: str) -> str:
    return str(max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))


@contextmanager
def _postgres() -> Iterator[str]:
    """A server of its own with the tables of the benchmark's database; yields its address."""
    shutil.rmtree(_folder(), ignore_errors=True)
    _folder().mkdir(mode=0o700)
    shutil.chown(_folder(), _user(), _user())
    options = ("--auth=trust", f"--username={ROLE}", "--encoding=UTF8", "--locale=C.UTF-8")
    _run(*_as_server(_program("initdb"), "--pgdata", str(_folder()), *options))
    with (_folder() / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.231.0.0/16 trust\n")
    port = port_free(HOST)
    (_folder() / "postgresql.auto.conf").write_text(
        f"listen_addresses = '{HOST}'\nport = {port}\nunix_socket_directories = ''\njit = off\n"
    )
    former = dict(connection.settings_dict)
    _postgres_start()
    try:
        address = f"{ROLE}@{HOST}:{port}"
        _tables_copy(former, port)
        connection.close()
        connection.settings_dict.update(HOST=HOST, PORT=port, USER=ROLE, PASSWORD="")
        yield f"postgis://{address}/{DATABASE}"
    finally:
        connection.close()
        connection.settings_dict.update(former)
        processes.process_stop("bench-postgres")
        shutil.rmtree(_folder(), ignore_errors=True)


def _postgres_start() -> None:
    processes.process_start(
        name="bench-postgres",
        command=_as_server(_program("postgres"), "-D", str(_folder())),
        ready=processes.log_says("bench-postgres", "database system is ready to accept"),
    )


def _postgres_restart() -> None:
    """As after a power failure: all connections end at once, and the log is read again at the start."""
    number = processes.process_alive("bench-postgres")
    with suppress(ProcessLookupError):
        os.killpg(number or 0, 9)
    processes.process_stop("bench-postgres")
    connection.close()
    _postgres_start()


def _tables_copy(former: dict[str, object], port: int) -> None:
    here = ("-h", HOST, "-p", str(port), "-U", ROLE)
    _run(_program("createdb"), *here, DATABASE)
    there = ("-h", str(former["HOST"]), "-U", str(former["USER"]), "-d", DATABASE)
    dump = subprocess.run(
        [_program("pg_dump"), *there, "--schema-only", "--no-owner"],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [_program("psql"), *here, "-q", "-d", DATABASE],
        input=dump.stdout,
        check=True,
        capture_output=True,
    )


@contextmanager
def _redis() -> Iterator[str]:
    port = port_free(HOST)
    try:
        processes.process_start(
            name="bench-redis",
            command=[
                *("redis-server", "--bind", HOST, "--port", str(port), "--protected-mode", "no"),
                *("--save", "", "--appendonly", "no"),
            ],
            ready=processes.log_says("bench-redis", "Ready to accept"),
        )
        yield f"redis://{HOST}:{port}"
    finally:
        processes.process_stop("bench-redis")


# --- Machines -------------------------------------------------------------------------------------


@contextmanager
def _machines(database: str, broker: str) -> Iterator[None]:
    """On each a worker and a beat."""
    environment = {
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "PRIVATE_NETWORKS_RECEIVERS": "10.231.0.0/16",
        "DELIVERY_LEASE_SECONDS": "10",
        "DELIVERY_BACKOFF_SECONDS": "1",
    }
    names = [f"bench-{kind}-{n}" for n in range(len(NETWORKS)) for kind in ("sender", "beat")]
    try:
        for n in range(len(NETWORKS)):
            sender = [one.replace("sender@", f"m{n}@") for one in programs.worker("sender")]
            beat = [one.replace("beat-schedule", f"m{n}-schedule") for one in programs.beat()]
            for kind, command, says in (
                ("sender", sender, "ready."),
                ("beat", beat, "beat: Starting"),
            ):
                name = f"bench-{kind}-{n}"
                processes.process_start(
                    name=name,
                    command=["ip", "netns", "exec", f"flurpost-{n}", *command],
                    ready=processes.log_says(name, says),
                    extra_environment=environment,
                )
        yield
    finally:
        for name in names:
            processes.process_stop(name)


def _nudge(broker: str) -> None:
    with current_app.connection_for_write(broker) as link:
        for _machine in NETWORKS:
            current_app.send_task(SEND_TASK, connection=link, ignore_result=True)
