"""Reports of the same thing: found when one arrives, put together and taken apart by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from issues.enums import EventKind, IssueStatus
from issues.errors import MergeRefused
from issues.life import is_step
from issues.models import Category, Issue, Photo
from issues.selectors import photos_of_reporter
from issues.services.events import issue_event_append
from issues.services.photos.copies import COPY_FIELDS, copy_drop
from issues.services.workflow import issue_set_status, issue_touched, state_kept
from issues.signals import issue_merged, issue_unmerged

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Reports of the same are made within so many metres, beside what the two places may be off, and within so long.
REACH_M: Final = 40.0
INEXACT_M: Final = 100.0
SINCE: Final = timedelta(days=60)
SHOWN_MAX: Final = 5
# A report of the same category this near is most likely the same; with like words one may lie farther off.
NEAR_M: Final = 15.0
WORDS_ALIKE: Final = 0.6
# Photos taken within so long of each other, in reach and of the same category, show the same thing.
PHOTOS_ALIKE: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Likeness:
    """How much an earlier issue is like a new one: metres between them, whether the category is the same, how alike the
    words are (0 to 1; 0 where one says nothing), and whether photos of both were taken at about the same time."""

    issue: Issue
    metres: float
    is_same_category: bool
    words: float
    is_photographed_together: bool = False

    @property
    def is_probable(self) -> bool:
        """Whether somebody should look before both are passed on."""
        is_near = self.metres <= NEAR_M or self.words >= WORDS_ALIKE
        return self.is_same_category and (is_near or self.is_photographed_together)

    @property
    def rank(self) -> float:
        near = 1 - self.metres / (REACH_M + 2 * INEXACT_M)
        return self.is_same_category + self.words + near + self.is_photographed_together


def duplicates_find(issue: Issue) -> list[Likeness]:
    """The earlier open issues that may be about the same, the likeliest first; at most SHOWN_MAX. At most
    three queries.

    Of the same category or topic, in reach, reported in the last 60 days; a report without a place has none.
    """
    if not issue.is_placed:
        return []
    own_error = min(issue.accuracy_m or 0.0, INEXACT_M)
    near = _near(issue, REACH_M + own_error)
    taken = _taken(issue) if any(one.taken for one in near) else []
    found = [
        Likeness(
            issue=one,
            metres=float(one.away.m),
            is_same_category=one.category_id == issue.category_id,
            words=_words_alike(issue.description, one.description),
            is_photographed_together=any(
                abs(own - other) <= PHOTOS_ALIKE for own in taken for other in one.taken or ()
            ),
        )
        for one in near
        if one.away.m <= REACH_M + own_error + min(one.accuracy_m or 0.0, INEXACT_M)
    ]
    return sorted(found, key=lambda like: -like.rank)[:SHOWN_MAX]


def duplicates_near(*, category: Category, point: Point, text: str = "") -> list[Likeness]:
    """The same for a report that is not stored yet, at a point in the storage CRS."""
    draft = Issue(
        jurisdiction_id=category.jurisdiction_id,
        category=category,
        point=point,
        description=text,
        received_at=timezone.now(),
    )
    return duplicates_find(draft)


def _near(issue: Issue, reach_m: float) -> list[Any]:
    """Annotated with `away`, the distance, and `taken`, when its photos were taken; None where nobody knows."""
    alike = Q(category=issue.category_id)
    if issue.category.groups:
        alike |= Q(category__groups=issue.category.groups)
    rows = (
        Issue.objects.filter(
            alike,
            *([Q(pk__lt=issue.pk)] if issue.pk else []),
            jurisdiction=issue.jurisdiction_id,
            point__dwithin=(issue.point, reach_m + INEXACT_M),
            received_at__gt=issue.received_at - SINCE,
            duplicate_of__isnull=True,
        )
        .exclude(location_source="unplaced")
        .exclude(status__in=[one for one in IssueStatus if one.is_closed])
        .annotate(
            away=Distance("point", issue.point),
            taken=ArrayAgg("photos__taken_at", filter=Q(photos__taken_at__isnull=False)),
        )
        .select_related("category")
        .order_by("away", "-pk")
    )
    return list(rows[:50])


def _taken(issue: Issue) -> list[datetime]:
    """When the issue's own photos were taken; of a draft nothing is known."""
    if not issue.pk:
        return []
    photos = photos_of_reporter(issue).exclude(taken_at=None)
    return [at for at in photos.values_list("taken_at", flat=True) if at is not None]


