"""The only package that knows all apps: environment, settings, URLs, WSGI and Celery."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
