"""The named predicates that rule conditions may use. Each looks at the facts only and raises nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from routing.types import UNKNOWN, Facts

Predicate = Callable[..., bool]

PUBLIC_USES: Final = frozenset({"ROAD", "PATH", "SQUARE"})
RAIL_OBJECTS: Final = frozenset({"barrier", "cross", "track"})
ROAD_OBJECTS: Final = frozenset({"sign", "road"})


def always(facts: Facts) -> bool:
    return True


def said_by_category(facts: Facts) -> bool:
    """The condition is what the category itself says; choosing the category affirms it."""
    return True


def outside_jurisdiction(facts: Facts) -> bool:
    return not facts.situation.inside


def agreement_applies(facts: Facts) -> bool:
    return facts.agreement is not None


def asset_owner_known(facts: Facts) -> bool:
    return facts.asset is not None and bool(facts.asset.owner)


def bears_through_roads(facts: Facts) -> bool:
    return facts.evidence.bears_through_roads


def outside_through_road(facts: Facts) -> bool:
    return facts.through_road == "out"


def inside_built_up(facts: Facts) -> bool:
    return facts.built_up == "in"


def outside_built_up(facts: Facts) -> bool:
    return facts.built_up == "out"


def category(facts: Facts, *codes: str) -> bool:
    return facts.category in codes


def road_class(facts: Facts, *classes: str) -> bool:
    return facts.road_class in classes


def part(facts: Facts, *parts: str) -> bool:
    return facts.part in parts


def usage(facts: Facts, *usages: str) -> bool:
    return facts.usage in usages


def owner(facts: Facts, *owners: str) -> bool:
    return facts.owner in owners


def owner_known(facts: Facts) -> bool:
    return facts.owner != UNKNOWN.upper()


def use_description(facts: Facts, *words: str) -> bool:
    """One of the words (lower case) stands in the land use's type or description."""
    if facts.parcel is None:
        return False
    text = f"{facts.parcel.use_type} {facts.parcel.use_description}".lower()
    return any(word in text for word in words)


def answer(facts: Facts, code: str, *values: str) -> bool:
    """The reporter gave one of these answers to the category's question."""
    given = facts.evidence.answers.get(code)
    given_values = given if isinstance(given, list) else [given]
    return any(value in given_values for value in values)


def on_road_section(facts: Facts) -> bool:
    return facts.section is not None


def independent_path(facts: Facts) -> bool:
    return facts.section is None and facts.usage == "PATH"


def only_arms(facts: Facts, *classes: str) -> bool:
    """Every section in reach is of these classes, and there is one."""
    return bool(facts.situation.sections) and all(
        section.road_class in classes for section in facts.situation.sections
    )


def junction_of_classes(facts: Facts) -> bool:
    return len({section.road_class for section in facts.situation.sections}) > 1


def cleaning_class(facts: Facts, *classes: str) -> bool:
    return facts.section is not None and facts.section.cleaning_class in classes


def bridge(facts: Facts, kind: str) -> bool:
    """The bridge register says so for the bridge in reach; without one, the reporter's answer does."""
    for asset in facts.situation.assets:
        if asset.kind == "bridge" and asset.note:
            return asset.note == kind
    return answer(facts, "KIND", kind)


def rail_installation(facts: Facts) -> bool:
    """Barrier, St Andrew's cross or track by the answer; without one, by standing on railway land."""
    if answer(facts, "OBJECT", *RAIL_OBJECTS):
        return True
    return facts.usage == "RAIL" and not answer(facts, "OBJECT", *ROAD_OBJECTS)


def asset_in_reach(facts: Facts, kind: str) -> bool:
    return any(asset.kind == kind for asset in facts.situation.assets)


def public_place(facts: Facts) -> bool:
    return facts.usage in PUBLIC_USES or facts.owner not in {"PRIV", "CHURCH", UNKNOWN.upper()}


def adjoining_owner(facts: Facts, *owners: str) -> bool:
    return facts.situation.adjoining_owner in owners


def adjoining_owner_other_than(facts: Facts, *owners: str) -> bool:
    """The adjoining owner's class is known and is none of these."""
    return facts.situation.adjoining_owner not in {"", UNKNOWN.upper(), *owners}


# What these say does not rest on parcels, land use, owners or roads, so it is known without those too.
GROUNDLESS: Final = frozenset(
    {
        "agreement_applies",
        "always",
        "answer",
        "asset_in_reach",
        "asset_owner_known",
        "bears_through_roads",
        "category",
        "inside_built_up",
        "outside_built_up",
        "outside_jurisdiction",
        "part",
        "said_by_category",
    }
)

# What these say does not rest on roads.
ROADLESS: Final = GROUNDLESS | {
    "adjoining_owner",
    "adjoining_owner_other_than",
    "bridge",
    "owner",
    "owner_known",
    "public_place",
    "rail_installation",
    "usage",
    "use_description",
}

PREDICATES: Final[Mapping[str, Predicate]] = {
    predicate.__name__: predicate
    for predicate in (
        adjoining_owner,
        adjoining_owner_other_than,
        agreement_applies,
        always,
        answer,
        asset_in_reach,
        asset_owner_known,
        bears_through_roads,
        bridge,
        category,
        cleaning_class,
        independent_path,
        inside_built_up,
        junction_of_classes,
        on_road_section,
        only_arms,
        outside_built_up,
        outside_jurisdiction,
        outside_through_road,
        owner,
        owner_known,
        part,
        public_place,
        rail_installation,
        road_class,
        said_by_category,
        usage,
        use_description,
    )
}
