"""A Land instead of a city: whether loading stays linear and its memory flat, and look-ups as quick.

The loads run as the command does, each in a process of its own, so that its memory can be told. Takes some minutes.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection

from config import env
from config.benchmarks.city import SEED, database_use
from config.benchmarks.measure import Figure, median, milliseconds
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.models import Jurisdiction
from gis_core.services.jurisdictions import jurisdiction_save
from gis_core.srids import storage_srid
from parcels.selectors import parcels_at_point

DATABASE: Final = "flurpost_bench_state"
RESIDENT_MIB: Final = 500.0
LOOK_UP_TIMES: Final = 1.5
# Seconds a parcel at state scale against those at city scale. Indexes grow by n log n, which alone makes 1.3 of it.
LINEAR_TIMES: Final = 1.5
LOOK_UPS: Final = 300
WARM_UP: Final = 100
# Machines are noisy: the best of so many rounds counts.
ROUNDS: Final = 5
PLACES: Final = """
SELECT ST_X(at), ST_Y(at) FROM (
    SELECT ST_PointOnSurface(geometry) AS at FROM parcels_parcel
    WHERE jurisdiction_id = %s AND edition_to_id IS NULL ORDER BY md5(key) LIMIT %s
) drawn
"""


@dataclass(frozen=True)
class Load:
    """A load with all checks and its activation: rows, seconds by the clock, and the most memory that was resident."""

    jurisdiction: Jurisdiction
    rows: int
    seconds: float
    staged_seconds: float
    activated_seconds: float
    resident_mib: float


def state() -> list[Figure]:
    """The city first, alone in its database; then the state beside it."""
    database_use(DATABASE)
    _empty()
    city = _load("city")
    look_up_city = _look_up(city.jurisdiction)
    land = _load("state")
    return [
        _linear("load with all checks and activation", land.seconds, city.seconds, land, city),
        _linear("staging with all checks", land.staged_seconds, city.staged_seconds, land, city),
        _linear("activation", land.activated_seconds, city.activated_seconds, land, city),
        Figure(
            name=f"most memory resident, {land.rows} parcels",
            value=land.resident_mib,
            unit="MiB",
            yardstick=city.resident_mib,
            limit=RESIDENT_MIB,
        ),
        Figure(
            name="parcel at a point, median",
            value=_look_up(land.jurisdiction),
            unit="ms",
            yardstick=look_up_city,
            limit=LOOK_UP_TIMES,
            limit_is_of_ratio=True,
        ),
    ]


def _linear(name: str, seconds: float, city_seconds: float, land: Load, city: Load) -> Figure:
    return Figure(
        name=f"{name}, {land.rows} parcels",
        value=seconds / land.rows * 1e6,
        unit="µs a parcel",
        yardstick=city_seconds / city.rows * 1e6,
        limit=LINEAR_TIMES,
        limit_is_of_ratio=True,
    )


def _empty() -> None:
    """Both loads must be first loads, into tables without remains."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE parcels_parcel, gis_core_edition, gis_core_jurisdiction CASCADE")


def _load(scale: str) -> Load:
    folder = settings.VAR / "bench" / scale
    generate(SCALES[scale], SEED, folder, ("gpkg",))
    jurisdiction, _created = jurisdiction_save(
        facts={"id": f"bench-{scale}.example", "name": scale, "ags": "05562004"}
    )
    began = perf_counter()
    report, resident = _command(jurisdiction, folder / "alkis_vereinfacht.gpkg")
    return Load(
        jurisdiction=jurisdiction,
        rows=report["rows"],
        seconds=perf_counter() - began,
        staged_seconds=report["seconds"],
        activated_seconds=report["activation_seconds"],
        resident_mib=resident,
    )


def _command(jurisdiction: Jurisdiction, path: Path) -> tuple[dict[str, Any], float]:
    """The report of the command `load_geodata --activate`, and its greatest resident set in MiB."""
    base, _slash, _name = env.text("DATABASE_URL").rpartition("/")
    options = ["--dataset", "parcels", "--activate", "--json"]
    command = ["load_geodata", "--jurisdiction", jurisdiction.identifier, *options, str(path)]
    resident = 0.0
    with subprocess.Popen(
        [sys.executable, str(settings.ROOT / "manage.py"), *command],
        env={**os.environ, "DATABASE_URL": f"{base}/{DATABASE}"},
        stdout=subprocess.DEVNULL,
    ) as process:
        # Not by wait4(): what that tells begins with the memory of the process that was forked.
        while process.poll() is None:
            resident = max(resident, _resident_most(process.pid))
            sleep(0.1)
    if process.returncode:
        raise AssertionError(f"{' '.join(command)} ended with {process.returncode}")
    return jurisdiction.editions.latest("pk").report, resident


def _resident_most(number: int) -> float:
    """The greatest resident set that a process has had so far, in MiB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _look_up(jurisdiction: Jurisdiction) -> float:
    """Median milliseconds of a look-up at places all over the jurisdiction, in the best round."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [jurisdiction.pk, ROUNDS * LOOK_UPS + WARM_UP])
        places = [Point(x, y, srid=storage_srid()) for x, y in cursor.fetchall()]
    random.Random(SEED).shuffle(places)
    taken = milliseconds(
        lambda place: parcels_at_point(jurisdiction=jurisdiction, point=place), places
    )
    rounds = range(WARM_UP, len(taken), LOOK_UPS)
    return min(median(taken[start : start + LOOK_UPS]) for start in rounds)
