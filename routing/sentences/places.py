"""Where the place of a decision is, in words: road or land use, level, limits and parcel."""

from __future__ import annotations

import re
from typing import Final

from routing.engine.facts import CLASSIFIED
from routing.engine.levels import CROSSED_USES, level_above
from routing.road_signs import NUMBERED
from routing.sentences.streets import street_phrase
from routing.sentences.words import Words
from routing.types import Candidate, Facts

_NUMBERED: Final = re.compile(NUMBERED)


def road_phrase(road: str, words: Words, *, is_beside: bool = False) -> str:
    """“auf der B 235”, “an der B 235” for a place beside it, “am Marktring”."""
    if not _NUMBERED.match(road):
        return street_phrase(road, words)
    return (words.by_numbered if is_beside else words.on_numbered).format(road=road)


def spot_phrase(facts: Facts, words: Words) -> str:
    """The road, the land use where no road is meant, or the neighbouring municipality."""
    if facts.section is not None and facts.section.road:
        return road_phrase(facts.section.road, words, is_beside=facts.beside_road)
    if not facts.evidence.situations:
        return words.nowhere
    neighbours = [one.name for one in facts.situation.areas if one.kind == "neighbour"]
    if not facts.situation.inside and neighbours:
        return words.in_neighbour.format(name=min(neighbours))
    return words.usage[facts.usage if facts.parcel else ""]


def level_phrase(facts: Facts, words: Words) -> str:
    """That the place is on a bridge and over what, with a leading blank; empty on the lower level."""
    ground = facts.situation.parcels[0].usage if facts.situation.parcels else ""
    crossed = ground if ground in CROSSED_USES else ""
    is_above = level_above(facts.situation, (facts.level, crossed)) == facts.level
    return words.bridge[crossed] if is_above else ""


def limits_phrase(facts: Facts, words: Words) -> str:
    """Inside or outside: of the through-road stretch on a classified road, else of the built-up area.

    With a leading blank; empty off the road and on a motorway, where neither matters.
    """
    if facts.section is None or facts.road_class == "A":
        return ""
    if facts.road_class in CLASSIFIED:
        return words.through_road[facts.through_road]
    return words.built_up[facts.built_up]


def parcel_phrase(facts: Facts, words: Words) -> str:
    """The parcel in brackets, with a leading blank; empty where none is known, and for a place outside."""
    if facts.parcel is None or not facts.situation.inside:
        return ""
    flur = words.flur.format(flur=facts.parcel.flur) if facts.parcel.flur else ""
    parcel = words.parcel.format(
        gemarkung=facts.parcel.gemarkung, flur=flur, number=facts.parcel.number
    )
    return f" ({parcel})"


def place_phrase(facts: Facts, words: Words) -> str:
    """Road or land use with the limits, and the parcel."""
    return f"{spot_phrase(facts, words)}{limits_phrase(facts, words)}{parcel_phrase(facts, words)}"


def ground_phrase(candidate: Candidate, facts: Facts, words: Words) -> str:
    """The place on which a candidate rests; what its reason tells of the limits stands there alone."""
    limits = "" if "through_road" in candidate.narrowed else limits_phrase(facts, words)
    level = level_phrase(facts, words) if candidate.level else ""
    return f"{spot_phrase(facts, words)}{limits}{level}{parcel_phrase(facts, words)}"


def way_from_pin(facts: Facts, pin: Facts, words: Words) -> str:
    """How the reported point lies apart from the place that counts; empty where both are on the same parcels.

    After an answer about the place, nothing is told of the point any more.
    """
    if facts.evidence.clarifications or facts.situation.parcels == pin.situation.parcels:
        return ""
    if pin.parcel is None or pin.usage == facts.usage:
        return f"{words.other_parcel}{parcel_phrase(facts, words)}"
    return words.usage[pin.usage]
