"""Thresholds and shadow mode: what is sent by itself, what is only proposed, and that replays know it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from routing.deciding import results
from routing.deciding.overrule import decision_confirm
from routing.enums import Outcome
from routing.models import Decision, RuleSet, Threshold
from routing.rulebook import shadows
from routing.trying.replays import decisions_replayed
from tests.golden.conftest import ModelCity
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import decide_at
from tests.mapui.factories import staff_create

pytestmark = pytest.mark.django_db
# So far off that the carriageway is likely and not certain.
UNSURE_M = 35.0


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Tests change a rule set in place, which nobody else can; what is kept of it has to go."""
    yield
    cache.clear()
    results.rule_set_compiled.cache_clear()
    shadows.precisions_demanded_kept.cache_clear()


@pytest.fixture
def rule_set(model_city: ModelCity) -> RuleSet:
    results.rule_set_compiled.cache_clear()
    shadows.precisions_demanded_kept.cache_clear()
    return model_city.jurisdiction.rule_sets.get()


def pothole(city: ModelCity, **fields: Any) -> Decision:
    case = {"place": "K-in-Fahrbahn", "category": "ROAD_SURFACE", "answers": ""}
    return decide_at(city, place_of(case), **fields)


def test_rule_in_the_shadow_only_proposes(model_city: ModelCity, rule_set: RuleSet) -> None:
    rule_set.rules.filter(rule_id="R10").update(precision_from=Decimal("0.90"))
    decision = pothole(model_city)
    assert (decision.outcome, decision.rule_id) == (Outcome.PROPOSED, "R10")
    assert decision.evidence["shadowed"] == ("R10",)
    assert not decision.deliveries.exists()
    assert "schlägt derzeit nur vor" in decision.sentences["de"]


def test_rule_leaves_the_shadow_by_what_people_confirm(
    model_city: ModelCity, rule_set: RuleSet, settings
) -> None:
    settings.SHADOW_SAMPLE = 3
    rule_set.rules.filter(rule_id="R10").update(precision_from=Decimal("0.90"))
    person = staff_create()
    for _ in range(3):
        decision = pothole(model_city)
        assert decision.outcome == Outcome.PROPOSED
        decision_confirm(issue_id=decision.issue_id, seen=1, by=person)
    assert pothole(model_city).outcome == Outcome.PROPOSED  # measured five minutes ago at most
    cache.clear()
    assert pothole(model_city).outcome == Outcome.ASSIGNED
    # What was decided in the shadow comes out again as it was, though the rule has left it.
    assert all(replay.is_same for replay in decisions_replayed())


def test_narrowest_threshold_counts(model_city: ModelCity, rule_set: RuleSet) -> None:
    def outcome_with(category: str, body: str, at: str, *, only_proposed: bool = False) -> Outcome:
        Threshold.objects.create(
            rule_set=rule_set,
            category=category,
            body=body,
            assign_from=Decimal(at),
            assign_margin=Decimal("0.10"),
            is_proposed_only=only_proposed,
        )
        results.rule_set_compiled.cache_clear()
        return Outcome(pothole(model_city, accuracy_m=UNSURE_M).outcome)

    unsure = pothole(model_city, accuracy_m=UNSURE_M)
    assert unsure.outcome == Outcome.ASSIGNED
    assert 0.90 < unsure.probability < 0.99
    assert outcome_with("ROAD_SURFACE", "*", "0.99") == Outcome.ASKED
    assert outcome_with("*", "KREIS66", "0.50", only_proposed=True) == Outcome.PROPOSED
    assert outcome_with("ROAD_SURFACE", "KREIS66", "0.90") == Outcome.ASSIGNED
