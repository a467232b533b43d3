"""The oracle of `./run bench truth`: independent of the product, of one mind with the cases that people decided."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path

import pytest

from config.benchmarks.truth.ground import Ground, ground_at
from config.benchmarks.truth.law import expected
from config.benchmarks.truth.world import World, world_read
from gis_core.coordinates import wgs84_to_storage
from tests.golden.conftest import ModelCity, model_city

__all__ = ["model_city"]

TRUTH = Path(__file__).resolve().parents[2] / "config" / "benchmarks" / "truth"
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "decisions"
# These ask the product; all others draw and judge.
ASKING = {"asking.py", "sentences.py", "run.py", "judging.py", "tables.py"}
DAY = "2026-11-02"
# "dump AGRI of CITY 21", "N BUILT CHURCH 35": the case names its ground.
LAND = re.compile(r"dump (?P<usage>[A-Z]+) of (?P<owner>[A-Z_]+) \d+")
PLACE = re.compile(r"(?P<road_class>[A-Z]) (?P<usage>[A-Z]+) (?P<owner>[A-Z_]+) \d+")


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_oracle_imports_nothing_of_what_it_judges() -> None:
    modules = [one for one in TRUTH.rglob("*.py") if one.name not in ASKING]
    assert {"world.py", "ground.py", "roads.py", "strata.py"} <= {one.name for one in modules}
    asking = {f"config.benchmarks.truth.{name.removesuffix('.py')}" for name in ASKING}
    for path in modules:
        names = imported(path)
        assert not [one for one in names if one.split(".")[0] in {"routing", "mapui"}], path
        assert names.isdisjoint(asking), path


def is_the_place(name: str, ground: Ground) -> bool:
    """Whether the small city has the ground there that the case tells of: lots have other owners there."""
    told = LAND.match(name) or PLACE.match(name)
    if told is None:
        return True
    wanted = told.groupdict()
    return any(
        one.owner == wanted["owner"]
        and one.road_class == wanted.get("road_class", "N")
        and (one.is_road or one.usage == wanted["usage"])
        for one in ground.views
    )


def disagreements(world: World) -> tuple[int, list[str]]:
    """How many cases could be compared, and those in which the oracle does not say what their authors say."""
    compared, wrong = 0, []
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for case in csv.DictReader(file, delimiter=";"):
                x, y = wgs84_to_storage(float(case["long"]), float(case["lat"]))
                ground = ground_at(world, x, y, on=DAY)
                if ground is None or not is_the_place(case["name"], ground):
                    continue
                compared += 1
                found = expected(ground, case["category"], json.loads(case["answers"]))
                named = set(case["authority"].split("/")) - {""}
                if named.isdisjoint(found.bodies) if named else not found.is_open:
                    wrong.append(f"{case['name']}: {sorted(found.bodies)}, not {case['authority']}")
    return compared, wrong


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases/decisions")
def test_oracle_says_what_the_decided_cases_say(model_city: ModelCity) -> None:
    compared, wrong = disagreements(world_read(model_city.jurisdiction))
    assert compared > 140
    assert not wrong, "\n".join(wrong)
