"""One chunk of a trial: its issues decided by both sides, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Func
from django.utils.translation import gettext as _

from gis_core.models import Edition
from issues.models import Issue
from routing.enums import Outcome, TrialState
from routing.errors import TrialRefused
from routing.models import RuleSet, Trial, TrialChange, TrialChunk
from routing.trying.briefs import Brief, briefs_of

LIVE: Final = (TrialState.WAITING, TrialState.RUNNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What two sides are compared by, and the rule that led to it."""

    body: str
    outcome: str
    rule_id: str

    def differs_from(self, other: Answer) -> bool:
        """Who or what becomes of it; another rule that comes to the same is no change."""
        return (self.body, self.outcome) != (other.body, other.outcome)


def chunk_try(trial: Trial) -> bool:
    """Takes the next free chunk and decides its issues; False: no chunk is free."""
    with transaction.atomic():
        chunk = (
            TrialChunk.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(trial=trial, trial__state__in=LIVE, is_done=False)
            .defer("issue_ids")
            .order_by("position")
            .first()
        )
        if chunk is None:
            return False
        changes: list[TrialChange] = []
        count = 0
        sides = [trial.compared_with, trial.rule_set]
        for issue_id, datasets, (present, tried) in answers(trial, chunk, sides):
            editions_check(trial, datasets)
            count += 1
            if tried.differs_from(present):
                changes.append(change_build(trial, issue_id, present, tried))
        _revision_check(trial)
        chunk_store(chunk, count, changes)
    return True


def answers(
    trial: Trial, chunk: TrialChunk, rule_sets: list[RuleSet | None]
) -> Iterator[tuple[int, Mapping[str, int], list[Answer]]]:
    """Yields (issue id, editions, one answer per rule set), all on the same evidence.

    Without a rule set the answer is triage.
    """
    named = TrialChunk.objects.filter(pk=chunk.pk).values(one=Func("issue_ids", function="unnest"))
    ids = Issue.objects.filter(jurisdiction_id=trial.jurisdiction_id, pk__in=named)
    given = [one for one in rule_sets if one is not None]
    for issue_id, datasets, briefs in briefs_of(list(ids.values_list("pk", flat=True)), given):
        found: Iterator[Brief | None] = iter(briefs)
        yield (
            issue_id,
            datasets,
            [answer_of(None if one is None else next(found)) for one in rule_sets],
        )


def answer_of(brief: Brief | None) -> Answer:
    if brief is None:
        return Answer("", Outcome.TRIAGE, "")
    return Answer(brief.addressee, brief.outcome, brief.rule_id)


def editions_check(
    trial: Trial, datasets: Mapping[str, int], *, tried: Edition | None = None
) -> None:
    """Raises TrialRefused when other editions are active than at the start: then two halves could not be compared."""
    expected = set(trial.editions.values())
    if tried is not None:
        expected = expected - {tried.base_id} | {tried.pk}
    if set(datasets.values()) != expected:
        raise TrialRefused(
            _("Geodata were activated during the trial, so it compares nothing. Please begin anew.")
        )


def _revision_check(trial: Trial) -> None:
    """The rules were read before this; an edit since then has counted the revision up."""
    now = RuleSet.objects.filter(trials=trial).values_list("revision", flat=True).first()
    if now != trial.revision:
        raise TrialRefused(
            _("The draft was edited during the trial, so it compares nothing. Please begin anew.")
        )


def change_build(
    trial: Trial, issue_id: int, present: Answer, tried: Answer, **explained: Any
) -> TrialChange:
    return TrialChange(
        trial=trial,
        issue_id=issue_id,
        from_body=present.body,
        from_rule=present.rule_id,
        from_outcome=present.outcome,
        to_body=tried.body,
        to_rule=tried.rule_id,
        to_outcome=tried.outcome,
        to_explained=explained,
    )


def chunk_store(chunk: TrialChunk, count: int, changes: list[TrialChange]) -> None:
    TrialChange.objects.bulk_create(changes)
    chunk.issues_done, chunk.is_done = count, True
    chunk.save(update_fields=["issues_done", "is_done"])
