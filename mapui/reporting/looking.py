"""What the form offers while somebody types, and the photos that are in it. Words go by POST: no log keeps them."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gis_core.net.clients import client_address
from issues.errors import RequestsTooMany
from issues.models import StagedPhoto
from issues.services.limits import limit_check
from mapui.reporting import around
from mapui.reporting.draft import Draft
from mapui.reporting.signing_in import SignIn
from mapui.site.cities import city_shown
from mapui.site.places import places_offered
from mapui.site.types import PageRequest

TYPED_PER_MINUTE = 300


@require_POST
@never_cache
def report_places(request: PageRequest) -> HttpResponse:
    """`place`: the places that the text means or begins."""
    draft = _draft(request)
    found = places_offered(draft.jurisdiction, draft.values["place"]) if draft else []
    return render(request, "mapui/reporting/_places.html", {"places": found})


@require_POST
@never_cache
def report_categories(request: PageRequest) -> HttpResponse:
    """`search`: the categories that the words mean or begin."""
    draft = _draft(request)
    text = draft.values["search"][:100] if draft else ""
    found = around.categories_found(draft, text) if draft else []
    return render(request, "mapui/reporting/_found.html", {"found": found, "searched": text})


def _draft(request: PageRequest) -> Draft | None:
    """None where somebody types faster than people do, and before the installation is set up."""
    try:
        limit_check(f"report-typed:{client_address(request)}", limit=TYPED_PER_MINUTE)
    except RequestsTooMany:
        return None
    jurisdiction = city_shown(request, request.POST.get("jurisdiction", ""))
    return (
        Draft(request.POST, jurisdiction, SignIn(request, jurisdiction)) if jurisdiction else None
    )


@require_safe
@never_cache
def report_photo(request: PageRequest, name: UUID) -> FileResponse:
    """A photo of a draft, for whoever has its name: that is who chose it."""
    photo = StagedPhoto.objects.filter(public_id=name, expires_at__gt=timezone.now()).first()
    if photo is None:
        raise Http404
    try:
        file = photo.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response
