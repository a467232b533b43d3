"""Who must act: total and deterministic; the same evidence and rules always give the same result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from routing.engine.bodies import Body, bodies_resolve
from routing.engine.clarifications import clarified
from routing.engine.facts import columns_unknown, doubts_of, facts_of, hypotheses, report_doubts
from routing.engine.levels import is_told_apart, readings
from routing.engine.ranking import TRIAGE, Key, Share, candidates_ranked, key_of, outcome_of
from routing.engine.ruleset import CompiledRule, CompiledRuleSet
from routing.types import UNKNOWN, Candidate, Evidence, Facts, Result, RuleTried, Situation

# What an unknown fact takes from the confidence of the rules that depend on it (responsibility.md 1.3, step 5): even
# where they name the same authority, which law makes it responsible stays open.
UNKNOWN_PENALTY: Final = 0.3
# A rule that would be certain is not sent by itself then, either: this is less than `CONFIDENCE_FROM`.
PENALISED_MOST: Final = 0.69
NEIGHBOUR: Final = "neighbour"
ASSET_OWNER: Final = "(asset owner)"
# Stands in where evidence has no situation at all, so that this too has an answer.
NOWHERE: Final = Situation(1.0, inside=True, built_up=UNKNOWN)


def decide(evidence: Evidence, ruleset: CompiledRuleSet) -> Result:
    """Ranked candidates with the rule, its legal basis and every rule tried.

    Each situation of the evidence is decided on its own, in each way to read it and under each hypothesis about what
    is unknown. It counts by how likely the place is and how often such reports come from such ground; the
    probabilities of the same authority add up. The reporter's answer to a question narrows the evidence first.
    Raises nothing for any evidence; a rule set is validated when compiled.
    """
    return _decide(evidence, ruleset, finding_of)


def decide_variants(variants: Iterable[Evidence], ruleset: CompiledRuleSet) -> tuple[Result, ...]:
    """`decide` for evidence of one report that differs in some situations alone; the others are looked at once."""
    known: dict[Situation, Finding] = {}

    def find(evidence: Evidence, situation: Situation, ruleset: CompiledRuleSet) -> Finding:
        if situation not in known:
            known[situation] = finding_of(evidence, situation, ruleset)
        return known[situation]

    return tuple(_decide(one, ruleset, find) for one in variants)


def _decide(
    evidence: Evidence,
    ruleset: CompiledRuleSet,
    find: Callable[[Evidence, Situation, CompiledRuleSet], Finding],
) -> Result:
    evidence, unfitting = clarified(evidence)
    situations = evidence.situations or (NOWHERE,)
    findings = [find(evidence, situation, ruleset) for situation in situations]
    shares = shares_of([one.weight for one in situations], [one.prior for one in findings])
    nowhere = () if evidence.situations else ("no_place",)
    doubts = (*doubts_named(evidence, (one.doubts for one in findings)), *unfitting, *nowhere)
    said = [
        _weighed(one, share)
        for finding, share in zip(findings, shares, strict=True)
        for one in finding.said
    ]
    candidates = candidates_ranked(one.candidate for one in said)
    strongest = _strongest(said)
    leaders = [strongest[key_of(one)] for one in candidates]
    ranked = [(key_of(one), Share(one.probability, one.confidence)) for one in candidates]
    return Result(
        outcome=outcome_of(ranked, doubts=doubts, evidence=evidence, ruleset=ruleset),
        candidates=candidates,
        facts=leaders[0].facts,
        at_point=facts_of(evidence, situations[0]),
        grounds=tuple(_ground(one, ruleset) for one in leaders),
        trace=leaders[0].trace,
        doubts=doubts,
    )


def shares_of(weights: Sequence[float], priors: Sequence[float]) -> list[float]:
    """The probability of each situation, from that of its places and the prior of its ground; they sum to one.

    One situation is certain, whatever its prior. Where there is none, there are no shares.
    """
    masses = [weight * prior for weight, prior in zip(weights, priors, strict=True)]
    total = math.fsum(masses)
    return [mass / total if total > 0 else 1 / len(masses) for mass in masses]


def weighed(evidence: Evidence, ruleset: CompiledRuleSet) -> Evidence:
    """The evidence with its situations weighed by the priors, as the decision weighs them."""
    priors = [prior_of(readings(evidence, one), ruleset) for one in evidence.situations]
    shares = shares_of([one.weight for one in evidence.situations], priors)
    return replace(
        evidence,
        situations=tuple(
            replace(one, weight=share)
            for one, share in zip(evidence.situations, shares, strict=True)
        ),
    )


def prior_of(read: Sequence[Facts], ruleset: CompiledRuleSet) -> float:
    """How often reports come from a place with these readings: on two levels there is more ground, on a border not."""
    prior = math.fsum(ruleset.priors.weight(facts) for facts in read)
    return prior if is_told_apart(read) else prior / len(read)


@dataclass(frozen=True, slots=True)
class Said:
    """A candidate with the facts, and the rules tried, that led to it."""

    candidate: Candidate
    facts: Facts
    trace: tuple[RuleTried, ...]


def _weighed(said: Said, share: float) -> Said:
    if share == 1.0:
        return said
    candidate = replace(said.candidate, probability=said.candidate.probability * share)
    return Said(candidate, said.facts, said.trace)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say about one situation, as if it were the only one; `prior` weighs it against others."""

    said: tuple[Said, ...]
    doubts: tuple[str, ...]
    prior: float


