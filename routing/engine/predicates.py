"""The named predicates that rule conditions may use. Each looks at the facts only and raises nothing.

A predicate has one home: the function here says when it holds, its decorator what it rests on and at which kinds of
places it can hold, and its row in `routing/sentences/predicates.csv` what it means in words.
"""

from __future__ import annotations

from typing import Final

from routing.engine.facts import asset_near
from routing.engine.predicate import (
    PREDICATES,
    YES,
    Asked,
    Kinds,
    Need,
    Values,
    predicate,
    predicates_groundless,
    predicates_needing,
)
from routing.types import UNKNOWN, Facts

# Whoever asks for predicates gets all of them registered: from here, not from `predicate`.
__all__ = ["PREDICATES", "Need", "predicates_groundless", "predicates_needing"]

PUBLIC_USES: Final = frozenset({"ROAD", "PATH", "SQUARE"})
RAIL_OBJECTS: Final = ("barrier", "cross", "track")
ROAD_OBJECTS: Final = ("road", "sign")
UNKNOWN_OWNER: Final = UNKNOWN.upper()
NOT_PUBLIC_OWNERS: Final = ("PRIV", "CHURCH", UNKNOWN_OWNER)
# No answer.
NONE: Final = ""


def _told_elsewhere(_values: Values) -> Asked:
    """No kinds are told apart by it."""
    return Asked("")


@predicate(where=lambda _kinds, _values: -1)
def always(facts: Facts) -> bool:
    return True


@predicate(where=lambda _kinds, _values: -1)
def said_by_category(facts: Facts) -> bool:
    """The condition is what the category itself says; choosing the category affirms it."""
    return True


# A place outside is somebody else's whatever its kind.
@predicate(asks=_told_elsewhere)
def outside_jurisdiction(facts: Facts) -> bool:
    return not facts.situation.inside


@predicate()
def agreement_applies(facts: Facts) -> bool:
    return facts.agreement is not None


@predicate()
def asset_owner_known(facts: Facts) -> bool:
    return facts.asset is not None and bool(facts.asset.owner)


@predicate(where=lambda kinds, _values: kinds.where("bears_through_roads", YES))
def bears_through_roads(facts: Facts) -> bool:
    return facts.evidence.bears_through_roads


@predicate(Need.ROADS, where=lambda kinds, _values: kinds.where("through_road", "out"))
def outside_through_road(facts: Facts) -> bool:
    return facts.through_road == "out"


@predicate(where=lambda kinds, _values: kinds.where("built_up", "in"))
def inside_built_up(facts: Facts) -> bool:
    return facts.built_up == "in"


@predicate(where=lambda kinds, _values: kinds.where("built_up", "out"))
def outside_built_up(facts: Facts) -> bool:
    return facts.built_up == "out"


@predicate(where=lambda kinds, values: -1 if kinds.category in values else 0)
def category(facts: Facts, *codes: str) -> bool:
    return facts.category in codes


@predicate(Need.ROADS, where=lambda kinds, values: kinds.where("road_class", *values))
def road_class(facts: Facts, *classes: str) -> bool:
    return facts.road_class in classes


@predicate(where=lambda kinds, values: kinds.where("part", *values))
def part(facts: Facts, *parts: str) -> bool:
    return facts.part in parts


@predicate(Need.LAND, where=lambda kinds, values: kinds.where("usage", *values))
def usage(facts: Facts, *usages: str) -> bool:
    return facts.usage in usages


@predicate(Need.OWNER, where=lambda kinds, values: kinds.where("owner", *values))
def owner(facts: Facts, *owners: str) -> bool:
    return facts.owner in owners


@predicate(Need.OWNER, where=lambda kinds, _values: ~kinds.where("owner", UNKNOWN_OWNER))
def owner_known(facts: Facts) -> bool:
    return facts.owner != UNKNOWN_OWNER


@predicate()
def on_part(facts: Facts, *parts: str) -> bool:
    """A mapped part of the road covers the place; `part` is what the category is about."""
    return any(one.part in parts for one in facts.situation.parts)


@predicate(Need.LAND)
def use_description(facts: Facts, *words: str) -> bool:
    """One of the words (lower case) stands in the land use's type or description."""
    if facts.parcel is None:
        return False
    text = f"{facts.parcel.use_type} {facts.parcel.use_description}".lower()
    return any(word in text for word in words)


@predicate(asks=lambda values: Asked(f"answer {values[0]}", values[1:]))
def answer(facts: Facts, code: str, *values: str) -> bool:
    """The reporter gave one of these answers to the category's question."""
    given = facts.evidence.answers.get(code)
    given_values = given if isinstance(given, list) else [given]
    return any(value in given_values for value in values)


def _classed_by_owner(kinds: Kinds) -> int:
    """Where the class of a road may come from the owner alone, without a section."""
    return kinds.where("road_class", "G", "P") & kinds.where("usage", "ROAD", "SQUARE")


