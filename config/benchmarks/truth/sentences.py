"""Whether a German sentence says of the place what the row of its rule denies."""

from __future__ import annotations

import re
from typing import Final

from routing.models import Rule

CLASS_WORDS: Final = {
    "A": r"Autobahn",
    "B": r"Bundesstraße",
    "L": r"Landesstraße",
    "K": r"Kreisstraße",
    "G": r"Gemeindestraße",
    "S": r"sonstige öffentliche Straße",
    "P": r"Privatweg",
}
# "Die Straße ist eine Kreisstraße": the class that the place is said to have.
STATED: Final = {
    road_class: re.compile(rf"\bist ein(?:e)? {word}\b") for road_class, word in CLASS_WORDS.items()
}
NUMBERED: Final = re.compile(r"\b(?:an|auf) der ([ABLK]) \d+")
QUOTED: Final = re.compile(r"„[^“]*“")
STATES: Final = {
    "in": re.compile(r"\binnerhalb der Ortsdurchfahrt|\binnerorts\b"),
    "out": re.compile(r"\baußerhalb der Ortsdurchfahrt|\baußerorts\b"),
}


def contradictions(text: str, rule: Rule) -> tuple[str, ...]:
    """What the sentence states and the rule's columns deny; names in quotation marks are no statements."""
    plain = QUOTED.sub("", text)
    found = []
    allowed = set(rule.road_class.split("|"))
    if rule.road_class != "*":
        stated = {one for one, pattern in STATED.items() if pattern.search(plain)}
        if allowed != {"N"}:
            stated |= set(NUMBERED.findall(plain))
        found += [
            f"says class {one}, rule wants {rule.road_class}" for one in sorted(stated - allowed)
        ]
    if rule.through_road in STATES and allowed <= set("BLKGSP"):
        denied = "out" if rule.through_road == "in" else "in"
        if STATES[denied].search(plain):
            found.append(f"says {denied}, rule wants {rule.through_road}")
    return tuple(found)
