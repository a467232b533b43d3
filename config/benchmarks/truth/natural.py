"""Places as people report: by area and by how often a thing is reported on such ground.

The strata over-draw rare ground on purpose. A probability can only mean what it says where ground is as
frequent as it is.
"""

from __future__ import annotations

import random
from typing import Final

import shapely

from config.benchmarks.truth.cases import Case, case_of
from config.benchmarks.truth.ground import Ground, ground_at
from config.benchmarks.truth.meant import NO_PLATES, PRIVATE, ROAD, Answers
from config.benchmarks.truth.world import World

# How a category is spread: (share of all reports, rate per square metre by part of the road or land use). Dumps from
# `domain/location.md`; the others are estimates of the same kind.
RATES: Final[dict[str, tuple[float, dict[str, float]]]] = {
    "WASTE_DUMP": (
        0.3,
        {
            "footway": 30, "verge": 20, "parking": 20, "cycle_own": 15, "cycle_shared": 15,
            "carriageway": 10, "PATH": 15, "SQUARE": 15, "GREEN": 6, "FOREST": 3, "AGRI": 1,
            "BUILT": 0.3, "WATER": 1, "CANAL": 1, "RAIL": 1,
        },
    ),
    "TREE_DANGER": (
        0.15,
        {
            "footway": 10, "verge": 10, "PATH": 6, "SQUARE": 6, "GREEN": 6, "FOREST": 1.5,
            "AGRI": 0.5, "BUILT": 1, "WATER": 1,
        },
    ),
    "GRAFFITI": (
        0.1,
        {"footway": 8, "verge": 6, "SQUARE": 6, "GREEN": 2, "PATH": 3, "BUILT": 1.5, "RAIL": 1},
    ),
    "OVERGROWTH": (0.08, {"footway": 20, "verge": 15, "cycle_own": 15, "PATH": 5}),
    "ABANDONED_VEHICLE": (
        0.07,
        {"parking": 20, "carriageway": 8, "verge": 10, "SQUARE": 10, "BUILT": 0.3, "AGRI": 0.1},
    ),
    "DEAD_ANIMAL": (
        0.05,
        {"carriageway": 20, "verge": 10, "footway": 5, "PATH": 4, "GREEN": 2, "AGRI": 0.3, "FOREST": 0.3},
    ),
    "ROAD_SURFACE": (0.1, {"carriageway": 10}),
    "SIDEWALK": (0.07, {"footway": 10}),
    "STREET_CLEANING": (0.05, {"carriageway": 5, "footway": 10, "parking": 8, "SQUARE": 8}),
    "SIGN_DAMAGED": (0.03, {"verge": 10, "footway": 10}),
}  # fmt: skip


def natural_cases(world: World, count: int, on: str, dice: random.Random) -> list[Case]:
    """So many cases inside the city; a motorway is hardly ever reported about and left out."""
    x0, y0, x1, y1 = world.boundary.bounds
    names, shares = list(RATES), [share for share, _rates in RATES.values()]
    found: list[Case] = []
    category = dice.choices(names, shares)[0]
    while len(found) < count:
        rates = RATES[category][1]
        x, y = dice.uniform(x0, x1), dice.uniform(y0, y1)
        # Road land is a tenth of the city: most of the other draws would be thrown away below.
        if dice.random() * max(rates.values()) > _rate_at(world, x, y, rates):
            continue
        ground = ground_at(world, x, y, on=on)
        if ground is None or not ground.views or _is_motorway(ground):
            continue
        found.append(case_of("as people report", ground, category, _answers(category, dice)))
        category = dice.choices(names, shares)[0]
    return found


def _rate_at(world: World, x: float, y: float, rates: dict[str, float]) -> float:
    place = shapely.Point(x, y)
    parts = world.parts.at(place)
    if parts:
        return max(rates.get(one.part, 0.0) for one in parts)
    uses = world.uses.at(place)
    usage = uses[0].usage if uses else ""
    return rates.get("verge" if usage == "ROAD" else usage, 0.0)


def _is_motorway(ground: Ground) -> bool:
    return any(one.road_class == "A" for one in ground.views)


def _answers(category: str, dice: random.Random) -> Answers:
    if category == "OVERGROWTH":
        return dice.choice((PRIVATE, ROAD))
    return NO_PLATES if category == "ABANDONED_VEHICLE" else {}
