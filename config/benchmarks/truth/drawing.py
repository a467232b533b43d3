"""The cases of a run: places drawn over all strata, with what people report there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from config.benchmarks.truth.cases import Case, case_of
from config.benchmarks.truth.ground import Ground, ground_at, is_clear
from config.benchmarks.truth.meant import drawn_from, meant_at
from config.benchmarks.truth.strata import Stratum, footways, strata_of
from config.benchmarks.truth.world import World

CATEGORIES_A_PLACE: Final = 2
# A stratum that is not found after so many tries for one place is hardly there.
TRIES: Final = 300


def cases_drawn(world: World, places: int, on: str, dice: random.Random) -> list[Case]:
    """So many places, the same number in each stratum, with the categories that people could mean there."""
    strata = strata_of(world)
    found: list[Case] = []
    drawn = 0
    for done, stratum in enumerate(strata):
        # What a rare stratum could not give, the next ones do.
        wanted = round((places - drawn) / (len(strata) - done))
        grounds = list(places_in(world, stratum, wanted, on, dice))
        drawn += len(grounds)
        found += [
            case_of(stratum.name, ground, category, answers)
            for ground in grounds
            for category, answers in drawn_from(
                meant_at(ground), world.categories, dice, CATEGORIES_A_PLACE
            )
        ]
    return found


def places_in(
    world: World, stratum: Stratum, wanted: int, on: str, dice: random.Random
) -> Iterator[Ground]:
    """Places of a stratum; fewer than wanted where the city has hardly any."""
    missed = 0
    while wanted > 0 and missed < TRIES:
        spot = stratum.draw(dice)
        ground = ground_at(world, *spot, on=on)
        if (
            ground is not None
            and stratum.fits(ground)
            and (stratum.on_a_line or is_clear(world, *spot))
        ):
            wanted, missed = wanted - 1, 0
            yield ground
        else:
            missed += 1


FOOTWAY_ROADS: Final = ("G", "BLK")
FOOTWAY_CATEGORIES: Final = ("WASTE_DUMP", "TREE_DANGER", "GRAFFITI")
FOOTWAY_PLACES: Final = 150
FOOTWAY_ERROR_M: Final = 5.0


def footway_cases(world: World, on: str, dice: random.Random) -> list[Case]:
    """Dumps, trees and graffiti on footways: 150 places on municipal roads, and 150 on B, L and K."""
    found = []
    for roads in FOOTWAY_ROADS:
        own = footways(world, roads)
        grounds: list[Ground] = []
        while len(grounds) < FOOTWAY_PLACES:
            grounds += places_in(world, dice.choice(own), 1, on, dice)
        found += [
            case_of(f"footway {roads}", ground, category, {})
            for category in FOOTWAY_CATEGORIES
            for ground in grounds
        ]
    return found
