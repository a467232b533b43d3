"""All kinds of places that a category can be reported at, as sets: what a rule set does with each is computed at once.

A kind of place is one combination of what rules can ask: the columns, the hypotheses, and what conditions look at
(an answer, a bridge's kind …). A set of them is a whole number with one bit for each kind, so that "where a rule
matches" is a few operations on numbers instead of a loop over thousands of combinations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Final

from routing.engine.columns import COLUMN_VALUES
from routing.engine.conditions import Atom, Both, Either, Not, Tree, atoms_of
from routing.engine.facts import CLASSED_BY_OWNER, CLASSIFIED, ROAD_USES
from routing.engine.predicates import PREDICATES, YES
from routing.engine.ruleset import CompiledRule

OTHER: Final = "…"
NO: Final = "no"
# Kinds that differ by what conditions ask for; with more, the rest of the conditions count as "may hold".
EXTRA_KINDS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing in which kinds of places differ; kinds next to each other differ in the last dimension."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where something holds: `sure` for certain, `may` at the most (it contains `sure`)."""

    sure: int
    may: int


class Places:
    """The kinds of places of one category. `parts` are the parts of the road that its reports can be about."""

    def __init__(
        self, category: str, parts: Sequence[str], *, conditions: Iterable[Tree] = ()
    ) -> None:
        self.category = category
        base = (
            Dimension("part", tuple(parts)),
            Dimension("road_class", COLUMN_VALUES["road_class"]),
            Dimension("through_road", COLUMN_VALUES["through_road"]),
            Dimension("built_up", COLUMN_VALUES["through_road"]),
            Dimension("beside_road", (NO, YES)),
            Dimension("bears_through_roads", (NO, YES)),
            Dimension("usage", COLUMN_VALUES["usage"]),
            Dimension("owner", COLUMN_VALUES["owner"]),
        )
        extra = _extra_dimensions(conditions)
        self.dimensions = (*extra, *base)
        self.base = base
        self._names = [one.name for one in self.dimensions]
        self._known: dict[tuple[str, str], int] = {}

    @cached_property
    def everything(self) -> int:
        """Every kind of place that can exist."""
        is_, full = self.where, (1 << size_of(self.dimensions)) - 1
        classified = is_("road_class", *CLASSIFIED)
        no_road, road_land = is_("road_class", "N"), is_("usage", *ROAD_USES)
        same_limits = reduce(
            or_, (is_("through_road", one) & is_("built_up", one) for one in ("in", "out"))
        )
        about_road = full & ~is_("part", "")
        beside = is_("beside_road", YES)
        # Road land without a section in the network takes its class from the owner, see `facts`.
        classed_by_owner = is_("usage", "ROAD", "SQUARE") & is_("owner", *CLASSED_BY_OWNER)
        possible = (classified | same_limits) & ~(no_road & classed_by_owner)
        return full & possible & (~beside | (about_road & ~no_road & ~road_land))

    def where(self, dimension: str, *values: str) -> int:
        """The kinds that have one of the values; values that do not exist give none."""
        return reduce(or_, (self._value(dimension, value) for value in values), 0)

    def _value(self, dimension: str, value: str) -> int:
        """The kinds with this value: a block of ones, repeated as often as the dimensions before it say."""
        if (known := self._known.get((dimension, value))) is not None:
            return known
        position = self._names.index(dimension)
        values = self.dimensions[position].values
        found = 0
        if value in values:
            stride = size_of(self.dimensions[position + 1 :])
            found = ((1 << stride) - 1) << (values.index(value) * stride)
            span, size = stride * len(values), size_of(self.dimensions)
            while span < size:
                found |= found << span
                span *= 2
            found &= (1 << size) - 1
        self._known[dimension, value] = found
        return found

    def of_rule(self, rule: CompiledRule, *, part: str | None = None) -> Reach:
        """Where a rule matches; with `part` as if the report were about that part of the road."""
        sure = may = self.everything
        beside = self.where("beside_road", YES)
        for column, values in rule.columns:
            if column == "category":
                continue
            if column == "part" and part is not None:
                here = self.everything if part in values else 0
            else:
                here = self.where(column, *values)
            if column == "road_class" and "N" in values:
                here |= beside
            if column == "owner" and rule.is_about_roads:
                # Beside a road it is the owner of the road's land that counts, whoever the neighbour is.
                sure, may = sure & here & ~beside, may & (here | beside)
            else:
                sure, may = sure & here, may & here
        if rule.condition is None:
            return Reach(sure, may)
        condition = self.of_condition(rule.condition.tree)
        return Reach(sure & condition.sure, may & condition.may)

    def of_condition(self, tree: Tree) -> Reach:
        match tree:
            case Atom():
                return self._of_atom(tree)
            case Not(part=part):
                inner = self.of_condition(part)
                return Reach(self.everything & ~inner.may, self.everything & ~inner.sure)
            case Both(parts=parts):
                reaches = [self.of_condition(part) for part in parts]
                return Reach(
                    reduce(lambda a, b: a & b, (one.sure for one in reaches)),
                    reduce(lambda a, b: a & b, (one.may for one in reaches)),
                )
            case Either(parts=parts):
                reaches = [self.of_condition(part) for part in parts]
                return Reach(
                    reduce(or_, (one.sure for one in reaches)),
                    reduce(or_, (one.may for one in reaches)),
                )

    def _of_atom(self, atom: Atom) -> Reach:
        predicate = PREDICATES[atom.name]
        may = predicate.may(self, atom.values) & self.everything
        if predicate.asks is None:
            return Reach(may, may)
        asked = predicate.asks(atom.values)
        if not asked.question:
            return Reach(predicate.sure(self, atom.values, 0) & self.everything, may)
        if asked.question not in self._names:
            return Reach(0, may)
        found = self.where(asked.question, *asked.answers) & may
        found = predicate.sure(self, atom.values, found) & self.everything
        return Reach(found, found)

    def flat(self, places: int) -> int:
        """The kinds without what only conditions ask for: a kind is in if it is with any answer."""
        size = size_of(self.base)
        mask, found = (1 << size) - 1, 0
        while places:
            found |= places & mask
            places >>= size
        return found


def size_of(dimensions: Iterable[Dimension]) -> int:
    return reduce(lambda size, one: size * len(one.values), dimensions, 1)


def _extra_dimensions(conditions: Iterable[Tree]) -> tuple[Dimension, ...]:
    known: dict[str, dict[str, None]] = {}
    for tree in conditions:
        for atom in atoms_of(tree):
            asks = PREDICATES[atom.name].asks
            asked = asks(atom.values) if asks else None
            if asked and asked.question:
                answers = known.setdefault(asked.question, {})
                answers.update(dict.fromkeys((*asked.answers, *asked.others)))
    found: list[Dimension] = []
    kinds = 1
    for question, answers in known.items():
        values = (*answers, OTHER)
        if kinds * len(values) <= EXTRA_KINDS_MAX:
            kinds *= len(values)
            found.append(Dimension(question, values))
    return tuple(found)
