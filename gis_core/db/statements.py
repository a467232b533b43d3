"""How long a statement of this thread's connection may run. PostgreSQL itself ends it: nobody else could."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

# What is wanted and what the open connection was told, in seconds; 0 is no limit, PostgreSQL's own default.
_limit = threading.local()


def statements_limit(seconds: int) -> None:
    """Ends statements that run longer, from now on and also on connections opened later; 0 ends none.

    The statement ends with an OperationalError. Costs a round trip only where the limit changes. To be called outside
    of transactions: one that is rolled back takes the setting with it.
    """
    _limit.wanted = seconds
    if connection.connection is not None:
        _tell()


def _tell() -> None:
    wanted = getattr(_limit, "wanted", 0)
    if wanted == getattr(_limit, "told", 0):
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [wanted * 1000])
    _limit.told = wanted


def _opened(**_sender: Any) -> None:
    _limit.told = 0
    _tell()


connection_created.connect(_opened, dispatch_uid="gis_core.db.statements")
