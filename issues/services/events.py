"""What happened to an issue, appended and never edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gis_core.db.inserts import rows_insert
from issues.enums import EventKind
from issues.models import Issue, IssueEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def issue_event_append(
    *,
    issue: Issue,
    kind: EventKind,
    by: User | None = None,
    detail: Mapping[str, Any] | None = None,
) -> IssueEvent:
    """Appends what happened. `detail` is JSON and must not hold anything about the reporting person."""
    event = IssueEvent(issue=issue, kind=kind, at=timezone.now(), by=by, detail=dict(detail or {}))
    rows_insert(event)
    return event
