"""What pages of other sites may ask for: reading what is public, and nothing else."""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_public_read(request: HttpRequest, **_signal: Any) -> bool:
    """Whether the request reads at a public address; a preflight counts as the request that it asks for."""
    method = request.method
    if method == "OPTIONS":
        method = request.headers.get("Access-Control-Request-Method", method)
    return method in READING and bool(re.match(settings.PUBLIC_READ_REGEX, request.path_info))
