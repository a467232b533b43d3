"""The table of edges names every number of deciding, and only tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "testing.md").read_text("utf-8")
EDGES = DOCUMENT.partition("\n## Edges\n")[2]


def constants() -> set[str]:
    """The names of all constants of engine and evidence that hold a number."""
    return {
        node.target.id
        for package in ("engine", "evidence")
        for path in (ROOT / "routing" / package).rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.value is not None
        and any(_is_number(one) for one in ast.walk(node.value))
    }


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def test_every_number_of_deciding_stands_in_the_table() -> None:
    found = constants()
    assert {"REACH_M", "PLACES", "WORTH_FROM"} <= found
    assert found - set(re.findall(r"`([A-Z_]+)`", EDGES)) == set()


def test_constants_in_the_table_exist() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", EDGES))
    assert named - constants() == set()


def test_tests_in_the_table_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", EDGES))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) > 60
    assert named - written == set()
