"""Who must act, written from the law: `domain/responsibility.md`, section 1, and nothing of the product.

An `Expectation` names the bodies of which each is right. It is open where the law itself leaves the place to a person
(two levels, limits unknown, a disputed duty): then triage with one of them named is right. Without bodies, nobody can
be named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from config.benchmarks.truth.ground import Ground, View
from config.benchmarks.truth.law import crossings, roads, things
from config.benchmarks.truth.law.accepted import ACCEPTED, also
from config.benchmarks.truth.law.expectations import Answers, Expectation, joined

__all__ = ["ACCEPTED", "ASSET_KINDS", "Answers", "Expectation", "expected"]

# The reporter's category alone names the body, wherever in the city.
EVERYWHERE: Final = {
    "GAS_SMELL": "GAS",
    "ACUTE_DANGER": "POLICE",
    "WATER_POLLUTION": "UWB",
    "POWER_CABINET": "POWER",
    "POWER_OUTAGE": "POWER",
    "WATER_PIPE_BURST": "WATER",
    "TELECOM_CABINET": "TELCO",
    "WASTE_HAZARD": "ORD",
    "BUS_TIMETABLE": "BUSOP",
    "DETOUR_SIGN_BAB": "AUTOBAHN",
    "BIN_OVERFULL": "EUV",
    "CONTAINER_SITE": "EUV",
    "TRAFFIC_LIGHT_TIMING": "STVB",
}
ASSET_KINDS: Final = {
    "STREET_LIGHT": "street_light",
    "GULLY_BLOCKED": "gully",
    "BUS_SHELTER": "bus_shelter",
    "MANHOLE": "manhole",
    "POWER_CABINET": "power_cabinet",
}
# Of these a person means the road, also where a bridge carries it over other land.
ON_THE_ROAD: Final = frozenset(
    {
        "ROAD_SURFACE",
        "SIDEWALK",
        "CYCLEPATH",
        "PARKING_AREA",
        "STREET_LIGHT",
        "GULLY_BLOCKED",
        "SIGN_DAMAGED",
        "SIGN_REQUEST",
        "ROAD_MARKING",
        "MANHOLE_MISSING",
        "STREET_CLEANING",
        "WINTER_CARRIAGEWAY",
        "ROAD_OBSTACLE",
        "FLOODED_ROAD",
        "MANHOLE",
        "VALVE_COVER",
    }
)
# A pin this near to a registered asset of the category's kind means that asset.
ASSET_M: Final = 1.0

ByView = Callable[[View, Answers, Ground], Expectation]
BY_VIEW: Final[dict[str, ByView]] = {
    "ROAD_SURFACE": roads.surface,
    "SIDEWALK": roads.footway,
    "CYCLEPATH": roads.cycle_path,
    "PARKING_AREA": roads.parking,
    "STREET_LIGHT": roads.lamp,
    "WASTE_DUMP": things.dump,
    "TREE_DANGER": things.tree,
    "OVERGROWTH": things.overgrowth,
    "GULLY_BLOCKED": roads.gully,
    "SIGN_DAMAGED": roads.sign,
    "SIGN_REQUEST": roads.sign_request,
    "ROAD_MARKING": roads.sign,
    "MANHOLE_MISSING": roads.sewer_shaft,
    "STREET_CLEANING": roads.cleaning,
    "WINTER_CARRIAGEWAY": roads.winter,
    "ABANDONED_VEHICLE": things.vehicle,
    "DEAD_ANIMAL": things.animal,
    "GRAFFITI": things.graffiti,
    "ROAD_OBSTACLE": roads.obstacle,
    "FLOODED_ROAD": roads.flood,
    "MANHOLE": roads.manhole,
    "VALVE_COVER": roads.valve,
    "WATERBODY": things.water,
    "BUS_SHELTER": roads.shelter,
}
BY_PLACE: Final[dict[str, Callable[[Ground, Answers], Expectation]]] = {
    "LEVEL_CROSSING": crossings.level_crossing,
    "BRIDGE": crossings.bridge,
}


def expected(ground: Ground, category: str, answers: Answers) -> Expectation:
    """The bodies that are right for a thing of this category at this place."""
    if not ground.inside:
        return Expectation(
            frozenset({"NEIGH"}) | also("emergency outside", category == "GAS_SMELL")
        )
    agreed = {body for body, about in ground.agreements if category in about or "*" in about}
    if agreed:
        return Expectation(frozenset(agreed), is_open=len(agreed) > 1)
    asset = ground.asset(ASSET_KINDS.get(category, ""), ASSET_M)
    if asset is not None and asset.owner:
        return Expectation(frozenset({asset.owner}))
    if category in EVERYWHERE:
        more = also(
            "hazard on a motorway",
            category == "WASTE_HAZARD" and any(one.road_class == "A" for one in ground.views),
        )
        return Expectation(frozenset({EVERYWHERE[category]}) | more)
    if category in BY_PLACE:
        return BY_PLACE[category](ground, answers)
    roads = [one for one in ground.views if one.is_road]
    views = roads if roads and category in ON_THE_ROAD else ground.views
    by_view = BY_VIEW[category]
    return joined(by_view(one, answers, ground) for one in views)
