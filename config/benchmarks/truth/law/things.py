"""Things that lie, stand or grow anywhere: the road's on road land, else the owner's."""

from __future__ import annotations

from config.benchmarks.truth.ground import CLASSIFIED, LEVEL_USES, Ground, View
from config.benchmarks.truth.law.accepted import also
from config.benchmarks.truth.law.expectations import (
    NOBODY,
    Answers,
    Expectation,
    clear,
    duty,
    inside_or_out,
    land,
    left_open,
)


def dump(view: View, answers: Answers, ground: Ground) -> Expectation:
    """S18: on roads the town's sweepers inside, else who bears the road; woods and fields the owner; yards the UAB."""
    if view.road_class == "A":
        return clear("AUTOBAHN")
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    if view.road_class == "G":
        return clear("EUV")
    if view.road_class == "S" and view.owner not in {"PRIV", "CHURCH"}:
        return duty(view)
    if view.owner in {"PRIV", "CHURCH"}:
        return _private_dump(view)
    found = land(view, "EUV")
    return Expectation(
        found.bodies | also("city yards", view.owner == "CITY" and view.usage == "BUILT")
    )


def _private_dump(view: View) -> Expectation:
    """Inner area: the Kreis' waste authority orders the owner. Outer area, woods and fields: the owner is asked."""
    if view.built_up == "in":
        outer = view.usage in {"FOREST", "AGRI"}
        return Expectation(frozenset({"UAB"}) | also("private woods and fields inside", outer))
    inner = view.usage in {"BUILT", "ROAD", "WATER", "GREEN"}
    return Expectation(frozenset({"PRIV"}) | also("private yards outside", inner))


def tree(view: View, answers: Answers, ground: Ground) -> Expectation:
    """A tree on road land is Zubehör: who bears the road; elsewhere the owner."""
    if view.road_class in "ABLKP":
        return duty(view)
    if view.road_class == "S" and view.owner != "CITY":
        return duty(view)
    if view.is_road:
        return Expectation(frozenset({"GREEN"}) | also("greenery of city streets"))
    found = land(view, "GREEN")
    more = also(
        "greenery of city streets", view.owner == "CITY" and view.usage in {"PATH", "SQUARE"}
    )
    return Expectation(found.bodies | more | also("trees of the city", view.owner == "CITY"))


def overgrowth(view: View, answers: Answers, ground: Ground) -> Expectation:
    """StrWG § 30: what grows from a private plot is its owner's, wherever the pin is. Else road greenery is Zubehör."""
    if answers.get("ORIGIN") == "private":
        return clear("PRIV")
    own = tree(view, answers, ground)
    if answers.get("ORIGIN") == "road":
        return Expectation(
            own.bodies | also("greenery of city streets", "GREEN" in own.bodies), own.is_open
        )
    return Expectation(own.bodies | {"PRIV"}, is_open=True)


def vehicle(view: View, answers: Answers, ground: Ground) -> Expectation:
    """KrWG § 20 IV: on public ground or outside built-up areas; in a private yard inside the waste authority."""
    if view.road_class == "A":
        return Expectation(frozenset({"ORD"}) | also("wrecks on a motorway"))
    if view.road_class == "P":
        return left_open("ORD", "UAB", "PRIV")
    if view.is_road or view.usage in {"PATH", "SQUARE"}:
        return clear("ORD")
    if view.usage == "BUILT" and view.built_up == "in" and view.owner != "CITY":
        is_public = view.owner not in {"PRIV", "CHURCH", "UNKNOWN"}
        return Expectation(frozenset({"UAB"}) | also("wrecks in public yards", is_public))
    railway = view.usage in LEVEL_USES
    return Expectation(
        frozenset({"ORD"})
        | also("wrecks off the road")
        | (land(view, "ORD").bodies if railway else NOBODY)
    )


def animal(view: View, answers: Answers, ground: Ground) -> Expectation:
    """Cleaning inside, the duty of care outside; elsewhere the owner of the land."""
    if view.road_class in CLASSIFIED:
        return inside_or_out(view, clear("EUV"), duty(view))
    if view.is_road:
        return duty(view)
    found = land(view, "EUV")
    return Expectation(found.bodies | also("grounds of the city", view.owner == "CITY"))


def graffiti(view: View, answers: Answers, ground: Ground) -> Expectation:
    """The owner of what is sprayed on; on road land who bears the road; on a bridge who maintains its structure."""
    if (
        any(m <= 20 and note.startswith("rail_over_road") for m, note in ground.bridges)
        and view.is_road
    ):
        near = any(m <= 14 for m, note in ground.bridges if note.startswith("rail_over_road"))
        # EBKrG § 14 III; further off it may be a wall of the road's.
        return clear("DB") if near else left_open("DB", *duty(view).bodies)
    if view.road_class in "ABLKP":
        return duty(view)
    found = duty(view) if view.is_road else land(view, "ESTATE")
    is_city = view.owner == "CITY" or view.road_class == "G"
    return Expectation(found.bodies | also("graffiti on the city's ground", is_city), found.is_open)


def water(view: View, answers: Answers, ground: Ground) -> Expectation:
    """WaStrG § 7, LWG § 62; a pond or a ditch of one owner is the owner's."""
    if view.usage in {"WATER", "CANAL"}:
        return land(view, "EUV")
    _use, owner = ground.bank_of
    if not owner:
        return land(view, "EUV")
    whose = land(View("N", "", "", "WATER", owner, "", ""), "EUV").bodies
    return Expectation(whose | land(view, "EUV").bodies, is_open=True)
