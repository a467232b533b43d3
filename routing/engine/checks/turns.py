"""Which rule gets its turn where: the rules of one category tried at every kind of place at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from routing.engine.checks.places import Places, Reach
from routing.engine.ruleset import COMPUTED_BODIES, DUTY_CATEGORY, CompiledRule, CompiledRuleSet

# Whether these can be resolved is no matter of the place's kind: it depends on a table, a register, a permit.
NEVER_SURE: Final = frozenset({"(table)", "(asset owner)", "(contractor)"})
OVERRIDES_BELOW_PRIORITY: Final = 9
TRIAGE: Final = "TRIAGE"


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule, where it matches, what was left for it, and the places at which it may decide."""

    rule: CompiledRule
    reach: Reach
    left: int

    @property
    def decides(self) -> int:
        return self.reach.may & self.left

    @property
    def is_everywhere(self) -> bool:
        """Its columns ask for nothing, and only facts that no kind of place tells decide whether it applies."""
        return not self.rule.columns and not self.reach.sure

    @property
    def is_last_resort(self) -> bool:
        """The last row for everything: its columns ask for nothing, it names no authority, and it always holds."""
        asks = self.rule.columns or self.left & ~self.reach.sure
        return self.rule.row.body == TRIAGE and not asks


@dataclass(frozen=True, slots=True)
class Turns:
    """All turns of a category in the order of the rules, and the places at which none of them decides for sure."""

    places: Places
    turns: tuple[Turn, ...]
    left: int

    @property
    def holes(self) -> int:
        """Where it may come to no rule or to the last resort."""
        last = (turn.decides for turn in self.turns if turn.is_last_resort)
        return reduce(or_, last, self.left)


def turns_of(
    ruleset: CompiledRuleSet, category: str, parts: Sequence[str], *, within: str = ""
) -> Turns:
    """The turns of a category whose reports are about one of `parts` (empty text: about no part of a road).

    Rules of the same priority and specificity have their turn together: where several match it is a tie.
    `within` ("yes" or "no") keeps to cities that do, or do not, bear the duty for through-road stretches.
    """
    rules = ruleset.for_category(category)
    asked = [
        rule.condition.tree for rule in rules if rule.condition and rule.row.body not in NEVER_SURE
    ]
    places = Places(category, parts, conditions=asked)
    left = places.everything & (places.where("bears_through_roads", within) if within else -1)
    duty = _duty_known(places, ruleset)
    turns: list[Turn] = []
    taken = 0
    for position, rule in enumerate(rules):
        if position and not rule.is_level_with(rules[position - 1]):
            left, taken = left & ~taken, 0
        reach = places.of_rule(rule)
        if rule.row.body in NEVER_SURE:
            reach = Reach(0, reach.may)
        elif rule.row.body in COMPUTED_BODIES:
            reach = Reach(reach.sure & duty, reach.may)
        turns.append(Turn(rule, reach, left))
        taken |= reach.sure
    return Turns(places, tuple(turns), left & ~taken)


def _duty_known(places: Places, ruleset: CompiledRuleSet) -> int:
    """Where the rule set says for sure who bears the road maintenance duty.

    For a crossing of roads this stands for the higher road, too: its duty is known where that of any is.
    """
    return reduce(
        or_,
        (
            places.of_rule(rule, part="carriageway").sure
            for rule in ruleset.for_category(DUTY_CATEGORY)
            if rule.row.priority >= OVERRIDES_BELOW_PRIORITY
            and rule.row.body not in COMPUTED_BODIES
            and rule.row.category != "*"
        ),
        0,
    )
