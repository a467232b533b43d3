"""Which road each place of a disc is about: `routing.engine.facts.section_choose`, for all places at once.

The engine's function is the definition; here the same order is made of numbers. A test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from routing.engine.facts import (
    BESIDE_ROAD_M,
    CLASS_RANK,
    HALF_WIDTH_M,
    REACH_M,
    SAME_DISTANCE_M,
    named_after,
)
from routing.evidence.disc.cover import Block
from routing.evidence.disc.patches import Patch
from routing.evidence.disc.places import bits_of, expanded, masks_of, starts_of
from routing.evidence.disc.reach import IN, OUT, UNKNOWN, Reach
from routing.evidence.disc.stretches import stretches_find
from routing.evidence.ground import Floats, Ground, SectionRow
from routing.evidence.reports import Asks, Report

REACH_CM: Final = round(REACH_M * 100)
NOWHERE: Final = np.int64(1) << 60
# Faults as bits, the graver the higher: two for what is named below, three for the rank of a covering section's class.
NOT_COVERING: Final = 32
RANK_OF_COVERING: Final = 2
NO_STRETCH: Final = (math.inf, -math.inf)
LOCAL: Final = 12
LOCAL_BITS: Final = (1 << LOCAL) - 1


@dataclass(frozen=True, slots=True)
class Ways:
    """How the places of one report differ in what a rule can ask of roads; each as (places as bits).

    `chosen`: by the pair whose section the place is about, -1 for none; one pair stands for all that are alike to the
    rules. `more`: other differences.
    """

    chosen: list[tuple[int, int]]
    more: list[int]


class Claim(NamedTuple):
    """What a section may say for itself on a patch.

    `metres`: within how far it counts there. `against`: faults that go before distance. `is_path`: whether lying on
    the path's parcel suffices.
    """

    metres: float
    against: int
    is_path: bool


class Contest(NamedTuple):
    """The pairs that a patch (some places of a report's disc, as bits) may be about, with the claim of each."""

    report: int
    bits: int
    parcel: int
    claims: list[tuple[int, Claim]]


def ways(
    ground: Ground,
    block: Block,
    reach: Reach,
    reports: Sequence[Report],
    patches: Sequence[Sequence[tuple[int, Patch]]],
    asks: Sequence[Asks],
) -> list[Ways]:
    """`patches` of each report with their places as bits; `asks`: what its rules ask for."""
    if not len(reach.report):
        return [Ways([(-1, block.everywhere)], []) for _report in reports]
    in_sight = bits_of(reach.cm <= REACH_CM)
    chosen: list[dict[int, int]] = [{} for _report in reports]
    open_ones: list[Contest] = []
    for contest in _contests(ground, reach, reports, patches, in_sight):
        if _is_settled(ground, reach, contest, asks[contest.report]):
            mine = chosen[contest.report]
            for pair, _claim in contest.claims:
                mine[pair] = mine.get(pair, 0) | contest.bits & in_sight[pair]
        else:
            open_ones.append(contest)
    if open_ones:
        for number, pair, bits in _decided(ground, reach, open_ones):
            chosen[number][pair] = chosen[number].get(pair, 0) | bits
    found = [
        _ways(reach, block.everywhere, _alike_as_one(ground, reach, one, asked), asked)
        for one, asked in zip(chosen, asks, strict=True)
    ]
    for number, one in enumerate(asks):
        if one.arms:
            found[number].more.extend(_arms(ground, reach, number))
    return found


def _is_settled(ground: Ground, reach: Reach, contest: Contest, asks: Asks) -> bool:
    """Whether it is a single one that can be chosen, or those that can are alike, wherever they are in sight."""
    if any(claim.metres != REACH_M for _pair, claim in contest.claims):
        return False
    return len(contest.claims) == 1 or (
        asks.roads is not None
        and asks.roads.isdisjoint(_class(ground, reach, pair) for pair, _claim in contest.claims)
    )


def _class(ground: Ground, reach: Reach, pair: int) -> str:
    return ground.section_rows[reach.section[pair]].road_class


def _alike_as_one(
    ground: Ground, reach: Reach, chosen: dict[int, int], asks: Asks
) -> dict[int, int]:
    """Pairs whose classes the rules do not tell apart, as the first of them."""
    if asks.roads is None:
        return chosen
    merged: dict[int, int] = {}
    first: dict[str, int] = {}
    for pair, bits in sorted(chosen.items()):
        road_class = _class(ground, reach, pair)
        one = first.setdefault(road_class if road_class in asks.roads else "", pair)
        merged[one] = merged.get(one, 0) | bits
    return merged


def _ways(reach: Reach, everywhere: int, chosen: dict[int, int], asks: Asks) -> Ways:
    some = [(pair, bits) for pair, bits in chosen.items() if bits]
    rest = everywhere
    more: list[int] = []
    for pair, bits in some:
        rest &= ~bits
        if reach.is_mixed[pair] and asks.roads is None:
            states = reach.state[pair]
            more += bits_of(np.array([states == IN, states == UNKNOWN]))
    return Ways([*some, (-1, rest)] if rest else some, more)


def _contests(
    ground: Ground,
    reach: Reach,
    reports: Sequence[Report],
    patches: Sequence[Sequence[tuple[int, Patch]]],
    in_sight: Sequence[int],
) -> Iterator[Contest]:
    nearest = (reach.cm.min(axis=1) / 100).tolist()
    for number, report in enumerate(reports):
        mine = range(reach.first[number], reach.first[number + 1])
        for bits, patch in patches[number] if mine else ():
            if not (patch.is_road_land or report.part):
                continue
            claims = [
                (pair, claim)
                for pair in _contenders(ground, reach, patch, bits, mine, in_sight)
                if (claim := _claim(ground, reach.section[pair], patch)).is_path
                or claim.metres >= nearest[pair]
            ]
            if claims:
                yield Contest(number, bits, patch.parcel, claims)


def _contenders(
    ground: Ground,
    reach: Reach,
    patch: Patch,
    bits: int,
    pairs: Sequence[int],
    in_sight: Sequence[int],
) -> Sequence[int]:
    """The pairs that could be chosen on a patch: where a section covers it and is in sight of all of it, only such."""
    seen = [pair for pair in pairs if bits & in_sight[pair]]
    if not patch.covering:
        return seen
    rows = ground.section_rows
    covering = [pair for pair in seen if rows[reach.section[pair]].key in patch.covering]
    return covering if any(not bits & ~in_sight[pair] for pair in covering) else seen


def _claim(ground: Ground, section: int, patch: Patch) -> Claim:
    known: Claim | None = ground.claims.get((section, patch))
    if known is None:
        known = ground.claims[section, patch] = _claim_on(ground.section_rows[section], patch)
    return known


def _claim_on(row: SectionRow, patch: Patch) -> Claim:
    covers = row.key in patch.covering
    named = named_after(row.road, row.name, patch.location_text)
    rank = CLASS_RANK.get(row.road_class, len(CLASS_RANK))
    against = (rank << RANK_OF_COVERING if covers else NOT_COVERING) | (not named)
    half = HALF_WIDTH_M.get(row.road_class, 0.0)
    if covers or patch.usage in {"ROAD", "SQUARE"} or (patch.usage == "PATH" and named):
        return Claim(REACH_M, against, is_path=False)
    if patch.usage == "PATH":
        return Claim(half + BESIDE_ROAD_M, against, is_path=True)
    return Claim(half, against, is_path=False)


def _decided(
    ground: Ground, reach: Reach, contests: Sequence[Contest]
) -> Iterator[tuple[int, int, int]]:
    """(report, pair, places as bits) of what is chosen on each patch.

    Every condition of the engine's choice becomes bits of a number, and of a place's pairs the smallest is chosen.
    Arrays have one element for each place of a contest and each claim there, those of one place together.
    """
    rows = [(n, pair, claim) for n, one in enumerate(contests) for pair, claim in one.claims]
    pairs = np.array([pair for _n, pair, _claim in rows])
    metres, against, is_path = map(np.array, zip(*(claim for *_, claim in rows), strict=True))
    sections = [ground.section_rows[reach.section[pair]] for pair in pairs.tolist()]
    rank = np.array([CLASS_RANK.get(row.road_class, len(CLASS_RANK)) for row in sections])
    sizes = np.array([len(one.claims) for one in contests])
    first = np.concatenate([[0], np.cumsum(sizes)])
    local = np.arange(len(rows)) - np.repeat(first[:-1], sizes)
    against = against << 34 | rank << 26 | local

    count = reach.cm.shape[1]
    contest, place = np.nonzero(masks_of([one.bits for one in contests], count))
    at, row = expanded(first, contest)
    place = place[at]
    cm = reach.cm[pairs[row], place].astype(np.int64)
    same = np.zeros(len(row), dtype=bool)
    along = reach.along[pairs[row], place]
    for begin, end in _on_parcel(ground, reach, contests, rows):
        same |= (along >= begin[row]) & (along <= end[row])
    may = (cm <= REACH_CM) & ((cm / 100 <= metres[row]) | (same & is_path[row]))
    order = against[row]
    order |= cm << LOCAL
    order |= (~same).astype(np.int64) << 35
    # How far off the nearest is of those that no fault goes before.
    near = np.where(may, order >> 34 << LOCAL | cm, NOWHERE)
    nearest = np.minimum.reduceat(near, starts_of(at))
    order |= (near - nearest[at] >= round(SAME_DISTANCE_M * 100)).astype(np.int64) << 30
    order[~may] = NOWHERE
    best = np.minimum.reduceat(order, starts_of(at))
    is_chosen = (order == best[at]) & may
    chosen = np.zeros((len(rows), count), dtype=bool)
    chosen[row[is_chosen], place[is_chosen]] = True
    for (n, pair, _claim), bits in zip(rows, bits_of(chosen), strict=True):
        yield contests[n].report, pair, bits


def _on_parcel(
    ground: Ground,
    reach: Reach,
    contests: Sequence[Contest],
    rows: Sequence[tuple[int, int, Claim]],
) -> Iterator[tuple[Floats, Floats]]:
    """Where each row's axis runs over the places' own parcel, where that could matter: (from, to) along its line.

    As often as the row with the most stretches needs, and nowhere for the others.
    """
    matters = [_parcel_matters(one) for one in contests]
    keys = [
        (reach.section[pair], contests[n].parcel)
        if (matters[n] or claim.is_path) and contests[n].parcel >= 0
        else None
        for n, pair, claim in rows
    ]
    stretches_find(ground, {key for key in keys if key})
    found = [ground.stretches[key] if key else [] for key in keys]
    deepest = max(map(len, found))
    ends = np.tile(np.array(NO_STRETCH), (deepest, len(found), 1))
    for row, some in enumerate(found):
        if some:
            ends[: len(some), row] = some
    for one in ends:
        yield one[:, 0], one[:, 1]


def _parcel_matters(contest: Contest) -> bool:
    """Whether lying on the same parcel could decide between sections; one whose polygon covers the place goes first."""
    covering = sum(not claim.against & NOT_COVERING for _pair, claim in contest.claims)
    return covering > 1 or (not covering and len(contest.claims) > 1)


def _arms(ground: Ground, reach: Reach, number: int) -> list[int]:
    """Places by the classes of all sections in sight, and by the through-road state on the nearest of the highest."""
    begin, end = reach.first[number], reach.first[number + 1]
    if begin == end:
        return []
    rows = [ground.section_rows[section] for section in reach.section[begin:end]]
    rank = np.array([CLASS_RANK.get(row.road_class, len(CLASS_RANK)) for row in rows])[:, None]
    cm = reach.cm[begin:end].astype(np.int64)
    in_sight = cm <= REACH_CM
    near = np.where(in_sight, rank << 40 | cm << LOCAL | np.arange(len(rows))[:, None], NOWHERE)
    top = near.min(axis=0)
    states = np.where(
        top < NOWHERE, reach.state[begin + (top & LOCAL_BITS), np.arange(cm.shape[1])], OUT
    )
    masks = [(in_sight & (rank == one)).any(axis=0) for one in np.unique(rank)]
    return bits_of(np.array([*masks, states == IN, states == UNKNOWN]))
