"""A report that is about two things: a part of it becomes a report of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import Channel, EventKind, PhotoStatus
from issues.errors import LocationMissing
from issues.models import Category, Issue, Reporter
from issues.services.events import issue_event_append
from issues.services.intake import issue_receive
from issues.services.workflow import issue_touched
from issues.types import LocationInput, ReporterInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def issue_split(
    *, issue: Issue, category: Category, description: str, location: LocationInput | None, by: User
) -> Issue:
    """Makes a report of a part: with its own category, words and, if given, place; else it lies where the other does.

    Photos and reporter are in both, so that the reporter hears of both. It is decided as any report. The same part
    again within ten minutes is the same report. Raises an IssuesError; then nothing is stored.
    """
    if location is None and not issue.is_placed:
        raise LocationMissing(
            _("Nobody has placed this issue yet. Please put it on the map first.")
        )
    place = location or LocationInput(
        lat=issue.latitude, long=issue.longitude, accuracy=issue.accuracy_m
    )
    with transaction.atomic():
        received = issue_receive(
            jurisdiction=issue.jurisdiction,
            category=category,
            channel=Channel.STAFF,
            location=place,
            description=description,
            reporter=_reporter(issue),
            photos=_photos(issue),
        )
        part = received.issue
        if received.is_new:
            for one, other in ((issue, part), (part, issue)):
                detail = {"other": other.number}
                issue_event_append(issue=one, kind=EventKind.SPLIT, by=by, detail=detail)
            issue_touched(issue)
    return part


def _reporter(issue: Issue) -> ReporterInput | None:
    known = Reporter.objects.filter(issue=issue).first()
    if known is None:
        return None
    return ReporterInput(
        first_name=known.first_name,
        last_name=known.last_name,
        email=known.email,
        phone=known.phone,
        language=known.language,
    )


def _photos(issue: Issue) -> list[bytes]:
    """What the photos of the issue are as files; one whose file is gone stays with the other alone."""
    found = []
    for photo in issue.photos.filter(status=PhotoStatus.STORED).order_by("pk"):
        try:
            with photo.file.open("rb") as file:
                found.append(file.read())
        except OSError:
            continue
    return found
