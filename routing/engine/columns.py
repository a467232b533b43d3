"""What may stand in the columns of the decision matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from issues.enums import RoadPart
from parcels.enums import OwnerClass, Usage
from routing.enums import RoadClass, ThroughRoadState

ANYTHING: Final = frozenset({"*", "-", ""})
COLUMNS: Final = ("category", "road_class", "through_road", "part", "usage", "owner")
# The values that facts can have; categories are a city's own. What is unknown of a road's limits is decided
# under each hypothesis, so a rule never sees it.
COLUMN_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "road_class": tuple(RoadClass.values),
    "through_road": (ThroughRoadState.IN.value, ThroughRoadState.OUT.value),
    "part": tuple(RoadPart.values),
    "usage": tuple(Usage.values),
    "owner": tuple(OwnerClass.values),
}


def alternatives(text: str) -> frozenset[str] | None:
    """The values that a column allows, or None where it allows anything."""
    return None if text in ANYTHING else frozenset(text.split("|"))
