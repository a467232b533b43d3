"""Hearings: the evidence services are asked about the place of an issue, by a worker.

A service that tells who owns the parcel fills what the cadastre leaves open; the evidence reads it from there. The
decision waits for that, EVIDENCE_WAIT_SECONDS at most, and only where nobody knows the class. Then it is made without.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from gis_core.maps.feature_info import is_askable
from gis_core.messages import Told
from gis_core.models import MapService
from issues.enums import IssueStatus, LocationSource
from issues.models import Issue
from parcels.asked_owners import asked_ownership_keep, owner_ask, owner_services
from parcels.enums import OwnerClass
from parcels.selectors import parcels_at_point
from routing.deciding.decisions import decision_make, decision_renew
from routing.enums import DecisionCause, Outcome
from routing.models import Decision, ServiceAnswer

logger = logging.getLogger(__name__)

HOLD_TASK: Final = "routing.tasks.map_hearing_hold"
# A hearing whose order was lost is made up for within a day.
MAKE_UP_FOR: Final = timedelta(days=1)
LOST_AFTER: Final = timedelta(seconds=30)
DUE_MAX: Final = 50
# No service gets longer than this, however long the decision may wait.
DEADLINE_S: Final = 8.0
# Whether a parcel at the issue has a class that nobody told and that no service was asked for.
IS_OPEN: Final = """
    SELECT i.location_source <> %s AND NOT c.is_emergency AND EXISTS (
        SELECT FROM parcels_parcel p
        WHERE p.edition_to_id IS NULL AND p.jurisdiction_id = i.jurisdiction_id AND p.geometry && i.point
          AND ST_Covers(p.geometry, i.point)
          AND NOT EXISTS (SELECT FROM parcels_ownership o
                          WHERE o.edition_to_id IS NULL AND o.jurisdiction_id = p.jurisdiction_id AND o.key = p.key
                            AND o.owner_class <> 'UNKNOWN')
          AND NOT EXISTS (SELECT FROM parcels_askedownership q
                          WHERE q.jurisdiction_id = p.jurisdiction_id AND q.key = p.key)
    )
    FROM issues_issue i JOIN issues_category c ON c.id = i.category_id
    WHERE i.id = %s
"""


def hearing_begin(*, issue_id: int) -> bool:
    """Orders a hearing where there are evidence services; whether the decision has to wait for it.

    An emergency never waits. With the broker down nothing waits: nobody would ask.
    """
    if not hearing_order(issue_id=issue_id):
        return False
    with connection.cursor() as cursor:
        cursor.execute(IS_OPEN, [LocationSource.UNPLACED, issue_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def hearing_order(*, issue_id: int) -> bool:
    """Whether a worker was told to ask the evidence services; there may be none, or no broker."""
    return owner_services().exists() and _ordered(issue_id)


def _ordered(issue_id: int) -> bool:
    try:
        current_app.send_task(HOLD_TASK, args=[issue_id], ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will ask the map services: %s", error)
        return False
    return True


def hearing_hold(*, issue_id: int) -> None:
    """Asks each evidence service that has not told about the issue's place yet, keeps what they tell, then decides.

    A decision that waited is made. One that is unclear is made anew where an owner class came in. Any other stands.
    Raises Issue.DoesNotExist, RuleSetError.
    """
    issue = Issue.objects.select_related("jurisdiction").get(pk=issue_id)
    is_told = False
    if issue.is_placed:
        for service in _silent(issue):
            is_told |= _heard(issue, service) != OwnerClass.UNKNOWN
    standing = Decision.objects.filter(issue_id=issue_id, is_current=True).first()
    if standing is None:
        decision_make(issue_id=issue_id)
    elif (
        is_told
        and standing.outcome != Outcome.ASSIGNED
        and standing.cause not in {DecisionCause.OVERRULED, DecisionCause.REFUSED}
        and not IssueStatus(issue.status).is_closed
    ):
        decision_renew(issue_id=issue_id, cause=DecisionCause.TOLD)


def _silent(issue: Issue) -> list[MapService]:
    """The evidence services that were not asked about the place that the issue has now."""
    told = ServiceAnswer.objects.filter(
        issue=issue, service=OuterRef("pk"), point__equals=issue.point
    )
    return [one for one in owner_services().filter(~Exists(told)) if is_askable(one)]


def _heard(issue: Issue, service: MapService) -> OwnerClass:
    """Asks one service and keeps what it tells, for the issue and for the parcel."""
    answer = owner_ask(
        service=service,
        longitude=issue.longitude,
        latitude=issue.latitude,
        deadline_s=min(DEADLINE_S, settings.EVIDENCE_WAIT_SECONDS),
    )
    ServiceAnswer.objects.create(
        issue=issue,
        service=service,
        source=service.title,
        point=issue.point,
        asked_at=timezone.now(),
        objects_told=answer.objects,
        owner_class=answer.owner_class,
        problem=Told(answer.problem).as_json() if answer.problem else {},
    )
    hits = parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
    # On a border it is not known which of the parcels is meant; without an answer the parcel is asked for again.
    if len(hits) == 1 and answer.problem is None:
        asked_ownership_keep(
            jurisdiction=issue.jurisdiction,
            key=hits[0].parcel.key,
            service=service,
            owner_class=answer.owner_class,
        )
    return answer.owner_class


def hearings_hold_due() -> int:
    """Holds the hearings whose order was lost; their number.

    One that fails is logged and does not hold up the others.
    """
    now = timezone.now()
    patience = timedelta(seconds=settings.EVIDENCE_WAIT_SECONDS)
    told = ServiceAnswer.objects.filter(issue=OuterRef("pk"), point__equals=OuterRef("point"))
    missing = [Q(~Exists(told.filter(service=one))) for one in owner_services() if is_askable(one)]
    if not missing:
        return 0
    due = Issue.objects.filter(
        reduce(or_, missing),
        received_at__gt=now - MAKE_UP_FOR,
        received_at__lt=now - patience - LOST_AFTER,
    ).exclude(location_source=LocationSource.UNPLACED)
    held = 0
    for issue_id in list(due.order_by("pk").values_list("pk", flat=True)[:DUE_MAX]):
        try:
            hearing_hold(issue_id=issue_id)
            held += 1
        except Exception:
            logger.exception("the map services could not be asked about issue %s", issue_id)
    return held
