"""Computed authorities: who `(Baulast)`, `(asset owner)` … stand for at a place, and by which row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from routing.engine.facts import agreements_fitting, class_rank
from routing.engine.ruleset import COMPUTED_BODIES, DUTY_CATEGORY, CompiledRuleSet
from routing.types import UNKNOWN, Facts

OVERRIDES_BELOW_PRIORITY: Final = 9


@dataclass(frozen=True, slots=True)
class Body:
    """An authority's code; `via` is the rule by which a duty was found, empty for a named authority."""

    code: str
    via: str = ""


def bodies_resolve(body: str, facts: Facts, ruleset: CompiledRuleSet) -> list[Body]:
    """The codes of the authorities that the column `body` of a rule stands for; none if the facts do not tell.

    Several only where several agreements about the same thing name different ones.
    """
    if body not in COMPUTED_BODIES:
        return [Body(body)]
    found = dict.fromkeys(_computed(body, facts, ruleset))
    return [one for one in found if one.code in ruleset.bodies]


def _computed(body: str, facts: Facts, ruleset: CompiledRuleSet) -> Iterator[Body]:
    match body:
        case "(table)":
            for agreement in agreements_fitting(facts.evidence, facts.situation):
                yield Body(agreement.body)
        case "(asset owner)":
            if facts.asset is not None:
                yield Body(facts.asset.owner)
        case "(Baulast)":
            yield from road_maintenance_duty(facts, ruleset)
        case "(higher class)" | "(highest class arm)":
            yield from _duty_of_highest_class(facts, ruleset)
        case "(contractor)":
            for asset in facts.situation.assets:
                if asset.kind == "construction_site":
                    yield Body(asset.owner)
                    return


def road_maintenance_duty(facts: Facts, ruleset: CompiledRuleSet) -> Iterator[Body]:
    """Who bears the duty for the carriageway here: what the rule set itself says about a damaged surface."""
    carriageway = replace(facts, category=DUTY_CATEGORY, part="carriageway")
    for rule in ruleset.for_category(DUTY_CATEGORY):
        overrides = rule.row.priority < OVERRIDES_BELOW_PRIORITY
        if overrides or rule.row.body in COMPUTED_BODIES or rule.row.category == "*":
            continue
        if rule.tried_with(carriageway).matched:
            yield Body(rule.row.body, rule.row.rule_id)
            return


def _duty_of_highest_class(facts: Facts, ruleset: CompiledRuleSet) -> Iterator[Body]:
    highest = min(
        facts.situation.sections,
        key=lambda section: (class_rank(section), section.distance, section.key),
        default=None,
    )
    if highest is None:
        return
    through_road = highest.through_road if highest.road_class in "BLK" else facts.built_up
    yield from road_maintenance_duty(
        replace(
            facts,
            section=highest,
            road_class=highest.road_class,
            through_road=facts.through_road if through_road == UNKNOWN else through_road,
        ),
        ruleset,
    )
