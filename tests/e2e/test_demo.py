"""The demo at small scale, from an empty database to the table, with every process real."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.db import connection

from tests.databases import database_migrated, database_url

ROOT = Path(__file__).parents[2]
# Named after the process, so that two runs on one cluster stay apart.
DATABASE = f"test_demo_{os.getpid()}"
DATABASES = (DATABASE, f"{DATABASE}_partner")
# Given, so that a demo which runs on the same machine is not in the way.
ADDRESSES = ("WEB_ADDRESS", "MAP_ADDRESS", "DEMO_PARTNER_ADDRESS", "DEMO_MAIL_ADDRESS")


def address_free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture(scope="module")
def surroundings(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker, collected_static: Path
) -> Iterator[dict[str, str]]:
    """An installation of its own: database, files, static files; the servers are the tests' own."""
    var = tmp_path_factory.mktemp("demo")
    (var / "static").symlink_to(collected_static)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "DATABASE_URL": database_url(DATABASE),
        "FLURPOST_VAR": str(var),
        "DEMO_SCALE": "small",
        **{name: address_free() for name in ADDRESSES},
    }
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        # The partner's tables too: making them from nothing takes longer than the demo.
        for name in DATABASES:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {database_migrated()}")
    try:
        yield environment
    finally:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            for name in DATABASES:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def demo_start(surroundings: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    # A suite that runs in the background is born deaf to Ctrl-C, and so would be its children.
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "config.demo", *arguments],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def process_files(surroundings: dict[str, str]) -> list[str]:
    return sorted(path.name for path in Path(surroundings["FLURPOST_VAR"], "run").glob("*.pid"))


def test_demo_until_it_is_interrupted(surroundings: dict[str, str]) -> None:
    demo = demo_start(surroundings)
    assert demo.stdout is not None
    lines: list[str] = []
    for line in demo.stdout:
        lines.append(line)
        if "Ctrl-C ends everything" in line:
            break
    [page] = [line.split()[-1] for line in lines if line.startswith("Public map:")] or [""]
    assert httpx.get(page, trust_env=False).status_code == httpx.codes.OK, "".join(lines)
    assert "demo-mail.pid" in process_files(surroundings)
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)

    told = "".join(lines) + rest
    assert demo.returncode == 0, told
    assert "29 reports: 28 forwarded" in told
    assert "1 in triage, 0 problems" in told
    for code in ("STRNRW", "KREIS66", "EUV", "NEIGH", "TRIAGE"):
        assert f" {code} " in told
    reads = re.findall(r"^      „(.*?)“ http", told, re.MULTILINE)
    assert [one.partition(":")[0] for one in reads] == [
        *("angenommen", "in Prüfung", "weitergeleitet", "erledigt", "weitergeleitet")
    ]
    assert process_files(surroundings) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(page, trust_env=False)


def test_demo_parcels_that_do_not_exist(surroundings: dict[str, str]) -> None:
    demo = demo_start(surroundings, "--once", "--parcels", "nowhere.gml")
    told, _ = demo.communicate(timeout=60)
    assert demo.returncode == 2
    assert "nowhere.gml does not exist" in told
    assert process_files(surroundings) == []


def test_demo_beside_a_running_one(surroundings: dict[str, str]) -> None:
    """Something that runs under one of its names is neither used nor ended."""
    from config.processes import process_mark

    number_file = Path(surroundings["FLURPOST_VAR"], "run", "web.pid")
    number_file.parent.mkdir(exist_ok=True)
    number_file.write_text(f"{os.getpid()} {process_mark(os.getpid())}\n")
    try:
        demo = demo_start(surroundings, "--once")
        told, _ = demo.communicate(timeout=300)
    finally:
        number_file.unlink()
    assert demo.returncode == 1
    assert f"web already runs as process {os.getpid()}" in told
    assert process_files(surroundings) == []
