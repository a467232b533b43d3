"""Golden decisions at drawn places: what the law and the matrix say, reasoned by people, not by the engine.

`cases/places.csv` names the places and what is there, `cases/decisions.csv` who must act there and why.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.gis.geos import Point

from fixtures.modelcity.cadastre import survey
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.roads import network
from fixtures.modelcity.scene import Scene, to_wgs84
from fixtures.modelcity.tiling import draw
from issues.models import Category
from routing.enums import Outcome
from tests.golden.conftest import ModelCity
from tests.golden.test_model_city import decide_at

CASES = Path(__file__).parent / "cases"
ROAD_CLASSES = ("A", "B", "L", "K", "G", "S", "P")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


def places() -> dict[str, dict[str, str]]:
    return {row["place"]: row for row in rows("places.csv")}


def answers_of(case: dict[str, str]) -> dict[str, str]:
    return dict(pair.split("=") for pair in case["answers"].split("|") if pair)


def place_of(case: dict[str, str]) -> dict[str, Any]:
    row = places()[case["place"]]
    point = shapely.Point(float(row["easting"]), float(row["northing"]))
    latitude, longitude = to_wgs84(point)
    return {
        "category": case["category"],
        "attributes": answers_of(case),
        "point": Point(point.x, point.y, srid=25832),
        "lat": latitude,
        "long": longitude,
    }


@pytest.mark.django_db
def test_decisions_at_drawn_places_come_out_as_reasoned(model_city: ModelCity) -> None:
    wrong = []
    for case in rows("decisions.csv"):
        model_city.jurisdiction.bears_through_roads = bool(case["bears"])
        model_city.jurisdiction.save(update_fields=["bears_through_roads"])
        accuracy = float(case["accuracy"] or 0)
        decision = decide_at(model_city, place_of(case), accuracy_m=accuracy)
        found = (
            "sent" if decision.outcome == Outcome.ASSIGNED else "person",
            decision.authority.code if decision.authority else "TRIAGE",
            "|".join(decision.notify),
            decision.rule_id,
        )
        wanted = (case["who"], case["body"], case["notify"], case["rule"])
        if any(want not in {"?", one} for want, one in zip(wanted, found, strict=True)):
            wrong.append(
                f"{case['place']} {case['category']} {case['answers']}: {wanted} but {found}"
            )
    assert not wrong, "\n".join(wrong)


def test_drawn_places_are_as_described() -> None:
    """What `places.csv` says of a place is what the generator drew there, seen without the database."""
    drawing = draw(SCALES["small"], 1)
    cadastre = survey(drawing)
    scene = Scene(drawing, cadastre, network(drawing))
    for row in rows("places.csv"):
        view = scene.look(shapely.Point(float(row["easting"]), float(row["northing"])))
        if view is None:
            assert row["place"].startswith(("Grenze", "Jenseits")), row["place"]
            continue
        seen = {
            "land_use": " / ".join(filter(None, (view.nutzart, view.bez))),
            "owner": view.owner,
            "classes": "|".join(sorted(view.classes)),
            "limits": view.through_road,
            "built_up": "in" if view.built_up else "out",
            "parts": "|".join(map(str, sorted(view.arts))),
            "agreements": "|".join(view.agreements),
        }
        assert seen == {column: row[column] for column in seen}, row["place"]


@pytest.mark.django_db
def test_golden_decisions_cover_what_they_must(model_city: ModelCity) -> None:
    """Every category and road class, each place used, enough of them, each with its reason, none twice."""
    cases = rows("decisions.csv")
    assert len(cases) >= 200
    assert {case["category"] for case in cases} == set(
        Category.objects.filter(jurisdiction=model_city.jurisdiction).values_list("code", flat=True)
    )
    assert {case["place"] for case in cases} == set(places())
    assert all(case["reason"].endswith(".") for case in cases)
    asked = [
        tuple(case[column] for column in ("place", "category", "answers", "accuracy", "bears"))
        for case in cases
    ]
    assert len(set(asked)) == len(asked)
    for road_class in ROAD_CLASSES:
        assert any(place["classes"] == road_class for place in places().values()), road_class
