"""Reading trial runs: how far they are, and what they found."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.query import QuerySet

from routing.models import Trial, TrialChange


@dataclass(frozen=True, kw_only=True)
class TrialProgress:
    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


@dataclass(frozen=True, kw_only=True)
class ChangeGroup:
    """How many issues go from one authority (code, or code/area) to another; `from_*` counts today."""

    from_body: str
    from_outcome: str
    to_body: str
    to_outcome: str
    count: int


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """So many issues are decided by another rule, with another result; empty where no rule did."""

    from_rule: str
    to_rule: str
    count: int


def trial_progress(trial: Trial) -> TrialProgress:
    done = trial.chunks.aggregate(done=Sum("issues_done"))["done"] or 0
    return TrialProgress(done=done, total=trial.issues_total)


def changes_by_authority(trial: Trial) -> list[ChangeGroup]:
    """Groups of changes by authority before and after, the most frequent first."""
    names = ("from_body", "from_outcome", "to_body", "to_outcome")
    rows = trial.changes.values(*names).annotate(count=Count("pk")).order_by("-count", *names)
    return [ChangeGroup(**row) for row in rows]


def changes_by_rule(trial: Trial) -> list[RuleGroup]:
    """By which rule instead of which, the most frequent first."""
    names = ("from_rule", "to_rule")
    rows = trial.changes.values(*names).annotate(count=Count("pk")).order_by("-count", *names)
    return [RuleGroup(**row) for row in rows]


def changes_chosen(
    trial: Trial, *, from_body: str | None = None, to_body: str | None = None, rule: str = ""
) -> QuerySet[TrialChange]:
    """The changed issues in order of their ids; None means any authority; `rule` takes part on either side."""
    changes = trial.changes.select_related("issue__category").order_by("issue_id")
    if from_body is not None:
        changes = changes.filter(from_body=from_body)
    if to_body is not None:
        changes = changes.filter(to_body=to_body)
    if rule:
        changes = changes.filter(from_rule=rule) | changes.filter(to_rule=rule)
    return changes
