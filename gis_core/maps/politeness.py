"""How many requests a foreign host gets from this installation at the same time, from all its processes together."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PARALLEL: Final = 4
WAIT_S: Final = 4.0
_STEP_S: Final = 0.03


class HostBusy(Exception):
    """All places of the host stayed taken for as long as anybody may wait."""


@contextmanager
def host_place(url: str, *, held_s: float) -> Iterator[None]:
    """One of the places of the address's host, waited for if need be. Raises HostBusy.

    A place whose holder died is free again after `held_s` seconds. Without Redis nobody waits.
    """
    place = _place_taken(urlsplit(url).netloc, held_s)
    try:
        yield
    finally:
        if place:
            _place_given_back(place)


def _place_taken(host: str, held_s: float) -> str:
    """The key of the place; empty where the cache does not answer."""
    ends = time.monotonic() + WAIT_S
    while True:
        for number in range(PARALLEL):
            key = f"map-host:{host}:{number}"
            try:
                if cache.add(key, True, held_s):
                    return key
            except RedisError as error:
                logger.warning(
                    "Nobody counts requests to %s, the cache does not answer: %s", host, error
                )
                return ""
        if time.monotonic() > ends:
            raise HostBusy(f"{host} has {PARALLEL} requests of ours under way.")
        time.sleep(_STEP_S)


def _place_given_back(place: str) -> None:
    try:
        cache.delete(place)
    except RedisError as error:
        logger.warning("%s is free only when its time is over: %s", place, error)
