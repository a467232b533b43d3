"""How long a picture may be shown without asking its service again, by the service's own words (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

# Whatever a service says, its pictures are asked for again after this.
LONGEST_S: Final = 30 * 24 * 3600.0


def may_be_kept(headers: Mapping[str, str]) -> bool:
    """Whether the service allows to keep the answer at all."""
    return "no-store" not in _directives(headers)


def fresh_seconds(headers: Mapping[str, str], *, usual_s: float) -> float:
    """Seconds from now on, by `Cache-Control`, else by `Expires`, else `usual_s`. What is no number says nothing."""
    directives = _directives(headers)
    if "no-cache" in directives:
        return 0.0
    for name in ("s-maxage", "max-age"):
        if directives.get(name, "").isascii() and directives.get(name, "").isdigit():
            return _within(float(directives[name]) - _age(headers))
    expires = _seconds_until(headers)
    return _within(usual_s if expires is None else expires)


def _directives(headers: Mapping[str, str]) -> dict[str, str]:
    text = headers.get("cache-control", "").lower()
    return {
        name: value.strip('"')
        for name, value in re.findall(r"([a-z-]+)(?:\s*=\s*([^,\s]+))?", text)
    }


def _age(headers: Mapping[str, str]) -> float:
    """Seconds that the answer has lain in a cache on its way."""
    text = headers.get("age", "").strip()
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _seconds_until(headers: Mapping[str, str]) -> float | None:
    """From `Date` to `Expires`, by the server's own clock; 0 for an Expires that is no date (RFC 9111, 5.3)."""
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
        return (expires - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return 0.0


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_S)
