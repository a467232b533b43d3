"""What whoever reported can do later by the private link, and “seen it too” for everybody."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from issues.errors import IssueUnknown, PhotoRefused
from issues.models import Issue, Photo, Sighting
from issues.services.photos.stored import PHOTOS_PER_REPORT, photo_event, photo_new, photo_prepare
from issues.services.workflow import issue_news

# Photos that come later, beside those of the report.
PHOTOS_LATER: Final = 5
_signer: Final = Signer(salt="issues.report")


def report_path(issue: Issue) -> str:
    """The private page of whoever reported the issue; the signature keeps anybody from trying identifiers."""
    return reverse("own_report", args=[_signer.sign(issue.public_id.hex)])


def report_url(issue: Issue) -> str:
    """The same as an absolute address."""
    return f"{settings.PUBLIC_URL}{report_path(issue)}"


def issue_by_link(token: str) -> Issue | None:
    """The issue of a private link; None: the link is invalid."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Issue.objects.select_related("category", "jurisdiction", "closing_reason")
    issue: Issue | None = found.filter(public_id=public_id).first()
    return issue


def photo_add(*, issue: Issue, content: bytes) -> Photo:
    """Adds a photo of whoever reported; the issue has news. Raises `PhotoRefused`."""
    prepared = photo_prepare(content)
    with transaction.atomic():
        stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if stored.photos.count() >= PHOTOS_PER_REPORT + PHOTOS_LATER:
            message = pgettext("report", "At most %(limit)d photos are possible.")
            raise PhotoRefused(message % {"limit": PHOTOS_PER_REPORT + PHOTOS_LATER})
        photo = photo_new(stored, prepared)
        photo.save()
        photo_event(photo, timezone.now()).save()
        issue_news(stored)
    if photo.refused_because:
        raise PhotoRefused(photo.refused_because)
    return photo


def sighting_add(*, issue: Issue, entry: UUID) -> int:
    """Counts that somebody has seen it too, once for a draft; returns how many have. Raises `IssueUnknown`."""
    if not Issue.objects.filter(pk=issue.pk).public().exists():
        raise IssueUnknown(pgettext("report", "This report is not public."))
    Sighting.objects.get_or_create(issue=issue, entry=entry, defaults={"at": timezone.now()})
    return issue.sightings.count()
