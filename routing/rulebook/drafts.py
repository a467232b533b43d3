"""Drafts of rule sets: made, edited row by row, discarded. What has been active is never edited.

Every edit names the revision of the draft that the person saw. Where it is another one by now, somebody else has
edited it, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from routing.engine import RuleRow
from routing.engine.checks.content import RuleSetContent
from routing.engine.priors import PriorRow
from routing.engine.ruleset import ThresholdRow
from routing.enums import RuleSetStatus
from routing.errors import RuleSetChanged, RuleSetError
from routing.models import Prior, Rule, RuleSet, Threshold
from routing.rulebook.listed import prior_row, rule_set_content, rule_set_in_effect

if TYPE_CHECKING:
    from django.contrib.auth.models import User

EMPTY = RuleSetContent(rows=(), assign_from=0.9, assign_margin=0.3)


@transaction.atomic
def draft_create(
    *, jurisdiction: Jurisdiction, by: User | None = None, source: RuleSet | None = None
) -> RuleSet:
    """A draft with what `source` says, else the rule set in effect today, else nothing."""
    source = source or rule_set_in_effect(jurisdiction, on=timezone.localdate())
    content = rule_set_content(source) if source else EMPTY
    name = _("copy of version %d") % source.version if source else _("new")
    return rule_set_new(jurisdiction, content, name=name, by=by, drafted_from=source)


@transaction.atomic
def draft_import(
    *, jurisdiction: Jurisdiction, content: dict[str, Any], name: str, by: User | None = None
) -> RuleSet:
    """A draft with the rows of a file (`content_read`); what the file does not say is as in the set in effect."""
    source = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    completed = content_completed(content, jurisdiction=jurisdiction)
    return rule_set_new(jurisdiction, completed, name=name, by=by, drafted_from=source)


def content_completed(content: dict[str, Any], *, jurisdiction: Jurisdiction) -> RuleSetContent:
    """What a file says (`content_read`), the rest as in the rule set in effect."""
    source = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    known = rule_set_content(source) if source else EMPTY
    return RuleSetContent(
        rows=tuple(content["rows"]),
        thresholds=tuple(content.get("thresholds", known.thresholds)),
        priors=tuple(content.get("priors", known.priors)),
        assign_from=content.get("assign_from", known.assign_from),
        assign_margin=content.get("assign_margin", known.assign_margin),
    )


def rule_set_new(
    jurisdiction: Jurisdiction,
    content: RuleSetContent,
    *,
    name: str,
    by: User | None,
    drafted_from: RuleSet | None,
) -> RuleSet:
    """The jurisdiction's next version, as a draft; belongs into a transaction."""
    _ids_once(row.rule_id for row in content.rows)
    _ids_once(f"{row.category}/{row.body}" for row in content.thresholds)
    _ids_once(row.name for row in content.priors)
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=jurisdiction.pk)
    last = RuleSet.objects.filter(jurisdiction=jurisdiction).aggregate(last=Max("version"))["last"]
    rule_set = RuleSet.objects.create(
        jurisdiction=jurisdiction,
        version=(last or 0) + 1,
        source=name[:300],
        assign_from=_decimal(content.assign_from),
        assign_margin=_decimal(content.assign_margin),
        created_by=by,
        drafted_from=drafted_from,
    )
    Rule.objects.bulk_create(Rule(rule_set=rule_set, **_rule_fields(row)) for row in content.rows)
    Threshold.objects.bulk_create(
        Threshold(rule_set=rule_set, **_threshold_fields(row)) for row in content.thresholds
    )
    Prior.objects.bulk_create(Prior(rule_set=rule_set, **asdict(row)) for row in content.priors)
    return rule_set


