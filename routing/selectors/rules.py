"""Reading rule sets."""

from __future__ import annotations

from typing import Final

from routing.engine import RuleRow
from routing.models import RuleSet

# Column of the matrix → field of the rule; prio and c are numbers and stand by themselves.
RULE_COLUMNS: Final = {
    "rule_id": "rule_id",
    "category": "category",
    "class": "road_class",
    "od": "through_road",
    "part": "part",
    "usage": "usage",
    "owner": "owner",
    "cond": "condition",
    "body": "body",
    "notify": "notify",
    "basis": "legal_basis",
}


def rule_rows(rule_set: RuleSet) -> list[RuleRow]:
    """The stored rules as the engine's rows."""
    return [
        RuleRow(
            priority=rule.priority,
            confidence=float(rule.confidence),
            **{field: getattr(rule, field) for field in RULE_COLUMNS.values()},
        )
        for rule in rule_set.rules.all()
    ]
