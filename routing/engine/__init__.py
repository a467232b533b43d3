"""The engine: pure Python, no ORM, no HTTP, no clock. `decide(evidence, ruleset)` says who must act."""

from routing.engine.decide import decide
from routing.engine.ruleset import CompiledRule, CompiledRuleSet, RuleRow, ThresholdRow

__all__ = ["CompiledRule", "CompiledRuleSet", "RuleRow", "ThresholdRow", "decide"]
