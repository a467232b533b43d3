"""Rule sets from files: CSV in the shape of the decision matrix, or JSON with thresholds and priors too."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from routing.engine import RuleRow
from routing.engine.checks.content import MATRIX_COLUMNS, OPTIONAL_COLUMNS
from routing.engine.priors import PriorRow
from routing.engine.ruleset import ThresholdRow
from routing.errors import RuleSetError
from routing.models import Prior, Rule, Threshold
from routing.types import PRIOR_MAX, PRIOR_MIN

REQUIRED_COLUMNS: Final = frozenset(MATRIX_COLUMNS) - OPTIONAL_COLUMNS
PRIORITY_MAX: Final = 32_767
ROWS_MAX: Final = 10_000
SETTINGS: Final = ("assign_from", "assign_margin")
# How many settled issues a prior rests on (`settled`) a file need not say.
PRIOR_COLUMNS: Final = frozenset({"category", "road_class", "usage", "part", "built_up", "weight"})


def rules_read(path: Path) -> list[RuleRow]:
    """The rows of a matrix (`;`-separated, UTF-8). Raises RuleSetError naming file, line and column."""
    return _rows_csv(_bytes(path), path.name)


def content_read(data: bytes, *, name: str) -> dict[str, Any]:
    """A file's `rows`; from JSON also what it says of `thresholds`, `priors`, `assign_from`, `assign_margin`.

    The name's ending tells which of the two it is. Raises RuleSetError naming file, line or rule, and column.
    """
    if name.lower().endswith(".json"):
        return _content_json(data, name)
    return {"rows": _rows_csv(data, name)}


def thresholds_read(path: Path) -> list[ThresholdRow]:
    """The thresholds of a file (`;`-separated, UTF-8). Raises RuleSetError naming file, line and column."""
    found = _lines(_bytes(path), path.name, {field.name for field in fields(ThresholdRow)})
    return [
        _threshold_row(
            {**row, "is_proposed_only": row["is_proposed_only"] in {"1", "true"}},
            _line(path.name, line),
        )
        for line, row in found
    ]


def priors_read(path: Path) -> list[PriorRow]:
    """The priors of a file (`;`-separated, UTF-8). Raises RuleSetError naming file, line and column."""
    found = _lines(_bytes(path), path.name, set(PRIOR_COLUMNS))
    return [_prior_row(row, _line(path.name, line)) for line, row in found]


def csv_rows(path: Path, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of a `;`-separated UTF-8 file with all these columns, empty text for what is missing."""
    return _lines(_bytes(path), path.name, columns)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleSetError(
            _("%(file)s cannot be read: %(error)s") % {"file": path.name, "error": error}
        ) from error


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleSetError(_("%(file)s is not in UTF-8.") % {"file": name}) from error
    if "\0" in text:
        raise RuleSetError(_("%(file)s is no text file.") % {"file": name})
    return text


