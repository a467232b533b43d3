"""How many requests a sender may make. The cache keeps the count; without the cache nobody is limited."""

from __future__ import annotations

import hashlib
import logging
import time
from math import ceil
from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from issues.errors import RequestsTooMany

logger = logging.getLogger(__name__)

WINDOW_S: Final = 60
# From here on a person is told minutes.
MINUTES_FROM_S: Final = 120
READS_PER_MINUTE: Final = 1200
REFUSALS_PER_MINUTE: Final = 30


def limit_check(scope: str, *, limit: int, window_s: int = WINDOW_S, cost: int = 1) -> None:
    """Counts one request of the scope in this window (seconds); raises `RequestsTooMany`. 0 means no limit.

    With `cost` 0 it only looks whether there is room for one more.
    """
    if limit == 0:
        return
    now = time.time()
    # Names that people choose hold characters that no cache takes, and keys that somebody else may not read.
    digest = hashlib.blake2b(scope.encode("utf-8", "replace"), digest_size=16).hexdigest()
    key = f"limit:{digest}:{window_s}:{int(now // window_s)}"
    try:
        cache.add(key, 0, timeout=2 * window_s)
        count = cache.incr(key, cost)
    except (RedisError, OSError) as error:
        # A report must not be lost because the counter is down.
        logger.warning("requests are not limited, the cache cannot be reached: %s", error)
        return
    except ValueError:
        return  # the cache dropped the counter between the two calls
    if count + (1 - cost) > limit:
        retry_after = window_s - int(now % window_s)
        told = _("Too many requests; try again in %(seconds)d seconds.") % {"seconds": retry_after}
        if retry_after >= MINUTES_FROM_S:
            minutes = ceil(retry_after / 60)
            told = _("Too many requests; try again in %(minutes)d minutes.") % {"minutes": minutes}
        raise RequestsTooMany(told, retry_after=retry_after)
