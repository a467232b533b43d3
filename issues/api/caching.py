"""Answers that a client already has: ETag and 304, and what may be kept by whom."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag

from gis_core.models import Jurisdiction
from issues.models import ApiKey
from issues.selectors import issues_version

KEY_HEADER: Final = "X-Api-Key"


def content_etag(body: bytes) -> str:
    return quote_etag(hashlib.blake2b(body, digest_size=16).hexdigest())


def issues_etag(
    request: HttpRequest, form: str, jurisdiction: Jurisdiction, api_key: ApiKey | None
) -> str:
    """The validator of an answer about issues, known before the issues are read.

    The hour belongs to it: windows move with time, and what changes without an event (the name of an authority) is
    shown an hour later at the most.
    """
    parts: Sequence[object] = (
        issues_version(jurisdiction, api_key),
        request.get_full_path(),
        form,
        translation.get_language(),
        api_key.pk if api_key else "",
        timezone.now().strftime("%Y-%m-%dT%H"),
    )
    return content_etag("|".join(str(part) for part in parts).encode("utf-8", "replace"))


def answer_with(
    request: HttpRequest, response: HttpResponse, *, etag: str, is_private: bool = False
) -> HttpResponse:
    """The answer with its validator, or 304. Always asked for again: what was withdrawn must not be shown any longer.

    Only If-None-Match is honoured: dates are whole hours, and a withdrawn issue leaves no later one behind.
    """
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache" if is_private else "public, no-cache"
    patch_vary_headers(response, ["Accept", "Accept-Language", KEY_HEADER])
    return answer_unless_known(request, response)


def answer_unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer, or 304 if the client has the one of this validator already."""
    if not request.headers.get("If-None-Match"):
        return response
    known = get_conditional_response(request, etag=response["ETag"], response=response)
    if known is None or known.status_code != 304:
        return response
    return known


def last_modified_set(response: HttpResponse, moments: Sequence[datetime]) -> None:
    """The latest of the moments that the answer itself shows."""
    if moments:
        response["Last-Modified"] = http_date(max(moments).timestamp())
