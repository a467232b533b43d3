"""Why a rule names somebody, in its own terms: what it asks for, with the values that hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.engine.conditions import condition_compile
from routing.engine.facts import CLASSIFIED, ROAD_USES
from routing.road_signs import is_staatsstrasse
from routing.sentences.conditions import condition_phrase
from routing.sentences.words import Words, one_of, words_of
from routing.types import UNKNOWN, Candidate, Facts


def reason_phrase(candidate: Candidate, facts: Facts, language: str) -> str:
    """What the rule's columns ask for, its condition, and the hypothesis on which the candidate rests.

    `facts` as the rule sees them (`Result.grounds`). What goes without saying is told where nothing else is.
    """
    words = words_of(language)
    reasons = [*_columns(candidate, facts, words), *_condition(candidate, facts, language)]
    if candidate.hypothesis and not reasons and {"through_road"}.issuperset(candidate.narrowed):
        return words.supposed_alone.format(where=_supposed(candidate, facts, words))
    reason = _joined(reasons or [_least(candidate, facts, words)], words)
    if not candidate.hypothesis:
        return reason
    return words.supposed.format(where=_supposed(candidate, facts, words), reason=reason)


def _columns(candidate: Candidate, facts: Facts, words: Words) -> Iterator[str]:
    limits = ""
    if "through_road" in candidate.narrowed and facts.through_road != UNKNOWN:
        limits = (words.through_road if facts.road_class in CLASSIFIED else words.built_up)[
            facts.through_road
        ]
    if "road_class" in candidate.narrowed and facts.road_class in words.road_class:
        yield f"{_class_phrase(facts, words)}{limits}"
    elif limits:
        yield words.lies.format(where=limits.strip())
    is_beside = facts.section is not None and facts.usage not in ROAD_USES
    if "usage" in candidate.narrowed and is_beside:
        yield words.lies.format(where=words.usage[facts.usage])
    if "owner" in candidate.narrowed:
        is_of_parcel = facts.parcel is not None and facts.owner == facts.parcel.owner
        form = words.of_parcel if is_of_parcel else words.of_road
        yield form.format(owner=words.owner[facts.owner])


def _class_phrase(facts: Facts, words: Words) -> str:
    if facts.section is not None and is_staatsstrasse(facts.section.road):
        return words.staatsstrasse
    return words.road_class[facts.road_class]


def _condition(candidate: Candidate, facts: Facts, language: str) -> Iterator[str]:
    if candidate.condition:
        because = condition_phrase(candidate.condition, language)
        source = _source(candidate, facts)
        yield f"{because} ({source})" if source else because


def _least(candidate: Candidate, facts: Facts, words: Words) -> str:
    """For a rule that asks for nothing but what the place or the category tells already."""
    if "usage" in candidate.narrowed:
        return words.lies.format(where=words.usage[facts.usage])
    if "road_class" in candidate.narrowed:
        return words.no_class
    if "part" in candidate.narrowed:
        return words.about_part.format(part=words.part[facts.part])
    return words.everywhere


def _supposed(candidate: Candidate, facts: Facts, words: Words) -> str:
    is_limit = facts.road_class in CLASSIFIED and facts.through_road == UNKNOWN
    return (words.through_road if is_limit else words.built_up)[candidate.hypothesis].strip()


def _joined(reasons: Sequence[str], words: Words) -> str:
    """“A and B”; semicolons where a reason has a comma or an “and” of its own."""
    if any(words.and_ in one or ", " in one for one in reasons):
        return "; ".join(reasons)
    return one_of(reasons, words, last=words.and_)


def _source(candidate: Candidate, facts: Facts) -> str:
    """The document of an agreement, the number of an asset."""
    predicates = condition_compile(candidate.condition).predicates
    if "agreement_applies" in predicates and facts.agreement is not None:
        return facts.agreement.document
    if "asset_owner_known" in predicates and facts.asset is not None:
        return facts.asset.number
    return ""
