"""Which worker does what: a load of geodata or a trial run must never keep a report waiting."""

from __future__ import annotations

import pytest
from django.conf import settings

from config.celery import app
from config.programs import QUEUES, program_command


def queue_of(task: str) -> str:
    route = app.amqp.router.route({}, task)
    return str(route["queue"].name)


def own_tasks() -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if not name.startswith("celery."))


@pytest.mark.parametrize("name", QUEUES)
def test_worker_serves_its_queue_only(name: str) -> None:
    command = program_command(name)
    assert command[command.index("--queues") + 1] == QUEUES[name]
    assert command[command.index("--hostname") + 1] == f"{name}@%h"


def test_work_on_geodata_goes_to_the_loader() -> None:
    there = [task for task in own_tasks() if queue_of(task) == QUEUES["loader"]]
    assert there == [
        "gis_core.tasks.geodata_activate",
        "gis_core.tasks.geodata_draft_fetch",
        "gis_core.tasks.geodata_load",
        "gis_core.tasks.geodata_load_waiting",
        "gis_core.tasks.geodata_raster_make",
        "gis_core.tasks.geodata_rasters_make_waiting",
        "gis_core.tasks.geodata_rollback",
        "gis_core.tasks.geodata_services_sync",
        "routing.tasks.geodata_impacts_store_missing",
        "routing.tasks.geodata_proposals_make_missing",
        "routing.tasks.ground_run",
        "routing.tasks.trial_run",
    ]


def test_what_strangers_servers_are_asked_goes_to_the_fetcher() -> None:
    there = [task for task in own_tasks() if queue_of(task) == QUEUES["fetcher"]]
    assert there == [
        "gis_core.tasks.map_service_check",
        "gis_core.tasks.map_source_harvest",
        "gis_core.tasks.map_sources_harvest",
        "gis_core.tasks.map_sources_harvest_waiting",
        "issues.tasks.mailbox_read",
        "issues.tasks.photos_fetch_due",
        "issues.tasks.retention_apply",
        "routing.tasks.map_hearing_hold",
        "routing.tasks.map_hearings_hold_due",
        "routing.tasks.probes_run_due",
        "routing.tasks.probes_watch",
        "routing.tasks.syncs_run_due",
    ]


def test_what_receivers_are_sent_goes_to_the_sender() -> None:
    there = [task for task in own_tasks() if queue_of(task) == QUEUES["sender"]]
    assert there == ["routing.tasks.deliveries_send_due", "routing.tasks.numbers_poll"]


def test_everything_else_goes_to_the_worker() -> None:
    long = (
        ".geodata_",
        ".ground_run",
        ".trial_run",
        ".photos_",
        ".mailbox_",
        ".retention_",
        "tasks.map_",
        "tasks.deliveries_",
        "tasks.numbers_",
        "tasks.probes_",
        "tasks.syncs_",
    )
    queues = {queue_of(task) for task in own_tasks() if not any(one in task for one in long)}
    assert queues == {QUEUES["worker"]}


def test_every_task_of_the_schedule_exists() -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(own_tasks())
