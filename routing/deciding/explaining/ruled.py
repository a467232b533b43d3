"""What the rules worked with, before a person decided: the evidence and the rule set of then."""

from __future__ import annotations

from routing.engine import CompiledRuleSet
from routing.models import Authority, Decision
from routing.rulebook.compiled import rule_set_compiled
from routing.types import Evidence


def evidence_ruled(decision: Decision) -> tuple[Evidence, CompiledRuleSet] | None:
    """Of the decision itself, or of the last one before it that rules made; None where no rules were in effect."""
    made = (
        decision.issue.decisions.filter(rule_set__isnull=False, number__lte=decision.number)
        .order_by("-number")
        .first()
    )
    if made is None or made.rule_set_id is None:
        return None
    codes = Authority.objects.filter(jurisdiction_id=decision.issue.jurisdiction_id)
    rules = rule_set_compiled(made.rule_set_id, frozenset(codes.values_list("code", flat=True)))
    return Evidence.from_json(made.evidence), rules
