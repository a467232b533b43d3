"""A load that is killed for real: the process dies between two batches, its connection with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from shapely.affinity import translate

from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_resume
from gis_core.services.jobs import JobState, job_mark, job_state
from gis_core.services.locks import edition_is_worked_on
from mapui.geodata.actions import actions_allowed
from parcels.models import Address, Parcel
from tests.gis_core.geodata_factories import (
    EAST,
    NORTH,
    collection_gml,
    jurisdiction_make,
    load,
    parcel_gml,
    polygon_gml,
    square,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 12_000
PATIENCE_S = 120
# The server looks every second whether the client of a running statement still lives.
NOTICED_S = 5


def parcels_many(path: Path) -> Path:
    return write(
        path,
        collection_gml(
            *(
                parcel_gml(
                    f"0552870{n // 9999:02}{n % 9999 + 1:05}______",
                    polygon_gml(translate(square(n % 100), 0, n // 100 * 10)),
                )
                for n in range(COUNT)
            )
        ),
    )


def houses(path: Path, name: str, count: int) -> Path:
    lines = [
        f"{name}{n};Musterstr.;{name}{n};{EAST + n % 100};{NORTH + n // 100}" for n in range(count)
    ]
    return write(path, "\n".join(["oid;str;hnr;ostwert;nordwert", *lines]) + "\n")


def command_start(
    path: Path, identifier: str, *options: str, dataset: str = "parcels"
) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    host = quote(str(database["HOST"]), safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    address = f"postgis://{database['USER']}@{host}{port}/{database['NAME']}"
    command = ["load_geodata", "--jurisdiction", identifier, "--dataset", dataset, str(path)]
    return subprocess.Popen(
        [sys.executable, str(settings.ROOT / "manage.py"), *command, *options],
        env={**os.environ, "DATABASE_URL": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def after_first_batch(process: subprocess.Popen[bytes], former: Edition) -> Edition:
    """Freezes the process as soon as a checkpoint is seen, so that the kill cannot come too late."""
    until = monotonic() + PATIENCE_S
    while monotonic() < until and process.poll() is None:
        edition = Edition.objects.exclude(pk=former.pk).first()
        if edition is not None and edition.progress.get("batches"):
            break
        sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    return Edition.objects.exclude(pk=former.pk).get()


def test_killed_process_leaves_the_active_state_and_another_goes_on(tmp_path):
    city = jurisdiction_make()
    first = parcel_gml("05528799900001______", polygon_gml(square(-1)))
    former = load(city, "parcels", write(tmp_path / "a.gml", collection_gml(first))).edition
    before = list(Parcel.objects.values_list())
    process = command_start(parcels_many(tmp_path / "b.gml"), city.identifier)
    edition = after_first_batch(process, former)
    # As the worker of a page would note it.
    job_mark(edition, JobState("load", step="b.gml", features=5000, begun=True))
    assert edition_is_worked_on(edition)
    assert job_state(edition) == JobState("load", step="b.gml", features=5000, begun=True)
    with pytest.raises(LoadError, match="another load of parcels is running"):
        edition_resume(edition=edition)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    noticed = monotonic()
    while edition_is_worked_on(edition):
        assert monotonic() - noticed < NOTICED_S
        sleep(0.05)
    state = job_state(edition)
    assert state is not None
    assert (state.is_running, state.problem != "") == (False, True)
    assert set(actions_allowed(edition, state)) == {"resume", "discard"}
    edition = Edition.objects.get(pk=edition.pk)
    assert process.returncode == -signal.SIGKILL
    assert edition.status == EditionStatus.LOADING
    assert edition.progress["batches"] >= 1
    assert list(Parcel.objects.values_list()) == before
    done = edition.progress["rows"]
    edition_resume(edition=edition)
    assert (edition.status, edition.report["rows"]) == (EditionStatus.STAGED, COUNT)
    assert 0 < done < COUNT
    edition_activate(edition=edition)
    assert Parcel.objects.active().count() == COUNT


def test_killed_load_of_one_source_leaves_the_other(tmp_path):
    city = jurisdiction_make()
    file = houses(tmp_path / "a.csv", "1", 3)
    former = load(city, "addresses", file, source_name="Stadt").edition
    before = list(Address.objects.order_by("pk").values_list())
    process = command_start(
        houses(tmp_path / "b.csv", "2", COUNT),
        city.identifier,
        *("--source", "Land"),
        dataset="addresses",
    )
    edition = after_first_batch(process, former)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    while edition_is_worked_on(edition):
        sleep(0.05)
    edition.refresh_from_db()
    assert (edition.status, edition.source_name) == (EditionStatus.LOADING, "Land")
    assert list(Address.objects.order_by("pk").values_list()) == before
    edition_activate(edition=edition_resume(edition=edition))
    assert Address.objects.active().count() == 3 + COUNT
    assert Address.objects.active().filter(edition_from=former).count() == 3
