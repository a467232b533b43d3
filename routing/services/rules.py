"""Rule sets and authorities come in as data: CSV files in the shape of the decision matrix."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gis_core.models import Jurisdiction
from routing.engine import CompiledRuleSet, RuleRow
from routing.enums import RuleSetStatus
from routing.errors import RuleSetError
from routing.models import Authority, Rule, RuleSet
from routing.selectors.rules import RULE_COLUMNS, rule_rows, rule_set_in_effect

AUTHORITY_COLUMNS: Final = (
    "name_de",
    "name_en",
    "public_name_de",
    "public_name_en",
    "colour",
)


def rules_read(path: Path) -> list[RuleRow]:
    """The rows of a matrix (`;`-separated, UTF-8). Raises RuleSetError naming file, line and column."""
    rows: list[RuleRow] = []
    for line, row in _csv_rows(path, {*RULE_COLUMNS, "prio", "c"}):
        try:
            priority, confidence = int(row["prio"]), float(Decimal(row["c"]))
        except (ValueError, InvalidOperation) as error:
            raise RuleSetError(f"{path.name}, line {line}: prio or c is not a number.") from error
        texts: dict[str, Any] = {
            field: row[column].strip() for column, field in RULE_COLUMNS.items()
        }
        rows.append(RuleRow(priority=priority, confidence=confidence, **texts))
    return rows


@transaction.atomic
def rule_set_load(*, jurisdiction: Jurisdiction, path: Path) -> RuleSet:
    """Load a matrix as the jurisdiction's next rule set and activate it; unchanged rules load nothing.

    The whole set is validated first. Raises RuleSetError naming every faulty rule; then nothing is stored.
    """
    rows = rules_read(path)
    Jurisdiction.objects.select_for_update().get(pk=jurisdiction.pk)
    today = timezone.localdate()
    current = rule_set_in_effect(jurisdiction, on=today)
    if current is not None and sorted(map(str, rule_rows(current))) == sorted(map(str, rows)):
        return current
    last = RuleSet.objects.filter(jurisdiction=jurisdiction).aggregate(last=Max("version"))["last"]
    rule_set = RuleSet(jurisdiction=jurisdiction, version=(last or 0) + 1, source=path.name)
    CompiledRuleSet.compile(
        rows,
        bodies=authority_codes(jurisdiction),
        assign_from=float(rule_set.assign_from),
        assign_margin=float(rule_set.assign_margin),
    )
    rule_set.status = RuleSetStatus.ACTIVE
    rule_set.valid_from = today
    rule_set.activated_at = timezone.now()
    rule_set.full_clean()
    rule_set.save()
    Rule.objects.bulk_create(
        Rule(
            rule_set=rule_set,
            priority=row.priority,
            confidence=Decimal(str(row.confidence)),
            **{field: getattr(row, field) for field in RULE_COLUMNS.values()},
        )
        for row in rows
    )
    return rule_set


def authority_codes(jurisdiction: Jurisdiction) -> frozenset[str]:
    return frozenset(
        Authority.objects.filter(jurisdiction=jurisdiction).values_list("code", flat=True)
    )


@transaction.atomic
def authorities_load(*, jurisdiction: Jurisdiction, path: Path) -> int:
    """Create or update the authorities of a file; returns their number.

    Raises RuleSetError where `acts_through` names a code that is not in the file.
    """
    found = list(_csv_rows(path, {"code", "acts_through", *AUTHORITY_COLUMNS}))
    authorities = {
        row["code"]: Authority.objects.update_or_create(
            jurisdiction=jurisdiction,
            code=row["code"],
            defaults={column: row[column] for column in AUTHORITY_COLUMNS},
        )[0]
        for _line, row in found
    }
    for line, row in found:
        through = row["acts_through"]
        if through and through not in authorities:
            raise RuleSetError(f"{path.name}, line {line}: {through} is no authority of this file.")
        authority = authorities[row["code"]]
        authority.acts_through = authorities[through] if through else None
        authority.full_clean()
        authority.save()
    return len(found)


def _csv_rows(path: Path, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of a `;`-separated UTF-8 file with all these columns, empty text for what is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=";")
            missing = sorted(columns - set(reader.fieldnames or ()))
            if missing:
                raise RuleSetError(f"{path.name} lacks the columns {', '.join(missing)}.")
            for row in reader:
                if None in row:
                    raise RuleSetError(f"{path.name}, line {reader.line_num}: too many columns.")
                yield reader.line_num, {key: value or "" for key, value in row.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise RuleSetError(f"{path.name} cannot be read: {error}") from error
