"""What workers do for the pages."""

from __future__ import annotations

from celery import shared_task

from mapui.sheets import store


# The limits are the last resort; a sheet takes a second, and a run takes no further one after half a minute.
@shared_task(soft_time_limit=100, time_limit=110)
def sheets_make_due() -> int:
    """Makes the evidence sheets that were asked for."""
    return store.sheets_make_due()
