"""The rules of a set as a table that a person can read, grouped and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gis_core.enums import Severity
from mapui.rules.prior_tables import columns_of, ground_shown
from mapui.site.rule_words import FIELDS, RuleWords, condition_shown
from routing.engine.checks.content import Difference, RuleSetDifference
from routing.engine.columns import ANYTHING, COLUMNS
from routing.engine.findings import Finding
from routing.engine.priors import COLUMNS as GROUND
from routing.engine.priors import PriorRow
from routing.engine.ruleset import ThresholdRow
from routing.models import Rule, RuleSet, Threshold
from routing.sentences import legal_basis_shown
from routing.sentences.findings import finding_sentence


@dataclass(frozen=True)
class RuleFilter:
    """What the reader chose; empty is everything. With a category: what is tried for it, in that order."""

    category: str = ""
    body: str = ""
    text: str = ""


@dataclass(frozen=True)
class RuleShown:
    """A rule in words; `columns` are (label, words) of those that ask for something."""

    rule: Rule
    columns: tuple[tuple[str, str], ...]
    condition: str
    body: str
    notify: str
    basis: str
    severity: str

    @property
    def haystack(self) -> str:
        rule = self.rule
        parts = [rule.rule_id, rule.condition, rule.legal_basis, rule.note, rule.body]
        words = [*(words for _label, words in self.columns), self.condition, self.body, self.basis]
        return " ".join([*parts, *words]).casefold()


@dataclass(frozen=True)
class RuleGroup:
    title: str
    rules: tuple[RuleShown, ...]


def rules_grouped(
    rule_set: RuleSet,
    words: RuleWords,
    *,
    chosen: RuleFilter,
    findings: Iterable[Finding] = (),
    language: str,
) -> list[RuleGroup]:
    """Groups by category, rules for all of them first; one group where a category is chosen."""
    severities = _severities(findings)
    shown = [_shown(rule, words, severities, language) for rule in rule_set.rules.all()]
    needle = chosen.text.casefold()
    shown = [
        one
        for one in shown
        if (not chosen.body or chosen.body in {one.rule.body, one.rule.notify})
        and (not needle or needle in one.haystack)
    ]
    if chosen.category:
        tried = [one for one in shown if _applies(one.rule, chosen.category)]
        tried.sort(key=lambda one: (one.rule.priority, -_specificity(one.rule), one.rule.rule_id))
        return [RuleGroup(words.category(chosen.category), tuple(tried))] if tried else []
    groups: dict[str, list[RuleShown]] = {}
    for one in shown:
        groups.setdefault(one.rule.category, []).append(one)
    order = list(words.categories)
    return [
        RuleGroup(words.column("category", text) or _("All categories"), tuple(groups[text]))
        for text in sorted(groups, key=lambda text: _place(text, order))
    ]


def _place(text: str, order: Sequence[str]) -> tuple[int, int, str]:
    if text in ANYTHING:
        return -1, 0, ""
    codes = text.split("|")
    places = [order.index(code) if code in order else len(order) for code in codes]
    return min(places), len(codes), text


def _applies(rule: Rule, category: str) -> bool:
    return rule.category in ANYTHING or category in rule.category.split("|")


def _specificity(rule: Rule) -> int:
    """As the engine counts it (`CompiledRule.specificity`), for a rule that may not be compilable yet."""
    narrowed = [column for column in COLUMNS if getattr(rule, column) not in ANYTHING]
    return len(narrowed) + ("category" in narrowed) + bool(rule.condition)


def _shown(
    rule: Rule, words: RuleWords, severities: dict[str, Severity], language: str
) -> RuleShown:
    columns = tuple(
        (str(FIELDS[column]), text)
        for column in COLUMNS
        if column != "category" and (text := words.column(column, getattr(rule, column)))
    )
    severity = severities.get(rule.rule_id)
    return RuleShown(
        rule=rule,
        columns=columns,
        condition=condition_shown(rule.condition) if rule.condition else "",
        body=words.body(rule.body),
        notify=words.body(rule.notify) if rule.notify else "",
        basis=legal_basis_shown(rule.legal_basis, language),
        severity=severity.value if severity else "",
    )


def _severities(findings: Iterable[Finding]) -> dict[str, Severity]:
    """Each rule's worst finding; the findings come with errors first."""
    worst: dict[str, Severity] = {}
    for finding in findings:
        for rule_id in finding.rules:
            worst.setdefault(rule_id, finding.severity)
    return worst


@dataclass(frozen=True)
class FindingShown:
    severity: Severity
    sentence: str


def findings_shown(findings: Iterable[Finding]) -> list[FindingShown]:
    return [FindingShown(one.severity, finding_sentence(one)) for one in findings]


@dataclass(frozen=True)
class ThresholdShown:
    threshold: Threshold
    category: str
    body: str


def thresholds_shown(rule_set: RuleSet, words: RuleWords) -> list[ThresholdShown]:
    return [
        ThresholdShown(
            one,
            _("any") if one.category == "*" else words.category(one.category),
            _("any") if one.body == "*" else words.body(one.body),
        )
        for one in rule_set.thresholds.all()
    ]


@dataclass(frozen=True)
class DifferenceShown:
    """A rule, threshold or prior that differs: its name, how, and (field, before, after) of each cell."""

    name: str
    kind: str
    cells: tuple[tuple[str, str, str], ...]


def differences_shown(
    difference: RuleSetDifference, words: RuleWords
) -> dict[str, list[DifferenceShown] | list[tuple[str, str, str]]]:
    """Rules, thresholds and priors, and the rule set's own settings as (field, before, after)."""
    return {
        "rules": [_difference(one, words) for one in difference.rules],
        "thresholds": [_difference(one, words) for one in difference.thresholds],
        "priors": [_difference(one, words) for one in difference.priors],
        "settings": [
            (str(FIELDS[one.field]), str(one.before), str(one.after)) for one in difference.settings
        ],
    }


def _difference(one: Difference, words: RuleWords) -> DifferenceShown:
    row = one.after or one.before
    if isinstance(row, ThresholdRow):
        name = f"{words.cell('category', row.category)} / {words.cell('body', row.body)}"
        named_by: set[str] = {"category", "body"}
    elif isinstance(row, PriorRow):
        category = words.column("category", row.category) or _("All categories")
        name = f"{category}: {ground_shown(columns_of(row), words)}"
        named_by = {"category", *GROUND}
    else:
        name, named_by = one.name, {"rule_id"}
    cells = [
        (
            str(FIELDS[change.field]),
            words.cell(change.field, change.before),
            words.cell(change.field, change.after),
        )
        for change in one.changes
        if change.field not in named_by
    ]
    # Of a whole row only what it asks for and says is worth reading.
    if one.kind != "changed":
        cells = [cell for cell in cells if {cell[1], cell[2]} - {"–", _("any")}]
    return DifferenceShown(name, one.kind, tuple(cells))