def finding_of(evidence: Evidence, situation: Situation, ruleset: CompiledRuleSet) -> Finding:
    """Each reading counts by how often such reports come from its ground."""
    rules = ruleset.for_category(evidence.category)
    read = readings(evidence, situation)
    weights = [ruleset.priors.weight(facts) for facts in read]
    answers = [_answers_of(facts, rules, ruleset) for facts in read]
    doubts = [
        *chain.from_iterable(doubts_of(facts) for facts in read),
        *(doubt for some in answers for answer in some for doubt in answer.doubts),
    ]
    named = [frozenset(chain.from_iterable(one.named for one in some)) for some in answers]
    if len(set(named)) == 1:
        answers, shares = answers[:1], [1.0]
    else:
        shares = shares_of(weights, [1.0] * len(weights))
    if is_told_apart(read) and len({frozenset(body for _rule, body in some) for some in named}) > 1:
        doubts.append("levels")
    said = tuple(
        _weighed(one, share)
        for some, share in zip(answers, shares, strict=True)
        for one in _shared_out(some, is_alone=len(answers) == 1)
    )
    return Finding(said, tuple(dict.fromkeys(doubts)), prior_of(read, ruleset))


def _strongest(said: Iterable[Said]) -> dict[Key, Said]:
    """What speaks most for each candidate; the first of equals."""
    found: dict[Key, Said] = {}
    for one in said:
        key = key_of(one.candidate)
        if key not in found or one.candidate.probability > found[key].candidate.probability:
            found[key] = one
    return found


def _ground(one: Said, ruleset: CompiledRuleSet) -> Facts:
    """The facts on which a candidate rests, as its rule sees them."""
    if not one.facts.beside_road:
        return one.facts
    rules = ruleset.for_category(one.facts.category)
    named = (rule for rule in rules if rule.row.rule_id == one.candidate.rule_id)
    rule = next(named, None)
    return rule.seen(one.facts) if rule else one.facts


def doubts_named(evidence: Evidence, found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Each doubt once: those of the report, then those of its situations."""
    return tuple(dict.fromkeys([*report_doubts(evidence), *chain.from_iterable(found)]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say about one situation under one hypothesis; several candidates only in a tie."""

    facts: Facts
    candidates: tuple[Candidate, ...]
    trace: tuple[RuleTried, ...]
    doubts: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.rule_id, one.body) for one in self.candidates)


def _answers_of(
    facts: Facts, rules: Sequence[CompiledRule], ruleset: CompiledRuleSet
) -> tuple[Answer, ...]:
    """Under each hypothesis about what is unknown; one where all lead to the same, and nothing depends on it."""
    answers = [answer_of(one, rules, ruleset, name) for name, one in hypotheses(facts)]
    if len(answers) == 1:
        return (answers[0],)
    answers = [replace(one, facts=facts) for one in answers]
    if len({answer.named for answer in answers}) > 1:
        return tuple(replace(one, candidates=_less_sure(one.candidates)) for one in answers)
    first = answers[0]
    settled = tuple(replace(one, hypothesis="") for one in first.candidates)
    return (replace(first, candidates=settled),)


