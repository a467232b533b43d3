"""Taking a step, on one issue at once or on many by a worker."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.enums import StepState
from issues.errors import IssueChanged, IssuesError
from issues.models import Issue, IssueEvent, Step, StepIssue
from issues.services.nudging import worker_nudge
from routing.errors import RoutingError
from routing.steps.verbs import Data, Taken, Verb, verb_find

logger = logging.getLogger(__name__)

WORK_TASK: Final = "routing.tasks.steps_work"
ISSUES_MAX: Final = 10_000
# So many issues are taken in one transaction; one that refuses is left alone, the others are not.
CHUNK: Final = 25
TOLD_MAX: Final = 500


@dataclass(frozen=True)
class Foreseen:
    """What a step would do to an issue: `told` says why it cannot, "" if it can."""

    issue: Issue
    told: str


def step_take(
    *,
    verb: str,
    issue: Issue,
    data: Mapping[str, Any],
    by: User,
    unstored: Mapping[str, Any] = MappingProxyType({}),
) -> Step:
    """One step on one issue. What leaves the house is held for STEP_HOLD_SECONDS.

    `unstored` goes to the verb beside `data`, and is not kept with the step. Raises an IssuesError or a RoutingError;
    then nothing is changed.
    """
    with transaction.atomic():
        step = _step_new(issue.jurisdiction_id, verb, data, by, settings.STEP_HOLD_SECONDS)
        row = StepIssue(step=step, issue=issue)
        _take(row, verb_find(verb), {**data, **unstored}, taken_of(step))
        row.save()
        step.finished_at = timezone.now()
        step.save(update_fields=["finished_at"])
    return step


def step_foresee(
    *, verb: str, issues: Sequence[Issue], data: Mapping[str, Any]
) -> Iterator[Foreseen]:
    """What would become of each issue; nothing is changed. The issues come with their category."""
    check = verb_find(verb).check
    return (Foreseen(issue, check(issue, data)) for issue in issues)


def step_begin(
    *, verb: str, issues: Sequence[int], data: Mapping[str, Any], by: User, jurisdiction_id: int
) -> Step:
    """A step on many issues (by their keys), for a worker to take. What leaves the house is held until it can no
    longer be taken back: BULK_HOLD_SECONDS, and a second more for each fifty issues.

    Raises IssuesError for no issue, for more than ISSUES_MAX, and for a verb that does not exist.
    """
    verb_find(verb)
    if not issues:
        raise IssuesError(_("No report is selected."))
    if len(issues) > ISSUES_MAX:
        raise IssuesError(
            _("%(count)d reports are selected; a step takes at most %(limit)d at once.")
            % {"count": len(issues), "limit": ISSUES_MAX}
        )
    with transaction.atomic():
        hold = settings.BULK_HOLD_SECONDS + len(issues) // 50
        step = _step_new(jurisdiction_id, verb, data, by, hold)
        StepIssue.objects.bulk_create(StepIssue(step=step, issue_id=pk) for pk in issues)
        transaction.on_commit(partial(worker_nudge, WORK_TASK))
    return step


@transaction.atomic
def chunk_take(step: Step) -> bool:
    """The next issues of a step; False where none waits (any more)."""
    rows = list(
        StepIssue.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(step=step, state=StepState.WAITING)
        .select_related("issue__category", "issue__closing_reason")
        .order_by("pk")[:CHUNK]
    )
    verb = verb_find(step.verb)
    for row in rows:
        try:
            with transaction.atomic():
                _check(row, verb, step.data)
                _take(row, verb, step.data, taken_of(step))
        except (IssuesError, RoutingError) as error:
            row.state, row.told = StepState.REFUSED, str(error)[:TOLD_MAX]
        except Exception:
            # The outermost loop: whatever is wrong with this one must not hold up those behind it.
            logger.exception("step %s could not be taken on issue %s", step.pk, row.issue_id)
            row.state, row.told = StepState.REFUSED, _("This went wrong; the log tells more.")
    StepIssue.objects.bulk_update(rows, ["state", "before", "event_id", "told"])
    return bool(rows)


def _check(row: StepIssue, verb: Verb, data: Data) -> None:
    if told := verb.check(row.issue, data):
        raise IssueChanged(told)


def _take(row: StepIssue, verb: Verb, data: Data, taken: Taken) -> None:
    row.before = verb.take(row.issue, data, taken)
    row.state = StepState.DONE
    row.event_id = last_event(row.issue_id)


def last_event(issue_id: int) -> int | None:
    """The key of the last thing that happened to an issue."""
    found: int | None = IssueEvent.objects.filter(issue=issue_id).aggregate(last=Max("pk"))["last"]
    return found


def _step_new(
    jurisdiction_id: int, verb: str, data: Mapping[str, Any], by: User, hold_s: float
) -> Step:
    now = timezone.now()
    return Step.objects.create(
        jurisdiction_id=jurisdiction_id,
        verb=verb,
        data=dict(data),
        by=by,
        at=now,
        holds_until=now + timedelta(seconds=hold_s),
    )


def taken_of(step: Step) -> Taken:
    return Taken(by=step.by, at=step.at, holds_until=step.holds_until)
