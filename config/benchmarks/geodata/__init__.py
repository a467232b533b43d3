"""Loading parcels and addresses beside ogr2ogr on the same file into the same server; activation beside readers."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from psycopg2 import sql

from config.benchmarks.city import SEED, database_use
from config.benchmarks.geodata.inputs import FORMATS, ONE_IN, addresses_write, parcels_changed
from config.benchmarks.geodata.ogr2ogr import ogr2ogr
from config.benchmarks.geodata.readers import readers
from config.benchmarks.geodata.took import Took, least, now, took
from config.benchmarks.measure import Figure
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.datasets import dataset_spec
from gis_core.loading import Source
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_activate, edition_stage
from parcels.enums import CadastreDataset

DATABASE: Final = "flurpost_bench_geodata"
# 90,443 parcels.
SCALE: Final = "dense"
FEW, MANY = 100_000, 500_000
# How many times as long as ogr2ogr, by the clock and by the processors alike.
FIRST_TIMES: Final = 4.0
WITHOUT_CHECKS_TIMES: Final = 2.5
UNCHANGED_TIMES: Final = 1.5
ANEW_TIMES: Final = 2.5
# Of what activating all rows takes.
ACTIVATION_SHARE: Final = 0.1
# The time of n rows grows as n to the power of this; n log n of indexes makes 1.05 of it.
EXPONENT: Final = 1.15
# Machines are noisy: the best of so many runs counts, for us and for ogr2ogr.
RUNS: Final = 2
LOCKED_MS: Final = 1000.0


@dataclass(frozen=True)
class _Load:
    """What a load took: until its rows were compared, its checks, its activation."""

    edition: Edition
    compared: Took
    checked: Took
    activated: Took

    @property
    def whole(self) -> Took:
        return self.without_checks + self.checked

    @property
    def without_checks(self) -> Took:
        return self.compared + self.activated


def geodata() -> list[Figure]:
    """First loads and reloads of parcels and addresses, and what readers feel of an activation."""
    database_use(DATABASE)
    folder = settings.VAR / "bench" / SCALE
    generate(SCALES[SCALE], SEED, folder)
    jurisdiction, _created = Jurisdiction.objects.get_or_create(
        identifier="bench.example",
        defaults={"name": "Bench", "municipality_key": "05562004", "issue_prefix": "BEN"},
    )
    table = folder / "alkis_vereinfacht.gpkg"
    figures = [
        *_parcels(jurisdiction, folder / "alkis_vereinfacht.gml"),
        *_parcels(jurisdiction, table),
        *_reloads(jurisdiction, table),
        _locked(jurisdiction, table),
    ]
    few, many = (addresses_write(folder, count) for count in (FEW, MANY))
    for ending in FORMATS:
        figures += _addresses(jurisdiction, few[ending], many[ending])
    return figures


def _parcels(jurisdiction: Jurisdiction, path: Path) -> list[Figure]:
    """A first load, and the same file once more."""
    kind = f"{path.suffix[1:].upper()}, parcels"
    yardsticks, firsts = [], []
    for _ in range(RUNS):
        yardsticks.append(took(lambda: ogr2ogr(path)))
        firsts.append(_first(jurisdiction, CadastreDataset.PARCELS, path))
    yardstick, written = least(yardsticks), _parcels_written()
    again = [_load(jurisdiction, CadastreDataset.PARCELS, path).whole for _ in range(RUNS)]
    if _parcels_written() != written:
        raise AssertionError("an unchanged reload wrote rows of parcels")
    return [
        *_first_figures(kind, firsts, yardstick),
        *_figures(
            f"{kind}: the same file once more, no row written",
            least(again),
            yardstick,
            UNCHANGED_TIMES,
        ),
    ]


def _first_figures(kind: str, firsts: list[_Load], yardstick: Took) -> list[Figure]:
    whole = least([one.whole for one in firsts])
    bare = least([one.without_checks for one in firsts])
    times = WITHOUT_CHECKS_TIMES if kind.startswith("GPKG") else None
    return [
        *_figures(f"{kind}: first load with all checks", whole, yardstick, FIRST_TIMES),
        *_figures(f"{kind}: first load without checks", bare, yardstick, times),
    ]


def _reloads(jurisdiction: Jurisdiction, path: Path) -> list[Figure]:
    """A table that was written anew, unchanged and with one row in a hundred changed."""
    dataset = CadastreDataset.PARCELS
    anew = parcels_changed(path, changed=False)
    changed = parcels_changed(path, changed=True)
    yardstick = took(lambda: ogr2ogr(anew))
    first = _first(jurisdiction, dataset, path)
    same = _load(jurisdiction, dataset, anew)
    other = _load(jurisdiction, dataset, changed)
    rows = first.edition.report["rows"]
    if (same.edition.report["unchanged"], other.edition.report["changed"]) != (
        rows,
        -(-rows // ONE_IN),
    ):
        raise AssertionError("the reloads changed other rows than they should")
    return [
        *_figures("GPKG, parcels: written anew, unchanged", same.whole, yardstick, ANEW_TIMES),
        *_figures("GPKG, parcels: 1 % changed", other.whole, yardstick, FIRST_TIMES),
        *_figures(
            "activation of 1 %, beside that of all",
            other.activated,
            first.activated,
            ACTIVATION_SHARE,
        ),
    ]


def _addresses(jurisdiction: Jurisdiction, few: Path, many: Path) -> list[Figure]:
    """First loads of a hundred thousand and of half a million, and how the time grows from the one to the other."""
    dataset, kind = CadastreDataset.ADDRESSES, f"{few.suffix[1:].upper()}, addresses"
    yardstick = least([took(lambda: ogr2ogr(few)) for _ in range(RUNS)])
    firsts = [_first(jurisdiction, dataset, few) for _ in range(RUNS)]
    much = _first(jurisdiction, dataset, many).whole
    little = least([one.whole for one in firsts])
    power = log(much.processor / little.processor) / log(MANY / FEW)
    return [
        *_first_figures(kind, firsts, yardstick),
        Figure(
            name=f"{kind}: power with which processor time grows to {MANY:,}",
            value=power,
            unit="",
            yardstick=1.0,
            limit=EXPONENT,
        ),
    ]


def _figures(name: str, ours: Took, yardstick: Took, times: float | None) -> list[Figure]:
    """By the clock, and by the processors."""
    pairs = (
        ("", ours.elapsed, yardstick.elapsed),
        (", processors", ours.processor, yardstick.processor),
    )
    return [
        Figure(
            name=f"{name}{what}",
            value=value,
            unit="s",
            yardstick=beside,
            limit=times,
            limit_is_of_ratio=True,
        )
        for what, value, beside in pairs
    ]


def _locked(jurisdiction: Jurisdiction, path: Path) -> Figure:
    """What readers feel while all parcels of a city are activated."""
    _forget(jurisdiction, CadastreDataset.PARCELS)
    edition = edition_stage(
        jurisdiction=jurisdiction, dataset=CadastreDataset.PARCELS, sources=[Source(path=path)]
    )
    with readers() as seen:
        edition_activate(edition=edition)
    return Figure(
        name="longest of all reads during an activation",
        value=max(seen.during),
        unit="ms",
        yardstick=max(seen.before),
        limit=LOCKED_MS,
    )


def _first(jurisdiction: Jurisdiction, dataset: CadastreDataset, path: Path) -> _Load:
    _forget(jurisdiction, dataset)
    return _load(jurisdiction, dataset, path)


def _load(jurisdiction: Jurisdiction, dataset: CadastreDataset, path: Path) -> _Load:
    """From the first byte read to the commit of the activation and what follows from it."""
    began, steps = now(), {}

    def progress(step: str, _rows: int) -> None:
        if step == "checks":
            steps[step] = now()

    edition = edition_stage(
        jurisdiction=jurisdiction, dataset=dataset, sources=[Source(path=path)], progress=progress
    )
    staged = now()
    activated = took(lambda: edition_activate(edition=edition))
    return _Load(edition, steps["checks"] - began, staged - steps["checks"], activated)


def _parcels_written() -> int:
    """Rows of parcels that this server ever inserted or updated, also those of transactions not yet counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = 'parcels_parcel'"
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _forget(jurisdiction: Jurisdiction, dataset: CadastreDataset) -> None:
    """The next load must be a first load, into a table as it is in a new database."""
    table = sql.Identifier(dataset_spec(dataset).model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {table}").format(table=table))
    editions = jurisdiction.editions.filter(dataset=dataset)
    editions.update(base=None)
    editions.all().delete()
