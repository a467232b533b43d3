"""Legal holds: nothing of an issue is erased while one stands, for a claim for damages for instance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import EventKind
from issues.errors import HoldRefused, TextNotClean
from issues.models import Issue, LegalHold
from issues.services.events import issue_event_append
from issues.services.texts import text_checked

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REASON_MAX: Final = 300
# Longer than any limitation period that matters here; then somebody has to say again that it is needed.
LONGEST: Final = timedelta(days=10 * 366)


def hold_set(*, issue: Issue, reason: str, until: date, by: User | None) -> LegalHold:
    """Keeps the issue whole until the end of a day. Raises `HoldRefused`, `TextNotClean`, `TextTooLong`."""
    words = text_checked(reason, field="reason", limit=REASON_MAX)
    if not words:
        raise TextNotClean(pgettext("hold", "Please give a reason."), field="reason")
    today = timezone.localdate()
    if not today <= until <= today + LONGEST:
        raise HoldRefused(
            pgettext("hold", "The day has to lie ahead, at most ten years."), field="until"
        )
    with transaction.atomic():
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        # One whose day is over ends now, so that there is one at a time.
        LegalHold.objects.filter(issue=issue, ended_at__isnull=True, until__lt=today).update(
            ended_at=timezone.now()
        )
        if hold_of(issue) is not None:
            raise HoldRefused(
                pgettext("hold", "Erasing is stopped already. Please end that first.")
            )
        hold = LegalHold.objects.create(issue=issue, reason=words, until=until, by=by)
        detail = {"until": until.isoformat()}
        issue_event_append(issue=issue, kind=EventKind.HELD, by=by, detail=detail)
    return hold


def hold_end(*, issue: Issue, by: User | None) -> None:
    """What is due is erased with the next run. Nothing where no hold stands."""
    with transaction.atomic():
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if LegalHold.objects.active().filter(issue=issue).update(ended_at=timezone.now()):
            issue_event_append(issue=issue, kind=EventKind.HOLD_ENDED, by=by)


def hold_of(issue: Issue) -> LegalHold | None:
    """The hold that stands; None: none."""
    hold: LegalHold | None = LegalHold.objects.active().filter(issue=issue).first()
    return hold
