"""How many requests a sender may make. The count is kept in the cache; without it nobody is kept out."""

from __future__ import annotations

import ipaddress
import logging
import time
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from issues.errors import RequestsTooMany

logger = logging.getLogger(__name__)

WINDOW_S: Final = 60
READS_PER_MINUTE: Final = 1200
REFUSALS_PER_MINUTE: Final = 30


def limit_check(scope: str, *, per_minute: int) -> None:
    """Counts one request of the scope in this minute; raises `RequestsTooMany`. 0 means no limit."""
    if per_minute == 0:
        return
    now = time.time()
    key = f"open311:{scope}:{int(now // WINDOW_S)}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW_S)
        count = cache.incr(key)
    except (RedisError, OSError) as error:
        # A report must not be lost because the counter is down.
        logger.warning("requests are not limited, the cache cannot be reached: %s", error)
        return
    except ValueError:
        return  # the cache dropped the counter between the two calls
    if count > per_minute:
        retry_after = WINDOW_S - int(now % WINDOW_S)
        raise RequestsTooMany(
            _("Too many requests; try again in %(seconds)d seconds.") % {"seconds": retry_after},
            retry_after=retry_after,
        )


def client_address(request: HttpRequest) -> str:
    """Who asks. The header of a proxy counts only where the proxy runs on this machine."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if remote and not _is_loopback(remote):
        return remote
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:45] or remote


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
