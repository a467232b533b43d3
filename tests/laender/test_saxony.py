"""The installation in zone 33 has its own database and process: the setting holds for all of a program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from psycopg2.sql import SQL, Identifier

from tests.databases import ROOT, database_migrated, database_url

ZONE = 25833


def tool(*command: str, database: str, text: str = "") -> str:
    """A tool of PostgreSQL on a database of the tests' server."""
    address = urlunsplit(urlsplit(database_url(database))._replace(scheme="postgresql"))
    done = subprocess.run(
        [*command, "--dbname", address], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def database(db: None) -> Iterator[str]:
    """An empty database of zone 33, by its name without pytest's "test_".

    Of what the migrations make the setting decides nothing but the systems of the columns.
    """
    name = f"{connection.settings_dict['NAME']}_33"
    made = Identifier(f"test_{name}")
    dump = ("pg_dump", "--no-owner", "--no-comments", "--exclude-table-data=spatial_ref_sys")
    tables = tool(*dump, database=database_migrated())
    with connection._nodb_cursor() as cursor:
        cursor.execute(SQL("CREATE DATABASE {}").format(made))
    try:
        there = tables.replace(f",{settings.STORAGE_SRID})", f",{ZONE})")
        tool("psql", "--quiet", "--set", "ON_ERROR_STOP=1", database=f"test_{name}", text=there)
        yield name
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(made))


def test_installation_in_another_zone(database, tmp_path):
    environment = {**os.environ, "STORAGE_SRID": f"{ZONE}", "DATABASE_URL": database_url(database)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "tests/laender/saxony.py", "--reuse-db", "-q"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={tmp_path / 'run'}"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout[-6000:]
