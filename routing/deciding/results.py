"""What the engine says about reports, without storing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from routing.engine import CompiledRuleSet, decide
from routing.engine.predicates import Need, predicates_needing
from routing.engine.ruleset import DUTY_CATEGORY
from routing.enums import RuleSetStatus
from routing.evidence import Asks, IssueFacts, Question, evidence_of
from routing.models import RuleSet
from routing.rulebook.compiled import rule_set_compile, rule_set_compiled
from routing.rulebook.shadows import precisions_demanded, precisions_demanded_kept, rules_shadowed
from routing.types import Evidence, Result

ARMS_BODIES: Final = frozenset({"(higher class)", "(highest class arm)"})
ROAD_BODIES: Final = ARMS_BODIES | {"(Baulast)"}


def results_of(
    reports: Sequence[int] | Sequence[Question], *, rule_set: RuleSet | None = None
) -> Iterator[tuple[IssueFacts, Evidence, Result | None]]:
    """Evidence and result for issues (ids) or for questions, in order; one or many.

    The rule set in effect decides, or `rule_set`, which may be a draft. Without a rule set the result is None.
    """
    for facts, evidence, (result,) in results_by(reports, rule_sets=[rule_set]):
        yield facts, evidence, result


def results_by(
    reports: Sequence[int] | Sequence[Question], *, rule_sets: Sequence[RuleSet | None]
) -> Iterator[tuple[IssueFacts, Evidence, tuple[Result | None, ...]]]:
    """The same by several rule sets on the very same evidence, a result for each; None is the one in effect.

    Which rules only propose at present belongs to a rule set; the evidence yielded notes those of the first.
    """
    sides = Sides(rule_sets)
    gathered = evidence_of(reports, asking=sides.asks)
    for facts, evidence in sorted(gathered, key=lambda one: one[0].issue_id):
        yield facts, sides.seen(facts, evidence, 0), sides.decide(facts, evidence)


def evidence_by_rules(report: Question) -> tuple[IssueFacts, Evidence]:
    """What `results_of` would decide of one question, undecided."""
    sides = Sides([None])
    [(facts, evidence)] = evidence_of([report], asking=sides.asks)
    return facts, sides.seen(facts, evidence, 0)


class Sides:
    """Several rule sets, compiled once for each jurisdiction's authorities."""

    def __init__(self, rule_sets: Sequence[RuleSet | None]) -> None:
        self.rule_sets = rule_sets
        self.drafts: dict[tuple[int, frozenset[str]], CompiledRuleSet] = {}
        self.known_alike: dict[tuple[int, str, int], bool] = {}
        self.known_rules_alike: dict[tuple[int, str, int], bool] = {}
        self.shadows: dict[tuple[int, int], tuple[str, ...]] = {}

    def compiled(self, facts: IssueFacts) -> list[CompiledRuleSet | None]:
        return [self._compiled(facts, one) for one in self.rule_sets]

    def _compiled(self, facts: IssueFacts, rule_set: RuleSet | None) -> CompiledRuleSet | None:
        if rule_set is None:
            known = facts.rule_set_id
            return None if known is None else rule_set_compiled(known, facts.bodies)
        if rule_set.status != RuleSetStatus.DRAFT:
            return rule_set_compiled(rule_set.pk, facts.bodies)
        key = (rule_set.pk, facts.bodies)
        if key not in self.drafts:
            self.drafts[key] = rule_set_compile(rule_set, facts.bodies)
        return self.drafts[key]

    def asks(self, facts: IssueFacts, category: str) -> Asks:
        """What the rules of any of them ask for about this category."""
        found = [asks_of(one, category) for one in self.compiled(facts) if one is not None]
        roads = [one.roads for one in found if one.roads is not None]
        return Asks(
            adjoining=any(one.adjoining for one in found),
            arms=any(one.arms for one in found),
            roads=frozenset().union(*roads) if len(roads) == len(found) else None,
        )

    def alike(self, facts: IssueFacts, category: str, position: int) -> bool:
        """Whether the rule set at this position decides the category as the first one does, whatever the place."""
        key = (facts.jurisdiction_id, category, position)
        if key not in self.known_alike:
            first, *others = self.compiled(facts)
            same_shadow = self.shadowed(facts, 0) == self.shadowed(facts, position)
            self.known_alike[key] = same_shadow and _alike(first, others[position - 1], category)
        return self.known_alike[key]

    def alike_before_thresholds(self, facts: IssueFacts, category: str, position: int) -> bool:
        """Whether the rules at this position are the first ones for the category, whatever may follow from them."""
        key = (facts.jurisdiction_id, category, position)
        if key not in self.known_rules_alike:
            first, *others = self.compiled(facts)
            self.known_rules_alike[key] = _rules_alike(first, others[position - 1], category)
        return self.known_rules_alike[key]

    def shadowed(self, facts: IssueFacts, position: int) -> tuple[str, ...]:
        """The rules of the set at this position that only propose at present."""
        rule_set = self.rule_sets[position]
        rule_set_id = facts.rule_set_id if rule_set is None else rule_set.pk
        if rule_set_id is None:
            return ()
        key = (facts.jurisdiction_id, rule_set_id)
        if key not in self.shadows:
            is_draft = rule_set is not None and rule_set.status == RuleSetStatus.DRAFT
            demanded = (precisions_demanded if is_draft else precisions_demanded_kept)(rule_set_id)
            self.shadows[key] = rules_shadowed(facts.jurisdiction_id, demanded)
        return self.shadows[key]

    def seen(self, facts: IssueFacts, evidence: Evidence, position: int) -> Evidence:
        """The evidence with the rules of the set at this position that only propose at present."""
        shadowed = self.shadowed(facts, position)
        return replace(evidence, shadowed=shadowed) if shadowed else evidence

    def decide(self, facts: IssueFacts, evidence: Evidence) -> tuple[Result | None, ...]:
        """A result for each; where the rules for the category are the first one's, so is the result."""
        found: list[Result | None] = []
        for position, rules in enumerate(self.compiled(facts)):
            # An answer may have made it a report of another category.
            may_be_alike = position > 0 and not evidence.clarifications
            if may_be_alike and self.alike(facts, evidence.category, position):
                found.append(found[0])
            else:
                seen = self.seen(facts, evidence, position)
                found.append(None if rules is None else decide(seen, rules))
        return tuple(found)


