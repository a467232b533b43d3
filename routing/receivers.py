"""What routing does when news comes up from the issues."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from issues.signals import issue_received
from routing.services.decisions import decision_make


@receiver(issue_received, dispatch_uid="routing.decide_received_issue")
def decide_received_issue(sender: Any, *, issue_id: int, **kwargs: Any) -> None:
    decision_make(issue_id=issue_id)
