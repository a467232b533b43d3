"""Errors for programs: problem details (RFC 9457), and who counts as a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE: Final = "application/problem+json"
# What programs load: these never get a page of HTML, whatever they say they accept.
PREFIXES: Final = ("/api/", "/tiles/", "/feeds/")
SUFFIXES: Final = (".csv", ".json", ".geojson", ".mvt")


def is_for_program(request: HttpRequest) -> bool:
    """Whether a program asks: by the address, or because it prefers JSON to HTML."""
    path = request.path_info
    if path.startswith(PREFIXES) or path.endswith(SUFFIXES):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def problem_respond(
    status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
) -> HttpResponse:
    """Problem details: `title` is the status in words, `detail` what is wrong here, `members` whatever else helps.

    Of the type "about:blank", which says that the status tells the kind of problem. `errors` is by convention a
    mapping of field names to sentences, or a list of what is wrong.
    """
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **({"detail": detail} if detail else {}),
        **members,
    }
    body = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)
