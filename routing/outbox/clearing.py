"""Giving an issue to the city's clearing unit, which hears of it by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from gis_core.languages import language_first
from issues.models import Department, Issue
from issues.services.clearing import issue_to_clearing
from issues.services.nudging import worker_nudge
from routing.models import ClearingMail

SEND_TASK: Final = "routing.tasks.clearing_mails_send_due"
# What could not be sent until then is on the unit's screen anyway.
EXPIRES: Final = timedelta(days=7)


@transaction.atomic
def issue_escalate(*, issue: Issue) -> Department | None:
    """Gives the locked issue to the clearing unit and puts down a mail to it; None: the city has named none."""
    unit = issue_to_clearing(issue=issue)
    if unit is not None and unit.mail:
        now = timezone.now()
        ClearingMail.objects.create(
            issue=issue,
            email=unit.mail,
            language=language_first(),
            due_at=now,
            expires_at=now + EXPIRES,
        )
        transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return unit