def _ids_once(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleSetError(_("%s: stands twice.") % name)
        seen.add(name)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _rule_fields(row: RuleRow) -> dict[str, Any]:
    return {
        **asdict(row),
        "confidence": _decimal(row.confidence),
        "precision_from": None if row.precision_from is None else _decimal(row.precision_from),
    }


def _threshold_fields(row: ThresholdRow) -> dict[str, Any]:
    return {
        **asdict(row),
        "assign_from": _decimal(row.assign_from),
        "assign_margin": _decimal(row.assign_margin),
    }


def draft_locked(rule_set: RuleSet, revision: int) -> RuleSet:
    """The draft, locked and as it is now; belongs into a transaction.

    Raises RuleSetError where it is no draft any more, RuleSetChanged where it is another revision.
    """
    current = RuleSet.objects.select_for_update(no_key=True).filter(pk=rule_set.pk).first()
    if current is None:
        raise RuleSetError(_("The draft was discarded meanwhile."))
    if current.status != RuleSetStatus.DRAFT:
        raise RuleSetError(
            _("Version %d is no draft any more; it is not edited.") % current.version
        )
    if current.revision != revision:
        raise RuleSetChanged(
            _("Somebody else has changed the draft meanwhile. Please look at it anew.")
        )
    return current


def _edited(draft: RuleSet, *fields: str) -> RuleSet:
    draft.revision += 1
    draft.save(update_fields=["revision", *fields])
    return draft


@transaction.atomic
def draft_describe(
    *, draft: RuleSet, revision: int, note: str, assign_from: Decimal, assign_margin: Decimal
) -> RuleSet:
    """Note and general thresholds of a draft."""
    draft = draft_locked(draft, revision)
    draft.note, draft.assign_from, draft.assign_margin = note, assign_from, assign_margin
    return _edited(draft, "note", "assign_from", "assign_margin")


@transaction.atomic
def rule_store(*, draft: RuleSet, revision: int, row: RuleRow, replaces: Rule | None) -> Rule:
    """A new row of a draft, or one in the place of another. Raises RuleSetError where its id is taken."""
    draft = draft_locked(draft, revision)
    others = draft.rules.filter(rule_id=row.rule_id)
    if replaces is not None:
        others = others.exclude(pk=replaces.pk)
    if others.exists():
        raise RuleSetError(_("There is a rule %s already.") % row.rule_id)
    rule = Rule(rule_set=draft, **_rule_fields(row))
    if replaces is not None:
        if not draft.rules.filter(pk=replaces.pk).exists():
            raise RuleSetError(_("The rule is not there any more."))
        rule.pk = replaces.pk
    rule.save(force_insert=replaces is None)
    _edited(draft)
    return rule


@transaction.atomic
def rule_delete(*, draft: RuleSet, revision: int, rule: Rule) -> RuleSet:
    draft = draft_locked(draft, revision)
    draft.rules.filter(pk=rule.pk).delete()
    return _edited(draft)


@transaction.atomic
def threshold_store(
    *, draft: RuleSet, revision: int, row: ThresholdRow, replaces: Threshold | None
) -> Threshold:
    """A new threshold of a draft, or one in the place of another."""
    draft = draft_locked(draft, revision)
    others = draft.thresholds.filter(category=row.category, body=row.body)
    if replaces is not None:
        others = others.exclude(pk=replaces.pk)
    if others.exists():
        raise RuleSetError(_("There is a threshold for these already."))
    threshold = Threshold(rule_set=draft, **_threshold_fields(row))
    if replaces is not None:
        threshold.pk = replaces.pk
    threshold.save(force_insert=replaces is None)
    _edited(draft)
    return threshold


@transaction.atomic
def threshold_delete(*, draft: RuleSet, revision: int, threshold: Threshold) -> RuleSet:
    draft = draft_locked(draft, revision)
    draft.thresholds.filter(pk=threshold.pk).delete()
    return _edited(draft)


@transaction.atomic
def prior_store(*, draft: RuleSet, revision: int, row: PriorRow, replaces: Prior | None) -> Prior:
    """A new prior of a draft, or one in the place of another. Raises RuleSetError where its ground has one."""
    draft = draft_locked(draft, revision)
    others = draft.priors.all() if replaces is None else draft.priors.exclude(pk=replaces.pk)
    if any(prior_row(one).name == row.name for one in others):
        raise RuleSetError(_("There is a prior for this ground already."))
    prior = Prior(rule_set=draft, **asdict(row))
    if replaces is not None:
        if not draft.priors.filter(pk=replaces.pk).exists():
            raise RuleSetError(_("The prior is not there any more."))
        prior.pk = replaces.pk
    prior.save(force_insert=replaces is None)
    _edited(draft)
    return prior


@transaction.atomic
def prior_delete(*, draft: RuleSet, revision: int, prior: Prior) -> RuleSet:
    draft = draft_locked(draft, revision)
    draft.priors.filter(pk=prior.pk).delete()
    return _edited(draft)


@transaction.atomic
def draft_discard(*, draft: RuleSet, revision: int) -> None:
    """Removes a draft with its trial runs; nothing that ever decided anything is removed."""
    draft_locked(draft, revision).delete()
