"""Taking a step back, as long as nothing of it has left the house."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.enums import StepState
from issues.errors import IssueChanged, IssuesError
from issues.models import Issue, IssueEvent, Step, StepIssue
from issues.services.nudging import worker_nudge
from routing.errors import RoutingError
from routing.steps.taking import CHUNK, TOLD_MAX, WORK_TASK, last_event, taken_of
from routing.steps.verbs import Taken, verb_find

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


def step_undo(*, step: Step, by: User) -> Step:
    """Takes back what the step did, for each issue on which nobody has acted since; the others stay and say why.

    Of more than CHUNK issues a worker does it. Only whoever took the step takes it back. What a worker has not come to
    yet is left alone. Raises IssueChanged when the step has been taken back already, is somebody else's, or its time
    is over.
    """
    with transaction.atomic():
        stored = Step.objects.select_for_update().get(pk=step.pk)
        if stored.by_id != by.pk:
            raise IssueChanged(_("Only whoever took this step can take it back."))
        if stored.taken_back_at is not None:
            raise IssueChanged(_("This step has been taken back already."))
        if stored.holds_until <= timezone.now():
            raise IssueChanged(_("This step can no longer be taken back."))
        stored.taken_back_at, stored.finished_at = timezone.now(), None
        stored.save(update_fields=["taken_back_at", "finished_at"])
        waiting = stored.issues.select_for_update().filter(state=StepState.WAITING)
        waiting.update(state=StepState.REFUSED, told=_("The step was taken back before."))
        if rows_to_undo(stored).count() > CHUNK:
            transaction.on_commit(partial(worker_nudge, WORK_TASK))
        else:
            chunk_undo(stored)
            stored.finished_at = timezone.now()
            stored.save(update_fields=["finished_at"])
    return stored


def rows_to_undo(step: Step) -> QuerySet[StepIssue]:
    """What nobody has tried to take back yet."""
    return step.issues.filter(state=StepState.DONE, told="")


@transaction.atomic
def chunk_undo(step: Step) -> bool:
    """Takes the next issues back, the last ones first; False where none is left."""
    rows = list(
        rows_to_undo(step)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("issue")
        .order_by("-pk")[:CHUNK]
    )
    for row in rows:
        _undo(row, taken_of(step), step.verb)
    return bool(rows)


def _undo(row: StepIssue, taken: Taken, verb: str) -> None:
    try:
        with transaction.atomic():
            Issue.objects.select_for_update(of=("self",)).get(pk=row.issue_id)
            _untouched_check(row)
            verb_find(verb).undo(row.issue, row.before, taken)
        row.state = StepState.UNDONE
    except (IssuesError, RoutingError) as error:
        row.told = str(error)[:TOLD_MAX]
    except Exception:
        # As in taking: whatever is wrong with this one must not hold up the others.
        logger.exception("step %s could not be taken back on issue %s", row.step_id, row.issue_id)
        row.told = _("This went wrong; the log tells more.")
    row.save(update_fields=["state", "told"])


def _untouched_check(row: StepIssue) -> None:
    if last_event(row.issue_id) != row.event_id:
        raise IssueChanged(_("Somebody has acted on it since."))


def step_last(by: User) -> Any:
    """The person's latest step that can still be taken back, or None.

    Annotated with `number` (of its first issue) and `is_latest`: the person has done nothing else since.
    """
    rows = StepIssue.objects.filter(step=OuterRef("pk"))
    since = IssueEvent.objects.filter(by=by, pk__gt=OuterRef("last_event"))
    return (
        Step.objects.filter(by=by, taken_back_at__isnull=True, holds_until__gt=timezone.now())
        .annotate(
            number=Subquery(rows.order_by("pk").values("issue__number")[:1]),
            last_event=Subquery(
                rows.order_by(F("event_id").desc(nulls_last=True)).values("event_id")[:1]
            ),
        )
        .annotate(is_latest=~Exists(since))
        .first()
    )
