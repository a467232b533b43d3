"""A rule set as it can be written down: rows, thresholds, priors; and what two of them differ in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from routing.engine.priors import PriorRow
from routing.engine.ruleset import RuleRow, ThresholdRow

# Columns of the decision matrix, in its order, and the fields of a row.
MATRIX_COLUMNS: Final = {
    "rule_id": "rule_id",
    "prio": "priority",
    "category": "category",
    "class": "road_class",
    "od": "through_road",
    "part": "part",
    "usage": "usage",
    "owner": "owner",
    "cond": "condition",
    "body": "body",
    "notify": "notify",
    "c": "confidence",
    "basis": "legal_basis",
    "note": "note",
    "precision_from": "precision_from",
}
OPTIONAL_COLUMNS: Final = frozenset({"note", "precision_from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetContent:
    """Everything of a rule set that decides; rows by priority and id, thresholds by category and authority."""

    rows: tuple[RuleRow, ...]
    thresholds: tuple[ThresholdRow, ...] = ()
    priors: tuple[PriorRow, ...] = ()
    assign_from: float
    assign_margin: float


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs: the field's name, what stood there and what stands there now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule, threshold or prior of one or both sets; one side is None where it was added or removed."""

    name: str
    before: RuleRow | ThresholdRow | PriorRow | None
    after: RuleRow | ThresholdRow | PriorRow | None
    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "changed" if self.after is not None else "removed"

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "changes": [
                {"field": one.field, "before": one.before, "after": one.after}
                for one in self.changes
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetDifference:
    """What differs between two rule sets; what is the same in both is not in it."""

    rules: tuple[Difference, ...]
    thresholds: tuple[Difference, ...]
    priors: tuple[Difference, ...]
    settings: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.rules or self.thresholds or self.priors or self.settings)

    def to_json(self) -> dict[str, Any]:
        return {
            "rules": [one.to_json() for one in self.rules],
            "thresholds": [one.to_json() for one in self.thresholds],
            "priors": [one.to_json() for one in self.priors],
            "settings": [
                {"field": one.field, "before": one.before, "after": one.after}
                for one in self.settings
            ],
        }


def difference_of(before: RuleSetContent, after: RuleSetContent) -> RuleSetDifference:
    """Row by row, by the rules' ids, the thresholds' category and body, and the priors' ground."""
    return RuleSetDifference(
        rules=tuple(
            _differences(
                {row.rule_id: row for row in before.rows}, {row.rule_id: row for row in after.rows}
            )
        ),
        thresholds=tuple(
            _differences(_thresholds_named(before), _thresholds_named(after)),
        ),
        priors=tuple(
            _differences(
                {row.name: row for row in before.priors}, {row.name: row for row in after.priors}
            )
        ),
        settings=tuple(_changes(before, after, ("assign_from", "assign_margin"))),
    )


def _thresholds_named(content: RuleSetContent) -> dict[str, ThresholdRow]:
    return {f"{row.category}/{row.body}": row for row in content.thresholds}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    both = {**before, **after}
    for name in sorted(both, key=lambda name: _place(both[name])):
        old, new = before.get(name), after.get(name)
        if old != new:
            names = [one.name for one in fields(both[name])]
            yield Difference(name, old, new, tuple(_changes(old, new, names)))


def _place(row: RuleRow | ThresholdRow | PriorRow) -> tuple[int, str]:
    if isinstance(row, RuleRow):
        return row.priority, row.rule_id
    if isinstance(row, PriorRow):
        return 0, row.name
    return 0, f"{row.category}/{row.body}"


def _changes(old: Any, new: Any, names: Iterable[str]) -> Iterator[Change]:
    """The fields that differ; a side that is not there has None in every field."""
    for name in names:
        before = getattr(old, name, None)
        after = getattr(new, name, None)
        if before != after:
            yield Change(name, before, after)
