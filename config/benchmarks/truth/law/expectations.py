"""What is right at a place, and the two questions under everything: whose road, whose land."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from config.benchmarks.truth.ground import View
from config.benchmarks.truth.law.accepted import also

Answers = Mapping[str, Any]
Bodies = frozenset[str]

NOBODY: Final[Bodies] = frozenset()


@dataclass(frozen=True)
class Expectation:
    """Bodies of which each is right; `is_open` where a person must choose among them; none: nobody can be named."""

    bodies: Bodies
    is_open: bool = False

    @property
    def kind(self) -> str:
        if not self.bodies:
            return "nobody"
        return "open" if self.is_open else "clear"


def clear(*bodies: str) -> Expectation:
    return Expectation(frozenset(bodies))


def left_open(*bodies: str) -> Expectation:
    return Expectation(frozenset(bodies), is_open=True)


def joined(found: Iterable[Expectation]) -> Expectation:
    """What all views agree upon; all of it, and open, where they do not."""
    each = list(found)
    if len({one.bodies for one in each}) == 1:
        return Expectation(each[0].bodies, is_open=any(one.is_open for one in each))
    return Expectation(frozenset().union(*(one.bodies for one in each)), is_open=True)


def inside_or_out(view: View, inside: Expectation, outside: Expectation) -> Expectation:
    if view.inside == "unknown":
        return Expectation(inside.bodies | outside.bodies, is_open=True)
    return inside if view.inside == "in" else outside


def duty(view: View) -> Expectation:
    """Straßenbaulast of the carriageway: FStrG § 5 I, StrWG §§ 43, 47, 50; the city has not opted in."""
    if view.road_class in "ABLKG":
        return clear(
            {"A": "AUTOBAHN", "B": "STRNRW", "L": "STRNRW", "K": "KREIS66", "G": "EUV"}[
                view.road_class
            ]
        )
    if view.road_class == "P":
        return clear("PRIV")
    # StrWG § 50: as fixed in the dedication, which nobody loads; a way of the city is the city's.
    if view.owner == "CITY":
        return clear("EUV")
    if view.owner in {"PRIV", "CHURCH"}:
        return left_open("PRIV")
    return Expectation(land(view, "EUV").bodies | {"EUV"}, is_open=True)


def land(view: View, *of_city: str) -> Expectation:
    """Who looks after the land itself; of the city's departments those named."""
    owner = view.owner
    if owner == "CITY":
        return clear(*of_city)
    if owner == "LAND":
        return Expectation(also("land of the Land", view.usage != "FOREST") | {"FOREST"})
    known = {
        "KREIS": "KREIS66",
        "BUND_STR": "STRNRW",
        "BUND_WSV": "WSA",
        "DB": "DB",
        "EG": "EG",
        "RVR": "RVR",
        "CHURCH": "PRIV",
        "PRIV": "PRIV",
    }
    return clear(known[owner]) if owner in known else Expectation(NOBODY)
