"""Putting the decision into words."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from gis_core.languages import text_read
from routing.engine.conditions import condition_compile
from routing.engine.facts import CLASSIFIED, USES_CLASSED_BY_OWNER
from routing.engine.predicates import Need, predicates_needing
from routing.enums import Outcome
from routing.sentences.conditions import column_phrase, condition_phrase
from routing.sentences.questions import answers_phrase
from routing.sentences.words import Words, one_of, words_of
from routing.types import Candidate, Facts, Result

TRIAGE: Final = "TRIAGE"
OWNERSHIP_PREDICATES: Final = predicates_needing(Need.OWNER, Need.ADJOINING_OWNER)
NUMBERED: Final = frozenset("ABLK")


def sentence(
    result: Result | None, *, language: str, category: str, authorities: Mapping[str, str]
) -> str:
    """The decision as text; `authorities` maps codes to names in the language. None: no rule set is active."""
    words = words_of(language)
    if result is None:
        return words.no_rules
    first = result.candidates[0]
    place = place_phrase(result.facts, words)
    answered = answers_phrase(result.facts.evidence.clarifications, language)
    if result.outcome == Outcome.ASSIGNED:
        reason = reason_phrase(first, result.facts, language)
        told = [
            words.assigned.format(authority=_names(result, authorities)[0]),
            words.because.format(category=category, place=place, reason=reason),
            answered,
            words.basis.format(
                basis=legal_basis_shown(first.legal_basis, language), rule=first.rule_id
            ),
        ]
    else:
        told = [
            _lead_of_triage(result, language, authorities),
            words.reported.format(category=category, place=place),
            answered,
        ]
    return " ".join(filter(None, told))


def public_sentence(
    result: Result, *, language: str, category: str, authorities: Mapping[str, str]
) -> str:
    """The sentence for the public; `authorities` maps codes to public names.

    The sentence never tells who owns a parcel: it leaves out a reason or basis that rests on ownership.
    """
    words = words_of(language)
    first = result.candidates[0]
    is_clear = result.outcome == Outcome.ASSIGNED
    names = _names(result, authorities)
    form = words.asked_nobody
    if names:
        form = words.asked_clear if is_clear else words.asked_unclear
    text = form.format(
        category=category,
        place=place_phrase(result.facts, words),
        authority=names[0] if is_clear else one_of(names, words),
    )
    if not is_clear or _rests_on_ownership(first, result.facts):
        return text
    basis = legal_basis_shown(first.legal_basis, language)
    return f"{text} {words.basis.format(basis=basis, rule=first.rule_id)}"


def _names(result: Result, authorities: Mapping[str, str]) -> list[str]:
    """Who may have to act, each once and likelier ones first; a neighbour with the name of its area."""
    areas = result.facts.evidence.area_names
    named = (
        f"{authorities[one.body]} {areas[one.area_code]}"
        if one.area_code
        else authorities[one.body]
        for one in result.candidates
        if one.body != TRIAGE
    )
    return list(dict.fromkeys(named))


def _rests_on_ownership(candidate: Candidate, facts: Facts) -> bool:
    """Also by the road class, where no section gives it: then the owner makes a street municipal or private."""
    predicates = (
        condition_compile(candidate.condition).predicates if candidate.condition else frozenset()
    )
    asks_class = "road_class" in candidate.narrowed or "road_class" in predicates
    class_of_owner = facts.section is None and facts.usage in USES_CLASSED_BY_OWNER
    return (
        "owner" in candidate.narrowed
        or bool(predicates & OWNERSHIP_PREDICATES)
        or (asks_class and class_of_owner)
    )


def _lead_of_triage(result: Result, language: str, authorities: Mapping[str, str]) -> str:
    words = words_of(language)
    first = result.candidates[0]
    names = _names(result, authorities)
    doubts = ", ".join(_doubts(result, words))
    if names:
        return words.doubtful.format(authorities=one_of(names, words), doubts=doubts)
    # Without a place nobody can say yet what a rule would leave to a person.
    if first.rule_id and "no_place" not in result.doubts:
        return words.wants_triage.format(
            rule=first.rule_id,
            reason=reason_phrase(first, result.facts, language),
            basis=legal_basis_shown(first.legal_basis, language),
        )
    return words.nobody.format(doubts=doubts)


@cache
def _legal_bases() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("legal_bases.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["basis"]: row for row in csv.DictReader(file, delimiter=";")}


def legal_basis_shown(basis: str, language: str) -> str:
    """The matrix's short form written out; one that is not in `legal_bases.csv` is shown as it stands."""
    known = _legal_bases().get(basis)
    return text_read(known, "shown", language) if known else basis


