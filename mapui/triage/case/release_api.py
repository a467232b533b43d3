"""Releasing an issue as JSON: what a release would show, the release itself, and its end."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gis_core.net.problems import problem_respond
from issues.errors import IssuesError
from issues.models import Issue
from issues.public_view import release_proposal
from issues.rights import RELEASE, SEE, issues_reached
from issues.services import issue_release as release
from issues.services import issue_withdraw as withdraw
from mapui.site.permissions import may_any
from mapui.triage.case.views import person_of


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
@never_cache
def issue_release_api(request: HttpRequest, number: str) -> HttpResponse:
    """GET: what a release would show. POST {"text", "address", "photos", "seen"}: releases. DELETE: withdraws.

    For staff by their session; POST and DELETE with the CSRF token. Offsets count characters (code points).
    Errors are problem details (RFC 9457).
    """
    if not request.user.is_authenticated:
        return problem_respond(401, _("Please log in."))
    if not (may_any(request.user, RELEASE) and may_any(request.user, SEE)):
        return problem_respond(403, _("You may not release issues."))
    reached = issues_reached(request.user, RELEASE).select_related("category")
    issue = reached.filter(number=number).first()
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
                "turned": photo.turned,
                "boxes": photo.boxes,
            }
            for photo in proposal.photos
        ],
        "seen": proposal.seen,
    }
