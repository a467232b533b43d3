"""What would be decided if a report lay elsewhere: told before the clerk moves it. Nothing is stored."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.enums import LocationSource
from issues.errors import AddressUnknown, IssuesError
from issues.models import Issue
from issues.rights import issues_reached
from issues.services.location import location_checked
from issues.types import Location
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest
from mapui.triage.case.forms import MoveForm
from parcels.keys import parcel_label
from parcels.selectors import parcels_at_point
from routing.deciding.decisions import decision_foreseen
from routing.evidence import Question


@see_permission
@require_safe
@never_cache
def place_foreseen(request: PageRequest, number: str) -> HttpResponse:
    """Parcel, road and decision at the place of the form (`lat`, `long`, `text`, `accuracy`)."""
    issues = issues_reached(request.user).select_related("category", "jurisdiction")
    issue = get_object_or_404(issues, number=number)
    form = MoveForm(request.GET, issue=issue)
    place, error = None, ""
    if form.is_valid():
        try:
            place = _place(issue, form)
        except IssuesError as wrong:
            error = str(wrong)
    context = {"place": place, "error": error, "issue": issue}
    if place is not None:
        hits = parcels_at_point(jurisdiction=issue.jurisdiction, point=place.point)
        parcel = hits[0].parcel if hits else None
        context["parcel"] = parcel_label(parcel.key, parcel.gemarkung_name) if parcel else ""
        context["decision"] = decision_foreseen(issue, _asked(issue, place))
    return render(request, "mapui/triage/case/_foreseen.html", context)


def _place(issue: Issue, form: MoveForm) -> Location:
    """The first of the form's readings that is a place. Raises an IssuesError."""
    *others, last = form.locations()
    for location in others:
        try:
            return location_checked(issue.jurisdiction, location)
        except AddressUnknown:
            continue
    return location_checked(issue.jurisdiction, last)


def _asked(issue: Issue, place: Location) -> Question:
    """As the move would store it: coordinates count as set on the map."""
    is_point = place.source == LocationSource.COORDINATES
    return Question(
        category_id=issue.category_id,
        x=place.point.x,
        y=place.point.y,
        at=issue.received_at,
        answers=issue.answers,
        accuracy_m=place.accuracy_m,
        source=LocationSource.MAP if is_point else place.source,
    )
