"""Which road each place of a disc is about: `routing.engine.facts.section_choose`, for all places at once.

The engine's function is the definition; here the same order is made of numbers. A test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.engine.facts import (
    BESIDE_ROAD_M,
    CLASS_RANK,
    HALF_WIDTH_M,
    REACH_M,
    SAME_DISTANCE_M,
    named_after,
)
from routing.evidence.cover import Block
from routing.evidence.disc import (
    Bools,
    Singles,
    bits_of,
    distance_squared,
    expanded,
    feet,
    masks_of,
    starts_of,
)
from routing.evidence.ground import ROAD_USES, Ground, Ints, SectionRow
from routing.evidence.patches import Patch
from routing.evidence.reports import Report

REACH_CM: Final = round(REACH_M * 100)
OUT, IN, UNKNOWN = range(3)
STATES: Final = ("out", "in", "unknown")
NOWHERE: Final = np.int64(1) << 60
NO_CLAIM: Final = (-1.0, 0, False)
NOT_COVERING: Final = 4
LOCAL: Final = 12
LOCAL_BITS: Final = (1 << LOCAL) - 1
SLACK_M: Final = 0.001
EVERYWHERE: Final = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Reach:
    """Pairs of report and road section in reach of its disc, by report and key; one row a pair.

    `cm` and `along` (metres from the line's begin) of each place's nearest point on the section; `state` its
    through-road state.
    """

    report: Ints
    section: list[int]
    first: list[int]
    cm: NDArray[np.int32]
    along: Singles
    state: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Ways:
    """How the places of one report differ in what a rule can ask of roads; each as (places as bits).

    `chosen`: by the pair whose section the place is about, -1 for none. `more`: other differences.
    """

    chosen: list[tuple[int, int]]
    more: list[int]


def ways(
    ground: Ground,
    block: Block,
    reach: Reach,
    reports: Sequence[Report],
    patches: Sequence[Sequence[tuple[int, Patch]]],
    arms: Sequence[bool],
) -> list[Ways]:
    """`patches` of each report with their places as bits; `arms`: whether its rules ask for all roads in sight."""
    found = [Ways([(-1, block.everywhere)], []) for _report in reports]
    if len(reach.report):
        asked = _asked(ground, block, reach, reports, patches)
        if len(asked.pairs):
            _choose(ground, block, reach, asked, patches, found)
        for number in np.flatnonzero(arms).tolist():
            found[number].more.extend(_arms(ground, reach, number))
    return found


def sections_in_reach(ground: Ground, block: Block) -> Reach:
    # A little more than the reach, so that rounding to centimetres alone decides what is within it.
    margin = REACH_M + 1.0
    found, section = ground.sections.tree.query(block.boxes(margin))
    order = np.lexsort((ground.section_order[section], found))
    report, section = found[order].astype(np.int64), section[order].astype(np.int64)
    pair, piece = expanded(ground.sections.first, section)
    relative = block.relative(ground.sections.pieces[piece], report[pair])
    near = distance_squared(relative) <= (block.radius + margin)[report][pair] ** 2
    pair, piece, relative = pair[near], piece[near], relative[near]
    if not len(pair):
        empty = np.empty((0, len(block.places)))
        return Reach(
            np.empty(0, dtype=np.int64),
            [],
            [0] * (len(block.x) + 1),
            empty.astype(np.int32),
            empty.astype(np.float32),
            empty.astype(np.int8),
        )
    run = pair[starts_of(pair)]
    away, along = feet(
        relative, ground.offsets[piece], pair, block.radius[report][pair], block.places
    )
    report, sections = report[run], section[run].tolist()
    return Reach(
        report=report,
        section=sections,
        first=np.searchsorted(report, np.arange(len(block.x) + 1)).tolist(),
        cm=np.rint(away * np.float32(100)).astype(np.int32),
        along=along,
        state=_states(ground, [ground.section_rows[one] for one in sections], along),
    )


def _states(ground: Ground, rows: Sequence[SectionRow], along: Singles) -> NDArray[np.int8]:
    states = np.zeros(along.shape, dtype=np.int8)
    for pair, row in enumerate(rows):
        if row.road_class not in {"B", "L", "K"}:
            continue
        if not ground.has_through_roads:
            states[pair] = UNKNOWN
        for stretch in row.stretches:
            if stretch.from_station is not None and stretch.to_station is not None:
                station = row.start_station + along[pair].astype(np.float64) * row.scale
                on_it = (station >= stretch.from_station) & (station <= stretch.to_station)
            else:
                foot = shapely.line_interpolate_point(row.line, along[pair].astype(np.float64))
                on_it = shapely.dwithin(foot, stretch.geometry, 1.0)
            # Where stretches overlap, one with unknown limits goes before a fixed one.
            states[pair][on_it] = np.maximum(
                states[pair][on_it], UNKNOWN if stretch.is_unknown else IN
            )
    return states


@dataclass(frozen=True, slots=True)
class Asked:
    """The pairs that some place may be about. Tables have one row a pair and one column a patch of its report.

    `metres`: within how far the section counts there, -1 for never. `against`: faults that go before distance.
    """

    pairs: Ints
    labels: NDArray[np.int64]
    metres: NDArray[np.float64]
    against: NDArray[np.int64]
    is_path: Bools


def _asked(
    ground: Ground,
    block: Block,
    reach: Reach,
    reports: Sequence[Report],
    patches: Sequence[Sequence[tuple[int, Patch]]],
) -> Asked:
    width = max(map(len, patches))
    nearest = (reach.cm.min(axis=1) / 100).tolist()
    in_sight = bits_of(reach.cm <= REACH_CM)
    pairs: list[int] = []
    table: list[list[tuple[float, int, bool]]] = []
    for number, report in enumerate(reports):
        mine = range(reach.first[number], reach.first[number + 1])
        claims: dict[int, list[tuple[float, int, bool]]] = {}
        for label, (bits, patch) in enumerate(patches[number] if mine else ()):
            if not (patch.is_road_land or report.part):
                continue
            for pair in _contenders(ground, reach, patch, bits, mine, in_sight):
                claim = _claim(ground, reach.section[pair], patch, report)
                if claim[0] >= nearest[pair] or claim[2]:
                    claims.setdefault(pair, [NO_CLAIM] * width)[label] = claim
        pairs += sorted(claims)
        table += [claims[pair] for pair in sorted(claims)]
    labels = np.zeros((len(reports), len(block.places)), dtype=np.int64)
    for number in {int(reach.report[pair]) for pair in pairs}:
        if len(patches[number]) > 1:
            masks = masks_of([bits for bits, _patch in patches[number]], len(block.places))
            labels[number] = masks.argmax(axis=0)
    cells = np.array(table, dtype=np.float64).reshape(-1, width, 3)
    return Asked(
        np.array(pairs, dtype=np.int64),
        labels,
        cells[:, :, 0],
        cells[:, :, 1].astype(np.int64),
        cells[:, :, 2].astype(bool),
    )


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


def _claim(ground: Ground, section: int, patch: Patch, report: Report) -> tuple[float, int, bool]:
    """(within how many metres the section counts, faults, whether lying on the path's parcel suffices)."""
    known = ground.claims.get((section, patch))
    if known is None:
        known = ground.claims[section, patch] = _claim_on(ground.section_rows[section], patch)
    metres, against, is_path = known
    if patch.usage in ROAD_USES or metres == REACH_M:
        return known
    return max(metres, min(report.accuracy_m, REACH_M)), against, is_path


def _claim_on(row: SectionRow, patch: Patch) -> tuple[float, int, bool]:
    covers = row.key in patch.covering
    named = named_after(row.road, row.name, patch.location_text)
    against = (not covers) * NOT_COVERING | (not named)
    half = HALF_WIDTH_M.get(row.road_class, 0.0)
    if covers or patch.usage in {"ROAD", "SQUARE"} or (patch.usage == "PATH" and named):
        return REACH_M, against, False
    if patch.usage == "PATH":
        return half + BESIDE_ROAD_M, against, True
    return half, against, False


def _choose(
    ground: Ground,
    block: Block,
    reach: Reach,
    asked: Asked,
    patches: Sequence[Sequence[tuple[int, Patch]]],
    found: list[Ways],
) -> None:
    """Every condition of the engine's choice as bits of a number; the smallest of a report's pairs is chosen."""
    pairs, report = asked.pairs, reach.report[asked.pairs]
    labels = asked.labels[report]
    metres = np.take_along_axis(asked.metres, labels, axis=1)
    cm = reach.cm[pairs].astype(np.int64)
    starts = starts_of(report)
    counts = np.diff(np.append(starts, len(report)))
    same = _same_parcel(ground, reach, asked, patches, labels, _contested(asked, starts, counts))
    may = cm <= REACH_CM
    if asked.is_path.any():
        may &= (cm / 100 <= metres) | (same & np.take_along_axis(asked.is_path, labels, axis=1))
    else:
        may &= cm / 100 <= metres
    rows = [ground.section_rows[reach.section[pair]] for pair in pairs.tolist()]
    rank = np.array([CLASS_RANK.get(row.road_class, len(CLASS_RANK)) for row in rows])
    local = np.arange(len(pairs)) - np.repeat(starts, counts)
    order = cm << LOCAL
    order |= (rank << 26 | local)[:, None]
    order |= cm // round(SAME_DISTANCE_M * 100) << 30
    order |= np.take_along_axis(asked.against, labels, axis=1) << 34
    order |= (~same).astype(np.int64) << 35
    order[~may] = NOWHERE
    best = np.minimum.reduceat(order, starts, axis=0)
    is_chosen = (order == np.repeat(best, counts, axis=0)) & may
    rest = dict.fromkeys(report.tolist(), block.everywhere)
    chosen: dict[int, list[tuple[int, int]]] = {number: [] for number in rest}
    for pair, number, bits in zip(pairs.tolist(), report.tolist(), bits_of(is_chosen), strict=True):
        if bits:
            chosen[number].append((pair, bits))
            rest[number] &= ~bits
            found[number].more.extend(_differing_states(reach, pair))
    for number, some in chosen.items():
        found[number].chosen[:] = [*some, *([(-1, rest[number])] if rest[number] else [])]


def _differing_states(reach: Reach, pair: int) -> list[int]:
    states = reach.state[pair]
    if (states == states[0]).all():
        return []
    return bits_of(np.array([states == IN, states == UNKNOWN]))


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


def _contested(asked: Asked, starts: Ints, counts: Ints) -> list[list[bool]]:
    """For each pair and patch whether lying on the same parcel could decide between sections."""
    claims = asked.metres >= 0
    covers = claims & (asked.against & NOT_COVERING == 0)
    claiming, covering = (
        np.repeat(np.add.reduceat(one.astype(np.int64), starts, axis=0), counts, axis=0)
        for one in (claims, covers)
    )
    is_open = (covering > 1) | ((covering == 0) & (claiming > 1)) | asked.is_path
    found: list[list[bool]] = (claims & is_open).tolist()
    return found


def _same_parcel(
    ground: Ground,
    reach: Reach,
    asked: Asked,
    patches: Sequence[Sequence[tuple[int, Patch]]],
    labels: NDArray[np.int64],
    contested: list[list[bool]],
) -> Bools:
    """Whether the nearest point of the axis lies on the place's own parcel, where that could matter."""
    same = np.zeros(labels.shape, dtype=bool)
    wanted = [
        (row, pair, label, (reach.section[pair], patch.parcel))
        for row, pair in enumerate(asked.pairs.tolist())
        if any(contested[row])
        for label, (_bits, patch) in enumerate(patches[int(reach.report[pair])])
        if contested[row][label] and patch.parcel >= 0
    ]
    stretches_find(ground, {key for _row, _pair, _label, key in wanted})
    for row, pair, label, key in wanted:
        for begin, end in ground.stretches[key]:
            along = reach.along[pair]
            same[row] |= (labels[row] == label) & (along >= begin) & (along <= end)
    return same


def stretches_find(ground: Ground, keys: Collection[tuple[int, int]]) -> None:
    """Where sections' lines run over parcels: (from, to) in metres from the line's begin, into `ground.stretches`.

    `keys` are (section, parcel); all that are not known yet are worked out in one call.
    """
    unknown = [key for key in keys if key not in ground.stretches]
    ground.stretches.update((key, []) for key in unknown)
    meeting = _crossing(ground, [key for key in unknown if _meet(ground, *key)])
    if not meeting:
        return
    sections, parcels = np.array(meeting).T
    row, piece = expanded(ground.sections.first, sections)
    ends = ground.sections.pieces[piece]
    x0, y0, x1, y1 = ground.polygon_boxes[parcels[row]].T
    near = (np.minimum(ends[:, 0], ends[:, 2]) <= x1) & (np.maximum(ends[:, 0], ends[:, 2]) >= x0)
    near &= (np.minimum(ends[:, 1], ends[:, 3]) <= y1) & (np.maximum(ends[:, 1], ends[:, 3]) >= y0)
    row, piece, ends = row[near], piece[near], ends[near]
    on_parcel = shapely.intersection(
        shapely.linestrings(ends.reshape(-1, 2, 2)), ground.polygons.geometries[parcels[row]]
    )
    parts, of_line = shapely.get_parts(on_parcel, return_index=True)
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    line = of_line[of_part]
    away = np.hypot(points[:, 0] - ends[line, 0], points[:, 1] - ends[line, 1])
    along = ground.offsets[piece[line]] + away
    starts = starts_of(of_part)
    if len(starts):
        lows = (np.minimum.reduceat(along, starts) - SLACK_M).tolist()
        highs = (np.maximum.reduceat(along, starts) + SLACK_M).tolist()
        for number, low, high in zip(row[line[starts]].tolist(), lows, highs, strict=True):
            ground.stretches[meeting[number]].append((low, high))
    for key in meeting:
        ground.stretches[key] = _joined(sorted(ground.stretches[key]))


def _crossing(ground: Ground, keys: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of which more than a yes or no is to be said: the line lies partly on the parcel."""
    if not keys:
        return []
    sections, parcels = np.array(keys).T
    lines, polygons = ground.sections.geometries[sections], ground.polygons.geometries[parcels]
    apart = ~shapely.intersects(polygons, lines)
    within = shapely.covers(polygons, lines)
    for key, is_within in zip(keys, within.tolist(), strict=True):
        if is_within:
            ground.stretches[key] = [EVERYWHERE]
    return [key for key, some in zip(keys, ~(apart | within), strict=True) if some]


def _meet(ground: Ground, section: int, parcel: int) -> bool:
    x0, y0, x1, y1 = ground.section_bounds[section]
    p0, q0, p1, q1 = ground.polygon_bounds[parcel]
    return bool(x0 <= p1 and p0 <= x1 and y0 <= q1 and q0 <= y1)


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches that meet as one; a line's pieces do."""
    joined = stretches[:1]
    for begin, end in stretches[1:]:
        low, high = joined[-1]
        if begin <= high:
            joined[-1] = low, max(high, end)
        else:
            joined.append((begin, end))
    return joined
