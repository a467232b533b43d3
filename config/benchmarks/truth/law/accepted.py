"""Where law and domain leave open which of several bodies acts, and each is taken as right: for a person to judge."""

from __future__ import annotations

from typing import Final

# What for: (bodies taken as right as well, why).
ACCEPTED: Final[dict[str, tuple[frozenset[str], str]]] = {
    "land of the Land": (
        frozenset({"STRNRW"}),
        "whether the forestry office or Straßen.NRW looks after land of the Land outside woods is not said",
    ),
    "paths of the city": (
        frozenset({"GREEN"}),
        "a way of the city in a park or wood: EUV for ways, GREEN for parks and woods",
    ),
    "greenery of city streets": (
        frozenset({"EUV", "GREEN"}),
        "trees GREEN with copy to the EUV, hedges the other way round: a local split without a source",
    ),
    "trees of the city": (
        frozenset({"EUV", "ESTATE"}),
        "T05 names GREEN for parks and built-up land only; elsewhere the city's departments are not told apart",
    ),
    "grounds of the city": (
        frozenset({"GREEN", "ESTATE"}),
        "who collects a dead animal in a park or field of the city is not said",
    ),
    "graffiti on the city's ground": (
        frozenset({"ESTATE", "EUV", "GREEN"}),
        "A17 names ESTATE for all of the city; on a street the EUV bears the road, in a park GREEN",
    ),
    "city yards": (
        frozenset({"ESTATE"}),
        "a dump in a yard of the city: the EUV collects, the real estate office is the owner",
    ),
    "private woods and fields inside": (
        frozenset({"PRIV"}),
        "S18 says owner for woods and fields and UAB for the inner area; a garden or copse inside is both",
    ),
    "private yards outside": (
        frozenset({"UAB"}),
        "S18 says owner for the outer area (woods, fields) and UAB for private land inside; a yard outside is neither",
    ),
    "wrecks off the road": (
        frozenset({"UAB"}),
        "KrWG § 20 IV names no office; the tables name ORD / UAB for woods, fields and yards",
    ),
    "wrecks in public yards": (
        frozenset({"ORD"}),
        "the yard of an office of the Kreis or Land may be public ground (KrWG § 20 IV 1) or not",
    ),
    "wrecks on a motorway": (
        frozenset({"AUTOBAHN", "POLICE"}),
        "a car without plates on a motorway: the police have it towed, the motorway's body owns the ground",
    ),
    "hazard on a motorway": (
        frozenset({"AUTOBAHN"}),
        "oil or barrels on a motorway: the order office or who must keep it safe",
    ),
    "emergency outside": (
        frozenset({"GAS"}),
        "the smell of gas just outside the border: the neighbour's business, but the operator's as well",
    ),
}


def also(what: str, applies: bool = True) -> frozenset[str]:
    """The bodies taken as right as well."""
    return ACCEPTED[what][0] if applies else frozenset()
