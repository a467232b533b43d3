"""Who must act: total and deterministic; the same evidence and rules always give the same result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from routing.engine.bodies import Body, bodies_resolve
from routing.engine.clarifications import clarified
from routing.engine.facts import columns_unknown, doubts_of, facts_of, hypotheses, report_doubts
from routing.engine.ranking import TRIAGE, candidates_ranked, outcome_of
from routing.engine.ruleset import CompiledRule, CompiledRuleSet
from routing.types import UNKNOWN, Candidate, Evidence, Facts, Result, RuleTried, Situation

# What an unknown fact takes from the confidence of the rules that depend on it (responsibility.md 1.3, step 5).
UNKNOWN_PENALTY: Final = 0.3
NEIGHBOUR: Final = "neighbour"
ASSET_OWNER: Final = "(asset owner)"
# Stands in where evidence has no situation at all, so that this too has an answer.
NOWHERE: Final = Situation(1.0, inside=True, built_up=UNKNOWN)


def decide(evidence: Evidence, ruleset: CompiledRuleSet) -> Result:
    """Ranked candidates with the rule, its legal basis and every rule tried.

    Each situation of the evidence is decided on its own, under each hypothesis about what is unknown; the
    shares of the same authority add up. The reporter's answer to a question narrows the evidence first.
    Raises nothing for any evidence; a rule set is validated when compiled.
    """
    evidence, unfitting = clarified(evidence)
    situations = evidence.situations or (NOWHERE,)
    findings = [finding_of(evidence, situation, ruleset) for situation in situations]
    weights = [situation.weight for situation in situations]
    nowhere = () if evidence.situations else ("no_place",)
    doubts = (*doubts_named(evidence, (one.doubts for one in findings)), *unfitting, *nowhere)
    candidates = candidates_ranked(
        replace(one, score=one.score * weight, probability=one.probability * weight)
        for finding, weight in zip(findings, weights, strict=True)
        for one in finding.candidates
    )
    scores = [(one.addressee, one.rule_id, one.score) for one in candidates]
    return Result(
        outcome=outcome_of(scores, doubts=doubts, evidence=evidence, ruleset=ruleset),
        candidates=candidates,
        facts=findings[0].facts,
        trace=findings[0].trace,
        doubts=doubts,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say about one situation, as if it were the whole disc."""

    facts: Facts
    candidates: tuple[Candidate, ...]
    trace: tuple[RuleTried, ...]
    doubts: tuple[str, ...]


def finding_of(evidence: Evidence, situation: Situation, ruleset: CompiledRuleSet) -> Finding:
    rules = ruleset.for_category(evidence.category)
    facts = facts_of(evidence, situation)
    answers = [answer_of(one, rules, ruleset, name) for name, one in hypotheses(facts)]
    doubts = [*doubts_of(facts), *(doubt for answer in answers for doubt in answer.doubts)]
    return Finding(facts, tuple(_shared_out(answers)), answers[0].trace, tuple(doubts))


def doubts_named(evidence: Evidence, found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Each doubt once: those of the report, then those of its situations."""
    return tuple(dict.fromkeys([*report_doubts(evidence), *chain.from_iterable(found)]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say about one situation under one hypothesis; several candidates only in a tie."""

    candidates: tuple[Candidate, ...]
    trace: tuple[RuleTried, ...]
    doubts: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.rule_id, one.body) for one in self.candidates)


def _shared_out(answers: Sequence[Answer]) -> Iterator[Candidate]:
    """The candidates of a situation with their shares: the hypotheses share it equally, and so do ties.

    Where all hypotheses lead to the same, nothing depends on what is unknown, and nothing is taken off.
    """
    differ = len({answer.named for answer in answers}) > 1
    counted = answers if differ else answers[:1]
    for answer in counted:
        share = 1.0 / len(counted) / len(answer.candidates)
        for one in answer.candidates:
            confidence = max(0.0, one.score - (UNKNOWN_PENALTY if differ else 0.0))
            yield replace(
                one,
                score=confidence * share,
                probability=share,
                hypothesis=one.hypothesis if differ else "",
            )


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
        score=max(rule.row.confidence, law.row.confidence),
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