def _with_road(kinds: Kinds) -> int:
    return kinds.everything & ~kinds.where("road_class", "N")


@predicate(
    Need.ROADS,
    asks=_told_elsewhere,
    sure=lambda kinds, _values, _found: _with_road(kinds) & ~_classed_by_owner(kinds),
    may=lambda kinds, _values: _with_road(kinds),
)
def on_road_section(facts: Facts) -> bool:
    return facts.section is not None


@predicate(
    Need.LAND,
    Need.ROADS,
    where=lambda kinds, _values: kinds.where("road_class", "N") & kinds.where("usage", "PATH"),
)
def independent_path(facts: Facts) -> bool:
    return facts.section is None and facts.usage == "PATH"


# A road's own section is among those in reach.
@predicate(Need.ROADS, Need.ARMS, may=lambda kinds, values: kinds.where("road_class", *values, "N"))
def only_arms(facts: Facts, *classes: str) -> bool:
    """Every section in reach is of these classes, and there is one."""
    return bool(facts.situation.sections) and all(
        section.road_class in classes for section in facts.situation.sections
    )


@predicate(Need.ROADS, Need.ARMS)
def junction_of_classes(facts: Facts) -> bool:
    return len({section.road_class for section in facts.situation.sections}) > 1


@predicate(Need.ROADS, Need.ARMS)
def arm_of(facts: Facts, *classes: str) -> bool:
    """One of the sections in reach is of one of these classes."""
    return any(section.road_class in classes for section in facts.situation.sections)


@predicate(
    Need.ROADS,
    asks=lambda values: Asked("cleaning_class", values),
    may=lambda kinds, _values: _with_road(kinds),
)
def cleaning_class(facts: Facts, *classes: str) -> bool:
    return facts.section is not None and facts.section.cleaning_class in classes


@predicate(Need.LAND, asks=lambda values: Asked("bridge", values))
def bridge(facts: Facts, kind: str) -> bool:
    """The bridge register says so for the bridge in reach; without one, the reporter's answer does.

    The register's note is the kind, of road over road followed by the upper road: "road_over_road B 235".
    """
    asset = asset_near(facts.situation, "bridge")
    if asset is not None and asset.note:
        return asset.note.partition(" ")[0] == kind
    return answer(facts, "KIND", kind)


@predicate(
    Need.LAND,
    asks=lambda _values: Asked("answer OBJECT", RAIL_OBJECTS, ROAD_OBJECTS),
    sure=lambda kinds, _values, found: (
        found | (kinds.where("usage", "RAIL") & ~kinds.where("answer OBJECT", *ROAD_OBJECTS))
    ),
)
def rail_installation(facts: Facts) -> bool:
    """Barrier, St Andrew's cross or track by the answer; without one, by standing on railway land."""
    if answer(facts, "OBJECT", *RAIL_OBJECTS):
        return True
    return facts.usage == "RAIL" and not answer(facts, "OBJECT", *ROAD_OBJECTS)


@predicate()
def near_asset(facts: Facts, kind: str, metres: str) -> bool:
    """An asset of the kind lies within so many metres."""
    return any(
        asset.kind == kind and asset.distance <= float(metres) for asset in facts.situation.assets
    )


@predicate()
def rail_part_of_crossing(facts: Facts) -> bool:
    """The strip beside the outer rail that the railway maintains at a level crossing (EBKrG § 14 II)."""
    on_rail = any(part.part == "rail" for part in facts.situation.parts)
    return on_rail and near_asset(facts, "level_crossing", "30")


@predicate()
def asset_in_reach(facts: Facts, kind: str) -> bool:
    return any(asset.kind == kind for asset in facts.situation.assets)


@predicate(
    Need.LAND,
    Need.OWNER,
    where=lambda kinds, _values: (
        kinds.where("usage", *PUBLIC_USES) | ~kinds.where("owner", *NOT_PUBLIC_OWNERS)
    ),
)
def public_place(facts: Facts) -> bool:
    return facts.usage in PUBLIC_USES or facts.owner not in NOT_PUBLIC_OWNERS


@predicate(
    Need.ADJOINING_OWNER, asks=lambda values: Asked("adjoining_owner", values, others=(NONE,))
)
def adjoining_owner(facts: Facts, *owners: str) -> bool:
    return facts.situation.adjoining_owner in owners


@predicate(
    Need.ADJOINING_OWNER,
    asks=lambda values: Asked("adjoining_owner", values, others=(NONE,)),
    sure=lambda kinds, values, _found: (
        ~kinds.where("adjoining_owner", NONE, UNKNOWN_OWNER, *values)
    ),
)
def adjoining_owner_other_than(facts: Facts, *owners: str) -> bool:
    """The adjoining owner's class is known and is none of these."""
    return facts.situation.adjoining_owner not in {NONE, UNKNOWN_OWNER, *owners}
