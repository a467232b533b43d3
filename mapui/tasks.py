"""Background work that pages order. An order of geodata that is done twice is refused by the edition's state."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User
from django.core.management import call_command

from gis_core.models import Edition
from mapui.geodata import jobs
from mapui.geodata.uploads import incoming_remove_stale
from mapui.site.logins import link_send


@shared_task
def geodata_load(edition: int) -> None:
    """Loads an edition that waits, or goes on with one that was interrupted."""
    jobs.load_run(edition=Edition.objects.get(pk=edition))


@shared_task
def geodata_activate(edition: int, by: int, override_reason: str) -> None:
    person = User.objects.get(pk=by)
    jobs.activate_run(
        edition=Edition.objects.get(pk=edition), by=person, override_reason=override_reason
    )


@shared_task
def geodata_rollback(edition: int, by: int) -> None:
    jobs.rollback_run(edition=Edition.objects.get(pk=edition), by=User.objects.get(pk=by))


@shared_task
def geodata_load_waiting() -> None:
    """Begins what was ordered while the broker was down; looks whom editions concern that no page has ordered.

    Clears away uploads that broke off.
    """
    incoming_remove_stale()
    for edition in jobs.editions_waiting():
        geodata_load(edition)
    jobs.impact_store_missing()


@shared_task
def password_link_send(email: str, language: str) -> None:
    """The link for whoever has forgotten the password."""
    link_send(email=email, language=language)


@shared_task
def sessions_clear() -> None:
    """Takes sessions away that have expired."""
    call_command("clearsessions")
