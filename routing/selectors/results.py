"""What the engine says about a report, without storing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from routing.engine import CompiledRuleSet, decide
from routing.evidence import IssueFacts
from routing.models import RuleSet
from routing.selectors.rules import rule_rows
from routing.types import Evidence, Result

Gather = Callable[..., Iterator[tuple[IssueFacts, Evidence]]]
ADJOINING_PREDICATES: Final = ("adjoining_owner", "adjoining_owner_other_than")


@lru_cache(maxsize=16)
def rule_set_compiled(rule_set_id: int, bodies: frozenset[str]) -> CompiledRuleSet:
    """A rule set is never edited once it has been active, so its compiled form can be kept."""
    rule_set = RuleSet.objects.get(pk=rule_set_id)
    return CompiledRuleSet.compile(
        rule_rows(rule_set),
        bodies=bodies,
        assign_from=float(rule_set.assign_from),
        assign_margin=float(rule_set.assign_margin),
    )


def engine_run(gather: Gather) -> tuple[IssueFacts, Evidence, Result | None]:
    """Evidence and result for one report; None as result where no rule set is active.

    Who owns the adjoining land is looked up only where a rule for the category asks for it.
    """
    [(facts, evidence)] = gather()
    if facts.rule_set_id is None:
        return facts, evidence, None
    compiled = rule_set_compiled(facts.rule_set_id, facts.bodies)
    if compiled.uses_predicate(evidence.category, *ADJOINING_PREDICATES):
        [(facts, evidence)] = gather(adjoining_categories=[evidence.category])
    return facts, evidence, decide(evidence, compiled)
