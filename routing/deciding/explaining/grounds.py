"""What the priors did: the kinds of ground where the report may be, by the location alone and as they were weighed."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from routing.deciding.explaining.ruled import evidence_ruled
from routing.engine.clarifications import clarified
from routing.engine.levels import is_told_apart, readings
from routing.engine.priors import PriorRow, weight_of
from routing.models import Decision


class Ground(NamedTuple):
    """A kind of ground; `part` is a part of the road or `none`."""

    part: str
    usage: str
    road_class: str
    built_up: str


@dataclass(frozen=True, kw_only=True)
class GroundShare:
    """A kind of ground where the report may be. The shares of all of them are of 1 and sum to one.

    `by_location`: how likely the report is there by the location alone. `row` is the prior that counts there.
    `probability`: both together, as the decision weighs it.
    """

    ground: Ground
    row: PriorRow | None
    by_location: float
    probability: float

    def to_json(self) -> dict[str, Any]:
        return {
            **self.ground._asdict(),
            "by_location": self.by_location,
            "weight": weight_of(self.row),
            "weight_from": _source(self.row),
            "settled": self.row.settled if self.row else None,
            "probability": self.probability,
        }


def _source(row: PriorRow | None) -> str:
    if row is None:
        return "none"
    return "expert" if row.settled is None else "settled"


def ground_shares(decision: Decision) -> list[GroundShare]:
    """The likeliest ground first. Of a person's decision what the rules weighed before; none where no rules did."""
    ruled = evidence_ruled(decision)
    if ruled is None:
        return []
    evidence, rules = clarified(ruled[0])[0], ruled[1]
    locations: dict[Ground, float] = defaultdict(float)
    rows: dict[Ground, PriorRow | None] = {}
    for situation in evidence.situations:
        read = readings(evidence, situation)
        # As the decision counts: on two levels there is more ground, on a border each side has a part of it.
        share = situation.weight if is_told_apart(read) else situation.weight / len(read)
        for facts in read:
            columns, row = rules.priors.counting(facts)
            ground = Ground(columns["part"], facts.usage, facts.road_class, facts.built_up)
            locations[ground] += share
            rows[ground] = row
    whole = math.fsum(locations.values())
    total = math.fsum(share * weight_of(rows[ground]) for ground, share in locations.items())
    shares = [
        GroundShare(
            ground=ground,
            row=rows[ground],
            by_location=share / whole,
            probability=share * weight_of(rows[ground]) / total,
        )
        for ground, share in locations.items()
    ]
    return sorted(shares, key=lambda one: (-one.probability, -one.by_location, one.ground))
