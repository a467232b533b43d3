"""What comes in is checked at one place, and errors go out in the form that whoever asked can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from gis_core.net.clients import client_address
from gis_core.net.problems import is_for_program
from issues.api.formats import PREFIX
from issues.errors import RequestsTooMany
from issues.services.limits import limit_check
from mapui.site.errors import error_respond

NUL: Final = "\0"
CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# Characters of path and query; the web server's own limit lies higher.
ADDRESS_MAX: Final = 6000
# What an error's headers may say beside its body.
ERROR_HEADERS: Final = ("Allow", "Retry-After", "WWW-Authenticate", "Cache-Control")


def limit_refused(request: HttpRequest, scope: str, *, limit: int) -> HttpResponse | None:
    """Counts one request of this client in the scope; the answer to one too many in this minute, with Retry-After."""
    try:
        limit_check(f"{scope}:{client_address(request)}", limit=limit)
    except RequestsTooMany as error:
        headers = {"Retry-After": str(error.retry_after)}
        return error_respond(request, error.code, error.message, headers)
    return None


class RequestCheckedMiddleware:
    """Refuses at one place what no view, form or database can use, and ignores what only decorates a request.

    PostgreSQL holds no NUL: an address with one is not found, a filter or a form with one is a bad request. A cookie
    with one and a malformed HX-Current-URL are as if they had not been sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (refused := _headers_check(request)) is not None:
            return refused
        query = str(request.META.get("QUERY_STRING", ""))
        if len(request.path_info) + len(query) > ADDRESS_MAX:
            return error_respond(request, 414)
        if NUL in request.path_info:
            return error_respond(request, 404)
        # Open311 names the field in its own words.
        if (NUL in query or "%00" in query) and not request.path_info.startswith(PREFIX):
            return error_respond(request, 400)
        _cookies_clean(request)
        _addresses_check(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_arguments: Any
    ) -> HttpResponseBase | None:
        """Forms of pages; views that the check of CSRF passes over read their bodies themselves."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if any(NUL in text for name, values in request.POST.lists() for text in (name, *values)):
            return error_respond(request, 400)
        return None


def _headers_check(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to a length that is none or that nobody may send, and to a body in letters that are not UTF-8.

    Python's codecs are more than encodings of text, and a query is decoded by the charset of the body.
    """
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (length.isascii() and length.isdigit()):
        return error_respond(request, 400)
    # Leading zeros count: a number of thousands of digits is not even read.
    if (
        len(length) > 15
        or int(length) > settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    ):
        return error_respond(request, 413)
    charset = (request.content_params or {}).get("charset", "utf-8")
    if int(length) and charset.strip().lower() not in CHARSETS:
        request.encoding = "utf-8"
        return error_respond(request, 400, _("Please send text as UTF-8."))
    return None


def _cookies_clean(request: HttpRequest) -> None:
    if any(NUL in value for value in request.COOKIES.values()):
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if NUL not in value
        }


def _addresses_check(request: HttpRequest) -> None:
    """Takes away what is no address: the page that a request comes from is asked for by several views."""
    for name in ("HTTP_HX_CURRENT_URL", "HTTP_REFERER"):
        value = str(request.META.get(name, ""))
        try:
            for text in (value, unquote(value)):
                urlsplit(text)
        except ValueError:
            del request.META[name]


class ErrorFormatMiddleware:
    """Gives errors of whatever made them (405 of a decorator, a login lock) the form that the asking program reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or _is_in_form(request, response):
            return response
        kept = {name: response[name] for name in ERROR_HEADERS if name in response}
        return error_respond(request, response.status_code, headers=kept)


def _is_in_form(request: HttpRequest, response: HttpResponseBase) -> bool:
    media_type = response.get("Content-Type", "").partition(";")[0]
    if request.path_info.startswith(PREFIX):
        return media_type in {"text/xml", "application/json"}
    return media_type.endswith("json") or not is_for_program(request)
