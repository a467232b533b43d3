"""The reports of the queue: which of them a filter means, in which order. The map's tiles ask the same."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from gis_core.grid import GridBox
from gis_core.models import Jurisdiction
from issues.enums import CLOSED, IssueStatus, LocationSource, Priority
from issues.models import Category, Department, Inquiry, Note
from issues.rights import Person, issues_reached
from issues.searching import issues_with_words, number_of
from mapui.site.enums import AGE_DAYS, CONFIDENCES, Age, Confidence, Missing, Sorting, Work
from mapui.site.issues import PROPOSED, UNCLEAR, issues_chosen
from mapui.site.types import TriageFilter
from parcels.models import Ownership
from parcels.selectors import parcels_search
from routing.enums import DeliveryState, Outcome, ProposalState
from routing.models import Authority, Decision, Delivery, Proposal
from routing.outbox.selectors import deliveries_overdue
from routing.road_signs import NUMBERED, SIGN, sign_class, sign_letters

_ROAD: Final = re.compile(rf"^{SIGN}$", re.IGNORECASE)
_HAS_DIGIT: Final = re.compile(r"\d")


def issues_for_triage(
    person: Person,
    *,
    jurisdiction: Jurisdiction | None,
    chosen: TriageFilter,
    box: GridBox | None = None,
) -> QuerySet[Any]:
    """The issues that this person may see, latest first; with a part of the grid those that are placed there."""
    issues: Any = issues_reached(person).filter(jurisdiction=jurisdiction)
    if chosen.status in IssueStatus:
        issues = issues.filter(status=chosen.status)
    if box is not None:
        issues = issues.in_box(box)
    issues = issues_chosen(issues, chosen=chosen)
    issues = _of_the_report(issues, chosen)
    issues = _of_the_work(issues, chosen, person)
    issues = _of_the_decision(issues, chosen, jurisdiction)
    return _of_the_text(issues, chosen.text, jurisdiction)


def issues_sorted(issues: QuerySet[Any], sorting: str) -> QuerySet[Any]:
    """In the order asked for; `issues` as `mapui.site.issues.issues_decided` gives them."""
    if sorting == Sorting.OLDEST:
        return issues.order_by("received_at", "pk")
    if sorting == Sorting.DUE:
        return issues.order_by(F("due_at").asc(nulls_last=True), "-received_at", "-pk")
    if sorting == Sorting.CONFIDENCE:
        return issues.order_by(F("confidence").asc(nulls_first=True), "-pk")
    return issues.order_by("-received_at", "-pk")


def issues_parted(issues: QuerySet[Any], sorting: str) -> list[QuerySet[Any]]:
    """The same order in parts that follow each other, so that an index gives each; only of the last are there many."""
    if sorting != Sorting.CONFIDENCE:
        return [issues_sorted(issues, sorting)]
    decided = issues.filter(decisions__is_current=True)
    return [
        _undecided(issues).order_by("-pk"),
        decided.order_by("decisions__probability", "-pk"),
    ]


def road_named(text: str, jurisdiction: Jurisdiction | None) -> str:
    """The road with a number that the text is, as decisions name it ("b235" is "B 235"); "" where it is none."""
    match = _ROAD.match(text.strip())
    if match is None:
        return ""
    return f"{_letters(sign_class(match['letters']), jurisdiction)} {match['number']}"


def _letters(road_class: str, jurisdiction: Jurisdiction | None) -> str:
    return sign_letters(road_class, jurisdiction.municipality_key if jurisdiction else "")


def _of_the_report(issues: Any, chosen: TriageFilter) -> Any:
    if chosen.reports:
        issues = issues.filter(pk__in=chosen.reports)
    if chosen.category:
        issues = issues.filter(category__code=chosen.category)
    if chosen.channel:
        issues = issues.filter(channel=chosen.channel)
    if chosen.released:
        issues = issues.filter(released_at__isnull=chosen.released == "no")
    if chosen.age:
        days = AGE_DAYS[Age(chosen.age)]
        since = timezone.now() - timedelta(days=days)
        is_older = chosen.age == Age.OLDER
        issues = issues.filter(**{"received_at__lt" if is_older else "received_at__gte": since})
    if chosen.missing == Missing.PLACE:
        issues = issues.filter(location_source=LocationSource.UNPLACED)
    if chosen.area is not None:
        issues = issues.filter(point__intersects=chosen.area)
        issues = issues.exclude(location_source=LocationSource.UNPLACED)
    return issues


def _of_the_work(issues: Any, chosen: TriageFilter, person: Person) -> Any:
    """What is to be done by whom and when; a clock that stands still is never due."""
    if not chosen.work:
        return issues
    now = timezone.now()
    still = ~Q(status__in=sorted(CLOSED))
    own = _of_departments(person) if chosen.work == Work.DEPARTMENT else Q()
    running = still & Q(due_at__isnull=False, paused_at__isnull=True)
    meant = {
        Work.MINE: still & Q(assignee=person.pk),
        Work.DEPARTMENT: still & own,
        Work.NEWS: Q(has_news=True),
        Work.DUE: running & Q(due_at__range=(now, now + timedelta(days=1))),
        Work.OVERDUE: running & Q(due_at__lt=now),
        Work.FOLLOW_UP: still & Q(follow_up_on__lte=timezone.localdate()),
        Work.ASKED: Q(
            pk__in=Inquiry.objects.filter(closed_at__isnull=True, expires_at__gt=now).values(
                "issue"
            )
        ),
        Work.MENTIONED: still & Q(pk__in=Note.objects.filter(mentions=person.pk).values("issue")),
        Work.HIGH: still & Q(priority=Priority.HIGH),
        Work.UNDELIVERED: Q(
            pk__in=Delivery.objects.filter(state=DeliveryState.FAILED).values("decision__issue")
        ),
        Work.OVERDUE_THERE: Q(pk__in=deliveries_overdue().values("decision__issue")),
    }
    return issues.filter(meant[Work(chosen.work)])


def _of_departments(person: Person) -> Q:
    """What the person's departments were handed, and of their categories what none was handed.

    The keys are asked for beforehand: a plan made for any would read the issues of all.
    """
    if person.pk is None:
        return Q(pk__in=[])
    departments = Department.objects.filter(grants__person=person.pk).order_by()
    handed = list(departments.values_list("pk", flat=True).distinct())
    categories = Category.objects.filter(departments__in=handed).order_by()
    own = list(categories.values_list("pk", flat=True).distinct())
    return Q(department__in=handed) | Q(department=None, category__in=own)


def _of_the_decision(
    issues: Any, chosen: TriageFilter, jurisdiction: Jurisdiction | None
) -> QuerySet[Any]:
    current = Decision.objects.filter(is_current=True)
    assigned = current.filter(outcome=Outcome.ASSIGNED)
    if chosen.missing == Missing.DECISION:
        issues = _undecided(issues)
    if chosen.confidence:
        least, below = CONFIDENCES[Confidence(chosen.confidence)]
        sure = current.filter(probability__gte=least, probability__lt=below)
        issues = issues.filter(Exists(sure.filter(issue=OuterRef("pk"))))
    roads = _roads(current, chosen, jurisdiction)
    if roads is not None:
        issues = issues.filter(pk__in=roads.values("issue_id"))
    if chosen.owner:
        owned = Ownership.objects.active().filter(
            jurisdiction=jurisdiction, owner_class=chosen.owner
        )
        issues = issues.filter(
            pk__in=current.filter(parcel_key__in=owned.values("key")).values("issue_id")
        )
    if chosen.district:
        # Keys begin with their district's. A range asks the index in any collation.
        following = f"{int(chosen.district) + 1:06d}"
        there = current.filter(parcel_key__gte=chosen.district, parcel_key__lt=following)
        issues = issues.filter(pk__in=there.values("issue_id"))
    if chosen.authority == UNCLEAR:
        return issues.filter(is_unclear=True)
    if chosen.authority == PROPOSED:
        proposals = Proposal.objects.filter(state=ProposalState.OPEN)
        return issues.filter(pk__in=proposals.values("issue_id"))
    if chosen.authority:
        # The key is asked for beforehand: a plan made for any authority would read the decisions of all.
        named = Authority.objects.filter(jurisdiction=jurisdiction, code=chosen.authority)
        [pk] = named.values_list("pk", flat=True) or [None]
        return issues.filter(pk__in=assigned.filter(authority=pk).values("issue_id"))
    return issues


def _undecided(issues: Any) -> Any:
    """Those without any decision: an index holds the unclear ones, and of these they are few."""
    current = Decision.objects.filter(issue=OuterRef("pk"), is_current=True)
    return issues.filter(~Exists(current), is_unclear=True)


def _roads(current: Any, chosen: TriageFilter, jurisdiction: Jurisdiction | None) -> Any:
    """The decisions of a road or a class of roads; None where neither is asked for."""
    if chosen.road:
        road = road_named(chosen.road, jurisdiction) or chosen.road.strip()
        return current.exclude(road="").filter(road__istartswith=road)
    if chosen.road_class == "G":
        return current.exclude(road="").exclude(road__regex=NUMBERED)
    if chosen.road_class:
        return current.exclude(road="").filter(
            road__istartswith=f"{_letters(chosen.road_class, jurisdiction)} "
        )
    return None


def _of_the_text(issues: Any, text: str, jurisdiction: Jurisdiction | None) -> QuerySet[Any]:
    """By what the text is: a number, a road, else a parcel or words."""
    if not text.strip():
        return issues
    if ending := number_of(text):
        return issues.filter(number__endswith=ending)
    current = Decision.objects.filter(is_current=True)
    if road := road_named(text, jurisdiction):
        # Named as the index has it.
        named = current.exclude(road="").filter(road__iexact=road)
        return issues.filter(pk__in=named.values("issue_id"))
    meant = Q(pk__in=issues_with_words(jurisdiction, text).values("pk"))
    if jurisdiction and _HAS_DIGIT.search(text):
        keys = [one.key for one in parcels_search(jurisdiction=jurisdiction, text=text)]
        meant |= Q(pk__in=current.filter(parcel_key__in=keys).values("issue_id"))
    return issues.filter(meant)
