"""Loading parcels, beside ogr2ogr on the same file into the same server; activation beside running readers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final

from django.conf import settings
from django.db import connection, connections

from config.benchmarks.city import SEED, database_use
from config.benchmarks.measure import Figure, median
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.datasets import dataset_spec
from gis_core.enums import Dataset
from gis_core.loading import Source
from gis_core.loading.checks import thresholds_of
from gis_core.loading.coverage import coverage_checks
from gis_core.loading.staging import Staging
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_activate, edition_stage
from gis_core.srids import storage_srid

YARDSTICK_TABLE: Final = "bench_ogr2ogr"
FIRST_TIMES: Final = 4.0
WITHOUT_COVERAGE_TIMES: Final = 2.0
UNCHANGED_TIMES: Final = 1.5
READERS: Final = 2
LOCKED_MS: Final = 1000.0


def geodata() -> list[Figure]:
    """First load and unchanged reload from GeoPackage and GML, and what readers feel of an activation."""
    database_use()
    folder = settings.VAR / "bench" / "city"
    generate(SCALES["city"], SEED, folder)
    figures: list[Figure] = []
    for suffix in ("gpkg", "gml"):
        figures += _loads(folder / f"alkis_vereinfacht.{suffix}")
    return figures


def _loads(path: Path) -> list[Figure]:
    kind = path.suffix[1:].upper()
    yardstick = _ogr2ogr(path)
    jurisdiction, _created = Jurisdiction.objects.get_or_create(
        identifier=f"bench-{path.suffix[1:]}.example",
        defaults={"name": "Bench", "municipality_key": "05562004", "issue_prefix": "BEN"},
    )
    _forget(jurisdiction)
    edition = _stage(jurisdiction, path)
    coverage = _coverage_seconds(edition)
    with _readers() as seen:
        edition_activate(edition=edition)
    report = edition.report
    first = report["seconds"] + report["activation_seconds"]
    rows, written = report["rows"], _parcels_written()
    again = edition_activate(edition=_stage(jurisdiction, path)).report
    if _parcels_written() != written:
        raise AssertionError("an unchanged reload wrote rows of parcels")

    def figure(name: str, seconds: float, times: float) -> Figure:
        return Figure(
            name=f"{kind}: {name}",
            value=rows / seconds,
            unit="parcels/s",
            yardstick=rows / yardstick,
            limit=1 / times,
            limit_is_of_ratio=True,
            at_least=True,
        )

    unchanged = again["seconds"] + again["activation_seconds"]
    return [
        figure("first load with all checks", first, FIRST_TIMES),
        figure("first load without coverage check", first - coverage, WITHOUT_COVERAGE_TIMES),
        figure("unchanged reload without coverage check", unchanged - coverage, UNCHANGED_TIMES),
        Figure(
            name=f"{kind}: longest read during activation",
            value=max(seen.during),
            unit="ms",
            yardstick=median(seen.before),
            limit=LOCKED_MS,
        ),
    ]


def _stage(jurisdiction: Jurisdiction, path: Path) -> Edition:
    return edition_stage(
        jurisdiction=jurisdiction, dataset=Dataset.PARCELS, sources=[Source(path=path)]
    )


def _coverage_seconds(edition: Edition) -> float:
    """How long the coverage check of what is staged takes by itself."""
    staging = Staging(dataset_spec(edition.dataset), edition)
    began = perf_counter()
    list(coverage_checks(staging, thresholds_of(edition.dataset)))
    return perf_counter() - began


def _parcels_written() -> int:
    """Rows of parcels that this server ever inserted or updated, also those of transactions not yet counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = 'parcels_parcel'"
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@dataclass
class _Seen:
    """How long each read took, in milliseconds."""

    before: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)


@contextmanager
def _readers() -> Iterator[_Seen]:
    """Readers that look parcels up by place all the time, half a second of it before the block."""
    seen, calm, stop = _Seen(), Event(), Event()
    threads = [Thread(target=_read, args=(seen, calm, stop)) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    stop.wait(0.5)
    calm.set()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _read(seen: _Seen, calm: Event, stop: Event) -> None:
    statement = (
        "SELECT key FROM parcels_parcel WHERE edition_to_id IS NULL"
        " AND ST_Covers(geometry, ST_SetSRID(ST_Point(%s, %s), %s))"
    )
    place: list[Any] = [382_900.0, 5_712_300.0, storage_srid()]
    try:
        with connection.cursor() as cursor:
            while not stop.is_set():
                began = perf_counter()
                cursor.execute(statement, place)
                cursor.fetchall()
                taken = (perf_counter() - began) * 1000
                (seen.during if calm.is_set() else seen.before).append(taken)
                place[0] += 7.0 if place[0] < 386_000 else -3_100.0
    finally:
        connections.close_all()


def _ogr2ogr(path: Path) -> float:
    """Seconds that ogr2ogr takes for the parcels of the file, schema look-ups over the network off."""
    database = connection.settings_dict
    target = (
        f"PG:dbname={database['NAME']} host={database['HOST']} port={database['PORT'] or 5432}"
        f" user={database['USER']}"
    )
    command = [
        "ogr2ogr",
        "-f",
        "PostgreSQL",
        target,
        str(path),
        "Flurstueck",
        "-nln",
        YARDSTICK_TABLE,
        "-nlt",
        "MULTIPOLYGON",
        "-a_srs",
        f"EPSG:{storage_srid()}",
        "-overwrite",
        "--config",
        "PG_USE_COPY",
        "YES",
        "--config",
        "GML_DOWNLOAD_SCHEMA",
        "NO",
    ]
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began


def _forget(jurisdiction: Jurisdiction) -> None:
    """The next load must be a first load."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM parcels_parcel WHERE jurisdiction_id = %s", [jurisdiction.pk])
    jurisdiction.editions.all().delete()
