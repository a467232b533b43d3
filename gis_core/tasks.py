"""What workers do for gis_core. An order of geodata that is done twice is refused by the edition's state."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User

from gis_core.maps.probing import service_check
from gis_core.maps.sources import source_harvest, sources_due
from gis_core.models import Edition, MapService, MapSource, OwnProfile, OwnRaster
from gis_core.services import jobs
from gis_core.services.profiles import draft_fetch, drafts_remove_stale, drafts_waiting
from gis_core.services.rasters import raster_prepare, rasters_waiting
from gis_core.services.service_sync import services_sync
from gis_core.services.uploads import incoming_remove_stale


@shared_task  # type: ignore[untyped-decorator]
def geodata_load(edition: int) -> None:
    """Loads an edition that waits, or goes on with one that was interrupted."""
    jobs.load_run(edition=Edition.objects.get(pk=edition))


@shared_task  # type: ignore[untyped-decorator]
def geodata_activate(edition: int, by: int, override_reason: str) -> None:
    person = User.objects.get(pk=by)
    jobs.activate_run(
        edition=Edition.objects.get(pk=edition), by=person, override_reason=override_reason
    )


@shared_task  # type: ignore[untyped-decorator]
def geodata_rollback(edition: int, by: int) -> None:
    jobs.rollback_run(edition=Edition.objects.get(pk=edition), by=User.objects.get(pk=by))


@shared_task  # type: ignore[untyped-decorator]
def geodata_load_waiting() -> None:
    """Begins what was ordered while the broker was down. Clears away uploads that broke off."""
    incoming_remove_stale()
    drafts_remove_stale()
    for draft in drafts_waiting():
        draft_fetch(draft)
    for edition in jobs.editions_waiting():
        geodata_load(edition)


@shared_task  # type: ignore[untyped-decorator]
def geodata_draft_fetch(draft: int) -> None:
    """Fetches the address that a draft of a mapping is for; one that was removed needs nothing."""
    for found in OwnProfile.objects.filter(pk=draft):
        draft_fetch(found)


@shared_task  # type: ignore[untyped-decorator]
def geodata_raster_make(raster: int) -> None:
    """Prepares an own raster for the maps; one that was removed needs nothing."""
    for found in OwnRaster.objects.filter(pk=raster):
        raster_prepare(raster=found)


@shared_task  # type: ignore[untyped-decorator]
def geodata_rasters_make_waiting() -> None:
    """Begins rasters whose order was lost, and those of killed workers."""
    for raster in rasters_waiting():
        geodata_raster_make(raster)


@shared_task  # type: ignore[untyped-decorator]
def map_source_harvest(source: int) -> None:
    """Asks a source of map services what it offers, and tries what was picked of it."""
    found = MapSource.objects.get(pk=source)
    source_harvest(source=found)
    for service in found.services.select_related("source"):
        service_check(service=service)


@shared_task  # type: ignore[untyped-decorator]
def map_service_check(service: int) -> None:
    """Tries a map service at a known place."""
    service_check(service=MapService.objects.select_related("source").get(pk=service))


@shared_task  # type: ignore[untyped-decorator]
def map_sources_harvest_waiting() -> None:
    """Asks the sources whose order was lost."""
    for source in sources_due():
        map_source_harvest(source)


@shared_task  # type: ignore[untyped-decorator]
def map_sources_harvest() -> None:
    """Asks all sources of which something was picked."""
    for source in sources_due(all_of_them=True):
        map_source_harvest(source)


@shared_task  # type: ignore[untyped-decorator]
def geodata_services_sync() -> int:
    """Fetches the state of all services of the settings; the number of those that answered."""
    return len(services_sync())
