"""What is answered when something goes wrong, to each in a form that it understands.

Below the Open311 prefix the format asked for, to programs problem details, to people a page. No detail of an
unexpected error leaves the house; the log has it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from gis_core.net.problems import is_for_program, problem_respond
from issues.api.formats import PREFIX, status_response

# The database comes back, or it is not ours to say when.
RETRY_AFTER_S: Final = 30
# A page of these can be made without session, user or database.
BARE: Final = frozenset({500, 503})


def error_respond(
    request: HttpRequest,
    status: int,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    wanted: str = "",
) -> HttpResponse:
    """The answer of this HTTP status; `detail` replaces what is usually said of it.

    `wanted` is the page to which a login that failed was to lead.
    """
    detail = detail or sentence_of(status)
    if request.path_info.startswith(PREFIX):
        response = status_response(request, status, detail)
    elif is_for_program(request):
        response = problem_respond(status, detail)
    else:
        response = _page(request, status, detail, wanted)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def sentence_of(status: int) -> str:
    """What went wrong, in a sentence for the client."""
    known = {
        400: _("The request cannot be read."),
        401: _("Please log in first."),
        403: _("Your account may not open this page."),
        404: _("There is no such page, or it is not public."),
        405: _("This method is not possible here."),
        413: _("The request is too large."),
        414: _("The address is too long."),
        429: _("Too many requests; please try again later."),
        500: _("Something went wrong here. Please try again later."),
        503: _("The service cannot be reached at the moment. Please try again in a minute."),
    }
    return known.get(status) or known[500 if status >= 500 else 400]


def _page(request: HttpRequest, status: int, detail: str, wanted: str) -> HttpResponse:
    context = {"detail": detail, "page": "error", "wanted": wanted}
    if status in BARE:
        return HttpResponse(render_to_string("mapui/site/error_bare.html", context), status=status)
    return render(request, "mapui/site/error.html", context, status=status)


# --- Django's handlers --------------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_respond(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A part of a page that is older than the login is as good as signed out (`mapui.site.permissions`)."""
    if request.headers.get("HX-Request"):
        return HttpResponse(_("Please log in first."), status=401)
    detail = _("The form has expired or was not sent from here. Please load the page anew.")
    return error_respond(request, 403, detail)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_respond(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = exception.args[0] if exception.args else ""
    # Django's own says which addresses it has tried.
    return error_respond(request, 404, said if isinstance(said, str) else "")


def server_failed(request: HttpRequest) -> HttpResponse:
    """An unexpected error; a database that cannot be reached is told apart, because it passes."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return error_respond(request, 503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return error_respond(request, 500)
