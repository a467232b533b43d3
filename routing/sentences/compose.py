"""Putting the decision into words."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from gis_core.languages import text_read
from routing.engine.ranking import TRIAGE
from routing.enums import Outcome
from routing.sentences.conditions import column_phrase, condition_phrase
from routing.sentences.places import ground_phrase, place_phrase, way_from_pin
from routing.sentences.questions import answers_phrase
from routing.sentences.reasons import reason_phrase
from routing.sentences.triage import (
    candidates_phrase,
    doubts_phrase,
    is_silent,
    name_of,
    reported_phrase,
)
from routing.sentences.words import one_of, words_of
from routing.types import Candidate, Facts, Result


def sentence(
    result: Result | None, *, language: str, category: str, authorities: Mapping[str, str]
) -> str:
    """The decision as text; `authorities` maps codes to names in the language. None: no rule set is active."""
    words = words_of(language)
    if result is None:
        return words.no_rules
    answered = answers_phrase(result.facts.evidence.clarifications, language)
    if result.outcome == Outcome.ASSIGNED:
        first = result.candidates[0]
        told = [
            words.assigned.format(authority=name_of(first, result, authorities)),
            _because(result, language, category),
            answered,
            words.basis.format(
                basis=legal_basis_shown(first.legal_basis, language), rule=first.rule_id
            ),
        ]
    else:
        place = reported_phrase(result, words)
        told = [
            _lead_of_triage(result, language, authorities),
            words.reported.format(category=category, place=place),
            answered,
        ]
    return " ".join(filter(None, told))


def _because(result: Result, language: str, category: str) -> str:
    """The place on which the decision rests, as its rule sees it, and the reason; if it is not the pin, it says so."""
    words = words_of(language)
    first, facts = result.candidates[0], result.grounds[0]
    place = ground_phrase(first, facts, words)
    reason = reason_phrase(first, facts, language)
    pin = way_from_pin(facts, result.at_point, words)
    if not pin:
        return words.because.format(category=category, place=place, reason=reason)
    return words.because_elsewhere.format(category=category, place=place, pin=pin, reason=reason)


def public_sentence(
    facts: Facts,
    *,
    language: str,
    category: str,
    names: Sequence[str],
    is_clear: bool,
    is_municipality: bool,
    reason: Candidate | None,
) -> str:
    """The sentence for the public; `names` are who may have to act, by public names, likelier ones first.

    `is_municipality`: the municipality looks after it, whoever has to act in the end. `reason` is the candidate whose
    rule and legal basis may be told. What may be told decides `routing.deciding.public_answers`.
    """
    words = words_of(language)
    form = words.asked_nobody
    if is_municipality:
        form = words.asked_municipality
    elif names:
        form = words.asked_clear if is_clear else words.asked_unclear
    text = form.format(
        category=category, place=place_phrase(facts, words), authority=one_of(names, words)
    )
    if reason is None:
        return text
    basis = legal_basis_shown(reason.legal_basis, language)
    return f"{text} {words.basis.format(basis=basis, rule=reason.rule_id)}"


def _lead_of_triage(result: Result, language: str, authorities: Mapping[str, str]) -> str:
    words = words_of(language)
    first = result.candidates[0]
    doubts = doubts_phrase(result, words, authorities)
    if any(one.body != TRIAGE for one in result.candidates):
        listed = candidates_phrase(result, language=language, authorities=authorities)
        return f"{words.doubtful.format(candidates=listed)} {doubts}"
    # Without a place nobody can say yet what a rule would leave to a person.
    if not is_silent(first) and "no_place" not in result.doubts:
        wanted = words.wants_triage.format(
            rule=first.rule_id,
            reason=reason_phrase(first, result.grounds[0], language),
            basis=legal_basis_shown(first.legal_basis, language),
        )
        return f"{wanted} {doubts}" if result.doubts else wanted
    return f"{words.nobody} {doubts}"


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


def tried_phrase(because: str, language: str, authorities: Mapping[str, str]) -> str:
    """Why a rule did not match, from what the engine noted (`RuleTried.because`); `authorities` as in `sentence`."""
    words = words_of(language)
    kind, _colon, rest = because.partition(": ")
    if kind == "condition":
        return words.condition_fails.format(because=condition_phrase(rest, language))
    if kind == "validity":
        return words.body_lapsed.format(body=authorities.get(rest, rest))
    if kind == "body":
        return words.body_unresolved.format(body=rest)
    return column_phrase(kind, rest, language) if kind in words.columns else because
