"""Priors of a draft: edited with its revision, copied, and checked with the whole set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis_core.enums import Severity
from routing.engine.checks.content import difference_of
from routing.engine.checks.priors import prior_findings
from routing.engine.priors import PriorRow
from routing.errors import RuleSetChanged, RuleSetError
from routing.rulebook import draft_create, prior_delete, prior_store
from routing.rulebook.listed import rule_set_content
from tests.routing.rule_factories import draft_make

FOOTWAY = PriorRow("WASTE_DUMP", "*", "ROAD|PATH", "footway", "*", 30.0)
YARD = PriorRow("WASTE_DUMP", "*", "BUILT", "*", "*", 3.0, settled=210)


@pytest.mark.django_db
def test_prior_is_stored_replaced_copied_and_removed() -> None:
    draft = draft_make()
    stored = prior_store(draft=draft, revision=0, row=FOOTWAY, replaces=None)
    prior_store(draft=draft, revision=1, row=YARD, replaces=None)
    copy = draft_create(jurisdiction=draft.jurisdiction, source=draft)
    assert set(rule_set_content(copy).priors) == {FOOTWAY, YARD}
    prior_store(draft=draft, revision=2, row=replace(FOOTWAY, weight=20.0), replaces=stored)
    [changed] = difference_of(rule_set_content(copy), rule_set_content(draft)).priors
    assert [(one.field, one.before, one.after) for one in changed.changes] == [
        ("weight", 30.0, 20.0)
    ]
    draft = prior_delete(draft=draft, revision=3, prior=stored)
    assert (rule_set_content(draft).priors, draft.revision) == ((YARD,), 4)


@pytest.mark.django_db
def test_prior_of_ground_that_has_one_and_of_another_revision_is_refused() -> None:
    draft = draft_make()
    prior_store(draft=draft, revision=0, row=FOOTWAY, replaces=None)
    with pytest.raises(RuleSetChanged):
        prior_store(draft=draft, revision=0, row=YARD, replaces=None)
    with pytest.raises(RuleSetError):
        prior_store(draft=draft, revision=1, row=replace(FOOTWAY, weight=1.0), replaces=None)
    assert rule_set_content(draft).priors == (FOOTWAY,)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(YARD, category="GONE"), "prior_category_unknown"),
        (replace(YARD, usage="STREET"), "prior_value_unknown"),
        (replace(YARD, part="rail"), "prior_value_unknown"),
        (replace(YARD, built_up="inside"), "prior_value_unknown"),
        (replace(YARD, weight=0.001), "prior_range"),
        (replace(YARD, weight=101.0), "prior_range"),
        (replace(FOOTWAY, usage="PATH|SQUARE"), "prior_twice"),
    ],
)
def test_faulty_prior_is_an_error(wrong: PriorRow, code: str) -> None:
    found = prior_findings([FOOTWAY, wrong], categories=["WASTE_DUMP"])
    assert [one.code for one in found if one.severity == Severity.ERROR] == [code]


def test_narrower_prior_is_no_second_one_for_the_same_ground() -> None:
    rows = [FOOTWAY, replace(FOOTWAY, part="*", weight=4.0), YARD]
    assert list(prior_findings(rows, categories=["WASTE_DUMP"])) == []


def test_grounds_more_than_fifty_to_one_apart_are_a_warning() -> None:
    near, far = replace(YARD, weight=0.6), replace(YARD, weight=0.59)
    assert list(prior_findings([FOOTWAY, near], categories=["WASTE_DUMP"])) == []
    [found] = prior_findings([FOOTWAY, far], categories=["WASTE_DUMP"])
    assert (found.severity, found.code, found.values["value"]) == (
        Severity.WARNING,
        "prior_ratio",
        "WASTE_DUMP",
    )


def test_low_prior_of_motorways_is_no_warning() -> None:
    motorway = replace(YARD, road_class="A", usage="ROAD", weight=0.05)
    assert list(prior_findings([FOOTWAY, motorway], categories=["WASTE_DUMP"])) == []
