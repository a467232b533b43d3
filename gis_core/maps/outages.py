"""Which map services do not answer, and since when. It is kept in Redis: without it nobody is spared asking."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# A service that did not answer is left alone for this long, so that a map full of tiles does not wait tile by tile.
PAUSE_S: Final = 20
# What nobody has asked for so long may have recovered: it is not told of any more.
TOLD_S: Final = 600


@dataclass(frozen=True)
class Outage:
    """Since when a service does not answer, and until when it is left alone (Unix time)."""

    since: float
    until: float


def outages_known(services: Iterable[int]) -> dict[int, Outage]:
    """The outages of these services, by primary key."""
    names = {_key(pk): pk for pk in services}
    try:
        return {names[key]: Outage(*found) for key, found in cache.get_many(names).items()}
    except RedisError as error:
        logger.warning("Nobody knows which map services are down: %s", error)
        return {}


def outage_keep(service: int, known: Outage | None) -> None:
    """The service did not answer, or is about to be tried again by one request alone."""
    now = time.time()
    try:
        cache.set(_key(service), (known.since if known else now, now + PAUSE_S), TOLD_S)
    except RedisError as error:
        logger.warning("Map service %s is not left alone: %s", service, error)


def outage_end(service: int) -> None:
    try:
        cache.delete(_key(service))
    except RedisError as error:
        logger.warning("Map service %s answers again, but is told of as down: %s", service, error)


def _key(service: int) -> str:
    return f"map-service-down:{service}"
