"""The photos of a release: how each will look, turning it, setting black boxes."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from issues.enums import PhotoStatus
from issues.errors import IssuesError
from issues.models import Photo
from issues.public_view import release_proposal, release_state
from issues.services import photo_edit as edit
from issues.services.photos.copies import copy_draw
from issues.types import Box
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest
from mapui.triage.case.release import issue_named, release_permission
from mapui.triage.case.views import person_of

# The preview shows the photos anew.
PHOTO_EDITED = "photo-edited"
TURNS = [(0, "0"), (90, "90"), (180, "180"), (270, "270")]


class EditForm(forms.Form):
    """What becomes of a photo beside its boxes; `edits` is the state that was looked at."""

    edits = forms.CharField()
    turn = forms.TypedChoiceField(choices=TURNS, coerce=int, required=False)


class BoxForm(forms.Form):
    """One black box, in pixels of the photo as it is turned; an empty one counts as none."""

    left = forms.IntegerField(label=pgettext_lazy("box", "Left"), min_value=0)
    top = forms.IntegerField(label=pgettext_lazy("box", "Top"), min_value=0)
    width = forms.IntegerField(label=pgettext_lazy("box", "Width"), min_value=0)
    height = forms.IntegerField(label=pgettext_lazy("box", "Height"), min_value=0)


@see_permission
@release_permission
@require_POST
def photo_edit(request: PageRequest, number: str, public_id: UUID) -> HttpResponse:
    """Sets boxes and turns; answers with the photo as it is now, in the panel or on the page of the release."""
    photo, form, boxes = (
        _photo(request, number, public_id),
        EditForm(request.POST),
        _boxes(request.POST),
    )
    issue = photo.issue
    proposal = release_proposal(issue)
    error = ""
    if boxes is None or not form.is_valid():
        error = pgettext("box", "Each box needs four whole numbers. Nothing was changed.")
    else:
        try:
            photo = edit(
                photo=photo,
                boxes=boxes,
                turn=form.cleaned_data["turn"] or 0,
                seen=form.cleaned_data["edits"],
                by=person_of(request),
            )
        except IssuesError as refused:
            error, photo = str(refused), _photo(request, number, public_id)
    if not request.htmx:
        if error:
            messages.error(request, error)
        return redirect("issue_release", number=number)
    # Whoever had looked at the report has looked at this change too, and at no other.
    photos = [photo if one.pk == photo.pk else one for one in proposal.photos]
    is_known = not error and request.POST.get("seen") == proposal.seen
    context = {
        "issue": issue,
        "photo": photo,
        "place": photos.index(photo) + 1,
        "error": error,
        "in_panel": True,
        "is_open": True,
        "seen": release_state(issue, photos) if is_known else "",
    }
    response = render(request, "mapui/triage/_release_photo.html", context)
    return trigger_client_event(response, PHOTO_EDITED, after="settle")


@see_permission
@release_permission
@require_safe
@never_cache
def photo_draft(request: PageRequest, number: str, public_id: UUID, edits: str) -> HttpResponse:
    """The photo as its copy for the public is or would be; 404 when it was edited since."""
    photo = _photo(request, number, public_id)
    if photo.edits != edits:
        raise Http404
    return _picture(photo, with_boxes=True)


@see_permission
@release_permission
@require_safe
@never_cache
def photo_turned(request: PageRequest, number: str, public_id: UUID, turned: int) -> HttpResponse:
    """The photo turned, without its boxes: what boxes are set on; 404 when it was turned since."""
    photo = _photo(request, number, public_id)
    if photo.turned != turned:
        raise Http404
    return _picture(photo, with_boxes=False)


def _picture(photo: Photo, *, with_boxes: bool) -> HttpResponse:
    try:
        content = copy_draw(photo, with_boxes=with_boxes)
    except OSError as error:
        raise Http404 from error
    return HttpResponse(content, content_type="image/jpeg")


def _photo(request: PageRequest, number: str, public_id: UUID) -> Photo:
    photos = Photo.objects.filter(status=PhotoStatus.STORED).select_related("issue")
    return get_object_or_404(photos, public_id=public_id, issue=issue_named(request, number))


def _boxes(given: QueryDict) -> list[Box] | None:
    """The boxes of a form whose fields repeat; None where a field of one is missing or no number."""
    columns = [given.getlist(name) for name in Box._fields]
    if len({len(column) for column in columns}) > 1:
        return None
    boxes = []
    for row in zip(*columns, strict=True):
        if not any(row):
            continue
        form = BoxForm(dict(zip(Box._fields, row, strict=True)))
        if not form.is_valid():
            return None
        boxes.append(Box(**form.cleaned_data))
    return boxes
