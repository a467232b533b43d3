"""Where roads, railways and waters cross on two levels or at grade."""

from __future__ import annotations

from config.benchmarks.truth.ground import CLASS_RANK, Ground
from config.benchmarks.truth.law.expectations import (
    Answers,
    Expectation,
    clear,
    duty,
    joined,
)


def level_crossing(ground: Ground, answers: Answers) -> Expectation:
    """EBKrG § 14 II: barriers, crosses, lights and 2.25 m are the railway's, warning signs and sight the road's."""
    thing = answers.get("OBJECT", "unknown")
    roads = [one for one in ground.views if one.is_road]
    road = joined(duty(one) for one in roads).bodies if roads else frozenset({"EUV"})
    if thing in {"barrier", "cross", "track"}:
        return clear("DB")
    if thing in {"sign", "road"}:
        is_rail = ground.is_rail_part and thing == "road"
        return Expectation(road | ({"DB"} if is_rail else set()), is_open=is_rail)
    return clear("DB") if ground.is_rail_part else Expectation(road | {"DB"}, is_open=True)


def bridge(ground: Ground, answers: Answers) -> Expectation:
    """FStrG § 13 II, § 13a, EBKrG § 14 III; over the canal an agreement or a person."""
    if not ground.bridges:
        return Expectation(joined(duty(one) for one in ground.views).bodies, is_open=True)
    kind = ground.bridges[0][1].split(" ")[0]
    roads = sorted(
        (one for one in ground.views if one.is_road), key=lambda v: CLASS_RANK.index(v.road_class)
    )
    bodies = frozenset().union(*(duty(one).bodies for one in roads))
    if kind == "rail_over_road":
        return clear("DB")
    if kind == "road_over_canal":
        return Expectation(bodies | {"WSA"}, is_open=True)
    if kind == "road_over_road":
        # Between two federal roads § 13 names no higher one.
        classes = {one.road_class for one in roads}
        return (
            Expectation(bodies, is_open=True)
            if classes & {"B", "A"} == {"B", "A"}
            else duty(roads[0])
        )
    return duty(roads[0])
