"""Work on the installation itself."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from config.logs import logs_rotate


@shared_task
def logs_rotate_due() -> None:
    """Logs of the processes that `./run` started here; elsewhere (containers) there are none."""
    logs_rotate(settings.VAR / "log")