def _lines(data: bytes, name: str, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        reader = csv.DictReader(
            io.StringIO(_text(data, name), newline=""), delimiter=";", strict=True
        )
        missing = sorted(columns - set(reader.fieldnames or ()))
        if missing:
            raise RuleSetError(
                _("%(file)s lacks the columns %(columns)s.")
                % {"file": name, "columns": ", ".join(missing)}
            )
        for row in reader:
            # Spreadsheets write cells that somebody once touched: empty ones behind the last column and the last row.
            beyond = row.pop(None, ())
            if any(beyond):
                raise _wrong(_line(name, reader.line_num), _("too many columns."))
            if any(row.values()):
                yield reader.line_num, {key: value or "" for key, value in row.items()}
    except csv.Error as error:
        raise RuleSetError(
            _("%(file)s cannot be read: %(error)s") % {"file": name, "error": error}
        ) from error


def _line(name: str, line: int) -> str:
    return _("%(file)s, line %(line)d:") % {"file": name, "line": line}


def _rows_csv(data: bytes, name: str) -> list[RuleRow]:
    rows: list[RuleRow] = []
    for line, row in _lines(data, name, set(REQUIRED_COLUMNS)):
        _limit(rows, name)
        rows.append(_rule_row(row, _line(name, line)))
    return rows


def _limit(rows: list[Any], name: str) -> None:
    if len(rows) >= ROWS_MAX:
        raise RuleSetError(
            _("%(file)s has more than %(count)d rows.") % {"file": name, "count": ROWS_MAX}
        )


def _content_json(data: bytes, name: str) -> dict[str, Any]:
    try:
        written = json.loads(_text(data, name))
    except (json.JSONDecodeError, RecursionError) as error:
        raise RuleSetError(
            _("%(file)s cannot be read: %(error)s") % {"file": name, "error": error}
        ) from error
    rules, thresholds = _list(written, "rules", name), _list(written, "thresholds", name)
    content: dict[str, Any] = {
        "rows": [_rule_row(row, _entry(name, "rules", n)) for n, row in enumerate(rules, 1)],
    }
    if "thresholds" in written:
        content["thresholds"] = [
            _threshold_row(row, _entry(name, "thresholds", n))
            for n, row in enumerate(thresholds, 1)
        ]
    if "priors" in written:
        priors = _list(written, "priors", name)
        content["priors"] = [
            _prior_row(row, _entry(name, "priors", n)) for n, row in enumerate(priors, 1)
        ]
    for field in SETTINGS:
        if field in written:
            content[field] = _share(written, field, f"{name}:")
    return content


def _list(written: Any, key: str, name: str) -> list[dict[str, Any]]:
    found = written.get(key, []) if isinstance(written, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RuleSetError(
            _("%(file)s has no list of objects called %(key)s.") % {"file": name, "key": key}
        )
    _limit(found[ROWS_MAX:], name)
    return found


def _entry(name: str, key: str, number: int) -> str:
    return _("%(file)s, %(key)s, entry %(number)d:") % {"file": name, "key": key, "number": number}


def _wrong(where: str, what: str) -> RuleSetError:
    return RuleSetError(f"{where} {what}")


def _rule_row(row: Mapping[str, Any], where: str) -> RuleRow:
    missing = sorted(REQUIRED_COLUMNS - row.keys())
    if missing:
        raise _wrong(where, _("there is no %s.") % ", ".join(missing))
    texts: dict[str, Any] = {
        field: _textual(row.get(column, ""), Rule, field, f"{where} {column}")
        for column, field in MATRIX_COLUMNS.items()
        if field not in {"priority", "confidence", "precision_from"}
    }
    precision = row.get("precision_from")
    return RuleRow(
        priority=_priority(row["prio"], where),
        confidence=_share(row, "c", where),
        precision_from=None if precision in (None, "") else _share(row, "precision_from", where),
        **texts,
    )


def _threshold_row(row: Mapping[str, Any], where: str) -> ThresholdRow:
    missing = sorted({"category", "body", *SETTINGS} - row.keys())
    if missing:
        raise _wrong(where, _("there is no %s.") % ", ".join(missing))
    only = row.get("is_proposed_only", False)
    if not isinstance(only, bool):
        raise _wrong(f"{where} is_proposed_only:", _("this is neither true nor false."))
    return ThresholdRow(
        _textual(row["category"], Threshold, "category", f"{where} category"),
        _textual(row["body"], Threshold, "body", f"{where} body"),
        _share(row, "assign_from", where),
        _share(row, "assign_margin", where),
        only,
    )


def _prior_row(row: Mapping[str, Any], where: str) -> PriorRow:
    missing = sorted(PRIOR_COLUMNS - row.keys())
    if missing:
        raise _wrong(where, _("there is no %s.") % ", ".join(missing))
    value = row["weight"]
    try:
        weight = float(str(value).strip().replace(",", "."))
    except ValueError:
        weight = math.nan
    if isinstance(value, bool) or not PRIOR_MIN <= weight <= PRIOR_MAX:
        text = _("“%(value)s” is no number between %(least)s and %(most)s.")
        limits = {"value": value, "least": PRIOR_MIN, "most": PRIOR_MAX}
        raise _wrong(f"{where} weight:", text % limits)
    return PriorRow(
        category=_textual(row["category"], Prior, "category", f"{where} category"),
        road_class=_textual(row["road_class"], Prior, "road_class", f"{where} road_class"),
        usage=_textual(row["usage"], Prior, "usage", f"{where} usage"),
        part=_textual(row["part"], Prior, "part", f"{where} part"),
        built_up=_textual(row["built_up"], Prior, "built_up", f"{where} built_up"),
        weight=weight,
        settled=_settled(row.get("settled"), where),
    )


def _settled(value: Any, where: str) -> int | None:
    """How many settled issues a prior rests on; empty for an expert's value."""
    if value in (None, ""):
        return None
    if isinstance(value, bool | float) or not str(value).isascii() or not str(value).isdecimal():
        raise _wrong(f"{where} settled:", _("“%s” is no whole number.") % value)
    return int(value)


def _textual(value: Any, model: type[Rule | Threshold | Prior], field: str, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(f"{where}:", _("this is no text."))
    value = value.strip()
    limit: int | None = getattr(model._meta.get_field(field), "max_length", None)
    if limit is not None and len(value) > limit:
        raise _wrong(f"{where}:", _("this is longer than %d characters.") % limit)
    return value


def _priority(value: Any, where: str) -> int:
    try:
        priority = int(str(value))
    except ValueError:
        priority = -1
    if isinstance(value, bool | float) or not 0 <= priority <= PRIORITY_MAX:
        raise _wrong(f"{where} prio:", _("“%s” is no whole number.") % value)
    return priority


def _share(row: Mapping[str, Any], column: str, where: str) -> float:
    """A number of 0 to 1 with at most two decimals; a decimal comma is understood."""
    value = row[column]
    try:
        share = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        share = Decimal("NaN")
    if isinstance(value, bool) or not share.is_finite():
        raise _wrong(f"{where} {column}:", _("“%s” is no number.") % value)
    if not 0 <= share <= 1 or share != round(share, 2):
        text = _("“%s” is not between 0 and 1, with two decimals.")
        raise _wrong(f"{where} {column}:", text % value)
    return float(share)
