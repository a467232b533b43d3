"""Who must act: total and deterministic; the same evidence and rules always give the same result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from routing.engine.facts import CLASS_RANK, doubts_of, facts_of, hypotheses
from routing.engine.ruleset import COMPUTED_BODIES, CompiledRule, CompiledRuleSet
from routing.types import Candidate, Evidence, Facts, Result, RuleTried

TRIAGE: Final = "TRIAGE"
# What an unknown fact takes from the confidence of the rules that depend on it (responsibility.md 1.3, step 5).
UNKNOWN_PENALTY: Final = 0.3
OVERRIDES_BELOW_PRIORITY: Final = 9
NEIGHBOUR: Final = "neighbour"


def decide(evidence: Evidence, ruleset: CompiledRuleSet) -> Result:
    """Ranked candidates with the rule, its legal basis and every rule tried.

    Each situation of the evidence is decided on its own, under each hypothesis about what is unknown; the
    shares of the same body add up. Raises nothing for any evidence; a rule set is validated when compiled.
    """
    rules = ruleset.for_category(evidence.category)
    pool: dict[str, list[Candidate]] = defaultdict(list)
    trace: tuple[RuleTried, ...] = ()
    doubts: list[str] = []
    first: Facts | None = None
    for situation in evidence.situations:
        facts = facts_of(evidence, situation)
        answers = [
            _decide_one(facts_h, rules, ruleset, name) for name, facts_h in hypotheses(facts)
        ]
        if first is None:
            first, trace = facts, answers[0].trace
        doubts.extend(doubt for doubt in doubts_of(facts) if doubt not in doubts)
        differ = len({(one.candidate.rule_id, one.candidate.body) for one in answers}) > 1
        for answer in answers if differ else answers[:1]:
            share = situation.weight / (len(answers) if differ else 1)
            found = answer.candidate
            confidence = max(0.0, found.score - (UNKNOWN_PENALTY if differ else 0.0))
            pool[found.body].append(
                replace(
                    found,
                    score=confidence * share,
                    hypothesis=found.hypothesis if differ else "",
                )
            )
    if first is None:
        raise ValueError("Evidence without a situation cannot be decided.")
    candidates, body_scores = _rank(pool)
    return Result(
        assigned=_clear_enough(body_scores, ruleset),
        candidates=candidates,
        facts=first,
        trace=trace,
        doubts=tuple(doubts),
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    candidate: Candidate
    trace: tuple[RuleTried, ...]


def _decide_one(
    facts: Facts, rules: tuple[CompiledRule, ...], ruleset: CompiledRuleSet, hypothesis: str
) -> _Answer:
    """The first rule that matches and names a body; a computed body that cannot be resolved is passed over."""
    trace: list[RuleTried] = []
    for position, rule in enumerate(rules):
        tried = rule.tried_with(facts)
        if tried.matched:
            body = resolve_body(rule.row.body, facts, ruleset)
            if body is None:
                tried = RuleTried(rule.row.rule_id, False, f"body: {rule.row.body}")
            else:
                trace.append(tried)
                law = _law_agreeing(rule, body, rules[position + 1 :], facts, ruleset)
                return _Answer(
                    _candidate(rule, law, body, facts, ruleset, hypothesis), tuple(trace)
                )
        trace.append(tried)
    return _Answer(Candidate(TRIAGE, 0.0, "", "", "", hypothesis=hypothesis), tuple(trace))


def _law_agreeing(
    rule: CompiledRule,
    body: str,
    following: Iterable[CompiledRule],
    facts: Facts,
    ruleset: CompiledRuleSet,
) -> CompiledRule:
    """An asset's owner is often whom the law names too; then the law's row gives basis and copies."""
    if rule.row.body != "(asset owner)":
        return rule
    for other in following:
        if other.tried_with(facts).matched:
            return other if resolve_body(other.row.body, facts, ruleset) == body else rule
    return rule


def _candidate(
    rule: CompiledRule,
    law: CompiledRule,
    body: str,
    facts: Facts,
    ruleset: CompiledRuleSet,
    hypothesis: str,
) -> Candidate:
    notify = resolve_body(law.row.notify, facts, ruleset) if law.row.notify else None
    area = next((a.code for a in facts.situation.areas if a.kind == NEIGHBOUR), "")
    return Candidate(
        body=body,
        score=max(rule.row.confidence, law.row.confidence),
        rule_id=law.row.rule_id,
        legal_basis=law.row.legal_basis,
        condition=law.row.condition,
        narrowed=tuple(column for column, _values in law.columns if column != "category"),
        notify=(notify,) if notify and notify not in {body, TRIAGE} else (),
        hypothesis=hypothesis,
        area_code=area if body == "NEIGH" else "",
    )


def resolve_body(body: str, facts: Facts, ruleset: CompiledRuleSet) -> str | None:
    """The authority a computed body stands for, or None where the facts do not tell."""
    match body:
        case "(table)":
            found = facts.agreement.body if facts.agreement else None
        case "(asset owner)":
            found = facts.asset.owner if facts.asset else None
        case "(Baulast)":
            found = road_maintenance_duty(facts, ruleset)
        case "(higher class)" | "(highest class arm)":
            found = _duty_of_highest_class(facts, ruleset)
        case "(contractor)":
            found = next(
                (a.owner for a in facts.situation.assets if a.kind == "construction_site"), None
            )
        case _:
            return body
    return found if found in ruleset.bodies else None


def road_maintenance_duty(facts: Facts, ruleset: CompiledRuleSet) -> str | None:
    """Who bears the duty for the carriageway here: what the rule set itself says about a damaged surface."""
    carriageway = replace(facts, category="ROAD_SURFACE", part="carriageway")
    for rule in ruleset.for_category("ROAD_SURFACE"):
        overrides = rule.row.priority < OVERRIDES_BELOW_PRIORITY
        if overrides or rule.row.body in COMPUTED_BODIES or rule.row.category == "*":
            continue
        if rule.tried_with(carriageway).matched:
            return rule.row.body
    return None


def _duty_of_highest_class(facts: Facts, ruleset: CompiledRuleSet) -> str | None:
    highest = min(
        facts.situation.sections,
        key=lambda section: (CLASS_RANK[section.road_class], section.distance, section.key),
        default=None,
    )
    if highest is None:
        return None
    through_road = highest.through_road if highest.road_class in "BLK" else facts.built_up
    return road_maintenance_duty(
        replace(
            facts,
            section=highest,
            road_class=highest.road_class,
            through_road=facts.through_road if through_road == "unknown" else through_road,
        ),
        ruleset,
    )


def _rank(
    pool: dict[str, list[Candidate]],
) -> tuple[tuple[Candidate, ...], list[tuple[str, float]]]:
    """Candidates by their body's score; each rule and hypothesis of a body stays visible with its own share."""
    scores = sorted(
        ((body, sum(one.score for one in found)) for body, found in pool.items()),
        key=lambda item: (-item[1], item[0] == TRIAGE, item[0]),
    )
    candidates: list[Candidate] = []
    for body, _score in scores:
        by_rule: dict[tuple[str, str], Candidate] = {}
        for one in pool[body]:
            key = (one.rule_id, one.hypothesis)
            known = by_rule.get(key)
            by_rule[key] = replace(one, score=one.score + known.score) if known else one
        candidates += sorted(
            by_rule.values(), key=lambda one: (-one.score, one.rule_id, one.hypothesis)
        )
    return tuple(replace(one, score=round(one.score, 4)) for one in candidates), scores


def _clear_enough(scores: list[tuple[str, float]], ruleset: CompiledRuleSet) -> bool:
    body, score = scores[0]
    runner_up = scores[1][1] if len(scores) > 1 else 0.0
    return (
        body != TRIAGE
        and round(score, 6) >= ruleset.assign_from
        and round(score - runner_up, 6) >= ruleset.assign_margin
    )