def _words_alike(one: str, other: str) -> float:
    return fuzz.token_set_ratio(one.lower(), other.lower()) / 100 if one and other else 0.0


def issue_merge(
    *, issue: Issue, into: Issue, by: User | None, due_at: datetime | None = None
) -> Issue:
    """Puts the issue to another one: its photos and its reporter go along, its state is DUPLICATE.

    Its reporter hears of that from `due_at` on, and then of the other issue. Raises `MergeRefused` for the issue
    itself, for one of another jurisdiction, and where either has been merged already. Returns the issue as stored.
    """
    with transaction.atomic():
        locked = {
            one.pk: one
            for one in Issue.objects.select_for_update(of=("self",))
            .filter(pk__in=[issue.pk, into.pk])
            .order_by("pk")
        }
        stored, main = locked[issue.pk], locked[into.pk]
        _merge_check(stored, main)
        kept = state_kept(stored)
        if stored.status != IssueStatus.DUPLICATE:
            stored = issue_set_status(
                issue=stored, status=IssueStatus.DUPLICATE, by=by, due_at=due_at
            )
        stored.duplicate_of = main
        stored.save(update_fields=["duplicate_of"])
        # What stands beside it goes along: a merged issue has none merged into it.
        stored.duplicates.update(duplicate_of=main)
        for photo in stored.photos.all():
            _photo_put(photo, main, came_with=photo.came_with_id or stored.pk)
        detail = {"into": main.number, "kept": kept}
        issue_event_append(issue=stored, kind=EventKind.MERGED, by=by, detail=detail)
        issue_event_append(issue=main, kind=EventKind.MERGED, by=by, detail={"from": stored.number})
        issue_touched(stored)
        transaction.on_commit(lambda: issue_merged.send_robust(sender=Issue, issue_id=stored.pk))
    return stored


def issue_unmerge(*, issue: Issue, by: User | None) -> Issue:
    """Takes a merged issue out again: its photos come back, and its state is the one before; what was new is being
    looked at.

    Raises `MergeRefused` for one that is not merged. Returns the issue as stored.
    """
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        main = stored.duplicate_of
        if main is None:
            raise MergeRefused(_("This report is not put to another one."))
        event = stored.events.filter(kind=EventKind.MERGED, detail__has_key="into").last()
        for photo in main.photos.filter(came_with=stored):
            _photo_put(photo, stored, came_with=None)
        stored.duplicate_of = None
        stored.save(update_fields=["duplicate_of"])
        former = event.detail["kept"]["status"] if event else IssueStatus.TRIAGE
        can_go_back = is_step(IssueStatus.DUPLICATE, former)
        status = IssueStatus(former) if can_go_back else IssueStatus.TRIAGE
        stored = issue_set_status(issue=stored, status=status, by=by, reply="")
        detail = {"from": main.number}
        issue_event_append(issue=stored, kind=EventKind.UNMERGED, by=by, detail=detail)
        issue_event_append(
            issue=main, kind=EventKind.UNMERGED, by=by, detail={"gone": stored.number}
        )
        transaction.on_commit(lambda: issue_unmerged.send_robust(sender=Issue, issue_id=stored.pk))
    return stored


def _photo_put(photo: Photo, issue: Issue, *, came_with: int | None) -> None:
    """Puts a photo to another issue; the public sees it no longer, because nobody has looked at it there."""
    if photo.is_released:
        copy_drop(photo)
    photo.issue, photo.came_with_id = issue, came_with
    photo.save(update_fields=["issue", "came_with", *COPY_FIELDS])


def _merge_check(issue: Issue, main: Issue) -> None:
    if issue.pk == main.pk:
        raise MergeRefused(_("A report cannot be put to itself."))
    if issue.jurisdiction_id != main.jurisdiction_id:
        raise MergeRefused(_("The reports belong to different cities."))
    for one in (issue, main):
        if one.duplicate_of_id is not None:
            raise MergeRefused(
                _("%(number)s is put to another report already.") % {"number": one.number}
            )
