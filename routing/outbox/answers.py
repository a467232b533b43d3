"""What an authority says of a delivery, whichever way it says it, and what that does to the issue.

Each function stores state, event and the issue's part in one transaction. It returns whether the answer counts: the
same one again, and one said before what is known already, change nothing. Each raises `ChangeRefused` where the
delivery is no longer the authority's (`states.csv`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import Issue
from issues.services import issue_event_append, issue_set_status
from issues.services.nudging import worker_nudge
from issues.services.workflow import issue_news
from routing.enums import AnswerSource, DeliveryKind, DeliveryState, FailureCode
from routing.models import Authority, Delivery, DeliveryEvent
from routing.outbox.changes import delivery_change, delivery_locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FOLLOW_TASK: Final = "routing.tasks.refusals_follow_due"
# No authority's system answered us earlier; the database and Python disagree about the first years.
YEAR_MIN: Final = 2000
OUTSIDE: Final = frozenset(
    {
        *(IssueStatus.RECEIVED, IssueStatus.FORWARDED),
        *(IssueStatus.ACCEPTED, IssueStatus.IN_PROGRESS),
    }
)
# State of the delivery to whoever has to act → the issue's, and from which it gets there by itself: never back, never
# from a closed one, never from one that a person looks at.
MOVES: Final = {
    DeliveryState.ACCEPTED: (
        IssueStatus.ACCEPTED,
        OUTSIDE - {IssueStatus.ACCEPTED, IssueStatus.IN_PROGRESS},
    ),
    DeliveryState.IN_PROGRESS: (IssueStatus.IN_PROGRESS, OUTSIDE - {IssueStatus.IN_PROGRESS}),
    DeliveryState.DONE: (IssueStatus.DONE, OUTSIDE),
    DeliveryState.REFUSED: (IssueStatus.TRIAGE, OUTSIDE),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who said it, and when. `text`: the body's own words; the house's own until a clerk passes them on.

    `at`: when the body said it, by its own clock; without it, now. `by`: the member of staff who wrote it down.
    `mark` names what a program said, so that it counts once however often it comes (`is_said`).
    """

    source: AnswerSource
    at: datetime | None = None
    by: User | None = None
    text: str = ""
    mark: str = ""

    @property
    def when(self) -> datetime | None:
        """`at`, as far as it can be true: a foreign clock may go wrong, and `0001-01-01` stands for none.

        What is said to come from the future would silence all that follows.
        """
        if self.at is None or self.at.year < YEAR_MIN:
            return None
        return min(self.at, timezone.now())

    @property
    def kept(self) -> dict[str, str]:
        """What of it an event keeps beside source and time."""
        told = {"text": self.text, "mark": self.mark}
        return {name: value for name, value in told.items() if value}


def delivery_accepted(*, delivery: Delivery, said: Said, foreign_id: str = "") -> bool:
    """The body takes it on; `foreign_id` is its number there, if it told one. The issue becomes *accepted*."""
    return _answered(delivery, DeliveryState.ACCEPTED, said, foreign_id=foreign_id)


def delivery_in_progress(*, delivery: Delivery, said: Said) -> bool:
    """The body is at work. The issue becomes *in progress*."""
    return _answered(delivery, DeliveryState.IN_PROGRESS, said)


def delivery_done(*, delivery: Delivery, said: Said) -> bool:
    """The body calls it done. The issue becomes *done* if the body may close issues (`Authority.closes_issues`).

    Else a person finds it among the news and looks whether it is done.
    """
    return _answered(delivery, DeliveryState.DONE, said)


def delivery_refused(
    *, delivery: Delivery, said: Said, reason: str, named: Authority | None = None
) -> bool:
    """The body is not the right one; `named` is who is, if it says so. The issue goes back to be looked at.

    A worker then passes it on or puts it before a person (`routing.deciding.passing_on`).
    """
    return _answered(
        delivery,
        DeliveryState.REFUSED,
        said,
        reason=reason,
        **({"named": named.code} if named is not None else {}),
    )


def is_said(delivery: Delivery, *, source: AnswerSource, mark: str) -> bool:
    """Whether what has this mark is noted already; ask for a locked delivery (`delivery_locked`)."""
    return delivery.events.filter(source=source, detail__mark=mark).exists()


@transaction.atomic
def delivery_heard(
    *, delivery: Delivery, said: Said, is_news: bool = True, **detail: Any
) -> DeliveryEvent:
    """Words that change no state: a question, a hint, a mail. A person finds them among the news.

    `detail` is noted with them (JSON). Without `is_news` they are kept, and wake nobody.
    """
    issue, current = delivery_locked(delivery)
    event = delivery_change(
        current,
        DeliveryState(current.state),
        source=said.source,
        by=said.by,
        said_at=said.when,
        **{"text": said.text, **said.kept, **detail},
    )
    if is_news:
        _told(issue, current, said)
        issue_news(issue)
    return event


@transaction.atomic
def delivery_bounced(*, delivery: Delivery, said: Said, reason: str) -> bool:
    """What was sent came back: nobody has it. A person finds it among the news."""
    issue, current = delivery_locked(delivery)
    if current.state == DeliveryState.FAILED:
        return False
    current.sent_at, current.last_error, current.error_code = None, reason, FailureCode.CAME_BACK
    _changed(issue, current, DeliveryState.FAILED, said, reason=reason, maybe_arrived=False)
    return True


@transaction.atomic
def _answered(
    delivery: Delivery, state: DeliveryState, said: Said, *, foreign_id: str = "", **detail: Any
) -> bool:
    now = timezone.now()
    at = said.when or now
    issue, current = delivery_locked(delivery)
    is_known = current.state == state and foreign_id in {"", current.foreign_id}
    if is_known or (current.said_at is not None and at < current.said_at):
        return False
    current.said_at, current.sent_at, current.last_error = at, current.sent_at or now, ""
    current.foreign_id = foreign_id or current.foreign_id
    _changed(issue, current, state, said, said_at=at, **detail, **said.kept)
    return True


def _changed(
    issue: Issue, delivery: Delivery, state: DeliveryState, said: Said, **detail: Any
) -> None:
    """The issue follows whoever has to act by the decision that counts; else it stands among the news."""
    delivery_change(delivery, state, source=said.source, by=said.by, **detail)
    _told(issue, delivery, said)
    acts = delivery.kind == DeliveryKind.RESPONSIBLE and delivery.decision.is_current
    may = acts and (state != DeliveryState.DONE or delivery.authority.closes_issues)
    moved = may and state in MOVES and issue.status in MOVES[state][1]
    if moved:
        issue_set_status(issue=issue, status=MOVES[state][0])
    if not moved or state == DeliveryState.REFUSED:
        issue_news(issue)
    if acts and state == DeliveryState.REFUSED:
        transaction.on_commit(partial(worker_nudge, FOLLOW_TASK))


def _told(issue: Issue, delivery: Delivery, said: Said) -> None:
    told = {
        "authority": delivery.authority.code,
        "delivery": str(delivery.public_id),
        "state": delivery.state,
        "source": said.source,
    }
    issue_event_append(issue=issue, kind=EventKind.RESPONDED, by=said.by, detail=told)