def asks_of(rules: CompiledRuleSet, category: str) -> Asks:
    """What the rules for a category ask for."""
    bodies = {one.row.body for one in rules.for_category(category)}
    copies = {one.row.notify for one in rules.for_category(category)}
    return Asks(
        adjoining=rules.rests_on(category, Need.ADJOINING_OWNER),
        arms=rules.rests_on(category, Need.ARMS) or not ARMS_BODIES.isdisjoint(bodies | copies),
        roads=_roads_asked(rules, category) if ROAD_BODIES.isdisjoint(bodies | copies) else None,
    )


def _roads_asked(rules: CompiledRuleSet, category: str) -> frozenset[str] | None:
    """The classes that are told apart; None where more than the class of a road counts."""
    classes = set(rules.priors.road_classes(category))
    on_roads = predicates_needing(Need.ROADS)
    for one in rules.for_category(category):
        asked = dict(one.columns)
        predicates = one.condition.predicates if one.condition else frozenset()
        if "through_road" in asked or not predicates.isdisjoint(on_roads):
            return None
        classes |= asked.get("road_class", frozenset())
    return frozenset(classes)


def _alike(one: CompiledRuleSet | None, other: CompiledRuleSet | None, category: str) -> bool:
    """Whether both decide a category alike whatever the evidence: a draft mostly differs in a few rules."""
    if one is None or other is None or one is other:
        return one is other
    return (one.assign_from, one.assign_margin, one.thresholds) == (
        other.assign_from,
        other.assign_margin,
        other.thresholds,
    ) and _rules_alike(one, other, category)


def _rules_alike(one: CompiledRuleSet | None, other: CompiledRuleSet | None, category: str) -> bool:
    """The rules for a damaged carriageway count as well: they say whom a computed duty stands for."""
    if one is None or other is None:
        return one is other
    return (
        one.bodies == other.bodies
        and one.priors.for_category(category) == other.priors.for_category(category)
        and all(
            one.for_category(name) == other.for_category(name) for name in (category, DUTY_CATEGORY)
        )
    )
