"""Releasing an issue: a page that shows what will be public, and the same as JSON. A GET changes nothing.

Nothing becomes public that was not on the screen: text and address are taken as they stand in the form, a photo only
where it is ticked, and all of it only if the report is still the one that was looked at.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gis_core.net.problems import problem_respond
from issues.errors import IssuesError
from issues.models import Issue
from issues.public_view import public_preview, public_view, release_proposal
from issues.redaction import Finding, findings
from issues.services import issue_release as release
from issues.services import issue_withdraw as withdraw
from mapui.maps.page import back_to_list
from mapui.site.permissions import may_any, triage_permission
from mapui.site.types import PageRequest
from mapui.triage.case.release_forms import ReleaseForm
from mapui.triage.case.views import changed_respond, person_of
from parcels.enums import Usage
from parcels.keys import parcel_label
from parcels.selectors import parcels_at_point
from routing.deciding.in_force import agency_names

RELEASE = "issues.release_issue"
release_permission = permission_required(RELEASE, raise_exception=True)


# --- The page ---------------------------------------------------------------------------------------
@triage_permission
@release_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def issue_release(request: PageRequest, number: str) -> HttpResponse:
    """What was reported, what of it will be public and how it will look; POST releases or shows it once more."""
    issue = _issue(number)
    form = ReleaseForm(request.POST or None, proposal=release_proposal(issue))
    if request.method != "POST" or "preview" in request.POST:
        return _page_respond(request, issue, form)
    if not request.POST or not form.is_valid():
        # Whoever sends nothing has looked at nothing.
        return _page_respond(request, issue, form, status=400)
    try:
        release(
            issue=issue,
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
            photos=form.photos_chosen(),
            seen=form.cleaned_data["seen"],
            by=person_of(request),
        )
    except IssuesError as error:
        return _refused_respond(request, number, error)
    messages.success(request, _("The issue is now shown to the public."))
    return redirect(back_to_list(request, number))


def _refused_respond(request: PageRequest, number: str, error: IssuesError) -> HttpResponse:
    """The report as it is now beside what the clerk has typed, to be looked at and sent again."""
    issue = _issue(number)
    proposal = release_proposal(issue)
    typed = request.POST.copy()
    typed["seen"] = proposal.seen
    form = ReleaseForm(typed, proposal=proposal)
    form.add_error(None, str(error))
    return _page_respond(request, issue, form, status=error.code, is_refused=True)


def _page_respond(
    request: PageRequest,
    issue: Issue,
    form: ReleaseForm,
    *,
    status: int = 200,
    is_refused: bool = False,
) -> HttpResponse:
    """The page; after a refusal with what is public now, which somebody else may have released meanwhile."""
    proposal = release_proposal(issue)
    text, address = form["text"].value() or "", form["address"].value() or ""
    chosen = {photo.pk for photo in form.photos_chosen()}
    authority = agency_names([issue.pk]).get(issue.pk, "")
    is_public = issue.released_at is not None and issue.category.is_public
    context = {
        "page": "issue_release",
        "back_url": back_to_list(request, issue.number),
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "form": form,
        "text_parts": parts_marked(issue.description, proposal.text_findings),
        "address_parts": parts_marked(issue.address_text, proposal.address_findings),
        "photos": [(photo, photo.pk in chosen) for photo in proposal.photos],
        "left": _kinds_left(text, address),
        "preview": public_preview(
            issue,
            text=text,
            address=address,
            photos=form.photos_chosen(),
            authority=authority,
        ),
        "present": public_view(issue, authority=authority, photos=proposal.photos)
        if is_refused and is_public
        else None,
        "parcel": _parcel(issue),
    }
    return render(request, "mapui/triage/release.html", context, status=status)


def _parcel(issue: Issue) -> dict[str, str] | None:
    """On whose kind of land the public will see the mark; for staff."""
    hits = issue.is_placed and parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
    if not hits:
        return None
    parcel = hits[0].parcel
    label = parcel_label(parcel.key, parcel.gemarkung_name)
    return {"label": label, "usage": str(Usage(hits[0].usage).label)}


def parts_marked(text: str, found: list[Finding] | Any) -> list[tuple[str, str]]:
    """The text in pieces: (characters, what they are), the latter "" for what tells nothing of a person."""
    parts, last = [], 0
    for start, end, kind in found:
        parts += [(text[last:start], ""), (text[start:end], str(kind.label))]
        last = end
    return [part for part in [*parts, (text[last:], "")] if part[0]]


def _kinds_left(*texts: str) -> list[str]:
    """What the public texts still tell, once each."""
    return sorted({str(one.kind.label) for text in texts for one in findings(text)})


@triage_permission
@require_POST
@release_permission
def issue_withdraw(request: PageRequest, number: str) -> HttpResponse:
    """Takes an issue back from the public."""
    withdraw(issue=get_object_or_404(Issue, number=number), by=person_of(request))
    messages.success(request, _("The issue is no longer shown to the public."))
    return changed_respond(request, number)


def _issue(number: str) -> Issue:
    return get_object_or_404(
        Issue.objects.select_related("category", "jurisdiction"), number=number
    )


# --- The same as JSON -------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
@never_cache
def issue_release_api(request: HttpRequest, number: str) -> HttpResponse:
    """GET: what a release would show. POST {"text", "address", "photos", "seen"}: releases. DELETE: withdraws.

    For staff by their session; POST and DELETE with the CSRF token. Offsets count characters (code points).
    Errors are problem details (RFC 9457).
    """
    if not request.user.is_authenticated:
        return problem_respond(401, _("Please log in."))
    if not (may_any(request.user, RELEASE) and may_any(request.user, "issues.triage_issue")):
        return problem_respond(403, _("You may not release issues."))
    issue = Issue.objects.select_related("category").filter(number=number).first()
    if issue is None:
        return problem_respond(404, _("There is no such issue."))
    if request.method == "POST":
        return _release_by_json(request, issue)
    if request.method == "DELETE":
        issue = withdraw(issue=issue, by=person_of(request))  # type: ignore[arg-type]
    return JsonResponse(_release_shown(issue))


def _release_by_json(request: HttpRequest, issue: Issue) -> HttpResponse:
    # Another body may have been read as a form already, and cannot be read twice.
    if request.content_type != "application/json":
        return problem_respond(415, pgettext("release", "Send the release as application/json."))
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        given = None
    wrong = _wrong_in(given)
    if wrong:
        errors = {name: [text] for name, text in wrong.items()}
        return problem_respond(400, " ".join(wrong.values()), errors=errors)
    photos = list(issue.photos.filter(public_id__in=given["photos"]))
    if len(photos) != len(set(given["photos"])):
        text = pgettext("release", "“photos” names a photo that is not one of this issue.")
        return problem_respond(409, text, errors={"photos": [text]})
    try:
        released = release(
            issue=issue,
            text=given["text"],
            address=given["address"],
            photos=photos,
            seen=given["seen"],
            by=person_of(request),  # type: ignore[arg-type]
        )
    except IssuesError as error:
        return problem_respond(error.code, str(error), errors={error.field: [str(error)]})
    return JsonResponse(_release_shown(released))


def _wrong_in(given: Any) -> dict[str, str]:
    """By name, what is missing or of another type than said."""
    if not isinstance(given, dict):
        return {"": pgettext("release", "Send a JSON object with text, address, photos and seen.")}
    wrong = {
        name: pgettext("release", "“%(name)s” must be a text.") % {"name": name}
        for name in ("text", "address", "seen")
        if not isinstance(given.get(name), str)
    }
    photos = given.get("photos")
    if not isinstance(photos, list) or not all(_is_identifier(one) for one in photos):
        wrong["photos"] = pgettext(
            "release", "“photos” must be a list of identifiers of photos; it may be empty."
        )
    return wrong


def _is_identifier(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _release_shown(issue: Issue) -> dict[str, Any]:
    proposal = release_proposal(issue)
    return {
        "number": issue.number,
        "is_public": issue.released_at is not None,
        "may_be_public": issue.category.is_public,
        "text": proposal.text,
        "address": proposal.address,
        "reported": {
            "text": issue.description,
            "text_findings": [one._asdict() for one in proposal.text_findings],
            "address": issue.address_text,
            "address_findings": [one._asdict() for one in proposal.address_findings],
        },
        "photos": [
            {
                "id": str(photo.public_id),
                "url": reverse("photo", args=[photo.public_id]),
                "is_public": photo.is_released,
            }
            for photo in proposal.photos
        ],
        "seen": proposal.seen,
    }
