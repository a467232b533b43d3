"""Databases of the tests: made once and copied, emptied where something is in them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from psycopg2.sql import SQL, Identifier, Literal

ROOT = Path(__file__).parents[1]
APPS = ("gis_core", "parcels", "issues", "routing", "mapui")
# Each checkout has its own, also on a server that several share.
PREFIX = f"test_migrated_{hashlib.blake2b(str(ROOT).encode(), digest_size=4).hexdigest()}_"
# What the migrations themselves put in: every test finds it.
STAYS = {"django_content_type", "auth_permission"}


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def database_migrated() -> str:
    """The name of a database with all tables, to copy from.

    It stays until a module of the program changes: what a migration makes cannot differ before that.
    """
    name = f"{PREFIX}{_digest()}"
    with alone(settings.VAR / "run" / "test-database.lock"), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = [row[0] for row in cursor.fetchall()]
        if name not in there:
            for former in there:
                cursor.execute(SQL("DROP DATABASE {}").format(Identifier(former)))
            unfinished = Identifier(f"{PREFIX}new")
            cursor.execute(SQL("CREATE DATABASE {}").format(unfinished))
            command("migrate", DATABASE_URL=database_url(f"{PREFIX}new"))
            cursor.execute(
                SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, Identifier(name))
            )
    return name


def command(name: str, **environment: str) -> None:
    """A command of the program in a process of its own. Raises CalledProcessError."""
    subprocess.run(
        [sys.executable, "manage.py", name, "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.base", **environment},
        check=True,
    )


def database_url(name: str) -> str:
    """The address of another database on the server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _digest() -> str:
    """Of all that can change what the migrations make: our modules, the libraries, the storage CRS."""
    digest = hashlib.blake2b(f"{settings.STORAGE_SRID}".encode(), digest_size=6)
    digest.update((ROOT / "requirements-dev.lock").read_bytes())
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def tables_empty() -> None:
    """Deletes all rows of the program. Truncating a hundred tables takes half a second, and most of them are empty."""
    tables = sorted({*connection.introspection.django_table_names(only_existing=True)} - STAYS)
    filled = SQL(" UNION ALL ").join(
        SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(Literal(one), Identifier(one))
        for one in tables
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled)
        for (table,) in cursor.fetchall():
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))
