"""What becomes of a decision when its issue is put to another one, and when it is taken out again."""

from __future__ import annotations

from django.db import transaction

from issues.models import Issue
from routing.deciding.decisions import decision_make, decision_renew, issue_locked
from routing.enums import DecisionCause
from routing.outbox.superseding import (
    anything_sent,
    deliveries_cancel,
    deliveries_unsent,
    proposals_outdate,
)


def deliveries_call_off(*, issue_id: int) -> None:
    """Nothing more is sent for the issue: whoever has to act hears of the other one."""
    with transaction.atomic():
        issue_locked(issue_id)
        deliveries_cancel(deliveries_unsent(issue_id))
        proposals_outdate(issue_id)


def decision_take_up(*, issue_id: int) -> None:
    """Decides the issue anew, unless an authority has been written to about it: then the decision stands."""
    with transaction.atomic():
        issue_locked(issue_id)
        if not Issue.objects.filter(pk=issue_id, decisions__is_current=True).exists():
            decision_make(issue_id=issue_id)
        elif not anything_sent(issue_id, deliveries_unsent(issue_id)):
            decision_renew(issue_id=issue_id, cause=DecisionCause.RENEWED)
