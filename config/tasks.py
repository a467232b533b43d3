"""Work on the installation itself."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from config.logs import logs_rotate
from mapui.people import invitations
from mapui.sheets import letters, store
from mapui.site.logins import link_send


@shared_task
def logs_rotate_due() -> None:
    """Logs of the processes that `./run` started here; elsewhere (containers) there are none."""
    logs_rotate(settings.VAR / "log")


@shared_task
def invitation_send(pk: int, language: str) -> None:
    """The link for somebody who was invited, by the account's key."""
    invitations.invitation_send(pk=pk, language=language)


@shared_task
def password_link_send(email: str, language: str) -> None:
    """The link for whoever has forgotten the password."""
    link_send(email=email, language=language)


@shared_task
def sessions_clear() -> None:
    """Takes sessions away that have expired."""
    call_command("clearsessions")


# The limits are the last resort; a sheet takes a second, and a run takes no further one after half a minute.
@shared_task(soft_time_limit=100, time_limit=110)
def sheets_make_due() -> int:
    """Makes the evidence sheets that were asked for."""
    return store.sheets_make_due()


@shared_task(soft_time_limit=100, time_limit=110)
def letters_make_due() -> int:
    """Makes the letters to owners of data that an authority contradicts."""
    return letters.letters_make_due()
