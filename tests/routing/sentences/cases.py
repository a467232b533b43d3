"""Reports whose sentences a person has read: evidence put together by hand, decided by the model city's rules."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from routing.engine import decide
from routing.sentences import sentence
from routing.types import (
    AgreementFact,
    AreaFact,
    AssetFact,
    Evidence,
    PartFact,
    SectionFact,
    Situation,
)
from tests.routing.engine.test_engine import FOLDER, RULES, evidence, parcel, section

SENTENCES_FILE: Final = Path(__file__).with_name("sentences.csv")
LANGUAGES: Final = ("de", "en")
COLUMNS: Final = ("case", "outcome", *LANGUAGES)
HERNE, BOCHUM = (
    AreaFact("neighbour", "05916000", "Herne"),
    AreaFact("neighbour", "05911000", "Bochum"),
)
ROADS: Final = {
    "A": "A 42",
    "B": "B 235",
    "L": "L 511",
    "K": "K 14",
    "G": "Marktring",
    "S": "Im Felde",
    "P": "Privatweg am Marktring",
}


@cache
def table(name: str) -> dict[str, Mapping[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file, delimiter=";")}


def report(category: str, *situations: Situation, **known: Any) -> Evidence:
    """A report of the category with its part and kinds of assets, at these situations of equal weight."""
    row = table("categories.csv")[category]
    found = evidence(category, row["part"], **known)
    kinds = tuple(filter(None, row["asset_kinds"].split(",")))
    return replace(found, situations=situations, asset_kinds=kinds)


def way(road_class: str, through_road: str = "in", **known: Any) -> SectionFact:
    named = {"road": ROADS[road_class], "key": road_class, "owner": "CITY"}
    return section(road_class, through_road, **{**named, **known})


def land(usage: str, owner: str, built_up: str = "in", **known: Any) -> Situation:
    """A place on no road."""
    return Situation(1.0, True, built_up, (parcel(usage, owner, key=f"{usage} {owner}"),), **known)


def street(road_class: str, limits: str = "in", *, owner: str = "CITY", **known: Any) -> Situation:
    """A place on a road's land."""
    found: dict[str, Any] = {
        "parcels": (parcel("ROAD", owner, key=f"road {road_class}", number="77"),),
        "sections": (way(road_class, limits, owner=owner),),
        **known,
    }
    return Situation(1.0, True, found.pop("built_up", limits), **found)


def beside(usage: str, owner: str, road_class: str = "G", **known: Any) -> Situation:
    """A place on a neighbour's land, a few metres from the axis."""
    return land(usage, owner, sections=(way(road_class, distance=7.0),), **known)


def likely(situation: Situation, weight: float) -> Situation:
    return replace(situation, weight=weight)


def asset(kind: str, number: str = "", owner: str = "", note: str = "") -> AssetFact:
    return AssetFact(f"{kind} {number}", kind, number, owner, note, 3.0)


def crossing(over: str, under: str, note: str) -> Situation:
    """Two carriageways that cover the same place."""
    return street(
        over,
        sections=(way(over), way(under, distance=3.0)),
        parts=(PartFact("carriageway", over, ""), PartFact("carriageway", under, "")),
        assets=(asset("bridge", note=note),),
    )


def over_land(usage: str, owner: str) -> Situation:
    """A road's bridge over what is no road."""
    return land(usage, owner, sections=(way("K"),), parts=(PartFact("carriageway", "K", ""),))


