"""Where two official sources contradict each other: the list for whoever looks after the geodata, letters, closing."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from issues.models import Issue
from issues.rights import reached
from mapui.site.permissions import MANAGE_GEODATA, jurisdiction_for, page_for
from mapui.site.types import PageRequest
from routing.deciding.contradictions import contradiction_close, contradictions_of
from routing.models import Contradiction

PAGE_SIZE = 25


@page_for(MANAGE_GEODATA)
@require_safe
@never_cache
def contradictions_list(request: PageRequest) -> HttpResponse:
    """The open ones first."""
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    issues = Issue.objects.filter(jurisdiction=jurisdiction)
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "contradictions": Paginator(contradictions_of(issues), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "mapui/geodata/contradictions.html", context)


@page_for(MANAGE_GEODATA)
@require_safe
def contradiction_letter(request: PageRequest, pk: int) -> HttpResponseBase:
    """The letter as PDF; 404 until a worker has made it."""
    letter = get_object_or_404(_reached(request), pk=pk).letter
    if letter is None:
        raise Http404
    return FileResponse(
        letter.file.open("rb"),
        as_attachment=True,
        filename=letter.name,
        content_type=letter.media_type,
    )


@page_for(MANAGE_GEODATA)
@require_POST
def contradiction_done(request: PageRequest, pk: int) -> HttpResponse:
    """The owner of the data has answered."""
    contradiction = get_object_or_404(_reached(request), pk=pk)
    if isinstance(request.user, User) and contradiction_close(
        contradiction=contradiction, by=request.user
    ):
        messages.success(request, pgettext("contradiction", "The contradiction is settled."))
    return redirect("contradictions")


def _reached(request: PageRequest) -> QuerySet[Contradiction]:
    issues = Issue.objects.filter(reached(request.user, MANAGE_GEODATA))
    return contradictions_of(issues)
