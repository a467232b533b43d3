"""What workers do. Every task is a sweep: run twice or at the same time elsewhere it does no harm."""

from __future__ import annotations

from celery import shared_task

from routing.channels import outbox
from routing.services import decisions


@shared_task
def deliveries_send_due() -> int:
    return outbox.deliveries_send_due()


@shared_task
def numbers_poll() -> int:
    return outbox.numbers_poll()


@shared_task
def decisions_make_missing() -> int:
    """Decides what was received and, because something went wrong, not decided at once."""
    return decisions.decisions_make_missing()
