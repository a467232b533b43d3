"""What a person sees before a rule set begins to count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis_core.enums import Severity
from routing.enums import TrialState
from routing.errors import RuleSetError
from routing.models import RuleSet
from routing.rulebook.checked import basis_is_outdated
from routing.trying.golden import golden_check, golden_summary


@dataclass(frozen=True)
class ActivationCheck:
    """One thing to know before the confirmation; `severity` says how much it should worry."""

    title: str
    severity: Severity
    text: str
    address: str = ""


def _basis(draft: RuleSet) -> ActivationCheck:
    """Whether another version began to count since the draft was made from one."""
    newer = basis_is_outdated(draft, on=timezone.localdate())
    title = _("Made from")
    if newer is None:
        return ActivationCheck(title, Severity.INFO, _("the version that counts today"))
    return ActivationCheck(
        title,
        Severity.WARNING,
        _(
            "Version %(old)s; since then version %(new)s began to count. What that one changed is lost"
            " unless it is in this draft too."
        )
        % {"old": draft.drafted_from.version if draft.drafted_from else "–", "new": newer.version},
        f"{reverse('rules_difference', args=[draft.pk])}?against={newer.pk}",
    )


def _trial(draft: RuleSet) -> ActivationCheck:
    """Whether the draft, as it is now, was tried."""
    title = _("Trial run")
    trial = draft.trials.filter(revision=draft.revision, state=TrialState.DONE).first()
    if trial is None:
        return ActivationCheck(
            title,
            Severity.WARNING,
            _("This draft, as it is now, was not tried."),
            reverse("trials"),
        )
    changed = trial.changes.count()
    return ActivationCheck(
        title,
        Severity.INFO,
        ngettext(
            "%(changed)d of %(total)d issues would be decided otherwise.",
            "%(changed)d of %(total)d issues would be decided otherwise.",
            changed,
        )
        % {"changed": changed, "total": trial.issues_total},
        reverse("trial", args=[trial.pk]),
    )


def _golden(draft: RuleSet) -> ActivationCheck:
    """Settled cases that the draft would decide otherwise."""
    title = _("Golden cases")
    try:
        counts = golden_summary(golden_check(jurisdiction=draft.jurisdiction, rule_set=draft))
    except RuleSetError:
        return ActivationCheck(
            title, Severity.ERROR, _("They cannot be checked as long as there are errors.")
        )
    if not sum(counts.values()):
        return ActivationCheck(title, Severity.INFO, _("There are none yet."))
    if counts["breaks"]:
        return ActivationCheck(
            title,
            Severity.ERROR,
            ngettext("%d would break.", "%d would break.", counts["breaks"]) % counts["breaks"],
            reverse("golden"),
        )
    return ActivationCheck(
        title,
        Severity.INFO,
        _("None would break; %(holds)d hold, %(mends)d would be mended, %(fails)d fail as today.")
        % counts,
    )


# Each is asked when the page is shown; they hinder nothing, the person decides.
CHECKS: Final[tuple[Callable[[RuleSet], ActivationCheck], ...]] = (_basis, _trial, _golden)


def activation_checks(draft: RuleSet) -> list[ActivationCheck]:
    return [check(draft) for check in CHECKS]
