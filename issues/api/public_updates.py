"""What became of issues, step by step, for programs: the updates of FixMyStreet's extension of GeoReport v2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from gis_core.models import Jurisdiction
from issues.enums import QUIET, STEPS, IssueStatus
from issues.models import ApiKey, ClosingReason, IssueEvent
from issues.public_view import hour_shown
from issues.redaction import masked
from issues.selectors import issues_visible, span_hours
from issues.types import Span


@dataclass(frozen=True)
class PublicUpdate:
    """A step of an issue. `at`: to the hour, but for the sender of the report. `text`: reason and note, masked."""

    name: str
    number: str
    status: IssueStatus
    text: str
    at: datetime


def updates_visible(
    jurisdiction: Jurisdiction, api_key: ApiKey | None, *, span: Span
) -> QuerySet[IssueEvent]:
    """The steps that the asking party may see, the oldest first: of its own reports all, else those since the release.

    What a sheltered issue goes through before the work begins is nobody's outside. A window is widened to whole hours.
    """
    start, until = span_hours(span)
    steps = IssueEvent.objects.filter(
        issue__in=issues_visible(jurisdiction, api_key),
        kind__in=STEPS,
        at__gte=start,
    )
    if until is not None:
        steps = steps.filter(at__lt=until)
    shown = Q(at__gte=F("issue__released_at"))
    if api_key is not None:
        shown |= Q(issue__api_key=api_key)
    steps = steps.filter(shown).exclude(issue__is_sheltered=True, detail__to__in=list(QUIET))
    return steps.select_related("issue").order_by("at", "pk")


def updates_shown(steps: Sequence[IssueEvent], api_key: ApiKey | None) -> list[PublicUpdate]:
    """As the asking party reads them (one query, for the reasons)."""
    codes = {one.detail["reason"] for one in steps if "reason" in one.detail}
    reasons = {
        (one.jurisdiction_id, one.status, one.code): one.name
        for one in ClosingReason.objects.filter(code__in=codes)
    }
    return [_update(one, reasons, api_key) for one in steps]


def _update(
    step: IssueEvent, reasons: dict[tuple[int, str, str], str], api_key: ApiKey | None
) -> PublicUpdate:
    issue, status = step.issue, IssueStatus(step.detail["to"])
    reason = reasons.get((issue.jurisdiction_id, status, step.detail.get("reason", "")), "")
    note = step.detail.get("note", "")
    words = " ".join(filter(None, [reason, masked(note) if note else ""]))
    is_own = api_key is not None and issue.api_key_id == api_key.pk
    return PublicUpdate(
        name=str(step.pk),
        number=issue.number,
        status=status,
        text=words or str(status.label),
        at=step.at if is_own else hour_shown(step.at),
    )
