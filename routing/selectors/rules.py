"""Reading rule sets."""

from __future__ import annotations

from datetime import date
from typing import Final

from gis_core.models import Jurisdiction
from routing.engine import RuleRow
from routing.enums import RuleSetStatus
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


def rule_set_in_effect(jurisdiction: Jurisdiction, *, on: date) -> RuleSet | None:
    """The rule set that counts on a day (local time): the latest that is active from then or before."""
    return (
        RuleSet.objects.filter(
            jurisdiction=jurisdiction, status=RuleSetStatus.ACTIVE, valid_from__lte=on
        )
        .order_by("-valid_from", "-version")
        .first()
    )
