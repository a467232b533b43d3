"""What the engine says about reports, without storing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from routing.engine import CompiledRuleSet, ThresholdRow, decide
from routing.enums import RuleSetStatus
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
    for facts, evidence, (result,) in results_by(reports, rule_sets=[rule_set]):
        yield facts, evidence, result


def results_by(
    reports: Sequence[int] | Sequence[Question], *, rule_sets: Sequence[RuleSet | None]
) -> Iterator[tuple[IssueFacts, Evidence, tuple[Result | None, ...]]]:
    """The same by several rule sets on the very same evidence, a result for each; None is the one in effect."""
    forced: dict[tuple[int, frozenset[str]], CompiledRuleSet] = {}

    def compiled(facts: IssueFacts, rule_set: RuleSet | None) -> CompiledRuleSet | None:
        if rule_set is None:
            known = facts.rule_set_id
            return None if known is None else rule_set_compiled(known, facts.bodies)
        if rule_set.status != RuleSetStatus.DRAFT:
            return rule_set_compiled(rule_set.pk, facts.bodies)
        key = (rule_set.pk, facts.bodies)
        if key not in forced:
            forced[key] = rule_set_compile(rule_set, facts.bodies)
        return forced[key]

    gathered: dict[int, tuple[IssueFacts, Evidence]] = {}
    asking: set[str] = set()
    for facts, evidence in evidence_of(reports):
        gathered[facts.issue_id] = facts, evidence
        rules = [compiled(facts, one) for one in rule_sets]
        if any(
            one is not None and one.uses_predicate(evidence.category, *ADJOINING_PREDICATES)
            for one in rules
        ):
            asking.add(evidence.category)
    if asking:
        for facts, evidence in evidence_of(reports, adjoining_categories=sorted(asking)):
            gathered[facts.issue_id] = facts, evidence
    for _number, (facts, evidence) in sorted(gathered.items()):
        rules = [compiled(facts, one) for one in rule_sets]
        results = tuple(None if one is None else decide(evidence, one) for one in rules)
        yield facts, evidence, results
