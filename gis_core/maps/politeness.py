"""Who may ask foreign hosts at the same time, so that none gets too many requests and none holds up everybody.

`host_place`: how many requests a host gets from all processes of this installation together. `thread_place`: how many
threads of this process may wait for foreign hosts; the others are there for pages and for pictures that lie here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PARALLEL: Final = 4
WAIT_S: Final = 4.0
# Of the four threads that the web server has in each process.
THREADS: Final = 3
THREADS_OF_A_HOST: Final = 2
# The fourth thread waits so long for one of the three, so that a map that opens lacks no picture.
BRIEFLY_S: Final = 0.5
# A host that has owed an answer for so long hangs: no further thread waits for it.
HANGS_S: Final = 2.0
_STEP_S: Final = 0.03
_begun: dict[str, list[float]] = {}
_waiting = 0
_change = threading.Condition()


class HostBusy(Exception):
    """All places stayed taken for as long as anybody may wait."""


@contextmanager
def thread_place(url: str) -> Iterator[None]:
    """Leave for this thread to wait for the address's host. Raises HostBusy, at the latest after WAIT_S seconds."""
    host = urlsplit(url).netloc
    began = _thread_begins(host)
    try:
        yield
    finally:
        with _change:
            _begun[host].remove(began)
            if not _begun[host]:
                del _begun[host]
            _thread_ends()


def _thread_begins(host: str) -> float:
    """When it may begin (time.monotonic)."""
    global _waiting  # noqa: PLW0603 - counts the threads of this process
    with _change:
        if not _comes_true(lambda: _waiting < THREADS, BRIEFLY_S, list(_begun)):
            raise HostBusy(f"{THREADS} threads wait for foreign hosts already.")
        _waiting += 1
        if not _comes_true(lambda: len(_begun.get(host, ())) < THREADS_OF_A_HOST, WAIT_S, [host]):
            _thread_ends()
            raise HostBusy(f"{host} owes {THREADS_OF_A_HOST} answers.")
        began = time.monotonic()
        _begun.setdefault(host, []).append(began)
        return began


def _comes_true(condition: Callable[[], bool], seconds: float, hosts: list[str]) -> bool:
    """Waits for it, but not while one of the hosts hangs."""
    ends = time.monotonic() + seconds
    while not condition():
        now = time.monotonic()
        oldest = min((min(_begun[host]) for host in hosts if host in _begun), default=now)
        if now > ends or now - oldest > HANGS_S:
            return False
        _change.wait(_STEP_S)
    return True


def _thread_ends() -> None:
    global _waiting  # noqa: PLW0603
    _waiting -= 1
    _change.notify_all()


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


@contextmanager
def picture_turn(key: str, *, held_s: float) -> Iterator[bool]:
    """True for the first of those who want the same picture at the same time; the others wait for it, then get False.

    Without Redis everybody is the first.
    """
    lock = f"map-picture-turn:{key}"
    try:
        is_first = cache.add(lock, True, held_s)
    except RedisError:
        is_first, lock = True, ""
    if not is_first:
        _wait_for(lock, held_s)
    try:
        yield is_first
    finally:
        if is_first and lock:
            _place_given_back(lock)


def _wait_for(lock: str, seconds: float) -> None:
    ends = time.monotonic() + seconds
    with suppress(RedisError):
        while time.monotonic() < ends and cache.get(lock):
            time.sleep(_STEP_S)
