"""Releasing an issue to the public: the text, the address and each photo as a person has looked at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import EventKind, PhotoStatus
from issues.errors import ReleaseOutdated, ReleaseRefused, TextNotClean, TextTooLong
from issues.models import Issue, Photo
from issues.public_view import release_state, texts_proposed
from issues.services.events import issue_event_append
from issues.services.photos.copies import COPY_FIELDS, copies_undone, copy_drop, copy_make
from issues.services.texts import XML_FORBIDDEN, field_length

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models.fields.files import FieldFile


def issue_release(
    *,
    issue: Issue,
    text: str | None = None,
    address: str | None = None,
    photos: Iterable[Photo] | None = None,
    seen: str | None = None,
    by: User | None = None,
) -> Issue:
    """Shows the issue to the public with this text, this address and these photos.

    The texts are stored exactly as given; the reporter's own stay beside them. None: what is or was public, else the
    reporter's own with everything personal masked. `photos` are all that are public from now
    on, the others are taken back; None leaves them as they are. `seen` is the state that was looked at
    (`issues.public_view.release_proposal`). Releasing the same again changes nothing.

    Raises `ReleaseOutdated` when that state has changed since, `ReleaseRefused` for a category that is never public,
    for an issue without a place and for a photo that is not a stored photo of this issue or lost its file,
    `TextTooLong`, `TextNotClean`. Then nothing is changed.
    Returns the issue as stored.
    """
    wanted = None if photos is None else {photo.pk for photo in photos}
    with copies_undone() as made, transaction.atomic():
        stored: Issue = (
            Issue.objects.select_for_update(of=("self",))
            .select_related("category")
            .get(pk=issue.pk)
        )
        own = list(stored.photos.filter(status=PhotoStatus.STORED).order_by("pk"))
        _release_check(stored, own, wanted, seen)
        changes = _texts_set(stored, text, address) | _photos_set(own, wanted, made)
        if stored.released_at is not None and not any(changes.values()):
            return stored
        event = issue_event_append(issue=stored, kind=EventKind.RELEASED, by=by, detail=changes)
        stored.released_at = stored.released_at or event.at
        stored.released_by_id = stored.released_by_id or (by.pk if by else None)
        stored.save(update_fields=["public_text", "public_address", "released_at", "released_by"])
    return stored


def issue_withdraw(*, issue: Issue, reason: str = "", by: User | None = None) -> Issue:
    """Takes the issue with its texts and all its photos back from the public; nothing if it was not released.

    The public texts stay: they are what the next release begins with.
    """
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
        if stored.released_at is None:
            return stored
        issue_event_append(issue=stored, kind=EventKind.WITHDRAWN, by=by, detail={"reason": reason})
        for photo in stored.photos.filter(is_released=True):
            copy_drop(photo)
            photo.save(update_fields=COPY_FIELDS)
        stored.released_at = stored.released_by = None
        stored.save(update_fields=["released_at", "released_by"])
    return stored


def _release_check(
    issue: Issue, own: Sequence[Photo], wanted: set[int] | None, seen: str | None
) -> None:
    if not issue.category.is_public:
        raise ReleaseRefused(
            _("Issues of the category “%(category)s” are never public.")
            % {"category": issue.category.name}
        )
    if not issue.is_placed:
        raise ReleaseRefused(_("Nobody has placed this issue yet. Please put it on the map first."))
    if wanted is not None and not wanted <= {photo.pk for photo in own}:
        raise ReleaseRefused(
            _("Only stored photos of this issue can be released with it."), field="photos"
        )
    if seen is not None and seen != release_state(issue, own):
        raise ReleaseOutdated(
            _(
                "The report has changed since you opened it, or somebody else has released it."
                " Nothing was released. Please look at it again."
            ),
            field="seen",
        )


def _texts_set(issue: Issue, text: str | None, address: str | None) -> dict[str, Any]:
    """Sets both public texts and says which of them changed; what they say is no matter of an event."""
    proposed_text, proposed_address = texts_proposed(issue)
    text = proposed_text if text is None else text
    address = proposed_address if address is None else address
    given = {"public_text": text, "public_address": address}
    changed = {}
    for field, value in given.items():
        _text_check(value, field=field)
        changed[f"{field}_changed"] = value != getattr(issue, field)
        setattr(issue, field, value)
    return changed


def _text_check(value: str, *, field: str) -> None:
    """Nothing is cut off or taken out: a text that cannot be shown as it is, is refused."""
    shown = {"public_text": _("The public text"), "public_address": _("The public address")}[field]
    limit = field_length(Issue, field)
    if XML_FORBIDDEN.search(value):
        raise TextNotClean(_("%(field)s holds control characters.") % {"field": shown}, field=field)
    if len(value) > limit:
        raise TextTooLong(
            _("%(field)s has %(length)d characters; at most %(limit)d are possible.")
            % {"field": shown, "length": len(value), "limit": limit},
            field=field,
        )


def _photos_set(
    own: Sequence[Photo], wanted: set[int] | None, made: list[FieldFile]
) -> dict[str, Any]:
    """Releases and takes back; says which by their public identifiers. The files it writes are added to `made`."""
    changed = [
        photo for photo in own if wanted is not None and photo.is_released != (photo.pk in wanted)
    ]
    for photo in changed:
        if photo.is_released:
            copy_drop(photo)
        else:
            made.append(copy_make(photo))
    Photo.objects.bulk_update(changed, COPY_FIELDS)
    return {
        "photos": [str(one.public_id) for one in changed if one.is_released],
        "photos_taken_back": [str(one.public_id) for one in changed if not one.is_released],
    }
