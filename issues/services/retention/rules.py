"""What is due by the periods of a jurisdiction, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import CLOSED, PhotoStatus, RetentionKind
from issues.models import Citizen, Issue, LegalHold, Photo, Reporter, RetentionPeriod
from issues.services.retention.erasing import (
    Counts,
    contact_erase,
    originals_erase,
    photos_erase,
    report_anonymise,
)

# What comes of a rule is the same if another rule has been at work before it.
ORDER: Final = (
    RetentionKind.ORIGINAL,
    RetentionKind.CONTACT,
    RetentionKind.UNRELEASED,
    RetentionKind.REPORT,
)


@dataclass(frozen=True)
class Rule:
    """`due` narrows issues to those with something to erase of before a moment; `erase` does it to a locked one."""

    due: Callable[[QuerySet[Issue], datetime], QuerySet[Issue]]
    erase: Callable[[Issue, datetime], Counts]


def period_of(jurisdiction: Jurisdiction, kind: RetentionKind) -> timedelta:
    """How long the jurisdiction keeps that."""
    days = RetentionPeriod.objects.values_list("days", flat=True)
    return timedelta(days=days.get(jurisdiction=jurisdiction, kind=kind))


def issues_due(period: RetentionPeriod) -> QuerySet[Issue]:
    """The issues of which something is due by this period; none on which a legal hold stands."""
    free = issues_free(Issue.objects.filter(jurisdiction=period.jurisdiction_id))
    return RULES[RetentionKind(period.kind)].due(free, until_of(period))


def issues_free(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Those of the issues on which no legal hold stands, nor on the one they were put to: it has their photos."""
    held = Q(issue=OuterRef("pk")) | Q(issue=OuterRef("duplicate_of"))
    return issues.exclude(Exists(LegalHold.objects.active().filter(held)))


def until_of(period: RetentionPeriod) -> datetime:
    """What happened before that is due."""
    return timezone.now() - timedelta(days=period.days)


def accounts_unused(jurisdiction_id: int, until: datetime) -> QuerySet[Citizen]:
    """Accounts last used before a moment, without a report that is open or held: it may be the account alone that tells
    who reported.

    The other reports stay and keep the contact as long as its own period says; whoever comes back gets a new account.
    """
    held = Exists(LegalHold.objects.active().filter(issue=OuterRef("issue")))
    reports = Reporter.objects.filter(citizen=OuterRef("pk"))
    needed = reports.filter(held | ~Q(issue__status__in=sorted(CLOSED)))
    there = Citizen.objects.filter(jurisdiction=jurisdiction_id, used_at__lte=until)
    return there.exclude(Exists(needed))


def _photos_open(issue: Issue) -> QuerySet[Photo]:
    """The stored photos of the issue that nobody released."""
    return issue.photos.filter(status=PhotoStatus.STORED, is_released=False)


def _closed(issues: QuerySet[Issue], until: datetime) -> QuerySet[Issue]:
    return issues.filter(
        status__in=sorted(CLOSED), status_changed_at__lte=until, anonymised_at__isnull=True
    )


def _with_contact(issues: QuerySet[Issue], until: datetime) -> QuerySet[Issue]:
    """Whoever reported what was put to another report hears of that one, as long as it is open."""
    main = Q(duplicate_of__status__in=sorted(CLOSED), duplicate_of__status_changed_at__lte=until)
    known = Exists(Reporter.objects.filter(issue=OuterRef("pk")))
    return _closed(issues, until).filter(known).filter(Q(duplicate_of__isnull=True) | main)


def _originals(until: datetime) -> QuerySet[Photo]:
    """Where the copy shows the same as the original, nothing is to be erased."""
    released = Photo.objects.filter(
        status=PhotoStatus.STORED, is_released=True, released_at__lte=until
    )
    return released.exclude(turned=0, boxes=[])


def _with_originals(issues: QuerySet[Issue], until: datetime) -> QuerySet[Issue]:
    return issues.filter(Exists(_originals(until).filter(issue=OuterRef("pk"))))


def _with_unreleased(issues: QuerySet[Issue], until: datetime) -> QuerySet[Issue]:
    photos = Photo.objects.filter(
        issue=OuterRef("pk"), status=PhotoStatus.STORED, is_released=False
    )
    return _closed(issues, until).filter(Exists(photos))


RULES: Final[Mapping[RetentionKind, Rule]] = {
    RetentionKind.ORIGINAL: Rule(
        _with_originals,
        lambda issue, until: originals_erase(_originals(until).filter(issue=issue)),
    ),
    RetentionKind.CONTACT: Rule(_with_contact, lambda issue, _until: contact_erase(issue)),
    RetentionKind.UNRELEASED: Rule(
        _with_unreleased, lambda issue, _until: photos_erase(_photos_open(issue))
    ),
    RetentionKind.REPORT: Rule(_closed, lambda issue, _until: report_anonymise(issue)),
}
