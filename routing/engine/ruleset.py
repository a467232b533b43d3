"""A rule set as the engine uses it: validated as a whole, ordered by priority and specificity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from routing.engine.columns import COLUMNS, alternatives
from routing.engine.conditions import Condition, condition_compile
from routing.engine.predicates import Need, predicates_groundless, predicates_needing
from routing.engine.priors import PriorRow, Priors
from routing.errors import RuleSetError
from routing.types import Facts, RuleTried

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
# Who bears the road maintenance duty is what the rules say about this category: damage to the carriageway.
DUTY_CATEGORY: Final = "ROAD_SURFACE"
DUTY_BODIES: Final = frozenset({"(Baulast)", "(higher class)", "(highest class arm)"})


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of the decision matrix as text, columns as there (`class` is `road_class`, `od` `through_road`).

    With `precision_from` the rule only proposes until its measured precision has reached that.
    """

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
    note: str = ""
    precision_from: float | None = None


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """From which certainty on a report is sent by itself; `*` as category or authority means any."""

    category: str
    body: str
    assign_from: float
    assign_margin: float
    is_proposed_only: bool = False


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

    @property
    def is_about_roads(self) -> bool:
        """Whether it names a class of road, and not also places that belong to none."""
        return any(column == "road_class" and "N" not in values for column, values in self.columns)

    def is_level_with(self, other: CompiledRule) -> bool:
        """Whether only the spelling of their ids would order the two."""
        return (self.row.priority, self.specificity) == (other.row.priority, other.specificity)

    def might_match(self, facts: Facts, unknown: frozenset[str]) -> bool:
        """Whether it could match if the columns in `unknown` held something else than they seem to."""
        if any(
            column not in unknown and getattr(facts, column) not in values
            for column, values in self.columns
        ):
            return False
        if self.condition is not None and not self.condition.predicates <= predicates_groundless():
            return True
        asks = any(column in unknown for column, _values in self.columns)
        return asks and (self.condition is None or self.condition.holds(facts))

    def seen(self, facts: Facts) -> Facts:
        """A place beside a road as a rule that matches sees it: either that road or the land next to it."""
        if self.is_about_roads:
            return replace(facts, owner=facts.road_owner)
        classes = dict(self.columns).get("road_class")
        if classes is None or facts.road_class in classes:
            return facts
        return replace(
            facts,
            road_class="N",
            through_road=facts.built_up,
            beside_road=False,
            section=None,
        )

    def tried_with(self, facts: Facts) -> RuleTried:
        """Whether the rule matches, with the first reason why it does not.

        Beside a road, a rule about a class of road is about the road's land and not about the neighbour's.
        """
        if facts.beside_road and facts.owner != facts.road_owner and self.is_about_roads:
            facts = self.seen(facts)
        for column, values in self.columns:
            value = getattr(facts, column)
            no_road_too = column == "road_class" and facts.beside_road and "N" in values
            if value not in values and not no_road_too:
                wanted = "|".join(sorted(values))
                return RuleTried(self.row.rule_id, False, f"{column}: {value or '–'} ≠ {wanted}")
        if self.condition is not None and not self.condition.holds(facts):
            return RuleTried(self.row.rule_id, False, f"condition: {self.row.condition}")
        return RuleTried(self.row.rule_id, True, "")


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRuleSet:
    """All rules in the order in which they are tried, and the thresholds for sending by itself."""

    rules: tuple[CompiledRule, ...]
    bodies: frozenset[str]
    assign_from: float
    assign_margin: float
    thresholds: Mapping[tuple[str, str], ThresholdRow]
    priors: Priors
    # Worked out when first asked for.
    _by_category: dict[str, tuple[CompiledRule, ...]] = field(default_factory=dict, init=False)

    @classmethod
    def compile(
        cls,
        rows: Iterable[RuleRow],
        *,
        bodies: Iterable[str],
        assign_from: float,
        assign_margin: float,
        thresholds: Iterable[ThresholdRow] = (),
        priors: Iterable[PriorRow] = (),
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
        return cls(
            tuple(compiled),
            known,
            assign_from,
            assign_margin,
            {(row.category, row.body): row for row in thresholds},
            Priors(priors),
        )

    def threshold(self, category: str, body: str) -> ThresholdRow:
        """The narrowest threshold: category and authority, then authority, then category, then the rule set's own."""
        for key in ((category, body), ("*", body), (category, "*"), ("*", "*")):
            if key in self.thresholds:
                return self.thresholds[key]
        return ThresholdRow("*", "*", self.assign_from, self.assign_margin)

    def for_category(self, category: str) -> tuple[CompiledRule, ...]:
        """The rules that are tried for this category, in order."""
        if category not in self._by_category:
            self._by_category[category] = tuple(
                rule
                for rule in self.rules
                if all(
                    column != "category" or category in values for column, values in rule.columns
                )
            )
        return self._by_category[category]

    def rests_on(self, category: str, need: Need) -> bool:
        """Whether the condition of a rule for this category rests on such evidence."""
        names = predicates_needing(need)
        return any(
            rule.condition is not None and not rule.condition.predicates.isdisjoint(names)
            for rule in self.for_category(category)
        )


def _compile(row: RuleRow, known: frozenset[str]) -> CompiledRule:
    columns = tuple(
        (column, values)
        for column in COLUMNS
        if (values := alternatives(getattr(row, column))) is not None
    )
    for body in (row.body, row.notify):
        if body and body not in known and body not in COMPUTED_BODIES:
            raise RuleSetError(f"the authority {body} does not exist.")
    if not 0 <= row.confidence <= 1:
        raise RuleSetError(f"the confidence {row.confidence} is not between 0 and 1.")
    condition = condition_compile(row.condition) if row.condition else None
    return CompiledRule(row, columns, condition)
