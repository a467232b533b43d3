"""What editors of rules can use is explained: every predicate, column, state and command."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from routing.engine.checks.content import MATRIX_COLUMNS
from routing.engine.conditions import condition_compile
from routing.engine.findings import TEXTS
from routing.engine.predicates import PREDICATES
from routing.enums import RuleSetPhase

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "rules.md").read_text()


def predicates() -> list[dict[str, str]]:
    with (ROOT / "routing" / "sentences" / "predicates.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_predicates_are_explained_each_with_an_example_that_compiles() -> None:
    assert [one["predicate"] for one in predicates()] == sorted(PREDICATES)
    for one in predicates():
        assert condition_compile(one["example"]).predicates == {one["predicate"]}
        assert one["means_de"]
        assert one["means_en"]


@pytest.mark.parametrize("column", MATRIX_COLUMNS)
def test_column_is_documented(column: str) -> None:
    assert f"| `{column}` |" in DOCUMENT


@pytest.mark.parametrize("phase", RuleSetPhase)
def test_state_is_documented(phase: RuleSetPhase) -> None:
    with override("en"):
        assert f"| {phase.label} (" in DOCUMENT


@pytest.mark.parametrize(
    "command", sorted(path.stem for path in ROOT.glob("routing/management/commands/*rules*.py"))
)
def test_command_is_documented(command: str) -> None:
    assert f"`{command}" in DOCUMENT


def test_findings_have_german_sentences() -> None:
    with override("de"):
        assert not [text for text in TEXTS.values() if gettext(text) == text]