def _roads() -> Iterator[tuple[str, Evidence]]:
    for road_class in "ABLKGP":
        owner = "PRIV" if road_class == "P" else "CITY"
        yield f"pothole {road_class}", report("ROAD_SURFACE", street(road_class, owner=owner))
    for road_class in "BLK":
        yield f"pothole {road_class} outside", report("ROAD_SURFACE", street(road_class, "out"))
    bears = {"bears_through_roads": True}
    yield "pothole L, city bears", report("ROAD_SURFACE", street("L"), **bears)
    yield "pothole S of the city", report("ROAD_SURFACE", street("S"))
    yield "pothole S of a private owner", report("ROAD_SURFACE", street("S", owner="PRIV"))
    yield "pothole B, limits unknown", report("ROAD_SURFACE", street("B", "unknown", built_up="in"))
    yield "pothole in the regional wood", report("ROAD_SURFACE", land("FOREST", "RVR", "out"))
    yield "footway B", report("SIDEWALK", street("B"))
    yield "footway L outside", report("SIDEWALK", street("L", "out"))
    yield "footway of its own", report("SIDEWALK", land("PATH", "CITY"))
    yield "cycle path L", report("CYCLEPATH", street("L"))
    yield "shared path B", report("CYCLEPATH", street("B"), answers={"KIND": "shared"})
    yield "parking K", report("PARKING_AREA", street("K"))
    junction = street("B", sections=(way("B"), way("G", distance=6.0)))
    yield "traffic light at a junction", report("TRAFFIC_LIGHT", junction)
    yield "sign request B outside", report("SIGN_REQUEST", street("B", "out"))
    yield "road marking G", report("ROAD_MARKING", street("G"))
    yield "detour sign", report("DETOUR_SIGN_BAB", street("G"))
    yield "name sign", report("STREET_NAME_SIGN", street("G"))
    yield "winter K outside", report("WINTER_CARRIAGEWAY", street("K", "out"))
    cleaned = way("G", cleaning_class="7")
    for owner in ("PRIV", "CITY"):
        yield (
            f"winter on the footway beside {owner}",
            report("WINTER_FOOTWAY", street("G", sections=(cleaned,), adjoining_owner=owner)),
        )
    yield "street cleaning G", report("STREET_CLEANING", street("G"))


def _things() -> Iterator[tuple[str, Evidence]]:
    yield "lamp G", report("STREET_LIGHT", street("G"))
    lamp = asset("street_light", "L00417", "STRNRW")
    yield "lamp of the register", report("STREET_LIGHT", street("G", assets=(lamp,)))
    yield "lamp in a park", report("STREET_LIGHT", land("GREEN", "CITY"))
    yield "gully K", report("GULLY_BLOCKED", street("K"))
    agreed = AgreementFact("V1", "KREIS66", "Vertrag 7/2019", ("GULLY_BLOCKED",))
    yield "gully by agreement", report("GULLY_BLOCKED", street("G", agreements=(agreed,)))
    yield "manhole", report("MANHOLE", street("G"))
    yield "shelter", report("BUS_SHELTER", street("G"))
    yield "bridge over a road", report("BRIDGE", crossing("B", "G", "road_over_road B 235"))
    yield "bridge of the railway", report("BRIDGE", street("B"), answers={"KIND": "rail_over_road"})
    yield "bridge, kind unknown", report("BRIDGE", street("G"))
    rails = street("G", assets=(asset("level_crossing"),))
    yield "barrier", report("LEVEL_CROSSING", rails, answers={"OBJECT": "barrier"})
    yield "level crossing, not told what", report("LEVEL_CROSSING", rails)
    yield "playground", report("PLAYGROUND", land("GREEN", "CITY"))
    yield "gas", report("GAS_SMELL", street("A"))
    yield "acute danger", report("ACUTE_DANGER", land("BUILT", "PRIV"))
    yield "burst pipe", report("WATER_PIPE_BURST", street("G"))
    yield "cabinet", report("POWER_CABINET", street("G"))
    yield "other", report("OTHER", street("G"))


def _grounds() -> Iterator[tuple[str, Evidence]]:
    for usage, owner in (
        ("FOREST", "PRIV"),
        ("FOREST", "RVR"),
        ("BUILT", "PRIV"),
        ("BUILT", "DB"),
        ("CANAL", "BUND_WSV"),
        ("GREEN", "CITY"),
        ("AGRI", "CHURCH"),
        ("BUILT", "UNKNOWN"),
    ):
        built_up = "in" if usage in {"BUILT", "GREEN"} else "out"
        yield f"dump {usage} {owner}", report("WASTE_DUMP", land(usage, owner, built_up))
    yield "dump G", report("WASTE_DUMP", street("G"))
    yield "dead animal B outside", report("DEAD_ANIMAL", street("B", "out"))
    yield "dead animal in a yard", report("DEAD_ANIMAL", land("BUILT", "PRIV"))
    yield "tree beside a street", report("TREE_DANGER", beside("BUILT", "PRIV"))
    yield "tree of the Land", report("TREE_DANGER", land("FOREST", "LAND", "out"))
    yield "tree on B outside", report("TREE_DANGER", street("B", "out"))
    hedge = street("G", adjoining_owner="PRIV")
    yield "hedge from private land", report("OVERGROWTH", hedge, answers={"ORIGIN": "private"})
    yield "hedge, origin open", report("OVERGROWTH", hedge)
    yield "graffiti on a house", report("GRAFFITI", land("BUILT", "PRIV"))
    yield "graffiti on rail land", report("GRAFFITI", land("RAIL", "DB"))
    yield "brook of the association", report("WATERBODY", land("WATER", "EG", "out"))
    yield "brook of the city", report("WATERBODY", land("WATER", "CITY", "out"))
    yield "water pollution", report("WATER_POLLUTION", land("WATER", "CITY", "out"))
    yield "car on a street", report("ABANDONED_VEHICLE", street("G"))
    yield "car in a yard", report("ABANDONED_VEHICLE", land("BUILT", "PRIV"))
    yield "rats", report("RATS", land("BUILT", "PRIV"), answers={"PLACE": "private"})
    yield "moth in a park", report("OAK_MOTH", land("GREEN", "CITY"))


