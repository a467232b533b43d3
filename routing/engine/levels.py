"""The ways to read a place: on which of two levels it is, and on which side of a border.

A road over a motorway, a canal or a railway shares its coordinates with what lies below. The map cannot tell which of
them is meant; the category can (a damaged carriageway is on a road), and so can the reporter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from routing.engine.facts import (
    HALF_WIDTH_M,
    ROAD_USES,
    asset_near,
    facts_of,
)
from routing.types import Evidence, Facts, PartFact, SectionFact, Situation

# What a road leads over or under.
CROSSED_USES: Final = frozenset({"RAIL", "CANAL", "WATER"})
# Reports about these parts are about a road, whatever lies above or below.
PARTS_OF_ROADS: Final = frozenset(
    {
        "bus_bay",
        "carriageway",
        "cycle_own",
        "cycle_shared",
        "drainage",
        "equip",
        "footway",
        "lighting",
        "parking",
    }
)
# A bridge itself is on no level: it joins them.
STRUCTURE: Final = "structure"
ROAD_OVER_ROAD: Final = "road_over_road"
RAIL_OVER_ROAD: Final = "rail_over_road"
# Motorways have no crossings at grade (FStrG § 1 III).
MOTORWAY: Final = "A"


def readings(evidence: Evidence, situation: Situation) -> tuple[Facts, ...]:
    """A place read in each way that its data allow: one for each level, else one for each parcel of a border."""
    levels = levels_of(evidence, situation)
    if situation.level in levels:
        levels = (situation.level,)
    if levels:
        return tuple(_on_level(evidence, situation, level) for level in levels)
    sides = len(situation.parcels)
    return tuple(facts_of(evidence, situation, side=side) for side in range(max(1, sides)))


def levels_of(evidence: Evidence, situation: Situation) -> tuple[str, ...]:
    """The levels on which the place may be: names of roads, or the use of the land; empty where there is one only.

    A level crossing is no crossing of levels.
    """
    if evidence.part == STRUCTURE:
        return ()
    roads = _roads_here(situation)
    usage = situation.parcels[0].usage if situation.parcels else ""
    if roads and usage in CROSSED_USES:
        if evidence.part in PARTS_OF_ROADS or asset_near(situation, "level_crossing"):
            return tuple(roads)
        return (*roads, usage)
    return tuple(roads) if len(roads) > 1 and _are_apart(situation, roads) else ()


def road_name(section: SectionFact) -> str:
    """What a section's road is called; a nameless one by its key."""
    return section.road or section.key


def _roads_here(situation: Situation) -> dict[str, list[SectionFact]]:
    """The roads whose polygons cover the place; without polygons those at a bridge of the register.

    By name, in the order of the sections, which is that of their distance.
    """
    covering = {part.section_key for part in situation.parts if part.section_key}
    found: dict[str, list[SectionFact]] = {}
    at_bridge = not covering and _is_road_over_road(situation)
    for section in situation.sections:
        near = section.distance <= HALF_WIDTH_M.get(section.road_class, 0.0)
        if section.key in covering or (at_bridge and near):
            found.setdefault(road_name(section), []).append(section)
    return found


def _are_apart(situation: Situation, roads: dict[str, list[SectionFact]]) -> bool:
    """Whether roads that share a place do so on different levels, and not at a junction."""
    classes = {section.road_class for some in roads.values() for section in some}
    return (MOTORWAY in classes and len(classes) > 1) or _is_road_over_road(situation)


def _is_road_over_road(situation: Situation) -> bool:
    bridge = asset_near(situation, "bridge")
    return bridge is not None and bridge.note.split(" ")[0] == ROAD_OVER_ROAD


def level_above(situation: Situation, levels: Sequence[str]) -> str:
    """The upper one of the levels, as the bridge register has it; empty where nothing says so.

    Without a register a road still leads over a canal or brook, hardly ever below it.
    """
    bridge = asset_near(situation, "bridge")
    kind, _blank, road = bridge.note.partition(" ") if bridge is not None else ("", "", "")
    below = next((one for one in levels if one in CROSSED_USES), "")
    if kind == ROAD_OVER_ROAD:
        return road if road in levels else ""
    if kind == RAIL_OVER_ROAD:
        return "RAIL" if below == "RAIL" else ""
    is_told = bool(kind) or below in {"CANAL", "WATER"}
    return next((one for one in levels if one != below), "") if below and is_told else ""


def _on_level(evidence: Evidence, situation: Situation, level: str) -> Facts:
    if level in CROSSED_USES:
        below = replace(situation, sections=(), parts=_without_roads(situation))
        return replace(facts_of(evidence, below), level=level)
    sections = tuple(one for one in situation.sections if road_name(one) == level)
    keys = {section.key for section in sections}
    parts = tuple(one for one in situation.parts if one.section_key in keys or not one.section_key)
    facts = facts_of(evidence, replace(situation, sections=sections, parts=parts))
    if facts.usage in ROAD_USES:
        return replace(facts, level=level)
    # The land below belongs to somebody; the road above is road all the same.
    return replace(facts, usage="ROAD", owner=facts.road_owner, beside_road=False, level=level)


def _without_roads(situation: Situation) -> tuple[PartFact, ...]:
    return tuple(one for one in situation.parts if not one.section_key)


def is_told_apart(facts: Iterable[Facts]) -> bool:
    """Whether these are readings on several levels."""
    return len({one.level for one in facts}) > 1