def _less_sure(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(
        replace(one, confidence=max(0.0, min(one.confidence - UNKNOWN_PENALTY, PENALISED_MOST)))
        for one in candidates
    )


def _shared_out(answers: Sequence[Answer], *, is_alone: bool) -> Iterator[Said]:
    """What is said of one reading: the hypotheses share it equally, and so do ties."""
    for answer in answers:
        share = 1.0 / len(answers) / len(answer.candidates)
        level = "" if is_alone else answer.facts.level
        for one in answer.candidates:
            yield Said(replace(one, probability=share, level=level), answer.facts, answer.trace)


def answer_of(
    facts: Facts, rules: Sequence[CompiledRule], ruleset: CompiledRuleSet, hypothesis: str
) -> Answer:
    """The first rule that matches and names an authority that acts on that day; equally good rules make a tie.

    Passes over computed authorities that cannot be resolved, and authorities that do not act.
    """
    trace: list[RuleTried] = []
    found: list[Candidate] = []
    leader: CompiledRule | None = None
    doubts: list[str] = []
    unknown = columns_unknown(facts)
    for position, rule in enumerate(rules):
        if leader is not None and not leader.is_level_with(rule):
            break
        tried = rule.tried_with(facts)
        if tried.matched:
            bodies = bodies_resolve(rule.row.body, facts, ruleset)
            acting = [one for one in bodies if one.code not in facts.evidence.lapsed]
            if acting:
                known = {one.body for one in found}
                found += [
                    _candidate(rule, body, rules[position + 1 :], facts, ruleset, hypothesis)
                    for body in acting
                    if body.code not in known
                ]
                leader = leader or rule
            elif bodies:
                doubts += [f"authority_lapsed:{one.code}" for one in bodies]
                tried = RuleTried(rule.row.rule_id, False, f"validity: {bodies[0].code}")
            else:
                tried = RuleTried(rule.row.rule_id, False, f"body: {rule.row.body}")
        trace.append(tried)
        if unknown and rule.might_match(facts, unknown):
            doubts.append("rests_on_missing_data")
    if len({one.rule_id for one in found}) > 1:
        doubts.append("rules_tie")
    return Answer(
        facts,
        tuple(found) or (Candidate(TRIAGE, 0.0, "", "", "", hypothesis=hypothesis),),
        tuple(trace),
        tuple(doubts),
    )


def _candidate(
    rule: CompiledRule,
    body: Body,
    following: Iterable[CompiledRule],
    facts: Facts,
    ruleset: CompiledRuleSet,
    hypothesis: str,
) -> Candidate:
    law = _law_agreeing(rule, body, following, facts, ruleset)
    notify = next(iter(bodies_resolve(law.row.notify, facts, ruleset)), None)
    told = notify.code if notify and notify.code not in {*facts.evidence.lapsed, "", TRIAGE} else ""
    return Candidate(
        body=body.code,
        confidence=max(rule.row.confidence, law.row.confidence),
        rule_id=law.row.rule_id,
        legal_basis=law.row.legal_basis,
        condition=law.row.condition,
        narrowed=tuple(column for column, _values in law.columns if column != "category"),
        notify=(told,) if told and told != body.code else (),
        hypothesis=hypothesis,
        area_code=_neighbour(law, facts),
        via=body.via,
    )


def _neighbour(rule: CompiledRule, facts: Facts) -> str:
    """The neighbouring municipality whose place it is, for the rule about places outside; empty for any other."""
    asked = rule.condition.predicates if rule.condition else frozenset()
    if facts.situation.inside or "outside_jurisdiction" not in asked:
        return ""
    return min((area.code for area in facts.situation.areas if area.kind == NEIGHBOUR), default="")


def _law_agreeing(
    rule: CompiledRule,
    body: Body,
    following: Iterable[CompiledRule],
    facts: Facts,
    ruleset: CompiledRuleSet,
) -> CompiledRule:
    """An asset's owner is often whom the law names too; then the law's row gives basis and copies."""
    if rule.row.body != ASSET_OWNER:
        return rule
    for other in following:
        if other.row.body != ASSET_OWNER and other.tried_with(facts).matched:
            named = {one.code for one in bodies_resolve(other.row.body, facts, ruleset)}
            return other if named == {body.code} else rule
    return rule
