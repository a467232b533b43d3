"""Mails that are sent once: a link, a code. Several workers may do it at once; a server that is away is tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from issues.enums import ReplyState
from issues.models.reporting import MailedOnce
from issues.services.replies.sending import LEASE, mail_hand_over

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=MailedOnce)
RETRY_AFTER: Final = timedelta(minutes=2)
ATTEMPTS_MAX: Final = 6


def mails_send_due(rows: QuerySet[Row], build: Callable[[Row], EmailMessage | None]) -> int:
    """Sends what is due of the rows; where `build` gives None nobody is written to. Returns how many were tried."""
    tried = 0
    while (row := _claim(rows)) is not None:
        _send(rows, row, build)
        tried += 1
    return tried


@transaction.atomic
def _claim(rows: QuerySet[Row]) -> Row | None:
    now = timezone.now()
    due = rows.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ReplyState.QUEUED, due_at__lte=now, expires_at__gt=now
    )
    row = due.order_by("due_at", "pk").first()
    if row is not None:
        row.attempts, row.due_at = row.attempts + 1, now + LEASE
        row.save(update_fields=["attempts", "due_at"])
    return row


def _send(rows: QuerySet[Row], row: Row, build: Callable[[Row], EmailMessage | None]) -> None:
    state, due_at = ReplyState.SENT, row.due_at
    try:
        if (message := build(row)) is not None:
            mail_hand_over(message)
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        logger.warning("%s %s was not sent: %s", row._meta.label, row, type(error).__name__)
        state = ReplyState.FAILED if row.attempts >= ATTEMPTS_MAX else ReplyState.QUEUED
        due_at = timezone.now() + RETRY_AFTER * row.attempts
    rows.filter(pk=row.pk).update(state=state, due_at=due_at)
