"""The demo's table: one row a report."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.demo.chain import Traced
from config.demo.places import TRIAGE

# Where no terminal says how wide it is (a log, a pipe), a line may be long.
WIDTH = 200
COLUMNS = (
    ("report", 15),
    ("category", 14),
    ("parcel", 14),
    ("road", 10),
    ("authority", 10),
    ("conf.", 5),
    ("reason", None),
    ("delivery and receipt", None),
)


def console_open() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def table_show(console: Console, traced: Sequence[Traced]) -> None:
    """Report, category, Gemarkung-Flur-Flurstück, road, authority, confidence, reason, delivery and receipt."""
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, padding=(0, 1, 0, 0))
    for name, width in COLUMNS:
        table.add_column(name, width=width, overflow="fold")
    for one in traced:
        table.add_row(*(escape(cell) for cell in _cells(one)))
    console.print(table)


def _cells(one: Traced) -> list[str]:
    decision, place = one.decision, one.sent.place
    report = f"{one.sent.number}\n{place.label}"
    if decision is None:
        return [report, place.category, "", "", "", "", "", "\n".join(one.problems)]
    outcome = "\n".join([*one.receipts, *(f"!! {problem}" for problem in one.problems)])
    return [
        report,
        decision.issue.category.name_de,
        _parcel(one),
        decision.road or "–",
        one.came_out,
        f"{decision.confidence:.2f}",
        decision.sentence_de,
        outcome or ("in der Sichtung" if one.came_out == TRIAGE else ""),
    ]


def _parcel(one: Traced) -> str:
    assert one.decision is not None  # noqa: S101 - the caller looked
    situations = one.decision.evidence.get("situations") or [{}]
    for parcel in situations[0].get("parcels") or []:
        if parcel["key"] == one.decision.parcel_key:
            return "-".join(
                str(part)
                for part in (parcel["gemarkung"], parcel["flur"], parcel["number"])
                if part
            )
    return "–"
