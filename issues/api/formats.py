"""The two formats of GeoReport v2: XML and JSON, from the same plain values."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from issues.errors import IssuesError, MethodNotAllowed, PathUnknown, RequestsTooMany
from issues.services.texts import XML_FORBIDDEN

# Below it everything is answered in the formats of GeoReport v2, errors too.
PREFIX: Final = "/open311/v2/"
# What one entry of a list is called in XML.
_ENTRY: Final = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}


class Format(enum.StrEnum):
    XML = "xml"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return "text/xml" if self is Format.XML else "application/json"


def format_of(request: HttpRequest, suffix: str) -> Format:
    """The format named by the suffix; without one JSON if the request prefers it, else XML.

    Raises `PathUnknown` for another suffix.
    """
    if suffix:
        try:
            return Format(suffix.lower())
        except ValueError as error:
            raise PathUnknown(
                _("The format %(suffix)s is not known; there are xml and json.")
                % {"suffix": suffix}
            ) from error
    preferred = request.get_preferred_type(["text/xml", "application/xml", "application/json"])
    return Format.JSON if preferred == "application/json" else Format.XML


def document_response(
    form: Format, root: str, content: Sequence[Any] | Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The answer; `root` names the XML document's root element, JSON goes without it."""
    body = _xml(root, content) if form is Format.XML else _json(content)
    response = HttpResponse(body, status=status, content_type=f"{form.media_type}; charset=utf-8")
    patch_vary_headers(response, ["Accept"])
    return response


def format_asked(request: HttpRequest) -> Format:
    """The format for an answer about an address of which nothing else is known: by its suffix, else by `Accept`."""
    suffix = request.path_info.rpartition("/")[2].rpartition(".")[2].lower()
    return format_of(request, suffix if suffix in set(Format) else "")


def status_response(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """An error that no view has made: one entry with the HTTP status as its code."""
    entry = {"code": status, "description": message}
    return document_response(format_asked(request), "errors", [entry], status=status)


def errors_response(form: Format, error: IssuesError) -> HttpResponse:
    """All single errors of one, each with its code; the HTTP status is the code of the first."""
    entries = [{"code": single.code, "description": single.message} for single in error.errors]
    response = document_response(form, "errors", entries, status=error.code)
    if isinstance(error, RequestsTooMany):
        response["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed):
        response["Allow"] = error.allowed
    return response


def _xml(root: str, content: Sequence[Any] | Mapping[str, Any]) -> bytes:
    element = ET.Element(root)
    _fill(element, content)
    return (
        b'<?xml version="1.0" encoding="utf-8"?>\n'
        + ET.tostring(element, encoding="unicode").encode()
    )


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(ET.SubElement(element, name), inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _fill(ET.SubElement(element, _ENTRY[element.tag]), inner)
    elif value is not None:
        element.text = XML_FORBIDDEN.sub("", str(_plain(value)))
        if isinstance(value, bool):
            element.text = element.text.lower()


def _json(content: Sequence[Any] | Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Dates as ISO 8601 to the second with the installation's time zone; lazy texts as text."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value if isinstance(value, (str, int, float)) else str(value)
