"""Releasing an issue: what was reported, what of it will be public, and how it will look. A GET changes nothing.

Nothing becomes public that was not on the screen. A release is refused if the report is no longer the one that was
looked at, and does nothing but show the preview if that does not show what the fields hold. A photo becomes public
only where it is ticked, turned and blackened as the preview shows it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from issues.errors import IssuesError, ReleaseOutdated
from issues.models import Issue
from issues.public_view import public_preview, public_view, release_proposal
from issues.redaction import kinds_found, text_marked
from issues.rights import RELEASE, issues_reached
from issues.services import issue_release as release
from issues.services import issue_withdraw as withdraw
from issues.services.seen import event_latest
from mapui.maps.page import back_to_list, list_left
from mapui.site.permissions import page_for, see_permission
from mapui.site.types import PageRequest
from mapui.triage.case.acting import STORED
from mapui.triage.case.conflicts import Conflict, changed_told
from mapui.triage.case.release_forms import ReleaseForm
from mapui.triage.case.views import changed_respond, person_of
from parcels.enums import Usage
from parcels.keys import parcel_label
from parcels.selectors import parcels_at_point
from routing.deciding.in_force import agency_names
from routing.steps.taking import step_take

release_permission = page_for(RELEASE)


@see_permission
@release_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def issue_release(request: PageRequest, number: str) -> HttpResponse:
    """In the panel or as a page of its own; POST releases, or with "preview" shows how it will look."""
    issue = issue_named(request, number)
    proposal = release_proposal(issue)
    form = ReleaseForm(request.POST or None, proposal=proposal)
    if "preview" in request.POST and request.htmx:
        return render(request, "mapui/triage/_release_preview.html", _preview(issue, form))
    if request.method != "POST" or "preview" in request.POST:
        return _release_respond(request, issue, form)
    return _released_respond(request, issue, form)


def _released_respond(request: PageRequest, issue: Issue, form: ReleaseForm) -> HttpResponse:
    """Releases what the form holds, or says why not."""
    if not request.POST or not form.is_valid():
        # Whoever sends nothing has looked at nothing.
        return _release_respond(request, issue, form, status=400)
    if not form.is_shown():
        text = pgettext("release", "Nothing was released yet: please look at the preview first.")
        messages.warning(request, text)
        return _release_respond(request, issue, form)
    try:
        _release(request, issue, form)
    except IssuesError as error:
        return _refused_respond(request, issue.number, error)
    messages.success(request, _("The issue is now shown to the public."))
    if request.htmx:
        response = changed_respond(request, issue.number)
        return trigger_client_event(response, STORED, {"path": request.path})
    return redirect(back_to_list(request, issue.number))


def _release(request: PageRequest, issue: Issue, form: ReleaseForm) -> None:
    """The first release is a step that can be taken back; another version of what is public is not."""
    person, seen = person_of(request), form.cleaned_data["seen"]
    shown = {
        "text": form.cleaned_data["text"],
        "address": form.cleaned_data["address"],
        "photos": form.photos_chosen(),
    }
    if issue.released_at is not None or person is None:
        release(issue=issue, seen=seen, by=person, **shown)
        return
    looked_at = {"looked_at": {issue.number: seen}}
    step_take(verb="release", issue=issue, data=looked_at, by=person, unstored=shown)


@see_permission
@release_permission
@require_POST
def issue_withdraw(request: PageRequest, number: str) -> HttpResponse:
    """Takes an issue back from the public."""
    withdraw(issue=issue_named(request, number), by=person_of(request))
    messages.success(request, _("The issue is no longer shown to the public."))
    return changed_respond(request, number)


def issue_named(request: PageRequest, number: str) -> Issue:
    """The issue, if this person may release it. Raises Http404."""
    issues = issues_reached(request.user, RELEASE).select_related("category", "jurisdiction")
    return get_object_or_404(issues, number=number)


def _refused_respond(request: PageRequest, number: str, error: IssuesError) -> HttpResponse:
    """The report as it is now beside what the clerk has typed, to be looked at and sent again."""
    issue = issue_named(request, number)
    proposal = release_proposal(issue)
    typed = request.POST.copy()
    typed["seen"] = proposal.seen
    form = ReleaseForm(typed, proposal=proposal)
    form.add_error(None, str(error))
    return _release_respond(
        request, issue, form, status=error.code, is_refused=isinstance(error, ReleaseOutdated)
    )


def _release_respond(
    request: PageRequest,
    issue: Issue,
    form: ReleaseForm,
    *,
    status: int = 200,
    is_refused: bool = False,
) -> HttpResponse:
    """The release view; after a refusal with what is public now, which somebody else may have released meanwhile.

    The panel shows whatever comes with status 200 and nothing else.
    """
    proposal = release_proposal(issue)
    chosen = {photo.pk for photo in form.photos_chosen()}
    preview = _preview(issue, form)
    is_public = issue.released_at is not None and issue.category.is_public
    authority = preview["preview"].authority
    context = {
        **preview,
        "page": "issue_release",
        "in_panel": bool(request.htmx),
        "back_url": back_to_list(request, issue.number),
        "list_left": list_left(request, issue.number),
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "form": form,
        "text_parts": text_marked(issue.description),
        "address_parts": text_marked(issue.address_text),
        "photos": [(photo, photo.pk in chosen) for photo in proposal.photos],
        "conflict": _conflict(issue) if is_refused else None,
        "present": public_view(issue, authority=authority, photos=proposal.photos)
        if is_refused and is_public
        else None,
        "parcel": _parcel(issue),
    }
    if request.htmx:
        return render(request, "mapui/triage/_release.html", context)
    return render(request, "mapui/triage/release.html", context, status=status)


def _conflict(issue: Issue) -> Conflict:
    """Who did what last; what is public now and what was typed stand on the page itself."""
    event = event_latest(issue)
    rows = [(pgettext("conflict", "Last"), str(event.get_kind_display()))] if event else []
    return Conflict(changed_told(event), rows)


def _preview(issue: Issue, form: ReleaseForm) -> dict[str, Any]:
    """How the fields would look to the public, and the mark by which a release knows what was shown."""
    text, address = form.text_given("text"), form.text_given("address")
    return {
        "shown": form.digest(),
        "left": kinds_found(text, address),
        "preview": public_preview(
            issue,
            text=text,
            address=address,
            photos=form.photos_chosen(),
            authority=agency_names([issue.pk]).get(issue.pk, ""),
        ),
    }


def _parcel(issue: Issue) -> dict[str, str] | None:
    """On whose kind of land the public will see the mark; for staff."""
    hits = issue.is_placed and parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
    if not hits:
        return None
    parcel = hits[0].parcel
    label = parcel_label(parcel.key, parcel.gemarkung_name)
    return {"key": parcel.key, "label": label, "usage": str(Usage(hits[0].usage).label)}
