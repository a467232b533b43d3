"""The engine: pure Python, no ORM, no HTTP, no clock. `decide(evidence, ruleset)` says who must act."""

from routing.engine.decide import decide, decide_variants
from routing.engine.ruleset import CompiledRule, CompiledRuleSet, RuleRow, ThresholdRow

__all__ = [
    "CompiledRule",
    "CompiledRuleSet",
    "RuleRow",
    "ThresholdRow",
    "decide",
    "decide_variants",
]
