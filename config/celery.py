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
    """Quick work must not be held up by one statement; loads and trials take as long as they take."""
    from django.conf import settings

    from gis_core.statements import statements_limit

    is_quick = task.request.delivery_info["routing_key"] == settings.CELERY_TASK_DEFAULT_QUEUE
    statements_limit(settings.STATEMENT_SECONDS["task"] if is_quick else 0)
