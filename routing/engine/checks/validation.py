"""A rule set checked as a whole: unknown words, rules that never get their turn, contradictions, duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

from gis_core.enums import Severity
from routing.engine.checks.coverage import parts_of
from routing.engine.checks.places import NO
from routing.engine.checks.turns import Turn, Turns, turns_of
from routing.engine.checks.wildcards import (
    public_land_called_private,
    swallowed_rows,
    works_astray,
)
from routing.engine.columns import ANYTHING, COLUMN_VALUES
from routing.engine.conditions import ConditionError, condition_compile
from routing.engine.findings import Finding, errors_of, names_listed, names_some
from routing.engine.ruleset import (
    COMPUTED_BODIES,
    DUTY_BODIES,
    DUTY_CATEGORY,
    CompiledRuleSet,
    RuleRow,
)


def ruleset_findings(
    rows: Sequence[RuleRow],
    *,
    bodies: Collection[str],
    categories: Mapping[str, str],
    private: Collection[str] = (),
    works: Collection[str] = (),
) -> list[Finding]:
    """Everything that is wrong with the rows, errors first.

    `bodies` are the codes of the authorities, `private` those that stand for private owners, `works` the city's own
    works; `categories` are those of the categories with the part of the road that each is about; with no categories
    at all they are not checked. What needs the rules to be compiled is looked for only where every row can be.
    """
    findings = [*row_findings(rows, bodies=bodies, categories=categories), *_duties_unknown(rows)]
    if not errors_of(findings):
        ruleset = CompiledRuleSet.compile(rows, bodies=bodies, assign_from=0, assign_margin=0)
        findings += _duplicates(rows)
        findings += _together(ruleset, categories or _categories_named(rows), private, works)
    order = list(Severity)
    return sorted(findings, key=lambda one: -order.index(one.severity))


def row_findings(
    rows: Iterable[RuleRow], *, bodies: Collection[str], categories: Mapping[str, str]
) -> Iterator[Finding]:
    """What is wrong with each row by itself."""
    known = {*bodies, *COMPUTED_BODIES, "TRIAGE"}
    seen: set[str] = set()
    for row in rows:
        problems = [
            *_faults_of_row(row),
            *_faults_of_columns(row, categories),
            *(
                ("authority_unknown", {"value": body})
                for body in [row.body, *([row.notify] if row.notify else [])]
                if body not in known
            ),
        ]
        if row.rule_id in seen:
            problems.append(("id_twice", {}))
        seen.add(row.rule_id)
        for code, values in problems:
            yield Finding(Severity.ERROR, code, (row.rule_id,), values)
        if not row.legal_basis:
            yield Finding(Severity.WARNING, "basis_missing", (row.rule_id,))
    if not seen:
        yield Finding(Severity.ERROR, "set_empty")


def _duties_unknown(rows: Sequence[RuleRow]) -> Iterator[Finding]:
    """Rules whose body follows from rules that are not there: they would never name anybody."""
    if any(DUTY_CATEGORY in row.category.split("|") for row in rows):
        return
    for row in rows:
        for body in sorted({row.body, row.notify} & DUTY_BODIES):
            values = {"body": body, "category": DUTY_CATEGORY}
            yield Finding(Severity.ERROR, "duty_unknown", (row.rule_id,), values)


def _faults_of_row(row: RuleRow) -> Iterator[tuple[str, dict[str, str]]]:
    if not row.rule_id:
        yield "id_missing", {}
    if not 0 <= row.confidence <= 1:
        yield "confidence_range", {"value": str(row.confidence)}
    if row.precision_from is not None and not 0 <= row.precision_from <= 1:
        yield "precision_range", {"value": str(row.precision_from)}
    try:
        if row.condition:
            condition_compile(row.condition)
    except ConditionError as error:
        yield error.code, error.values


def _faults_of_columns(
    row: RuleRow, categories: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    for column, known in COLUMN_VALUES.items():
        text = getattr(row, column)
        for value in [] if text in ANYTHING else text.split("|"):
            if value not in known:
                yield (
                    "value_unknown",
                    {"column": column, "value": value, "known": ", ".join(known)},
                )
    if row.category not in ANYTHING and categories:
        for code in row.category.split("|"):
            if code not in categories:
                yield "category_unknown", {"value": code}


def _categories_named(rows: Iterable[RuleRow]) -> dict[str, str]:
    named = {code for row in rows for code in row.category.split("|")} - ANYTHING
    return dict.fromkeys(sorted(named), "")


def _duplicates(rows: Sequence[RuleRow]) -> Iterator[Finding]:
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for row in rows:
        columns = tuple(
            frozenset(getattr(row, column).split("|")) for column in ("category", *COLUMN_VALUES)
        )
        alike[row.priority, columns, row.condition, row.body].append(row.rule_id)
    for ids in alike.values():
        if len(ids) > 1:
            yield Finding(Severity.WARNING, "duplicate", tuple(ids), {"rules": names_listed(ids)})


@dataclass(slots=True)
class _Seen:
    """What is known of a rule after all categories: whether it can match, whether it ever decides."""

    can_match: bool = False
    decides: bool = False
    behind: dict[str, None] = field(default_factory=dict)


def _together(
    ruleset: CompiledRuleSet,
    categories: Mapping[str, str],
    private: Collection[str],
    works: Collection[str],
) -> Iterator[Finding]:
    seen = {rule.row.rule_id: _Seen() for rule in ruleset.rules}
    of_places: dict[tuple[str, tuple[str, ...]], Finding] = {}
    swallowed: dict[tuple[Severity, str], dict[str, None]] = {}
    for category, part in categories.items():
        turns = turns_of(ruleset, category, parts_of(part))
        for turn in turns.turns:
            known = seen[turn.rule.row.rule_id]
            known.can_match |= bool(turn.reach.may)
            known.decides |= bool(turn.decides)
            if not known.decides:
                known.behind.update(_covering(turn, turns))
        for one in chain(
            _clashes(turns), public_land_called_private(turns, private), works_astray(turns, works)
        ):
            of_places.setdefault((one.code, one.rules), one)
        for severity, wildcard, named in swallowed_rows(turns):
            swallowed.setdefault((severity, wildcard), {})[named] = None
    yield from of_places.values()
    for (severity, wildcard), others in swallowed.items():
        yield Finding(severity, "wildcard_swallows", (wildcard,), {"others": names_some(others)})
    # Else nothing is known of the parts of the road that reports are about.
    if any(categories.values()):
        yield from _never_deciding(seen)


def _never_deciding(seen: Mapping[str, _Seen]) -> Iterator[Finding]:
    for rule_id, known in seen.items():
        if not known.can_match:
            yield Finding(Severity.ERROR, "never_applies", (rule_id,))
        elif not known.decides:
            yield Finding(
                Severity.ERROR, "unreachable", (rule_id,), {"others": names_some(known.behind)}
            )


def _covering(turn: Turn, turns: Turns) -> dict[str, None]:
    """The rules before this one that take its places away."""
    before = turns.turns[: turns.turns.index(turn)]
    return dict.fromkeys(
        one.rule.row.rule_id for one in before if one.reach.sure & turn.reach.may & one.left
    )


def _clashes(turns: Turns) -> Iterator[Finding]:
    """Rules of the same priority and specificity that match together and name different bodies."""
    for one, other in combinations(turns.turns, 2):
        if not one.rule.is_level_with(other.rule) or one.rule.row.body == other.rule.row.body:
            continue
        # Beside a road both the road's rules and those for no road apply, and a person sees both bodies.
        both = one.reach.may & other.reach.may & one.left & turns.places.where("beside_road", NO)
        if not both:
            continue
        certain = (
            one.rule.row.condition == other.rule.row.condition
            and not {one.rule.row.body, other.rule.row.body} & COMPUTED_BODIES
        )
        ids = (one.rule.row.rule_id, other.rule.row.rule_id)
        yield Finding(
            Severity.ERROR if certain else Severity.WARNING,
            "contradiction" if certain else "possible_contradiction",
            ids,
            {
                "rules": names_listed(ids),
                "bodies": names_listed((one.rule.row.body, other.rule.row.body)),
            },
        )
