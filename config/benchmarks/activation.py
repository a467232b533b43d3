"""What a small edition costs while many issues are open: whom it would concern, and its activation."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final

from config.benchmarks.city import City, city_load, database_use
from config.benchmarks.decision import bare_seconds, issues_make
from config.benchmarks.measure import Figure
from gis_core.loading import Source
from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_stage
from issues.models import Issue
from parcels.enums import CadastreDataset
from routing.deciding.decisions import decisions_make_missing
from routing.deciding.impact import impact_of
from routing.models import Proposal

DATABASE: Final = "flurpost_bench_activation"
OPEN: Final = 2_700
CHANGED: Final = 300
LIMIT_S: Final = 10.0


def activation() -> list[Figure]:
    """300 parcels get other owners while 2,700 issues are open; the yardstick is the bare look-up of all of these."""
    database_use(DATABASE)
    city = city_load("city")
    issues_make(city, OPEN)
    while decisions_make_missing():
        pass
    edition = _staged(city)
    concerned: list[int] = []
    figures = [
        _figure(
            "whom a staged edition concerns", lambda: concerned.append(len(impact_of(edition)))
        ),
        _figure("its activation, with the proposals", lambda: edition_activate(edition=edition)),
    ]
    proposals = Proposal.objects.filter(edition=edition).count()
    if not 0 < proposals == concerned[0]:
        raise AssertionError(f"{concerned[0]} issues concerned, {proposals} proposals")
    return figures


def _figure(name: str, call: Callable[[], object]) -> Figure:
    raw = bare_seconds(list(Issue.objects.values_list("pk", flat=True)))
    began = perf_counter()
    call()
    seconds = perf_counter() - began
    return Figure(
        name=f"{name}: {CHANGED} owners changed, {OPEN:,} issues open",
        value=seconds,
        unit="s",
        yardstick=raw,
        limit=LIMIT_S,
    )


def _staged(city: City) -> Edition:
    """The owners as they are, but of some parcels all over the city the other one: private or the city."""
    head, *lines = (city.folder / "eigentumsklassen.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines]
    for row in rows[:: len(rows) // CHANGED][:CHANGED]:
        row[1] = "CITY" if row[1] == "PRIV" else "PRIV"
    path = city.folder / "owners.csv"
    path.write_text("\n".join([head, *(";".join(row) for row in rows)]), "utf-8")
    edition = edition_stage(
        jurisdiction=city.jurisdiction,
        dataset=CadastreDataset.OWNERSHIP,
        sources=[Source(path=path)],
    )
    if edition.report["changed"] != CHANGED:
        raise AssertionError(f"{edition.report['changed']} owners changed")
    return edition
