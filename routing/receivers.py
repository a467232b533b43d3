"""What routing does when news comes up from the issues and the geodata."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from gis_core.models import Edition
from gis_core.signals import edition_activated
from issues.signals import issue_changed, issue_received
from routing.deciding.decisions import decision_make
from routing.deciding.impact import proposals_make
from routing.deciding.reviews import decision_review
from routing.enums import DecisionCause


@receiver(issue_received, dispatch_uid="routing.decide_received_issue")
def decide_received_issue(sender: Any, *, issue_id: int, **kwargs: Any) -> None:
    decision_make(issue_id=issue_id)


@receiver(issue_changed, dispatch_uid="routing.review_changed_issue")
def review_changed_issue(sender: Any, *, issue_id: int, cause: str, **kwargs: Any) -> None:
    decision_review(issue_id=issue_id, cause=DecisionCause(cause))


@receiver(edition_activated, dispatch_uid="routing.propose_after_activation")
def propose_after_activation(sender: Any, *, edition_id: int, **kwargs: Any) -> None:
    proposals_make(Edition.objects.get(pk=edition_id))
