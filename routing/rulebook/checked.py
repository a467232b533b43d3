"""Rule sets checked: what is wrong with one, what it covers, what differs from another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from gis_core.enums import Severity
from gis_core.models import Jurisdiction
from routing.engine import CompiledRuleSet
from routing.engine.checks.content import RuleSetContent
from routing.engine.checks.coverage import CoverageCell, CoverageRow, coverage_cells, coverage_rows
from routing.engine.checks.priors import prior_findings
from routing.engine.checks.validation import ruleset_findings
from routing.engine.findings import Finding
from routing.models import RuleSet
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import (
    authority_codes,
    bodies_known,
    category_parts,
    rule_set_content,
    rule_set_in_effect,
)


def rule_set_findings(rule_set: RuleSet) -> list[Finding]:
    """Everything that is wrong with a rule set as it is now, errors first."""
    return content_findings(rule_set_content(rule_set), rule_set.jurisdiction)


def content_findings(content: RuleSetContent, jurisdiction: Jurisdiction) -> list[Finding]:
    """The same for what is not stored yet."""
    bodies, categories = bodies_known(jurisdiction), category_parts(jurisdiction)
    found = [
        *_threshold_findings(content, bodies.every, categories),
        *prior_findings(content.priors, categories=categories),
        *ruleset_findings(
            content.rows,
            bodies=bodies.every,
            categories=categories,
            private=bodies.private,
            works=bodies.works,
        ),
    ]
    return sorted(found, key=lambda one: one.severity != Severity.ERROR)


def _threshold_findings(
    content: RuleSetContent, bodies: Collection[str], categories: Mapping[str, str]
) -> Iterator[Finding]:
    for row in content.thresholds:
        if row.body != "*" and row.body not in bodies:
            yield Finding(Severity.ERROR, "threshold_authority_unknown", (), {"value": row.body})
        if row.category != "*" and categories and row.category not in categories:
            yield Finding(Severity.ERROR, "threshold_category_unknown", (), {"value": row.category})
    settings = (content.assign_from, content.assign_margin)
    levels = [value for row in content.thresholds for value in (row.assign_from, row.assign_margin)]
    for value in [*settings, *levels]:
        if not 0 <= value <= 1:
            yield Finding(Severity.ERROR, "threshold_range", (), {"value": str(value)})


def basis_is_outdated(draft: RuleSet, *, on: date) -> RuleSet | None:
    """The rule set that counts by then instead of the one that the draft was made from, if it is another."""
    counting = rule_set_in_effect(draft.jurisdiction, on=on)
    if counting is None or draft.drafted_from_id is None:
        return None
    return counting if counting.pk != draft.drafted_from_id else None


def _compiled(rule_set: RuleSet) -> CompiledRuleSet:
    """Raises RuleSetError where the rows cannot be used."""
    return rule_set_compile(rule_set, authority_codes(rule_set.jurisdiction))


def rule_set_coverage(rule_set: RuleSet) -> dict[str, list[CoverageCell]]:
    """The overview of the coverage matrix: category → road classes inside and outside.

    Raises RuleSetError where the rows cannot be used.
    """
    compiled, bears = _compiled(rule_set), rule_set.jurisdiction.bears_through_roads
    return {
        category: coverage_cells(compiled, category, part=part, bears_through_roads=bears)
        for category, part in category_parts(rule_set.jurisdiction).items()
    }


def coverage_rows_all(rule_set: RuleSet) -> Iterator[tuple[str, CoverageRow]]:
    """(category, row) of the whole coverage matrix. Raises RuleSetError where the rows cannot be used."""
    compiled, bears = _compiled(rule_set), rule_set.jurisdiction.bears_through_roads
    for category, part in category_parts(rule_set.jurisdiction).items():
        for row in coverage_rows(compiled, category, part=part, bears_through_roads=bears):
            yield category, row


def category_coverage(rule_set: RuleSet, category: str) -> list[CoverageRow]:
    """The coverage matrix of one category; raises RuleSetError, KeyError for a category that does not exist."""
    part = category_parts(rule_set.jurisdiction)[category]
    return coverage_rows(
        _compiled(rule_set),
        category,
        part=part,
        bears_through_roads=rule_set.jurisdiction.bears_through_roads,
    )
