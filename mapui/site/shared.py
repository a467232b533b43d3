"""Public answers that are the same for everybody: made once, kept for a short while, served to all who ask for them.

PostgreSQL stays the truth. The key holds the state of what is public of issues (`public_version`), so that a report
that was taken back is gone with the next request. What hangs on other tables, such as the name of an authority, is seen
SHARED_ANSWER_SECONDS later. Without Redis every answer is made anew.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import get_script_prefix
from django.utils import translation
from redis.exceptions import RedisError

from issues.selectors import public_version
from mapui.site.types import PageRequest

logger = logging.getLogger(__name__)

# Forms hold the token of whoever asks: it is cut out of what is kept.
TOKEN: Final = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+(?=")')


# A page with gaps between its pieces, one for each token of a form; and its headers.
Shared = tuple[list[bytes], dict[str, str]]


def answer_shared(request: PageRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The kept answer, else the one that `make` gives; that is kept if it is a page like any other (200, no cookie).

    Whoever has a session gets an answer of their own. `make` must not look at anything of the request but its address,
    host, language, and whether htmx asks.
    """
    if not settings.SHARED_ANSWER_SECONDS or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return make()
    key = _key(request)
    with _cache_away():
        if (shared := cache.get(key)) is not None:
            return _respond(request, shared)
    response = make()
    if response.status_code != 200 or response.cookies:
        return response
    shared = TOKEN.split(response.content), dict(response.items())
    with _cache_away():
        cache.set(key, shared, timeout=settings.SHARED_ANSWER_SECONDS)
    return response


@contextmanager
def _cache_away() -> Iterator[None]:
    """Goes on where the cache cannot be reached."""
    try:
        yield
    except (RedisError, OSError) as error:
        logger.warning("public answers are not kept, the cache cannot be reached: %s", error)


def _respond(request: PageRequest, shared: Shared) -> HttpResponse:
    pieces, headers = shared
    token = get_token(request).encode() if len(pieces) > 1 else b""
    return HttpResponse(token.join(pieces), headers=headers)


def _key(request: PageRequest) -> str:
    parts = (
        public_version(),
        request.get_host(),
        get_script_prefix(),
        request.get_full_path(),
        translation.get_language(),
        bool(request.htmx),
        request.htmx.history_restore_request,
    )
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=20).hexdigest()
    return f"shared:{digest}"
