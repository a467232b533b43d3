"""What a person could mean at a place: categories with answers, and how often each is drawn there."""

from __future__ import annotations

import random
from typing import Any, Final

from config.benchmarks.truth.ground import Ground, View
from config.benchmarks.truth.law import ASSET_KINDS

Answers = dict[str, Any]
Meant = tuple[str, Answers, float]
NO_ASSET_M: Final = 14.0

PRIVATE: Final = {"ORIGIN": "private"}
ROAD: Final = {"ORIGIN": "road"}
NO_PLATES: Final = {"PLATES": "no"}
STREET: Final = {"PLACE": "street"}
GAS: Final[list[Meant]] = [
    ("GAS_SMELL", {"ACUTE": "yes"}, 0.3),
    ("GAS_SMELL", {"ACUTE": "no"}, 0.2),
]
CAPS: Final[list[Meant]] = [
    ("MANHOLE", {"MARKING": "sewer"}, 0.3),
    ("MANHOLE", {"MARKING": "telecom"}, 0.2),
    ("VALVE_COVER", {"MEDIUM": "water"}, 0.2),
    ("VALVE_COVER", {"MEDIUM": "gas"}, 0.2),
]
BY_PART: Final[dict[str, list[Meant]]] = {
    "carriageway": [
        ("ROAD_SURFACE", {}, 4),
        ("WASTE_DUMP", {}, 2),
        ("DEAD_ANIMAL", {}, 3),
        ("WINTER_CARRIAGEWAY", {}, 2),
        ("STREET_CLEANING", {}, 2),
        ("ABANDONED_VEHICLE", NO_PLATES, 1),
        ("ROAD_OBSTACLE", {}, 1),
        ("GULLY_BLOCKED", {}, 1),
        ("FLOODED_ROAD", {"ACUTE": "yes"}, 0.5),
        ("ROAD_MARKING", {}, 1),
        ("MANHOLE_MISSING", {"KIND": "sewer"}, 0.3),
        ("WATER_PIPE_BURST", {"PLACE": "street"}, 0.5),
        *CAPS,
        *GAS,
    ],
    "footway": [
        ("SIDEWALK", {}, 4),
        ("WASTE_DUMP", {}, 3),
        ("TREE_DANGER", {}, 2),
        ("GRAFFITI", {}, 2),
        ("OVERGROWTH", PRIVATE, 1.5),
        ("OVERGROWTH", ROAD, 1),
        ("OVERGROWTH", {"ORIGIN": "unknown"}, 0.4),
        ("STREET_CLEANING", {}, 1),
        ("SIGN_DAMAGED", {}, 1.5),
        ("STREET_LIGHT", STREET, 0.5),
        ("POWER_CABINET", {}, 0.3),
        ("WATER_PIPE_BURST", {"PLACE": "street"}, 0.5),
        ("POWER_OUTAGE", {"EXTENT": "street"}, 0.3),
        *GAS,
    ],
    "cycle_own": [
        ("CYCLEPATH", {"KIND": "own"}, 4),
        ("CYCLEPATH", {"KIND": "unknown"}, 1),
        ("WASTE_DUMP", {}, 1),
        ("OVERGROWTH", PRIVATE, 1),
    ],
    "cycle_shared": [
        ("CYCLEPATH", {"KIND": "shared"}, 4),
        ("CYCLEPATH", {"KIND": "unknown"}, 1),
        ("SIDEWALK", {}, 1),
        ("WASTE_DUMP", {}, 1),
    ],
    "parking": [
        ("PARKING_AREA", {}, 5),
        ("WASTE_DUMP", {}, 2),
        ("ABANDONED_VEHICLE", NO_PLATES, 2),
        ("STREET_CLEANING", {}, 1),
    ],
    "verge": [
        ("WASTE_DUMP", {}, 3),
        ("TREE_DANGER", {}, 3),
        ("OVERGROWTH", ROAD, 2),
        ("OVERGROWTH", PRIVATE, 1),
        ("SIGN_DAMAGED", {}, 2),
        ("DEAD_ANIMAL", {}, 1),
        ("GRAFFITI", {}, 1),
        ("STREET_LIGHT", STREET, 1),
        ("SIGN_REQUEST", {}, 0.3),
        *GAS,
    ],
}
MOTORWAY: Final[list[Meant]] = [
    ("ROAD_SURFACE", {}, 3),
    ("WASTE_DUMP", {}, 2),
    ("DEAD_ANIMAL", {}, 2),
    ("ROAD_OBSTACLE", {}, 2),
    ("WINTER_CARRIAGEWAY", {}, 1),
    ("ABANDONED_VEHICLE", NO_PLATES, 0.5),
    ("WASTE_HAZARD", {}, 0.5),
    ("POWER_CABINET", {}, 0.3),
    ("MANHOLE", {"MARKING": "telecom"}, 0.3),
    ("VALVE_COVER", {"MEDIUM": "gas"}, 0.3),
    ("WATER_POLLUTION", {}, 0.3),
    ("WATER_PIPE_BURST", {"PLACE": "street"}, 0.3),
    ("ROAD_MARKING", {}, 0.5),
    *GAS,
]
BY_USE: Final[dict[str, list[Meant]]] = {
    "BUILT": [
        ("WASTE_DUMP", {}, 3),
        ("TREE_DANGER", {}, 3),
        ("GRAFFITI", {}, 2),
        ("ABANDONED_VEHICLE", NO_PLATES, 1),
        ("WASTE_HAZARD", {}, 0.3),
        ("POWER_OUTAGE", {"EXTENT": "street"}, 0.3),
        *GAS,
    ],
    "AGRI": [
        ("WASTE_DUMP", {}, 4),
        ("TREE_DANGER", {}, 2),
        ("DEAD_ANIMAL", {}, 2),
        ("ABANDONED_VEHICLE", NO_PLATES, 1),
        ("WASTE_HAZARD", {}, 0.3),
    ],
    "FOREST": [
        ("WASTE_DUMP", {}, 4),
        ("TREE_DANGER", {}, 3),
        ("DEAD_ANIMAL", {}, 1),
        ("ABANDONED_VEHICLE", NO_PLATES, 1),
    ],
    "GREEN": [
        ("WASTE_DUMP", {}, 4),
        ("TREE_DANGER", {}, 3),
        ("GRAFFITI", {}, 1),
        ("DEAD_ANIMAL", {}, 1),
    ],
    "SQUARE": [
        ("ROAD_SURFACE", {}, 2),
        ("WASTE_DUMP", {}, 3),
        ("STREET_CLEANING", {}, 2),
        ("TREE_DANGER", {}, 2),
        ("GRAFFITI", {}, 1),
        *GAS,
    ],
    "PATH": [
        ("SIDEWALK", {}, 3),
        ("ROAD_SURFACE", {}, 2),
        ("WASTE_DUMP", {}, 3),
        ("TREE_DANGER", {}, 2),
        ("DEAD_ANIMAL", {}, 1),
    ],
    "WATER": [
        ("WATERBODY", {}, 4),
        ("WASTE_DUMP", {}, 2),
        ("WATER_POLLUTION", {}, 2),
        ("TREE_DANGER", {}, 1),
    ],
    "CANAL": [
        ("WATERBODY", {}, 4),
        ("WASTE_DUMP", {}, 2),
        ("WATER_POLLUTION", {}, 2),
        ("GRAFFITI", {}, 1),
    ],
    "RAIL": [("WASTE_DUMP", {}, 3), ("TREE_DANGER", {}, 2), ("GRAFFITI", {}, 2)],
}
OUTSIDE: Final[list[Meant]] = [
    ("ROAD_SURFACE", {}, 1),
    ("WASTE_DUMP", {}, 2),
    ("TREE_DANGER", {}, 1),
    ("OVERGROWTH", PRIVATE, 1),
    ("SIGN_REQUEST", {}, 0.5),
    *GAS,
]
AT_CROSSING: Final[list[Meant]] = [
    *(
        ("LEVEL_CROSSING", {"OBJECT": thing}, 1)
        for thing in ("barrier", "cross", "track", "sign", "road", "unknown")
    ),
    ("ROAD_SURFACE", {}, 4),
    ("SIDEWALK", {}, 1),
    ("WASTE_DUMP", {}, 1),
]


