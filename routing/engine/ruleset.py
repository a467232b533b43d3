"""A rule set as the engine uses it: validated as a whole, ordered by priority and specificity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from routing.engine.conditions import Condition, condition_compile
from routing.errors import RuleSetError
from routing.types import Facts, RuleTried

ANYTHING: Final = frozenset({"*", "-", ""})
COLUMNS: Final = ("category", "road_class", "through_road", "part", "usage", "owner")
COMPUTED_BODIES: Final = frozenset(
    {
        "(table)",
        "(asset owner)",
        "(Baulast)",
        "(higher class)",
        "(highest class arm)",
        "(contractor)",
    }
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of the decision matrix as text, columns as there (`class` is `road_class`, `od` `through_road`)."""

    rule_id: str
    priority: int
    category: str
    road_class: str
    through_road: str
    part: str
    usage: str
    owner: str
    condition: str
    body: str
    notify: str
    confidence: float
    legal_basis: str


@dataclass(frozen=True, slots=True)
class CompiledRule:
    row: RuleRow
    columns: tuple[tuple[str, frozenset[str]], ...]
    condition: Condition | None

    @property
    def specificity(self) -> int:
        """How much the rule is narrowed; the more specific one goes first. A named category counts double."""
        named_category = any(column == "category" for column, _values in self.columns)
        return len(self.columns) + named_category + (self.condition is not None)

    def tried_with(self, facts: Facts) -> RuleTried:
        """Whether the rule matches, with the first reason why it does not."""
        for column, values in self.columns:
            value = getattr(facts, column)
            no_road_too = column == "road_class" and facts.beside_road and "N" in values
            if value not in values and not no_road_too:
                wanted = "|".join(sorted(values))
                return RuleTried(self.row.rule_id, False, f"{column}: {value or '–'} ≠ {wanted}")
        if self.condition is not None and not self.condition.holds(facts):
            return RuleTried(self.row.rule_id, False, f"condition: {self.row.condition}")
        return RuleTried(self.row.rule_id, True, "")


@dataclass(frozen=True, slots=True)
class CompiledRuleSet:
    """All rules in the order in which they are tried, and the thresholds for sending by itself."""

    rules: tuple[CompiledRule, ...]
    bodies: frozenset[str]
    assign_from: float
    assign_margin: float

    @classmethod
    def compile(
        cls,
        rows: Iterable[RuleRow],
        *,
        bodies: Iterable[str],
        assign_from: float,
        assign_margin: float,
    ) -> CompiledRuleSet:
        """Validate and order the rows; `bodies` are the codes of the authorities that exist.

        Order: priority, then specificity, then rule id, so that neither the order of storage nor the
        spelling of anything decides. Raises RuleSetError naming every faulty rule.
        """
        known = frozenset(bodies) | {"TRIAGE"}
        compiled: list[CompiledRule] = []
        faults: list[str] = []
        seen: set[str] = set()
        for row in rows:
            if row.rule_id in seen:
                faults.append(f"{row.rule_id}: the rule id stands twice.")
            seen.add(row.rule_id)
            try:
                compiled.append(_compile(row, known))
            except RuleSetError as error:
                faults.append(f"{row.rule_id}: {error}")
        if not seen:
            faults.append("The rule set is empty.")
        if faults:
            raise RuleSetError(" ".join(faults))
        compiled.sort(key=lambda rule: (rule.row.priority, -rule.specificity, rule.row.rule_id))
        return cls(tuple(compiled), known, assign_from, assign_margin)

    def for_category(self, category: str) -> tuple[CompiledRule, ...]:
        """The rules that are tried for this category, in order."""
        return tuple(
            rule
            for rule in self.rules
            if all(column != "category" or category in values for column, values in rule.columns)
        )

    def uses_predicate(self, category: str, *names: str) -> bool:
        """Whether a rule for this category asks one of these predicates."""
        return any(
            rule.condition is not None and not rule.condition.predicates.isdisjoint(names)
            for rule in self.for_category(category)
        )


def _compile(row: RuleRow, known: frozenset[str]) -> CompiledRule:
    columns = tuple(
        (column, frozenset(getattr(row, column).split("|")))
        for column in COLUMNS
        if getattr(row, column) not in ANYTHING
    )
    for body in (row.body, row.notify):
        if body and body not in known and body not in COMPUTED_BODIES:
            raise RuleSetError(f"the authority {body} does not exist.")
    if not 0 <= row.confidence <= 1:
        raise RuleSetError(f"the confidence {row.confidence} is not between 0 and 1.")
    condition = condition_compile(row.condition) if row.condition else None
    return CompiledRule(row, columns, condition)
