"""The daily run: what is due by the periods is erased, one report after the other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from issues.enums import ErasedKind, RetentionKind
from issues.models import (
    Citizen,
    Issue,
    LinkRequest,
    RetentionPeriod,
    SignInCode,
    WaitingReport,
)
from issues.services.retention.asking import erasures_catch_up
from issues.services.retention.erasing import Counts
from issues.services.retention.files import files_delete_left
from issues.services.retention.log import deletions_log
from issues.services.retention.rules import (
    ORDER,
    RULES,
    accounts_unused,
    issues_due,
    issues_free,
    until_of,
)

logger = logging.getLogger(__name__)

CHUNK: Final = 200


@dataclass(frozen=True)
class Due:
    """What a run would erase by one period: of how many reports, and the numbers of the first of them."""

    period: RetentionPeriod
    count: int
    first: tuple[str, ...]


def retention_due(*, shown: int) -> Iterator[Due]:
    """What is due now, without changing anything; of what is no report there are no numbers."""
    for period in _periods():
        if period.kind in WHOLE:
            yield Due(period, WHOLE[period.kind](period).count(), ())
        else:
            found = issues_due(period).order_by("pk")
            yield Due(period, found.count(), tuple(found.values_list("number", flat=True)[:shown]))


def retention_apply() -> Counts:
    """Erases what is due; returns how many of what.

    Each report is a transaction of its own with its entry in the log. So a run that is killed loses nothing and leaves
    nothing half done, and the next one goes on. Two runs at once take turns at a report.
    """
    files_delete_left()
    erasures_catch_up()
    total: Counts = Counter()
    for period in _periods():
        if period.kind in WHOLE:
            total += whole_erase(period)
            continue
        last = 0
        while chunk := _chunk(period, last):
            for issue_id in chunk:
                total += _erase(period, issue_id)
            last = chunk[-1]
    return total


def waiting_erase() -> int:
    """Erases reports that nobody confirmed in time, links to lists and codes that have ended; returns how many."""
    counts: Counts = Counter()
    for period in RetentionPeriod.objects.filter(kind=RetentionKind.UNCONFIRMED):
        counts += whole_erase(period)
    for ended in (LinkRequest.objects, SignInCode.objects):
        counts[ErasedKind.MAIL] += ended.filter(expires_at__lte=timezone.now()).delete()[0]
    return sum(counts.values())


@transaction.atomic
def whole_erase(period: RetentionPeriod) -> Counts:
    """Erases rows as a whole: an unconfirmed report, whose photos go with the drafts; an account with its passkeys."""
    due = WHOLE[period.kind](period)
    _all, by_model = due.delete()
    kind = ErasedKind.ACCOUNT if period.kind == RetentionKind.ACCOUNT else ErasedKind.REPORT
    counts = Counter({kind: by_model.get(due.model._meta.label, 0)})
    deletions_log(period.jurisdiction, counts, rule=period.kind, days=period.days)
    return counts


def _periods() -> list[RetentionPeriod]:
    """Those of one jurisdiction after the other, in the order of the rules."""
    order = [*WHOLE, *ORDER]
    found = RetentionPeriod.objects.select_related("jurisdiction").defer("jurisdiction__boundary")
    return sorted(
        found.filter(kind__in=order),
        key=lambda one: (one.jurisdiction_id, order.index(RetentionKind(one.kind))),
    )


def _unconfirmed(period: RetentionPeriod) -> QuerySet[WaitingReport]:
    """When one ends is noted with it: its mail has told that."""
    there = WaitingReport.objects.filter(category__jurisdiction=period.jurisdiction_id)
    return there.filter(expires_at__lte=timezone.now())


def _unused(period: RetentionPeriod) -> QuerySet[Citizen]:
    """Accounts whose owners were told in time (`issues.services.citizens.notices`), or cannot be told."""
    told = Q(notice__expires_at__lte=timezone.now()) | Q(email="")
    return accounts_unused(period.jurisdiction_id, until_of(period)).filter(told)


# What goes as a whole, and not of reports.
WHOLE: Final[Mapping[str, Callable[[RetentionPeriod], QuerySet[Any]]]] = {
    RetentionKind.UNCONFIRMED: _unconfirmed,
    RetentionKind.ACCOUNT: _unused,
}


def _chunk(period: RetentionPeriod, last: int) -> list[int]:
    found = issues_due(period).filter(pk__gt=last).order_by("pk")
    return list(found.values_list("pk", flat=True)[:CHUNK])


def _erase(period: RetentionPeriod, issue_id: int) -> Counts:
    """Erases of one report what is due; nothing if it no longer is, or if a file cannot be written."""
    rule, until = RULES[RetentionKind(period.kind)], until_of(period)
    try:
        with transaction.atomic():
            locked = Issue.objects.select_for_update(of=("self",)).filter(pk=issue_id)
            issue = locked.select_related("category").first()
            one = Issue.objects.filter(pk=issue_id)
            # Somebody may have taken the report up again, or stopped erasing, since it was found.
            if issue is None or not rule.due(issues_free(one), until).exists():
                return Counter()
            counts = rule.erase(issue, until)
            deletions_log(
                period.jurisdiction,
                counts,
                rule=period.kind,
                days=period.days,
                number=issue.number,
            )
    except OSError:
        # The others must not wait for a file that is gone or a disk that is full; the next run tries again.
        logger.exception("report %s: nothing was erased by the rule %s", issue_id, period.kind)
        return Counter()
    return counts