def meant_at(ground: Ground) -> list[Meant]:
    """Categories with answers and weights for a thing that is really at this place."""
    if not ground.inside:
        return OUTSIDE
    registered = _registered(ground)
    if registered:
        return registered
    view = ground.views[0]
    if ground.crossing_m <= 30 and any(one.is_road for one in ground.views):
        return [one for one in AT_CROSSING if one[0] != "SIDEWALK" or "footway" in ground.parts]
    found = [one for one in _by_ground(ground, view) if _is_free(ground, one[0])]
    if ground.bridges and ground.bridges[0][0] <= 18 and view.is_road:
        found += _at_bridge(ground)
    if ground.bank_of[0]:
        found += [("WATERBODY", {}, 2.0), ("WATER_POLLUTION", {}, 1.0)]
    return found


def _by_ground(ground: Ground, view: View) -> list[Meant]:
    if any(one.road_class == "A" for one in ground.views):
        return MOTORWAY
    if not view.is_road:
        if "Parkplatz" in ground.description:
            return BY_PART["parking"]
        return BY_USE.get(view.usage, BY_USE["AGRI"])
    return BY_PART[view.part or "verge"]


def _is_free(ground: Ground, category: str) -> bool:
    """No registered asset of the kind is near: where one is, it is meant."""
    kind = ASSET_KINDS.get(category)
    return kind is None or ground.asset(kind, NO_ASSET_M) is None


def _registered(ground: Ground) -> list[Meant]:
    found: list[Meant] = []
    for category, kind in ASSET_KINDS.items():
        asset = ground.asset(kind, 0.5)
        if asset is not None:
            marking = {"MARKING": asset.note} if category == "MANHOLE" else {}
            found.append((category, STREET if category == "STREET_LIGHT" else marking, 1.0))
    return found


def _at_bridge(ground: Ground) -> list[Meant]:
    kind = ground.bridges[0][1].split(" ")[0]
    return [("BRIDGE", {"KIND": kind}, 4), ("BRIDGE", {"KIND": "unknown"}, 2), ("GRAFFITI", {}, 4)]


def drawn_from(
    meant: list[Meant], known: frozenset[str], dice: random.Random, count: int
) -> list[tuple[str, Answers]]:
    """So many different ones of the known categories, by their weights."""
    left = [one for one in meant if one[0] in known]
    drawn: list[tuple[str, Answers]] = []
    while left and len(drawn) < count:
        one = dice.choices(left, [weight for _c, _a, weight in left])[0]
        left.remove(one)
        drawn.append(one[:2])
    return drawn