def unreachable_phrase(codes: Sequence[str], language: str) -> str:
    """That no authority can be told, because these have no contact."""
    return words_of(language).no_contact.format(names=", ".join(codes))


def place_phrase(facts: Facts, words: Words) -> str:
    """Where the place is, in words: road or land use, and the parcel."""
    parcel = words.no_parcel
    if facts.parcel is not None:
        flur = words.flur.format(flur=facts.parcel.flur) if facts.parcel.flur else ""
        parcel = words.parcel.format(
            gemarkung=facts.parcel.gemarkung, flur=flur, number=facts.parcel.number
        )
    if facts.section is None:
        return words.no_road.format(usage=words.usage[facts.usage], parcel=parcel)
    numbered = facts.road_class in NUMBERED
    limits = ""
    if facts.road_class in CLASSIFIED:
        limits = words.through_road[facts.through_road]
    elif not numbered:
        limits = words.built_up[facts.built_up]
    form = words.on_numbered_road if numbered else words.on_named_road
    return form.format(road=facts.section.road, limits=limits, parcel=parcel)


def reason_phrase(candidate: Candidate, facts: Facts, language: str) -> str:
    """Why the rule applies: what its columns ask for that narrows it most, and its condition in words."""
    words = words_of(language)
    reasons = []
    if "road_class" in candidate.narrowed and facts.road_class in words.road_class:
        reasons.append(words.road_class[facts.road_class])
    if "owner" in candidate.narrowed and facts.owner in words.owner:
        reasons.append(words.owner[facts.owner])
    if candidate.condition:
        because = condition_phrase(candidate.condition, language)
        source = _source(candidate, facts)
        reasons.append(f"{because} ({source})" if source else because)
    return words.and_.join(reasons) or words.everywhere


def tried_phrase(because: str, language: str) -> str:
    """Why a rule did not match, from what the engine noted (`RuleTried.because`)."""
    words = words_of(language)
    kind, _colon, rest = because.partition(": ")
    if kind == "condition":
        return words.condition_fails.format(because=condition_phrase(rest, language))
    if kind == "validity":
        return words.body_lapsed.format(body=rest)
    if kind == "body":
        return words.body_unresolved.format(body=rest)
    return column_phrase(kind, rest, language) if kind in words.columns else because


def _source(candidate: Candidate, facts: Facts) -> str:
    """The document of an agreement, the number of an asset."""
    predicates = condition_compile(candidate.condition).predicates
    if "agreement_applies" in predicates and facts.agreement is not None:
        return facts.agreement.document
    if "asset_owner_known" in predicates and facts.asset is not None:
        return facts.asset.number
    return ""


def _doubts(result: Result, words: Words) -> list[str]:
    first = result.candidates[0]
    codes = [code for code in result.doubts if code.partition(":")[0] in words.doubts]
    if (
        "location_vague" not in codes
        and len(result.facts.evidence.situations) > 1
        and len({c.addressee for c in result.candidates}) > 1
    ):
        codes.append("accuracy")
    if result.outcome == Outcome.PROPOSED:
        codes.append("proposed_only")
    if not codes:
        codes = ["no_rule" if first.body == TRIAGE else "low_confidence"]
    return [doubt_phrase(code, words, rule=first.rule_id) for code in codes]


def doubt_phrase(doubt: str, words: Words, *, rule: str) -> str:
    """A doubt in words; what stands behind its colon is a dataset or an authority's code."""
    code, _colon, about = doubt.partition(":")
    return words.doubts[code].format(rule=rule, about=words.datasets.get(about, about))
