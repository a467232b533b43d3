"""What workers do of steps on many issues: taking them, and taking them back."""

from __future__ import annotations

import time

from django.utils import timezone

from issues.enums import StepState
from issues.models import Step
from routing.steps.taking import chunk_take
from routing.steps.undoing import chunk_undo, rows_to_undo


def steps_work(*, seconds: float = 15.0) -> bool:
    """Works on steps that are not finished; whether some are left. Any number of workers may do it."""
    ends = time.monotonic() + seconds
    for step in Step.objects.filter(finished_at__isnull=True).order_by("pk"):
        act = chunk_take if step.taken_back_at is None else chunk_undo
        while act(step):
            if time.monotonic() > ends:
                return True
        _finish(step)
    return False


def _finish(step: Step) -> None:
    """Unless another worker has some of it in hand, or somebody has begun to take it back meanwhile."""
    unfinished = Step.objects.filter(pk=step.pk, finished_at__isnull=True)
    left = (
        step.issues.filter(state=StepState.WAITING)
        if step.taken_back_at is None
        else rows_to_undo(step)
    )
    if not left.exists():
        unfinished.filter(taken_back_at=step.taken_back_at).update(finished_at=timezone.now())
