"""The road sections in reach of each disc: how far from each place, where along the line, in which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.engine.facts import REACH_M
from routing.evidence.disc.cover import Block
from routing.evidence.disc.places import Singles, distance_squared, expanded, feet, starts_of
from routing.evidence.ground import Ground, Ints, SectionRow

OUT, IN, UNKNOWN = range(3)
STATES: Final = ("out", "in", "unknown")
# Stations are given in metres and worked out in single precision: a place on the limit itself is inside.
LIMIT_SLACK_M: Final = 0.001


@dataclass(frozen=True, slots=True)
class Reach:
    """Pairs of report and road section in reach of its disc, by report and key; one row a pair.

    `cm` and `along` (metres from the line's begin) of each place's nearest point on the section; `state` its
    through-road state, `is_mixed` where that is not the same everywhere.
    """

    report: Ints
    section: list[int]
    first: list[int]
    cm: NDArray[np.int32]
    along: Singles
    state: NDArray[np.int8]
    is_mixed: list[bool]


def sections_in_reach(ground: Ground, block: Block) -> Reach:
    # A little more than the reach, so that rounding to centimetres alone decides what is within it.
    margin = REACH_M + 1.0
    found, section = ground.sections.tree.query(block.boxes(margin))
    order = np.lexsort((ground.section_order[section], found))
    report, section = found[order].astype(np.int64), section[order].astype(np.int64)
    pair, piece = expanded(ground.sections.first, section)
    relative = block.relative(ground.sections.pieces[piece], report[pair])
    radius = block.radius[report][pair]
    away = np.sqrt(distance_squared(relative))
    near = away <= radius + margin
    pair, piece, relative, radius, away = (
        one[near] for one in (pair, piece, relative, radius, away)
    )
    if not len(pair):
        empty = np.empty((0, len(block.places)))
        return Reach(
            np.empty(0, dtype=np.int64),
            [],
            [0] * (len(block.x) + 1),
            empty.astype(np.int32),
            empty.astype(np.float32),
            empty.astype(np.int8),
            [],
        )
    # What is this much further from the centre than the nearest piece is so from every place.
    starts = starts_of(pair)
    counts = np.diff(np.append(starts, len(pair)))
    near = away <= np.repeat(np.minimum.reduceat(away, starts), counts) + 2 * radius + 0.1
    pair, piece, relative, radius = (one[near] for one in (pair, piece, relative, radius))
    run = pair[starts_of(pair)]
    away, along = feet(relative, ground.offsets[piece], pair, radius, block.places)
    report, sections = report[run], section[run].tolist()
    state = _states(ground, [ground.section_rows[one] for one in sections], along)
    return Reach(
        report=report,
        section=sections,
        first=np.searchsorted(report, np.arange(len(block.x) + 1)).tolist(),
        cm=np.rint(away * np.float32(100)).astype(np.int32),
        along=along,
        state=state,
        is_mixed=(state != state[:, :1]).any(axis=1).tolist(),
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
                on_it = (station >= stretch.from_station - LIMIT_SLACK_M) & (
                    station <= stretch.to_station + LIMIT_SLACK_M
                )
            else:
                foot = shapely.line_interpolate_point(row.line, along[pair].astype(np.float64))
                on_it = shapely.dwithin(foot, stretch.geometry, 1.0)
            # Where stretches overlap, one with unknown limits goes before a fixed one.
            states[pair][on_it] = np.maximum(
                states[pair][on_it], UNKNOWN if stretch.is_unknown else IN
            )
    return states
