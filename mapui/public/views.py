"""The public pages: status map with its list, and one released issue."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID, uuid4

import segno
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address, in_city
from gis_core.net.clients import client_address
from issues.api.caching import answer_with, content_etag
from issues.errors import IssueUnknown, OpinionRefused, RequestsTooMany
from issues.models import Issue
from issues.public_steps import public_steps
from issues.public_view import PublicIssue, public_view
from issues.services.limits import limit_check
from issues.services.opinions import opinion_check, opinion_give, opinions_of
from issues.services.reporting.own import sighting_add
from mapui.maps.page import SELECTED, issue_list, list_addresses, map_context, selection_named
from mapui.public.choice import choice_told
from mapui.public.preview import HEIGHT, WIDTH, preview_of
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.guards import limit_refused
from mapui.site.public_filter import PublicFilterForm
from mapui.site.shared import answer_shared
from mapui.site.types import PageRequest
from routing.deciding.enquiries import reason_told
from routing.deciding.in_force import agency_names

# What everybody may say of an issue, and how it is thanked for.
SEEN, DONE, NOT_DONE = "seen", "done", "not_done"
# From one address: of all issues in an hour, and of one in a day, where several people share the address.
SAID_PER_HOUR: Final = 30
SAID_OF_ONE: Final = 5
HOUR_S, DAY_S = 3600, 86_400
VOTER: Final = "voter"
PREVIEWS_PER_MINUTE: Final = 300


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_map(request: PageRequest) -> HttpResponse:
    """Map and list of released issues; for htmx the list alone."""
    return answer_shared(request, partial(_map, request))


def _map(request: PageRequest) -> HttpResponse:
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    context = list_context(request, jurisdiction, page_name="public_map")
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/maps/_issue_list.html", context)
    if SELECTED in request.GET:
        public = _public_issues().filter(jurisdiction=jurisdiction)
        selected = public.filter(number=request.GET[SELECTED]).first()
        context["is_missing"] = selected is None
        if selected is not None:
            context |= {**_issue_context(selected), "in_panel": True}
    context.update(map_context(MapName.PUBLIC, jurisdiction, request.user))
    return render(request, "mapui/public/map.html", context)


def list_context(
    request: PageRequest, jurisdiction: Jurisdiction | None, *, page_name: str
) -> dict[str, Any]:
    """What the list beside the map shows, and what is told of the filter of the address."""
    form = PublicFilterForm(request.GET, jurisdiction=jurisdiction)
    issues: models.QuerySet[Issue] = Issue.objects.none()
    if form.is_valid():
        issues = form.issues(jurisdiction)
    shown = issue_list(
        issues,
        request=request,
        jurisdiction=jurisdiction,
    )
    addresses = list_addresses(form, page_name=page_name, feed_name="public_issues")
    page_asked = request.GET.get("page", "")
    if not form.is_valid():
        # The tiles would refuse the filter too, each with an error of its own.
        addresses["feed_url"] = ""
    return {
        "page": "public",
        "jurisdiction": jurisdiction,
        "form": form,
        "shown": shown,
        "page_missing": form.is_valid() and page_asked not in {"", str(shown.page.number)},
        **addresses,
        **choice_told(jurisdiction, form, reverse(page_name)),
    }


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_issue(request: PageRequest, number: str) -> HttpResponse:
    """What the public may know of one issue; 404 for everything that is not released."""
    response = answer_shared(request, partial(_issue, request, number))
    return selection_named(request, response, number)


def _issue(request: PageRequest, number: str) -> HttpResponse:
    stored = _public_issues().filter(in_city(request), number=number).first()
    if stored is None:
        raise Http404(_("There is no such issue."))
    return _issue_respond(request, stored, thanks=_THANKS.get(request.GET.get("said", "")))


def _public_issues() -> Any:
    """With all that a page shows of one, the boundary of its city, thousands of corners, left out."""
    issues = Issue.objects.public().select_related("category", "closing_reason", "jurisdiction")
    return issues.defer("jurisdiction__boundary", "description", "address_text", "answers")


def _issue_respond(
    request: PageRequest, stored: Issue, *, thanks: Any = "", error: str = "", status: int = 200
) -> HttpResponse:
    """The page, or for htmx the panel."""
    context = {
        "page": "public_issue",
        "jurisdiction": stored.jurisdiction,
        "in_panel": bool(request.htmx),
        "thanks": thanks,
        "said_error": error,
        **_issue_context(stored),
    }
    if request.htmx:
        # What htmx swaps in comes with 200.
        return render(request, "mapui/public/_issue.html", context)
    return render(request, "mapui/public/issue.html", context, status=status)


@require_POST
@never_cache
def issue_said(request: PageRequest, number: str) -> HttpResponse:
    """“Seen it too”, “is done”, “is not done”, once for a browser; no login. 404 for what is not public."""
    stored = _public_issues().filter(in_city(request), number=number).first()
    said = request.POST.get("said", "")
    if stored is None or said not in _THANKS:
        raise Http404(_("There is no such issue."))
    try:
        limit_check(f"said:{client_address(request)}", limit=SAID_PER_HOUR, window_s=HOUR_S)
        _say(request, stored, said)
    except IssueUnknown as unknown:
        raise Http404(unknown.message) from unknown
    except (OpinionRefused, RequestsTooMany) as error:
        return _issue_respond(request, stored, error=error.message, status=error.code)
    if request.htmx:
        return _issue_respond(request, stored, thanks=_THANKS[said])
    address = reverse("public_issue", args=[number])
    return redirect(f"{address}?{urlencode({'said': said})}#said")


def _say(request: PageRequest, issue: Issue, said: str) -> None:
    """Raises IssueUnknown, OpinionRefused, RequestsTooMany."""
    opinion_check(issue, is_done=said != NOT_DONE)
    voter = _voter(request)
    if voter is None:
        # A browser that forgets who it is counts by its address alone.
        scope = f"said:{issue.pk}:{client_address(request)}"
        limit_check(scope, limit=SAID_OF_ONE, window_s=DAY_S)
        voter = uuid4()
        request.session[VOTER] = voter.hex
    if said == SEEN:
        sighting_add(issue=issue, entry=voter)
    else:
        opinion_give(issue=issue, voter=voter, is_done=said == DONE)


def _voter(request: PageRequest) -> UUID | None:
    """The random name of the browser, kept in its session; None while it has none."""
    kept = request.session.get(VOTER)
    return UUID(hex=kept) if kept else None


_THANKS: Final = {
    SEEN: pgettext_lazy("public issue", "Thank you. It counts that you have seen it too."),
    DONE: pgettext_lazy("public issue", "Thank you. It counts that it is done."),
    NOT_DONE: pgettext_lazy(
        "public issue", "Thank you. If several people say so, staff look at it again."
    ),
}


@require_safe
def issue_preview(request: PageRequest, number: str) -> HttpResponse:
    """The picture of a released issue without a photo; 404 for everything that is not released."""
    public = Issue.objects.public().select_related("category", "closing_reason")
    stored = public.filter(in_city(request), number=number).first()
    if stored is None:
        raise Http404(_("There is no such issue."))
    if (refused := limit_refused(request, "preview", limit=PREVIEWS_PER_MINUTE)) is not None:
        return refused
    image = preview_of(public_view(stored))
    response = HttpResponse(image.content, content_type=image.media_type)
    return answer_with(request, response, etag=content_etag(image.content))


def _picture(issue: PublicIssue, jurisdiction: Jurisdiction) -> dict[str, Any]:
    """What messengers show of it: the first released photo, else a map with the place."""
    if issue.photos:
        photo = issue.photos[0]
        return {
            "address": city_address(jurisdiction, "photo", photo.name),
            "width": photo.width,
            "height": photo.height,
            "told": pgettext("preview", "Photo: %(title)s") % {"title": issue.title},
        }
    return {
        "address": city_address(jurisdiction, "issue_preview", issue.number),
        "width": WIDTH,
        "height": HEIGHT,
        "told": pgettext("preview", "Map with the place: %(title)s") % {"title": issue.title},
    }


@lru_cache(maxsize=1000)
def _code(address: str) -> str:
    """The address as a QR code, a data address."""
    # Whatever the mask, the code is read; to find the best of eight takes most of the time.
    code = segno.make_qr(address, error="m", mask=3, boost_error=False)
    return str(code.svg_data_uri(border=2))


def _issue_context(issue: Issue) -> dict[str, Any]:
    """What the public may know of one issue of `_public_issues`."""
    # Read once: who may have to act is asked for by the category.
    issue.category.jurisdiction = issue.jurisdiction
    authority = agency_names([issue.pk]).get(issue.pk, "")
    photos = issue.photos.filter(is_released=True).order_by("pk")
    shown = public_view(issue, authority=authority, photos=photos)
    address = city_address(issue.jurisdiction, "public_issue", issue.number)
    return {
        "issue": shown,
        "steps": public_steps(issue),
        "why": text_in(reason_told(issue, authority)),
        "address": address,
        "picture": _picture(shown, issue.jurisdiction),
        "code": _code(address),
        "warnings": issue.category.warnings,
        "sightings": issue.sightings.count(),
        "opinions": opinions_of(issue),
    }
