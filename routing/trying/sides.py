"""Both explanations of a changed issue, made when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from gis_core.languages import language_shown, text_in
from routing.deciding.decisions import decisions_compute
from routing.enums import Outcome
from routing.models import Authority, Decision, TrialChange
from routing.sentences import legal_basis_shown


@dataclass(frozen=True, kw_only=True)
class Side:
    """Authority, outcome and reason, in the language of the screen. `authority` None: no rule named one."""

    outcome: Outcome
    body: str
    authority: Authority | None
    rule_id: str
    legal_basis: str
    probability: float
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Sides:
    """`is_current`: both sides still say what the trial found; else rules, data or the issue have changed since."""

    present: Side
    tried: Side
    is_current: bool


def trial_sides(change: TrialChange) -> Sides:
    """What the rules in effect at the trial's start say, and what the tried ones do, on today's data.

    Of an edition that was tried the reason is the one kept with the change; nothing is rehearsed again.
    """
    trial, issue = change.trial, change.issue
    [present] = decisions_compute({issue.pk: issue}, rule_set=trial.compared_with)
    if trial.rule_set is not None:
        [decision] = decisions_compute({issue.pk: issue}, rule_set=trial.rule_set)
        tried = _side(decision)
    else:
        tried = _side_kept(change)
    found = _side(present)
    return Sides(
        present=found,
        tried=tried,
        is_current=(found.body, found.outcome) == (change.from_body, change.from_outcome)
        and (tried.body, tried.outcome) == (change.to_body, change.to_outcome),
    )


def _side(decision: Decision) -> Side:
    code = decision.candidates[0]["body"] if decision.candidates else ""
    return Side(
        outcome=Outcome(decision.outcome),
        body=f"{code}/{decision.area_code}" if decision.area_code else code,
        authority=decision.authority,
        rule_id=decision.rule_id,
        legal_basis=legal_basis_shown(decision.legal_basis, language_shown()),
        probability=decision.probability,
        sentence=decision.sentence,
    )


def _side_kept(change: TrialChange) -> Side:
    kept = change.to_explained
    code = change.to_body.partition("/")[0]
    return Side(
        outcome=Outcome(change.to_outcome),
        body=change.to_body,
        authority=Authority.objects.filter(
            jurisdiction_id=change.trial.jurisdiction_id, code=code
        ).first(),
        rule_id=change.to_rule,
        legal_basis=legal_basis_shown(kept["legal_basis"], language_shown()),
        probability=kept["probability"],
        sentence=text_in(kept["sentences"]),
    )