def _doubts() -> Iterator[tuple[str, Evidence]]:
    herne = Situation(1.0, False, "out", areas=(HERNE,))
    yield "in the neighbouring town", report("ROAD_SURFACE", herne)
    yield (
        "between two towns",
        report("ROAD_SURFACE", likely(herne, 0.5), replace(herne, weight=0.5, areas=(BOCHUM,))),
    )
    border = land("GREEN", "CITY")
    both = (parcel("GREEN", "CITY", key="1"), parcel("BUILT", "PRIV", key="2", number="9"))
    yield "on a border", report("WASTE_DUMP", replace(border, parcels=both))
    yield (
        "road over motorway",
        report("WASTE_DUMP", crossing("B", "A", "road_over_road B 235")),
    )
    yield "canal bridge", report("WASTE_DUMP", over_land("CANAL", "BUND_WSV"))
    yield "rail bridge", report("GRAFFITI", over_land("RAIL", "DB"))
    answered = (("level", "B 235"),)
    yield (
        "level answered",
        report("WASTE_DUMP", crossing("B", "A", "road_over_road B 235"), clarifications=answered),
    )
    yard, road = land("BUILT", "PRIV"), street("G")
    yield "beside the pin", report("WASTE_DUMP", likely(yard, 0.04), likely(road, 0.96))
    yield "yard or street", report("WASTE_DUMP", likely(yard, 0.4), likely(road, 0.6))
    yield (
        "three roads and a wood",
        report(
            "WASTE_DUMP",
            likely(street("B"), 0.45),
            likely(road, 0.1),
            likely(land("FOREST", "RVR"), 0.3),
            likely(land("RAIL", "DB"), 0.145),
            likely(land("CANAL", "BUND_WSV"), 0.005),
        ),
    )
    two = (likely(street("B"), 0.5), likely(road, 0.5))
    yield "too vague", report("ROAD_SURFACE", *two, accuracy_m=400.0)
    yield "road answered", report("ROAD_SURFACE", *two, clarifications=(("road", "Marktring"),))
    yield (
        "answer that does not fit",
        report("ROAD_SURFACE", *two, clarifications=(("road", "L 511"),)),
    )
    yield "no place", report("ROAD_SURFACE")
    yield "no parcel", report("WASTE_DUMP", Situation(1.0, True, "in"))
    gap = (parcel("GREEN", "CITY", distance=0.4),)
    yield "gap", report("WASTE_DUMP", Situation(1.0, True, "in", gap))
    without = {"parcels": 1, "land_use": 1, "road_sections": 1, "assets": 1}
    yield (
        "no ownership loaded",
        report("WASTE_DUMP", land("FOREST", "UNKNOWN", "out"), datasets=without),
    )
    yield "authority lapsed", report("ROAD_SURFACE", street("G"), lapsed=("EUV",))
    yield "rule in the shadow", report("ROAD_SURFACE", street("G"), shadowed=("R12",))
    yield "built-up area unknown", report("WASTE_DUMP", land("BUILT", "PRIV", "unknown"))


def cases() -> dict[str, Evidence]:
    """By name, in the order of the file."""
    found = [*_roads(), *_things(), *_grounds(), *_doubts()]
    return dict(found)


def sentences_of(name: str, found: Evidence) -> dict[str, str]:
    result = decide(found, RULES)
    category = table("categories.csv")[found.category]
    authorities = table("authorities.csv").items()
    return {
        "case": name,
        "outcome": str(result.outcome),
        **{
            language: sentence(
                result,
                language=language,
                category=category[f"name_{language}"],
                authorities={code: row[f"name_{language}"] for code, row in authorities},
            )
            for language in LANGUAGES
        },
    }


def sentences_write() -> None:
    """Write the file anew."""
    with SENTENCES_FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sentences_of(name, found) for name, found in cases().items())


def sentences_read() -> dict[str, dict[str, str]]:
    """The rows of the file by case."""
    with SENTENCES_FILE.open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file, delimiter=";")}
