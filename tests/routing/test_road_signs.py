"""What stands on the signs of roads, by Land."""

from __future__ import annotations

import re

import pytest

from routing.road_signs import NUMBERED, SIGN, road_title, sign_class


@pytest.mark.parametrize(
    ("written", "road_class", "number"),
    [
        ("B 235", "B", "235"),
        ("bab42", "A", "42"),
        ("S 177", "L", "177"),
        ("St 2069", "L", "2069"),
        ("l 596a", "L", "596a"),
        ("Staatsstraße 177", "L", "177"),
        ("Kreisstrasse 7", "K", "7"),
    ],
)
def test_sign_tells_class_and_number(written, road_class, number):
    match = re.fullmatch(SIGN, written, re.IGNORECASE)
    assert match
    assert (sign_class(match["letters"]), match["number"]) == (road_class, number)


@pytest.mark.parametrize(
    ("road_class", "number", "municipality", "title"),
    [
        ("L", "658", "05562004", "L 658"),
        ("L", "177", "14625999", "S 177"),
        ("L", "2069", "09162000", "St 2069"),
        ("B", "6", "14625999", "B 6"),
        ("L", "", "14625999", "Am Markt"),
    ],
)
def test_road_of_the_land_is_called_by_its_sign(road_class, number, municipality, title):
    assert road_title(road_class, number, "Am Markt", municipality) == title
    assert bool(re.match(NUMBERED, title)) == bool(number)
