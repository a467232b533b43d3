"""Duties on roads: the carriageway, its parts and its furniture."""

from __future__ import annotations

from config.benchmarks.truth.ground import CLASSIFIED, Ground, View
from config.benchmarks.truth.law.accepted import also
from config.benchmarks.truth.law.expectations import (
    Answers,
    Expectation,
    clear,
    duty,
    inside_or_out,
    land,
    left_open,
)


def surface(view: View, answers: Answers, ground: Ground) -> Expectation:
    if ground.is_rail_part and view.road_class != "N":
        return clear("DB")  # EBKrG § 14 II 1
    if view.is_road:
        found = duty(view)
        # Case 25 of the regression: with limits unknown a person decides, whoever both candidates are.
        is_open = found.is_open or view.through_road == "unknown"
        return Expectation(found.bodies, is_open=is_open)
    return _way(view)


def _way(view: View) -> Expectation:
    """A way of its own that no register holds."""
    found = land(view, "EUV")
    is_path = view.owner == "CITY" and view.usage != "SQUARE"
    return Expectation(found.bodies | also("paths of the city", is_path))


def footway(view: View, answers: Answers, ground: Ground) -> Expectation:
    if ground.is_rail_part and view.is_road:
        return clear("DB")
    if view.road_class in CLASSIFIED:
        # FStrG § 5 III, StrWG § 44 IV: footways in through-roads are the town's; shared ways are disputed.
        within = clear("EUV")
        if view.part == "cycle_shared":
            within = Expectation(duty(view).bodies | {"EUV"}, is_open=True)
        return inside_or_out(view, within, duty(view))
    return duty(view) if view.is_road else _way(view)


def cycle_path(view: View, answers: Answers, ground: Ground) -> Expectation:
    """No rule gives cycle paths to the town (FStrG § 5 III e contrario); shared ways within are disputed."""
    if view.road_class in CLASSIFIED:
        kinds = {
            view.part,
            {"own": "cycle_own", "shared": "cycle_shared"}.get(answers.get("KIND", "")),
        }
        if "cycle_shared" in kinds:
            shared = Expectation(duty(view).bodies | {"EUV"}, is_open=True)
            return inside_or_out(view, shared, duty(view))
        return duty(view)
    return duty(view) if view.is_road else _way(view)


def parking(view: View, answers: Answers, ground: Ground) -> Expectation:
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    return duty(view) if view.is_road else land(view, "EUV")


def lamp(view: View, answers: Answers, ground: Ground) -> Expectation:
    """Daseinsvorsorge inside, also along B, L, K; outside a duty for zebra crossings and tunnels only (StVO § 45 V)."""
    if view.road_class in CLASSIFIED:
        outside = left_open("LIGHT", *duty(view).bodies)
        return inside_or_out(view, clear("LIGHT"), outside)
    if view.road_class in "GS":
        return clear("LIGHT")
    return duty(view) if view.is_road else land(view, "LIGHT")


def gully(view: View, answers: Answers, ground: Ground) -> Expectation:
    """Drainage belongs to the road; inside the EUV cleans all gullies (ODR practice)."""
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    return duty(view) if view.is_road else land(view, "EUV")


def sign(view: View, answers: Answers, ground: Ground) -> Expectation:
    """StVO § 45 V, markings as well: who bears the road, else who owns it."""
    return duty(view) if view.is_road else land(view, "EUV")


def sign_request(view: View, answers: Answers, ground: Ground) -> Expectation:
    return clear("AUTOBAHN" if view.road_class == "A" else "STVB")


def cleaning(view: View, answers: Answers, ground: Ground) -> Expectation:
    """StrReinG § 1: the town inside, B, L and K as far as the through-road; § 4: class 7 is swept by the neighbours."""
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    if view.road_class == "G" and view.cleaning_class == "7":
        return inside_or_out(view, clear("PRIV"), left_open("PRIV", "EUV"))
    return duty(view) if view.is_road else _way(view)


def winter(view: View, answers: Answers, ground: Ground) -> Expectation:
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    return duty(view) if view.is_road else _way(view)


def obstacle(view: View, answers: Answers, ground: Ground) -> Expectation:
    """StVO § 32: the town's Ordnung; on a motorway its body; on a private way debated."""
    if view.road_class == "A":
        return clear("AUTOBAHN")
    return left_open("ORD", "PRIV") if view.road_class == "P" else clear("ORD")


def flood(view: View, answers: Answers, ground: Ground) -> Expectation:
    """The sewer's operator and the road's drainage: who it is outside depends on where the water comes from."""
    if view.road_class in "GS":
        return clear("EUV")
    if view.road_class in CLASSIFIED:
        both = left_open("EUV", *duty(view).bodies)
        return inside_or_out(view, clear("EUV"), both)
    return duty(view) if view.road_class == "A" else left_open("EUV", *duty(view).bodies)


def sewer_shaft(view: View, answers: Answers, ground: Ground) -> Expectation:
    """The sewer's operator; a motorway drains by itself."""
    return clear("AUTOBAHN" if view.road_class == "A" else "EUV")


def manhole(view: View, answers: Answers, ground: Ground) -> Expectation:
    marking = answers.get("MARKING")
    if marking == "telecom":
        return clear("TELCO")
    sewer = sewer_shaft(view, answers, ground)
    return sewer if marking == "sewer" else left_open("TELCO", *sewer.bodies)


def valve(view: View, answers: Answers, ground: Ground) -> Expectation:
    medium = answers.get("MEDIUM", "")
    known = {"water": "WATER", "hydrant": "WATER", "gas": "GAS"}
    return clear(known[medium]) if medium in known else left_open("WATER", "GAS")


def shelter(view: View, answers: Answers, ground: Ground) -> Expectation:
    return left_open("BUSOP", "EUV")
