"""What workers do for gis_core."""

from __future__ import annotations

from celery import shared_task

from gis_core.services.service_sync import services_sync


@shared_task  # type: ignore[untyped-decorator]
def geodata_services_sync() -> int:
    """Fetches the state of all services of the settings; the number of those that answered."""
    return len(services_sync())
