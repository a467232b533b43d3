"""Celery: quick hands for the outbox in PostgreSQL. Losing the broker loses nothing."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("flurpost", include=["config.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def statements_limited(task: Any, **_signal: Any) -> None:
    """No statement holds up reports or photos for ever; loads and trials take as long as they take."""
    from django.conf import settings

    from gis_core.db.statements import statements_limit

    is_long = task.request.delivery_info["routing_key"] == "geodata"
    statements_limit(0 if is_long else settings.STATEMENT_SECONDS["task"])
