"""Taking a step back, as long as nothing of it has left the house."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.enums import StepState
from issues.errors import IssueChanged, IssuesError
from issues.models import Issue, Step, StepIssue
from routing.errors import RoutingError
from routing.steps.taking import TOLD_MAX, last_event
from routing.steps.verbs import Taken, verb_find

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


def step_undo(*, step: Step, by: User) -> Step:
    """Takes back what the step did, for each issue on which nobody has acted since; the others stay and say why.

    Only whoever took the step takes it back. What a worker has not come to yet is left alone. Raises IssueChanged
    when the step has been taken back already, is somebody else's, or its time is over.
    """
    with transaction.atomic():
        stored = Step.objects.select_for_update().get(pk=step.pk)
        if stored.by_id != by.pk:
            raise IssueChanged(_("Only whoever took this step can take it back."))
        if stored.taken_back_at is not None:
            raise IssueChanged(_("This step has been taken back already."))
        if stored.holds_until <= timezone.now():
            raise IssueChanged(_("This step can no longer be taken back."))
        stored.taken_back_at = stored.finished_at = timezone.now()
        stored.save(update_fields=["taken_back_at", "finished_at"])
        waiting = stored.issues.select_for_update().filter(state=StepState.WAITING)
        waiting.update(state=StepState.REFUSED, told=_("The step was taken back before."))
        rows = stored.issues.filter(state=StepState.DONE).select_related("issue")
        for row in rows.order_by("-pk"):
            _undo(row, Taken(by=by, at=stored.at, holds_until=stored.holds_until), stored.verb)
    return stored


def _undo(row: StepIssue, taken: Taken, verb: str) -> None:
    try:
        with transaction.atomic():
            Issue.objects.select_for_update(of=("self",)).get(pk=row.issue_id)
            if last_event(row.issue_id) != row.event_id:
                raise IssueChanged(_("Somebody has acted on it since."))
            verb_find(verb).undo(row.issue, row.before, taken)
        row.state = StepState.UNDONE
    except (IssuesError, RoutingError) as error:
        row.told = str(error)[:TOLD_MAX]
    row.save(update_fields=["state", "told"])


def step_last(by: User) -> Step | None:
    """The person's latest step that can still be taken back."""
    return Step.objects.filter(
        by=by, taken_back_at__isnull=True, holds_until__gt=timezone.now()
    ).first()
