"""What rule sets ask of the evidence, and where two of them decide alike."""

from __future__ import annotations

from routing.deciding.results import _alike, asks_of
from routing.engine import CompiledRuleSet, RuleRow
from routing.engine.priors import PriorRow
from tests.routing.rule_factories import row_make


def rules(*rows: RuleRow, priors: tuple[PriorRow, ...] = ()) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rows or [row_make()], bodies={"EUV"}, assign_from=0.9, assign_margin=0.3, priors=priors
    )


def prior(category: str, road_class: str, weight: float = 5.0) -> PriorRow:
    return PriorRow(category, road_class, "*", "*", "*", weight)


def test_classes_of_roads_are_told_apart_for_rules_and_for_priors() -> None:
    row = row_make(road_class="G|S")
    assert asks_of(rules(row), "ROAD_SURFACE").roads == {"G", "S"}
    priors = (prior("ROAD_SURFACE", "B"), prior("*", "A"), prior("BRIDGE", "K"))
    assert asks_of(rules(row, priors=priors), "ROAD_SURFACE").roads == {"A", "B", "G", "S"}
    # More than the class counts: then it is no matter which are named.
    through = row_make("R2", through_road="in")
    assert asks_of(rules(row, through, priors=priors), "ROAD_SURFACE").roads is None


def test_rule_sets_with_other_priors_do_not_decide_alike() -> None:
    one, same = (rules(priors=(prior("*", "A"),)) for _ in range(2))
    assert _alike(one, same, "ROAD_SURFACE")
    assert not _alike(one, rules(), "ROAD_SURFACE")
    assert not _alike(one, rules(priors=(prior("*", "A", 6.0),)), "ROAD_SURFACE")
