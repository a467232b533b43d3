"""The demo's table: one row a report."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.demo.answering import Answered
from config.demo.chain import Traced
from config.demo.places import TRIAGE

# Where no terminal says how wide it is (a log, a pipe), a line may be long.
WIDTH = 200
# Below this the eight columns would be columns of single words.
WIDE = 150
COLUMNS = (
    ("report", 15),
    ("category", 14),
    ("parcel", 14),
    ("road", 10),
    ("authority", 10),
    ("prob.", 5),
    ("reason", None),
    ("delivery and receipt", None),
)
NARROW_COLUMNS = (
    ("report, category, parcel, road", None),
    ("authority, probability, reason", None),
    ("delivery and receipt", None),
)


def console_open() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def table_show(console: Console, traced: Sequence[Traced]) -> None:
    """Report, category, Gemarkung-Flur-Flurstück, road, authority, probability, reason, delivery and receipt."""
    is_wide = console.width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, padding=(0, 1, 0, 0))
    for name, width in COLUMNS if is_wide else NARROW_COLUMNS:
        table.add_column(name, width=width, overflow="fold")
    for one in traced:
        cells = [escape(cell) for cell in _cells(one)]
        if not is_wide:
            cells = ["\n".join(cells[:4]), "\n".join(cells[4:7]), cells[7]]
        table.add_row(*cells)
    console.print(table)


def answers_show(console: Console, answered: Sequence[Answered]) -> None:
    """What authorities answered, and what whoever reported reads of it."""
    console.print("What authorities answered, and what whoever reported reads:")
    for one in answered:
        console.print(f"  {one.number}  {one.authority} {one.did}", markup=False)
        console.print(f"      „{one.reads}“ {one.link}", markup=False, soft_wrap=True)


def _cells(one: Traced) -> list[str]:
    decision, place = one.decision, one.sent.place
    report = f"{one.sent.number}\n{place.label}"
    if decision is None:
        return [report, place.category, "", "", "", "", "", "\n".join(one.problems)]
    outcome = "\n".join([*one.receipts, *(f"!! {problem}" for problem in one.problems)])
    return [
        report,
        decision.issue.category.names["de"],
        _parcel(one),
        decision.road or "–",
        one.came_out,
        f"{decision.probability:.2f}",
        decision.sentences["de"],
        outcome or ("in der Sichtung" if one.came_out == TRIAGE else ""),
    ]


def _parcel(one: Traced) -> str:
    """Gemarkung-Flur-Flurstück; the Gemarkung by its key where the source gives no name."""
    assert one.decision is not None  # noqa: S101 - the caller looked
    situations = one.decision.evidence.get("situations") or [{}]
    for parcel in situations[0].get("parcels") or []:
        if parcel["key"] == one.decision.parcel_key:
            district = parcel["gemarkung"] or parcel["key"][:6]
            return "-".join(
                str(part) for part in (district, parcel["flur"], parcel["number"]) if part
            )
    return "–"
