"""Roads as their signs name them: "B 235", "L 658". On the roads of the Land, Bavaria writes St and Saxony S."""

from __future__ import annotations

from typing import Final

from routing.enums import RoadClass

# A sign, or the word for it, as people and sources write it: `letters` and `number`. Read without regard to case.
SIGN: Final = (
    r"(?P<letters>BAB|A|B|L|St|S|K|Autobahn|(?:Bundes|Landes|Staats|Kreis)stra(?:ß|ss)e)\s*"
    r"(?P<number>\d{1,4}[a-z]?)"
)
# How the title of a road with a number begins.
NUMBERED: Final = r"^([ABLK]|St?) \d"
# The Länder, by their keys, whose roads are Staatsstraßen; those of the others are Landesstraßen.
STAATSSTRASSEN: Final = {"09": "St", "14": "S"}


def sign_class(letters: str) -> RoadClass:
    """The class of a road by the letters of its sign, or by the word for it."""
    if letters.upper() == "BAB":
        return RoadClass.A
    first = letters[0].upper()
    return RoadClass.L if first == "S" else RoadClass(first)


def sign_letters(road_class: str, municipality_key: str) -> str:
    """The letters on the signs of a class in the Land of the municipality (AGS)."""
    if road_class != RoadClass.L:
        return road_class
    return STAATSSTRASSEN.get(municipality_key[:2], road_class)


def road_title(road_class: str, number: str, name: str, municipality_key: str) -> str:
    """A road as people call it: "B 235", "S 177", or the street's name."""
    return f"{sign_letters(road_class, municipality_key)} {number}" if number else name


def is_staatsstrasse(title: str) -> bool:
    """Whether the title is that of a road of the Land that is called so."""
    return title.startswith(("S ", "St "))
