"""What routing does when news comes up from the issues and the geodata."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from gis_core.models import Edition
from gis_core.signals import edition_activated, edition_staged
from issues.enums import ReporterNews
from issues.signals import (
    issue_changed,
    issue_merged,
    issue_received,
    issue_unmerged,
    reporter_changed,
)
from routing.deciding.decisions import decision_make
from routing.deciding.hearings import hearing_begin, hearing_order
from routing.deciding.impact import proposals_make
from routing.deciding.merging import decision_take_up, deliveries_call_off
from routing.deciding.reviews import decision_review
from routing.enums import DecisionCause
from routing.outbox.notices import notices_queue
from routing.trying.edition_impact import impact_store


@receiver(issue_received, dispatch_uid="routing.decide_received_issue")
def decide_received_issue(sender: Any, *, issue_id: int, **kwargs: Any) -> None:
    if not hearing_begin(issue_id=issue_id):
        decision_make(issue_id=issue_id)


@receiver(issue_changed, dispatch_uid="routing.review_changed_issue")
def review_changed_issue(sender: Any, *, issue_id: int, cause: str, **kwargs: Any) -> None:
    decision_review(issue_id=issue_id, cause=DecisionCause(cause))
    if cause == DecisionCause.MOVED:
        hearing_order(issue_id=issue_id)


@receiver(issue_merged, dispatch_uid="routing.cancel_for_merged_issue")
def cancel_for_merged_issue(sender: Any, *, issue_id: int, **kwargs: Any) -> None:
    deliveries_call_off(issue_id=issue_id)


@receiver(issue_unmerged, dispatch_uid="routing.decide_unmerged_issue")
def decide_unmerged_issue(sender: Any, *, issue_id: int, **kwargs: Any) -> None:
    decision_take_up(issue_id=issue_id)


@receiver(reporter_changed, dispatch_uid="routing.tell_of_reporter")
def tell_of_reporter(sender: Any, *, issue_id: int, news: str, **kwargs: Any) -> None:
    """In the transaction of the reporter's step: an authority that has to hear of it is not forgotten."""
    if news == ReporterNews.RESUMED:
        transaction.on_commit(partial(decision_take_up, issue_id=issue_id), robust=True)
        return
    if news == ReporterNews.WITHDRAWN:
        deliveries_call_off(issue_id=issue_id)
    notices_queue(issue_id=issue_id, news=ReporterNews(news))


@receiver(edition_activated, dispatch_uid="routing.propose_after_activation")
def propose_after_activation(sender: Any, *, edition_id: int, **kwargs: Any) -> None:
    proposals_make(Edition.objects.get(pk=edition_id))


@receiver(edition_staged, dispatch_uid="routing.look_whom_edition_concerns")
def look_whom_edition_concerns(sender: Any, *, edition_id: int, **kwargs: Any) -> None:
    impact_store(Edition.objects.get(pk=edition_id))
