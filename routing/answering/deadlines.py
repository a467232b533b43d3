"""Until when an authority is awaited, for what, and why its clock stands still: in working days of the recipient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from issues.enums import IssueStatus
from issues.models import Inquiry, Issue, StatutoryPeriod
from issues.services.clocks import WorkCalendar
from routing.answering.terms import terms_of
from routing.enums import DeadlineKind, DeliveryKind, DeliveryState, PauseKind
from routing.models import Delivery, DeliveryEvent
from routing.outbox.calendars import calendar_of_recipient

UNSENT: Final = (DeliveryState.QUEUED, DeliveryState.SENDING)
SILENT: Final = (DeliveryState.SENT, DeliveryState.DELIVERED)
AT_WORK: Final = (DeliveryState.ACCEPTED, DeliveryState.IN_PROGRESS)


class Pause(NamedTuple):
    """Somebody else is awaited; `until` is None while that lasts."""

    since: datetime
    until: datetime | None
    kind: PauseKind


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What a body is awaited for. `due_at` is None while the clock stands still, and where no day was agreed.

    `escalates_at`: when a person is to look because nobody there takes it over, by what is known now.
    """

    kind: DeadlineKind
    due_at: datetime | None
    escalates_at: datetime | None = None
    pause: PauseKind | None = None


def clock_of(delivery: Delivery) -> Clock | None:
    """The clock of whoever has to act by the decision that counts; None where nobody is awaited."""
    decision = delivery.decision
    if delivery.kind != DeliveryKind.RESPONSIBLE or not decision.is_current:
        return None
    if IssueStatus(decision.issue.status).is_closed:
        return None
    match _kind_of(delivery):
        case DeadlineKind.ACKNOWLEDGE:
            # Machines know no days off.
            since = delivery.sent_at or delivery.waits_since
            hours = timedelta(hours=terms_of(delivery).acknowledge_hours)
            return Clock(kind=DeadlineKind.ACKNOWLEDGE, due_at=since + hours)
        case DeadlineKind.ANSWER:
            return _answer_clock(delivery)
        case DeadlineKind.DONE:
            return _done_clock(delivery)
        case _:
            return None


def _kind_of(delivery: Delivery) -> DeadlineKind | None:
    receipt = delivery.receipt
    is_numberless = "token" in receipt and "token_expired" not in receipt
    if delivery.state in UNSENT or (delivery.state == DeliveryState.SENT and is_numberless):
        return DeadlineKind.ACKNOWLEDGE
    if delivery.state in SILENT:
        return DeadlineKind.ANSWER
    return DeadlineKind.DONE if delivery.state in AT_WORK else None


def _answer_clock(delivery: Delivery) -> Clock:
    issue, terms = delivery.decision.issue, terms_of(delivery)
    since = delivery.sent_at or delivery.waits_since
    pauses = pauses_of(issue, list(delivery.events.order_by("pk")))
    calendar = calendar_of_recipient(delivery)
    escalates_at = _due(calendar, since, terms.escalate_days, pauses)
    if delivery.reminded_at and escalates_at:
        # Nobody is given up without the time that a reminder leaves.
        more = terms.escalate_days - terms.answer_days
        later = _due(calendar, delivery.reminded_at, more, pauses)
        escalates_at = max(escalates_at, later) if later else None
    return Clock(
        kind=DeadlineKind.ANSWER,
        due_at=_due(calendar, since, terms.answer_days, pauses),
        escalates_at=escalates_at,
        pause=_pause_now(pauses),
    )


def _done_clock(delivery: Delivery) -> Clock:
    issue, days = delivery.decision.issue, terms_of(delivery).done_days
    events = list(delivery.events.order_by("pk"))
    since = timezone.now()
    for event in reversed(events):
        if event.state not in AT_WORK:
            break
        since = event.at
    pauses = pauses_of(issue, events)
    calendar = calendar_of_recipient(delivery)
    due_at = _due(calendar, since, days, pauses) if days else None
    return Clock(kind=DeadlineKind.DONE, due_at=due_at, pause=_pause_now(pauses))


def pauses_of(issue: Issue, events: Sequence[DeliveryEvent]) -> list[Pause]:
    """When somebody else was, or is, awaited: we by the body, whoever reported by us, the end of a
    period of the law; the earliest first.
    """
    asked = Inquiry.objects.filter(issue=issue).values_list("asked_at", "closed_at", "expires_at")
    now = timezone.now()
    found = list(_questions(events))
    for asked_at, closed_at, expires_at in asked:
        ended = min(closed_at or expires_at, expires_at)
        found.append(Pause(asked_at, ended if ended <= now else None, PauseKind.REPORTER))
    for period in StatutoryPeriod.objects.filter(issue=issue):
        over = period.taken_back_at or period.over_at
        found.append(Pause(period.at, over, PauseKind.LAW))
    return sorted(found, key=lambda one: one.since)


def _questions(events: Iterable[DeliveryEvent]) -> Iterable[Pause]:
    """From a question of the body until staff say something to it, or the body goes on without an answer."""
    asked: DeliveryEvent | None = None
    for event in events:
        if asked is None:
            asked = event if event.detail.get("asks") else None
        elif event.detail.get("replies") or event.state != asked.state:
            yield Pause(asked.at, event.at, PauseKind.QUESTION)
            asked = None
    if asked is not None:
        yield Pause(asked.at, None, PauseKind.QUESTION)


def _due(
    calendar: WorkCalendar, since: datetime, days: int, pauses: Sequence[Pause]
) -> datetime | None:
    """So many working days after `since`, and the time of the pauses more; None while one lasts."""
    due, counted = calendar.after(since, days), since
    for pause in pauses:
        if pause.since >= due:
            break
        if pause.until is None:
            return None
        begun = max(pause.since, counted)
        if pause.until > begun:
            due = calendar.plus(due, calendar.between(begun, pause.until))
            counted = pause.until
    return due


def _pause_now(pauses: Sequence[Pause]) -> PauseKind | None:
    return next((one.kind for one in pauses if one.until is None), None)
