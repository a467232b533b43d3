"""What a person in triage reads: who may be responsible, the likeliest first, each with its reason, and the doubts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from routing.engine.ranking import CONFIDENCE_FROM, TRIAGE
from routing.enums import Outcome
from routing.sentences.places import level_phrase, parcel_phrase, spot_phrase, way_from_pin
from routing.sentences.reasons import reason_phrase
from routing.sentences.words import Words, words_of
from routing.types import Candidate, Facts, Result

# So many are named; of the others only how many they are.
NAMED_MAX: Final = 3
# Doubts that go without saying where another one is told.
IMPLIED: Final = {
    "gap_between_parcels": frozenset({"no_parcel"}),
    "no_place": frozenset({"built_up_unknown", "no_parcel"}),
}
# Doubts about the place that are none where every place leads to the same authority.
NO_MATTER: Final = frozenset({"gap_between_parcels", "several_parcels"})
# From here on it is not the several places that keep a report from being sent: no shipped threshold is higher.
CLEAR_FROM: Final = 0.95


def name_of(candidate: Candidate, result: Result, authorities: Mapping[str, str]) -> str:
    """The authority's name; a neighbour's with the name of its area."""
    name = authorities[candidate.body]
    areas = result.facts.evidence.area_names
    return f"{name} {areas[candidate.area_code]}" if candidate.area_code else name


def is_silent(candidate: Candidate) -> bool:
    """Whether no rule says anything: none matches, or only the one that is there for that."""
    return candidate.body == TRIAGE and not candidate.confidence


def candidates_phrase(result: Result, *, language: str, authorities: Mapping[str, str]) -> str:
    """A numbered list that names with commas and brackets survive; each authority once, with all its rules' shares."""
    words = words_of(language)
    by_addressee: dict[str, list[tuple[Candidate, Facts]]] = {}
    for candidate, facts in zip(result.candidates, result.grounds, strict=True):
        key = "" if is_silent(candidate) else candidate.addressee
        by_addressee.setdefault(key, []).append((candidate, facts))
    told = []
    for addressee, some in by_addressee.items():
        first, facts = some[0]
        if len({one.hypothesis for one, _facts in some}) > 1:
            first = replace(first, hypothesis="")
        share = percent_phrase(math.fsum(one.probability for one, _facts in some), words)
        if not addressee:
            told.append(words.no_rule_names.format(percent=share))
            continue
        name = words.by_person
        if first.body != TRIAGE:
            name = name_of(first, result, authorities)
        where = _where(first, facts, result.at_point, words)
        reason = reason_phrase(first, facts, language)
        reason = f"{where}, {reason}" if where else reason
        told.append(words.share.format(name=name, percent=share, reason=reason))
    if len(told) == 1:
        return told[0]
    listed = [
        words.numbered.format(number=number, candidate=one)
        for number, one in enumerate(told[:NAMED_MAX], start=1)
    ]
    others = len(told) - len(listed)
    return "; ".join([*listed, *([words.more.format(count=others)] if others else [])])


def percent_phrase(share: float, words: Words) -> str:
    """Whole percent; what is not certain is never 0 or 100."""
    if 0.99 < share < 1:
        return words.percent_high
    return words.percent.format(percent=round(share * 100)) if share >= 0.01 else words.percent_low


def reported_phrase(result: Result, words: Words) -> str:
    """Where the report's point is; where levels are in doubt it is on none of them."""
    pin = result.at_point
    spot = words.two_levels if result.candidates[0].level else spot_phrase(pin, words)
    return f"{spot}{parcel_phrase(pin, words)}"


def _where(candidate: Candidate, facts: Facts, pin: Facts, words: Words) -> str:
    """Where a candidate's place is, if that is not where the reported point is; a neighbour's name tells it."""
    spot = spot_phrase(facts, words)
    if candidate.area_code:
        return ""
    if candidate.level:
        return f"{spot}{level_phrase(facts, words)}"
    return spot if spot != spot_phrase(pin, words) else way_from_pin(facts, pin, words)


def doubts_phrase(result: Result, words: Words, authorities: Mapping[str, str]) -> str:
    first = result.candidates[0]
    leader = [one for one in result.candidates if one.addressee == first.addressee]
    probability = math.fsum(one.probability for one in leader)
    codes = [code for code in result.doubts if code.partition(":")[0] in words.doubts]
    implied = frozenset[str]().union(*(IMPLIED.get(code, frozenset()) for code in codes))
    is_alone = len(leader) == len(result.candidates)
    codes = [code for code in codes if code not in (implied | NO_MATTER if is_alone else implied)]
    if not codes and is_unsure(leader, probability):
        codes.append("low_confidence")
    if (
        not is_alone
        and "location_vague" not in codes
        and len(result.facts.evidence.situations) > 1
        and (probability < CLEAR_FROM or not codes)
    ):
        codes.append("accuracy")
    if result.outcome == Outcome.PROPOSED:
        codes.append("proposed_only")
    if not codes:
        codes = ["no_rule" if is_silent(first) else "low_confidence"]
    told = "; ".join(
        doubt_phrase(code, words, rule=first.rule_id, authorities=authorities) for code in codes
    )
    return words.why_checked.format(doubts=told)


def is_unsure(leader: Sequence[Candidate], probability: float) -> bool:
    """Whether the rules of the first authority are not sure enough, wherever the place is."""
    if leader[0].body == TRIAGE or probability <= 0:
        return False
    sure = math.fsum(one.probability * one.confidence for one in leader) / probability
    return round(sure, 4) < CONFIDENCE_FROM


def doubt_phrase(doubt: str, words: Words, *, rule: str, authorities: Mapping[str, str]) -> str:
    """A doubt in words; what stands behind its colon is a dataset or an authority's code."""
    code, _colon, about = doubt.partition(":")
    named = words.datasets.get(about) or authorities.get(about, about)
    return words.doubts[code].format(rule=rule, about=named)
