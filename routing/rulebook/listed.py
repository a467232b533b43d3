"""Reading rule sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Count

from gis_core.models import Jurisdiction
from issues.models import Category
from routing.engine import RuleRow
from routing.engine.checks.content import MATRIX_COLUMNS, RuleSetContent
from routing.engine.priors import PriorRow
from routing.engine.ruleset import ThresholdRow
from routing.enums import RuleSetPhase, RuleSetStatus
from routing.models import Authority, Prior, Rule, RuleSet, Threshold

TEXT_FIELDS = tuple(
    field
    for field in MATRIX_COLUMNS.values()
    if field not in {"priority", "confidence", "precision_from"}
)


def rule_row(rule: Rule) -> RuleRow:
    """A stored rule as the engine's row."""
    return RuleRow(
        priority=rule.priority,
        confidence=float(rule.confidence),
        precision_from=None if rule.precision_from is None else float(rule.precision_from),
        **{field: getattr(rule, field) for field in TEXT_FIELDS},
    )


def rule_rows(rule_set: RuleSet) -> list[RuleRow]:
    """The stored rules as the engine's rows."""
    return [rule_row(rule) for rule in rule_set.rules.all()]


def threshold_row(threshold: Threshold) -> ThresholdRow:
    return ThresholdRow(
        threshold.category,
        threshold.body,
        float(threshold.assign_from),
        float(threshold.assign_margin),
        threshold.is_proposed_only,
    )


def prior_row(prior: Prior) -> PriorRow:
    return PriorRow(
        prior.category,
        prior.road_class,
        prior.usage,
        prior.part,
        prior.built_up,
        prior.weight,
        prior.settled,
    )


def rule_set_content(rule_set: RuleSet) -> RuleSetContent:
    """Everything of a rule set that decides, read in three statements."""
    return RuleSetContent(
        rows=tuple(rule_rows(rule_set)),
        thresholds=tuple(threshold_row(one) for one in rule_set.thresholds.all()),
        priors=tuple(prior_row(one) for one in rule_set.priors.all()),
        assign_from=float(rule_set.assign_from),
        assign_margin=float(rule_set.assign_margin),
    )


def rule_set_in_effect(jurisdiction: Jurisdiction, *, on: date) -> RuleSet | None:
    """The rule set that counts on a day (local time): the latest that is active from then or before."""
    return (
        RuleSet.objects.filter(
            jurisdiction=jurisdiction, status=RuleSetStatus.ACTIVE, valid_from__lte=on
        )
        .order_by("-valid_from", "-version")
        .first()
    )


@dataclass(frozen=True, slots=True)
class RuleSetListed:
    """A rule set with what it is on a day; `until` is the last day on which it counts, if one is known.

    One that gave way to another from the very same day has counted on no day: `until` is before `valid_from`.
    """

    rule_set: RuleSet
    phase: RuleSetPhase
    rules: int
    until: date | None

    @property
    def was_never_in_effect(self) -> bool:
        start = self.rule_set.valid_from
        return start is not None and self.until is not None and self.until < start


def rule_sets_listed(jurisdiction: Jurisdiction | None, *, on: date) -> list[RuleSetListed]:
    """All rule sets, the highest version first."""
    found = list(
        RuleSet.objects.filter(jurisdiction=jurisdiction)
        .select_related("created_by", "activated_by", "retired_by", "drafted_from")
        .annotate(rule_count=Count("rules"))
        .order_by("-version")
    )
    until = _last_days(found)
    return [
        RuleSetListed(one, _phase(one, until, on), one.rule_count, until.get(one.pk))
        for one in found
    ]


def rule_set_listed(rule_set: RuleSet, *, on: date) -> RuleSetListed:
    """One rule set among the others of its jurisdiction."""
    return next(
        one
        for one in rule_sets_listed(rule_set.jurisdiction, on=on)
        if one.rule_set.pk == rule_set.pk
    )


def _last_days(rule_sets: Iterable[RuleSet]) -> dict[int, date]:
    """Active rule sets that another one follows → their last day."""
    active = sorted(
        (one for one in rule_sets if one.status == RuleSetStatus.ACTIVE and one.valid_from),
        key=lambda one: (one.valid_from or date.min, one.version),
    )
    return {
        one.pk: following.valid_from - timedelta(days=1)
        for one, following in pairwise(active)
        if following.valid_from
    }


def _phase(rule_set: RuleSet, until: dict[int, date], on: date) -> RuleSetPhase:
    if rule_set.status == RuleSetStatus.DRAFT or rule_set.valid_from is None:
        return RuleSetPhase.DRAFT
    if rule_set.status == RuleSetStatus.RETIRED:
        return RuleSetPhase.RETIRED
    last = until.get(rule_set.pk)
    if last is not None and (last < on or last < rule_set.valid_from):
        return RuleSetPhase.SUPERSEDED
    return RuleSetPhase.SCHEDULED if rule_set.valid_from > on else RuleSetPhase.IN_EFFECT


def authority_codes(jurisdiction: Jurisdiction) -> frozenset[str]:
    return frozenset(
        Authority.objects.filter(jurisdiction=jurisdiction).values_list("code", flat=True)
    )


@dataclass(frozen=True, slots=True)
class BodiesKnown:
    """Codes of authorities: `every` one, those that stand for `private` owners, and the city's own `works`."""

    every: frozenset[str]
    private: frozenset[str]
    works: frozenset[str]


def bodies_known(jurisdiction: Jurisdiction) -> BodiesKnown:
    found = Authority.objects.filter(jurisdiction=jurisdiction)
    rows = list(found.values_list("code", "acts_through_id", "is_city_works"))
    return BodiesKnown(
        frozenset(code for code, _through, _is_works in rows),
        frozenset(code for code, through, _is_works in rows if through is not None),
        frozenset(code for code, _through, is_works in rows if is_works),
    )


def category_parts(jurisdiction: Jurisdiction) -> dict[str, str]:
    """Code of each category, in their order → the part of the road that it is about."""
    found = Category.objects.filter(jurisdiction=jurisdiction)
    return dict(found.values_list("code", "part"))


def legal_bases_used(rule_set: RuleSet) -> list[str]:
    """The legal bases that its rows name, to choose from."""
    bases = rule_set.rules.order_by("legal_basis").values_list("legal_basis", flat=True)
    return list(bases.distinct())


def rule_set_without(rule_set: RuleSet, *, on: date) -> RuleSet | None:
    """What counts on a day once this one is taken back."""
    return (
        RuleSet.objects.filter(
            jurisdiction=rule_set.jurisdiction, status=RuleSetStatus.ACTIVE, valid_from__lte=on
        )
        .exclude(pk=rule_set.pk)
        .order_by("-valid_from", "-version")
        .first()
    )
