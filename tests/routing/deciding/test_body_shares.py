"""One figure for each body, however many rules and places it comes from; no code is shown."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from routing.deciding.explaining.body_shares import body_shares
from tests.mapui.factories import (
    authority_create,
    decision_create,
    issue_create,
    jurisdiction_create,
)

pytestmark = pytest.mark.django_db


def candidate(body: str, probability: float, rule_id: str = "R1", **fields) -> dict:
    return {
        "body": body,
        "probability": probability,
        "confidence": 0.95,
        "rule_id": rule_id,
        "legal_basis": "",
        "notify": [],
        **fields,
    }


@pytest.fixture
def shares():
    town = jurisdiction_create()
    known = {"STRNRW": authority_create(town, "STRNRW", names={"de": "Straßen.NRW"})}

    def make(*candidates: dict):
        decision = decision_create(issue_create(town), None, candidates=list(candidates))
        with override("de"):
            return body_shares(decision, known)

    return make


def told(found) -> list[tuple[str, int, list[int]]]:
    return [(one.name, one.percent, [rule.percent for rule in one.rules]) for one in found.told]


def test_rules_of_one_body_are_added_up(shares):
    found = shares(
        candidate("STRNRW", 0.3239, "R03", hypothesis="in"),
        candidate("STRNRW", 0.3149, "R04", hypothesis="out"),
        candidate("TRIAGE", 0.2, ""),
    )
    assert told(found) == [("Straßen.NRW", 64, [32, 31]), ("keine Stelle", 20, [])]


def test_areas_of_one_body_are_told_apart(shares):
    found = shares(
        candidate("STRNRW", 0.5, area_code="A"), candidate("STRNRW", 0.25, area_code="B")
    )
    assert [one.percent for one in found.told] == [50, 25]


@pytest.mark.parametrize(("probability", "small"), [(0.0099, 1), (0.01, 0)])
def test_shares_below_one_per_cent_are_counted_only(shares, probability, small):
    found = shares(candidate("STRNRW", 0.5), candidate("TRIAGE", probability, ""))
    assert (len(found.told), found.small) == (2 - small, small)


def test_the_first_is_told_however_small(shares):
    found = shares(candidate("TRIAGE", 0.0, ""))
    assert told(found) == [("keine Stelle", 0, [])]


def test_a_code_that_is_no_longer_kept_is_no_name(shares):
    assert told(shares(candidate("NEIGH", 0.5)))[0][0] == "eine nicht mehr geführte Stelle"
