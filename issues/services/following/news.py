"""What is new for followers, put down as letters. Any number of workers may do it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.gis.geos import MultiPoint
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import (
    QUIET,
    EventKind,
    FollowKind,
    Frequency,
    IssueStatus,
    LetterKind,
    LetterState,
)
from issues.models import (
    Follower,
    FollowLetter,
    FollowTold,
    Issue,
    IssueEvent,
    Subscription,
)
from issues.models.querysets import IssueQuerySet, street_pattern
from issues.public_view import public_point
from issues.selectors import LAST_CHANGE
from issues.services.following.subjects import issues_followed
from issues.services.following.subscribing import due_next

# What a clerk takes back in this time is never told; longer than any transaction lasts and any step is held.
HOLD: Final = timedelta(minutes=5)
# A letter names no more; those besides stand on the map.
ITEMS_MAX: Final = 50
# With more changes at once than these every follower is looked after.
CHANGED_MAX: Final = 500
# Of one subscription so many of the latest changes are looked at: nobody reads more.
LOOKED_AT_MAX: Final = 2000
_TOLD: Final = (EventKind.RELEASED, EventKind.STATUS_CHANGED, EventKind.UNDONE)


def news_gather() -> int:
    """Puts down letters for all whose turn it is; returns how many followers were looked after."""
    until = timezone.now() - HOLD
    for jurisdiction in Jurisdiction.objects.defer("boundary"):
        _at_once_mark(jurisdiction, until)
    done = 0
    while _gather_one(until):
        done += 1
    return done


def _at_once_mark(jurisdiction: Jurisdiction, until: datetime) -> None:
    """Makes those due who hear at once and follow what has changed; for the others nothing was to be told."""
    waiting = Subscription.objects.filter(
        follower__jurisdiction=jurisdiction,
        confirmed_at__isnull=False,
        frequency=Frequency.AT_ONCE,
        due_at__isnull=True,
        told_until__lt=until,
    )
    since = waiting.aggregate(since=Min("told_until"))["since"]
    if since is None:
        return
    public = Issue.objects.filter(jurisdiction=jurisdiction).public()
    changed = list(_changed_since(public, since)[: CHANGED_MAX + 1])
    with transaction.atomic():
        # The same rows for both, whoever confirms meanwhile.
        pks = set(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
        chosen = Subscription.objects.filter(pk__in=pks)
        concerned = pks if len(changed) > CHANGED_MAX else _concerned(chosen, changed)
        chosen.filter(pk__in=concerned).update(due_at=timezone.now())
        chosen.filter(pk__in=pks - concerned).update(told_until=until)


def _concerned(subscriptions: Any, changed: Iterable[Issue]) -> set[int]:
    """The keys of those that follow any of the issues."""
    issues = list(changed)
    if not issues:
        return set()
    pks = [one.pk for one in issues]
    direct = Q(kind=FollowKind.ISSUE, issue__in=pks) | Q(
        kind=FollowKind.CATEGORY, category__in={one.category_id for one in issues}
    )
    found = set(subscriptions.filter(direct).values_list("pk", flat=True))
    found.update(
        subscriptions.filter(area__intersects=MultiPoint([public_point(one) for one in issues]))
        .order_by()
        .values_list("pk", flat=True)
    )
    addresses = [one.public_address for one in issues if not one.is_sheltered]
    streets = subscriptions.filter(kind=FollowKind.STREET).order_by()
    for pk, street in streets.values_list("pk", "street"):
        pattern = re.compile(street_pattern(street), re.IGNORECASE)
        if any(pattern.search(one) for one in addresses):
            found.add(pk)
    return found


@transaction.atomic
def _gather_one(until: datetime) -> bool:
    """Puts down what one follower is told; False: nobody is due, or somebody else looks after whoever is."""
    now = timezone.now()
    due = Subscription.objects.filter(confirmed_at__isnull=False, due_at__lte=now)
    follower = (
        Follower.objects.select_for_update(skip_locked=True)
        .filter(Exists(due.filter(follower=OuterRef("pk"))))
        .order_by("pk")
        .first()
    )
    if follower is None:
        return False
    subscriptions = list(
        due.filter(follower=follower).select_for_update().select_related("follower")
    )
    told = dict(FollowTold.objects.filter(follower=follower).values_list("issue_id", "until"))
    news: dict[int, bool] = {}
    for one in subscriptions:
        assert one.told_until is not None  # noqa: S101 - a constraint of the table
        news |= _news(issues_followed(one), since=one.told_until, until=until, told=told)
        # A step of the clock back must not tell twice.
        one.told_until = max(until, one.told_until)
        one.due_at = due_next(Frequency(one.frequency), now)
    Subscription.objects.bulk_update(subscriptions, ["told_until", "due_at"])
    _put_down(follower, news, until)
    return True


def _put_down(follower: Follower, news: Mapping[int, bool], until: datetime) -> None:
    if not news:
        return
    content = [{"issue": pk, "is_new": is_new} for pk, is_new in news.items()]
    FollowLetter.objects.create(
        follower=follower,
        kind=LetterKind.NEWS,
        content=content,
        state=LetterState.QUEUED,
        due_at=timezone.now(),
    )
    FollowTold.objects.bulk_create(
        [FollowTold(follower=follower, issue_id=pk, until=until) for pk in news],
        update_conflicts=True,
        unique_fields=["follower", "issue"],
        update_fields=["until"],
    )


def _news(
    issues: IssueQuerySet, *, since: datetime, until: datetime, told: Mapping[int, datetime]
) -> dict[int, bool]:
    """Issue → whether it is new to the public, for those that look different from before to everybody outside."""
    changed = {one.pk: one for one in _changed_since(issues, since)[:LOOKED_AT_MAX]}
    events: dict[int, list[IssueEvent]] = {}
    for event in IssueEvent.objects.filter(
        issue__in=changed, kind__in=_TOLD, at__lte=until
    ).order_by("at", "pk"):
        events.setdefault(event.issue_id, []).append(event)
    found = {}
    for pk, issue in changed.items():
        begins = max(since, told.get(pk, since))
        before = [one for one in events.get(pk, []) if one.at <= begins]
        window = [one for one in events.get(pk, []) if one.at > begins]
        was_public = any(one.kind == EventKind.RELEASED for one in before)
        is_new = not was_public and any(one.kind == EventKind.RELEASED for one in window)
        if is_new or (was_public and _looks_different(issue, window)):
            found[pk] = is_new
    return found


def _looks_different(issue: Issue, window: Iterable[IssueEvent]) -> bool:
    """Whether the state that everybody sees is another than before these events, or has another note."""
    steps = [one.detail for one in window if "from" in one.detail and "to" in one.detail]
    if not steps:
        return False
    first, last = (_seen(issue, steps[0]["from"]), _seen(issue, steps[-1]["to"]))
    return first != last or any(one["from"] == one["to"] and one.get("note") for one in steps)


def _seen(issue: Issue, status: str) -> str:
    """The state as everybody outside sees it."""
    return IssueStatus.RECEIVED if issue.is_sheltered and status in QUIET else status


def _changed_since(issues: IssueQuerySet, since: datetime) -> IssueQuerySet:
    """The latest change first, without what nobody is told."""
    changed = issues.alias(last_change=LAST_CHANGE).filter(last_change__gt=since)
    return changed.order_by("-last_change", "-pk").defer("description", "answers", "set_aside")
