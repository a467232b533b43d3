"""What every city begins with: reasons for closing, texts to reporters, periods, legal pages; all are edited on pages.

`issues/defaults/*.csv`: UTF-8, semicolons; columns that end in _de hold texts, for each other language likewise.
`issues/defaults/legal/KIND.LANGUAGE.md`: the legal pages.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from gis_core.languages import texts_read
from gis_core.models import Jurisdiction
from issues.enums import LegalKind
from issues.models import ClosingReason, LegalPage, ReplyTemplate, RetentionPeriod

FOLDER: Final = Path(__file__).parent.parent / "defaults"


def defaults_make(jurisdiction: Jurisdiction) -> None:
    """Gives the jurisdiction the reasons and texts that it lacks; what it has stays as it is."""
    ClosingReason.objects.bulk_create(
        (
            ClosingReason(
                jurisdiction=jurisdiction,
                status=row["status"],
                code=row["code"],
                order=int(row["order"]),
                names=texts_read(row, "name"),
            )
            for row in _rows("closing_reasons.csv")
        ),
        ignore_conflicts=True,
    )
    ReplyTemplate.objects.bulk_create(
        (
            ReplyTemplate(
                jurisdiction=jurisdiction,
                status=row["status"],
                is_active=row["is_active"] == "1",
                texts=texts_read(row, "text"),
            )
            for row in _rows("reply_templates.csv")
        ),
        ignore_conflicts=True,
    )


def periods_make(jurisdiction: Jurisdiction) -> None:
    """Gives the jurisdiction the periods of retention that it lacks."""
    RetentionPeriod.objects.bulk_create(
        (
            RetentionPeriod(jurisdiction=jurisdiction, kind=row["kind"], days=int(row["days"]))
            for row in _rows("retention.csv")
        ),
        ignore_conflicts=True,
    )


def legal_pages_make(jurisdiction: Jurisdiction) -> None:
    """Gives the jurisdiction the legal pages that it lacks, as templates that nobody has checked."""
    LegalPage.objects.bulk_create(
        (
            LegalPage(jurisdiction=jurisdiction, kind=kind, texts=legal_texts(kind))
            for kind in LegalKind.values
        ),
        ignore_conflicts=True,
    )


@cache
def legal_texts(kind: str) -> Mapping[str, str]:
    """Language → Markdown."""
    return {
        path.suffixes[0].lstrip("."): path.read_text("utf-8").strip()
        for path in sorted((FOLDER / "legal").glob(f"{kind}.*.md"))
    }


def jurisdiction_saved(instance: Jurisdiction, created: bool, **_more: Any) -> None:
    """A new jurisdiction begins with the defaults."""
    if created:
        defaults_make(instance)
        legal_pages_make(instance)
        periods_make(instance)


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    yield from _table(FOLDER / name)


@cache
def _table(path: Path) -> tuple[Mapping[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";", strict=True))
