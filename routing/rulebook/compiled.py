"""Rule sets as the engine uses them."""

from __future__ import annotations

from functools import lru_cache

from routing.engine import CompiledRuleSet
from routing.models import RuleSet
from routing.rulebook.listed import prior_row, rule_rows, threshold_row


def rule_set_compile(rule_set: RuleSet, bodies: frozenset[str]) -> CompiledRuleSet:
    """A rule set as the engine uses it; `bodies` are the codes of its jurisdiction's authorities."""
    return CompiledRuleSet.compile(
        rule_rows(rule_set),
        bodies=bodies,
        assign_from=float(rule_set.assign_from),
        assign_margin=float(rule_set.assign_margin),
        thresholds=[threshold_row(one) for one in rule_set.thresholds.all()],
        priors=[prior_row(one) for one in rule_set.priors.all()],
    )


@lru_cache(maxsize=16)
def rule_set_compiled(rule_set_id: int, bodies: frozenset[str]) -> CompiledRuleSet:
    """A rule set is never edited once it has been active, so its compiled form can be kept."""
    return rule_set_compile(RuleSet.objects.get(pk=rule_set_id), bodies)
