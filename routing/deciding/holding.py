"""How long a report waits before it is passed on by itself, so that a person can see it first."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from issues.models import Issue
from issues.services.duplicates import duplicates_find


def forwarding_hold(issue: Issue, *, number: int) -> timedelta:
    """The wait of a decision that the rules made; `number` is that of the decision, the first is 1.

    A category's own wait, and the one for what most likely repeats an earlier report. An emergency never waits.
    """
    if issue.category.is_emergency or number > 1:
        return timedelta()
    minutes = issue.category.hold_minutes
    if minutes < settings.DUPLICATE_HOLD_MINUTES and _is_probably_known(issue.pk):
        minutes = settings.DUPLICATE_HOLD_MINUTES
    return timedelta(minutes=minutes)


def _is_probably_known(issue_id: int) -> bool:
    issue = Issue.objects.select_related("category").get(pk=issue_id)
    return any(like.is_probable for like in duplicates_find(issue))
