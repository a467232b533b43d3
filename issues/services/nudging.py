"""Waking a worker. With the broker down a sweep finds the work a little later."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def worker_nudge(task: str, *arguments: object) -> None:
    """Sends the task to the workers; a broker out of reach is logged and nothing more."""
    try:
        current_app.send_task(task, args=arguments, ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will do %s: %s", task, error)
