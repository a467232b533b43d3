"""Rule sets written down: CSV in the shape of the decision matrix, and JSON with everything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from routing.engine import RuleRow
from routing.engine.checks.content import MATRIX_COLUMNS, OPTIONAL_COLUMNS, RuleSetContent
from routing.engine.checks.coverage import MATRIX, CoverageRow
from routing.engine.priors import PriorRow


def content_csv(content: RuleSetContent) -> str:
    """The rows as `;`-separated CSV; the columns that the matrix does not have only where some row needs them.

    Thresholds and priors have no place in it: `content_json` has them, `priors_csv` the priors alone.
    """
    columns = [
        column
        for column, field in MATRIX_COLUMNS.items()
        if column not in OPTIONAL_COLUMNS
        or any(getattr(row, field) not in ("", None) for row in content.rows)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, delimiter=";", lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(
        {column: _written(value) for column, value in _cells(row).items()} for row in content.rows
    )
    return text.getvalue()


def priors_csv(content: RuleSetContent) -> str:
    """The priors as `;`-separated CSV, in the shape of `priors.csv`."""
    text = io.StringIO()
    columns = [field.name for field in fields(PriorRow)]
    writer = csv.DictWriter(text, columns, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {column: _written(value) for column, value in asdict(row).items()} for row in content.priors
    )
    return text.getvalue()


def content_json(content: RuleSetContent) -> dict[str, Any]:
    """Everything, the rows with the names of the matrix's columns."""
    return {
        "assign_from": content.assign_from,
        "assign_margin": content.assign_margin,
        "rules": [_cells(row) for row in content.rows],
        "thresholds": [
            {
                "category": row.category,
                "body": row.body,
                "assign_from": row.assign_from,
                "assign_margin": row.assign_margin,
                "is_proposed_only": row.is_proposed_only,
            }
            for row in content.thresholds
        ],
        "priors": [asdict(row) for row in content.priors],
    }


def coverage_csv(rows: Iterable[tuple[str, CoverageRow]]) -> str:
    """(category, row) of the coverage matrix; an empty cell is any value."""
    text = io.StringIO()
    names = {"part": "part", "road_class": "class", "through_road": "od"}
    columns = [names.get(name, name) for name in MATRIX]
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["category", *columns, "built_up", "beside_road", "state", "rules", "bodies"])
    for category, row in rows:
        writer.writerow(
            [
                category,
                *("|".join(row.values.get(name, ())) for name in (*MATRIX, "built_up")),
                "|".join(row.values.get("beside_road", ())),
                row.state.value,
                "|".join(one.rule_id for one in row.answers),
                "|".join(one.body for one in row.answers),
            ]
        )
    return text.getvalue()


def coverage_json(rows: Iterable[tuple[str, CoverageRow]]) -> list[dict[str, Any]]:
    """The same as objects; an empty list is any value."""
    return [{"category": category, **row.to_json()} for category, row in rows]


def _cells(row: RuleRow) -> dict[str, Any]:
    return {column: getattr(row, field) for column, field in MATRIX_COLUMNS.items()}


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
