"""What the engine says about reports, without storing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from routing.engine import CompiledRuleSet, ThresholdRow, decide
from routing.evidence import IssueFacts, Question, evidence_of
from routing.models import RuleSet
from routing.selectors.rules import rule_rows
from routing.types import Evidence, Result

ADJOINING_PREDICATES: Final = ("adjoining_owner", "adjoining_owner_other_than")


def rule_set_compile(rule_set: RuleSet, bodies: frozenset[str]) -> CompiledRuleSet:
    """A rule set as the engine uses it; `bodies` are the codes of its jurisdiction's authorities."""
    return CompiledRuleSet.compile(
        rule_rows(rule_set),
        bodies=bodies,
        assign_from=float(rule_set.assign_from),
        assign_margin=float(rule_set.assign_margin),
        thresholds=[
            ThresholdRow(
                row.category,
                row.body,
                float(row.assign_from),
                float(row.assign_margin),
                row.is_proposed_only,
            )
            for row in rule_set.thresholds.all()
        ],
    )


@lru_cache(maxsize=16)
def rule_set_compiled(rule_set_id: int, bodies: frozenset[str]) -> CompiledRuleSet:
    """A rule set is never edited once it has been active, so its compiled form can be kept."""
    return rule_set_compile(RuleSet.objects.get(pk=rule_set_id), bodies)


def results_of(
    reports: Sequence[int] | Sequence[Question], *, rule_set: RuleSet | None = None
) -> Iterator[tuple[IssueFacts, Evidence, Result | None]]:
    """Evidence and result for issues (ids, in their order) or for places that are asked about; one or many alike.

    By the rule set in effect, or by `rule_set`, which may be a draft. The result is None where there is none.
    Who owns the adjoining land is looked up only for the categories whose rules ask for it.
    """
    gathered = {facts.issue_id: (facts, evidence) for facts, evidence in evidence_of(reports)}
    forced: dict[frozenset[str], CompiledRuleSet] = {}

    def compiled(facts: IssueFacts) -> CompiledRuleSet | None:
        if rule_set is not None:
            if facts.bodies not in forced:
                forced[facts.bodies] = rule_set_compile(rule_set, facts.bodies)
            return forced[facts.bodies]
        if facts.rule_set_id is None:
            return None
        return rule_set_compiled(facts.rule_set_id, facts.bodies)

    asking: dict[int, str] = {}
    for facts, evidence in gathered.values():
        rules = compiled(facts)
        if rules and rules.uses_predicate(evidence.category, *ADJOINING_PREDICATES):
            asking[facts.issue_id] = evidence.category
    if asking:
        for facts, evidence in evidence_of(
            reports, adjoining_categories=sorted(set(asking.values()))
        ):
            gathered[facts.issue_id] = facts, evidence
    for _number, (facts, evidence) in sorted(gathered.items()):
        rules = compiled(facts)
        yield facts, evidence, decide(evidence, rules) if rules else None
