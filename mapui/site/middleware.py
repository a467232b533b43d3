"""What holds for every request: German first, text compressed, logins that end, no statement without an end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from gis_core.db.statements import statements_limit
from mapui.site.logins import POLLED, session_is_over

TEXTUAL: Final = re.compile(
    r"text/.+|application/(?:.+\+)?(?:json|xml)|application/(?:javascript|vnd\.mapbox-vector-tile)|image/svg\+xml"
)


class ChosenLocaleMiddleware(LocaleMiddleware):
    """The language chosen on the page (a cookie), else the installation's own.

    Django's middleware would follow the browser's list; a municipality's pages open in German for everyone.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen in dict(settings.LANGUAGES)
        translation.activate(chosen if known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class TextGZipMiddleware(GZipMiddleware):
    """Answers that are text are compressed; photos and pictures of maps are so already."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        if not TEXTUAL.fullmatch(kind):
            return response
        return super().process_response(request, response)


class StatementLimitMiddleware:
    """Nobody's request keeps the database busy for ever. Whoever comes with a session, as staff do, may wait longer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        kind = "staff" if settings.SESSION_COOKIE_NAME in request.COOKIES else "public"
        statements_limit(settings.STATEMENT_SECONDS[kind])
        return self.get_response(request)


class SessionAgeMiddleware:
    """Ends logins that are too old or were not used for too long; who is not logged in costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_given: Any
    ) -> None:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not has_session or SESSION_KEY not in request.session:
            return
        if session_is_over(request.session, is_used=POLLED not in vars(view)):
            logout(request)
