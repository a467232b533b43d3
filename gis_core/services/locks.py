"""Locks of a session in PostgreSQL: they end with the process that holds them, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from gis_core.models import Edition

_EDITION: Final = "gis_core.edition"
# A server that is busy for a client that died notices it after so long, instead of at the end of the statement.
_CLIENT_CHECKED_MS: Final = 1000


@contextmanager
def session_lock(space: str, name: str) -> Iterator[bool]:
    """Holds the lock within the block, where it yields True; False when another session holds it.

    A session may hold it several times.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval TO %s", [_CLIENT_CHECKED_MS])
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", [space, name])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", [space, name]
                )


@contextmanager
def edition_lock(edition: Edition) -> Iterator[bool]:
    """Held by who loads or switches the edition; yields False when somebody else does."""
    with session_lock(_EDITION, str(edition.pk)) as held:
        yield held


def edition_is_worked_on(edition: Edition) -> bool:
    """Whether a living process holds the edition's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = hashtext(%s)::oid AND objid = hashtext(%s)::oid)",
            [_EDITION, str(edition.pk)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def dataset_lock(edition: Edition) -> None:
    """Until the transaction ends: one activation of a dataset at a time; readers do not ask for this lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('gis_core.activate'), hashtext(%s))",
            [f"{edition.jurisdiction_id}/{edition.dataset}"],
        )
