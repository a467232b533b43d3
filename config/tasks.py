"""Work on the installation itself."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from config.logs import logs_rotate
from mapui.site.logins import link_send


@shared_task
def logs_rotate_due() -> None:
    """Logs of the processes that `./run` started here; elsewhere (containers) there are none."""
    logs_rotate(settings.VAR / "log")


@shared_task
def password_link_send(email: str, language: str) -> None:
    """The link for whoever has forgotten the password."""
    link_send(email=email, language=language)


@shared_task
def sessions_clear() -> None:
    """Takes sessions away that have expired."""
    call_command("clearsessions")
