"""Celery: quick hands for the outbox in PostgreSQL. Losing the broker loses nothing."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("flurpost")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
