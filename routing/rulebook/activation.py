"""A rule set begins to count on a day, and can be taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from routing.engine.findings import errors_of
from routing.enums import RuleSetPhase, RuleSetStatus
from routing.errors import RuleSetError, RuleSetInvalid
from routing.models import RuleSet
from routing.rulebook.checked import rule_set_findings
from routing.rulebook.drafts import draft_locked
from routing.rulebook.listed import rule_set_listed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RETIRABLE = frozenset({RuleSetPhase.SCHEDULED, RuleSetPhase.IN_EFFECT})


@transaction.atomic
def rule_set_activate(
    *, draft: RuleSet, revision: int, valid_from: date, by: User | None
) -> RuleSet:
    """Let a draft count from local midnight of a day on, today or later, until a later one does.

    Raises RuleSetInvalid where it has errors, RuleSetChanged where it is another revision than the person saw,
    RuleSetError where it cannot count from that day. Then nothing is changed.
    """
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=draft.jurisdiction_id)
    draft = draft_locked(draft, revision)
    if valid_from < timezone.localdate():
        raise RuleSetError(_("A rule set cannot count from a day in the past."))
    _not_hidden(draft, valid_from)
    if errors := errors_of(rule_set_findings(draft)):
        raise RuleSetInvalid(errors)
    draft.status, draft.valid_from = RuleSetStatus.ACTIVE, valid_from
    draft.activated_at, draft.activated_by = timezone.now(), by
    draft.save(update_fields=["status", "valid_from", "activated_at", "activated_by"])
    return draft


def _not_hidden(draft: RuleSet, valid_from: date) -> None:
    """Of two from the same day the higher version counts, so a lower one would never."""
    higher = (
        RuleSet.objects.filter(
            jurisdiction_id=draft.jurisdiction_id,
            status=RuleSetStatus.ACTIVE,
            valid_from=valid_from,
            version__gt=draft.version,
        )
        .order_by("-version")
        .first()
    )
    if higher is not None:
        raise RuleSetError(
            _("Version %d counts from that very day and would hide this one.") % higher.version
        )


@transaction.atomic
def rule_set_retire(*, rule_set: RuleSet, by: User | None) -> RuleSet:
    """Take back a rule set that counts or will count; from now on the one before it counts again, if there is one.

    What was decided by it stays as it is. Raises RuleSetError where it does not count any more, or not yet was
    to: what counted in the past is not changed afterwards.
    """
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=rule_set.jurisdiction_id)
    rule_set = RuleSet.objects.select_for_update(no_key=True).get(pk=rule_set.pk)
    phase = rule_set_listed(rule_set, on=timezone.localdate()).phase
    if phase not in RETIRABLE:
        raise RuleSetError(
            _("Version %(version)d is %(phase)s and cannot be taken back.")
            % {"version": rule_set.version, "phase": phase.label}
        )
    rule_set.status = RuleSetStatus.RETIRED
    rule_set.retired_at, rule_set.retired_by = timezone.now(), by
    rule_set.save(update_fields=["status", "retired_at", "retired_by"])
    return rule_set
