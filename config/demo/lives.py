"""What became of the demo's reports, so that every state, clock and list of the back office has something to show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Final

from django.contrib.auth.models import User
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import IssueStatus, MailReason, Priority
from issues.models import ClosingReason, Department, InboxMail, Issue
from issues.services import issue_step
from issues.services.duplicates import issue_merge
from issues.services.inquiries import inquiry_answer, inquiry_ask
from issues.services.mailbox.aside import mail_set_aside
from issues.services.mailbox.letters import letter_read
from issues.services.mailbox.taking import letter_take
from issues.services.work import (
    issue_assign,
    issue_follow_up,
    issue_prioritise,
    note_write,
)

# States that reports go through, one report a line; behind a colon the reason for closing.
LIVES: Final = (
    ("accepted",),
    ("accepted", "in_progress"),
    ("accepted", "in_progress", "done:repaired"),
    ("done:cleaned", "triage"),
    ("rejected:private_matter",),
    ("unreachable:no_answer",),
)
OLD: Final = timedelta(days=40)
QUESTION: Final = "Steht der Wagen vor oder hinter der Einfahrt?"
# Validity of the mailbox's numbers; the demo has no mailbox of its own.
NO_MAILBOX: Final = 0


def lives_live(
    numbers: Iterable[str], *, jurisdiction: Jurisdiction, by: User, people: Sequence[User]
) -> None:
    """Each report of `numbers` gets a life of its own; what there are too many of stays as it came in."""
    issues = list(
        Issue.objects.filter(
            number__in=list(numbers), category__is_emergency=False, duplicate_of=None
        )
        .select_related("category", "jurisdiction")
        .order_by("pk")
    )
    turns: list[Callable[[Issue], object]] = [
        *(lambda issue, life=life: _states(issue, life, by) for life in LIVES),
        lambda issue: _due(issue, -timedelta(days=2)),
        lambda issue: _due(issue, timedelta(hours=5)),
        lambda issue: inquiry_ask(issue=issue, text=QUESTION, by=by),
        lambda issue: inquiry_answer(
            inquiry=inquiry_ask(issue=issue, text=QUESTION, by=by),
            text="Er steht davor, halb auf dem Gehweg.",
        ),
        lambda issue: issue_assign(issue=issue, assignee=by, department=None, by=by),
        lambda issue: issue_assign(
            issue=issue,
            assignee=None,
            department=Department.objects.filter(jurisdiction=jurisdiction).first(),
            by=by,
        ),
        lambda issue: issue_prioritise(issue=issue, priority=Priority.HIGH, by=by),
        lambda issue: issue_follow_up(issue=issue, day=timezone.localdate(), by=by),
        lambda issue: note_write(
            issue=issue,
            text=f"@{by.username}: bitte mit dem Tiefbau abstimmen.",
            by=by,
            people=people,
        ),
    ]
    for issue, turn in zip(issues, turns, strict=False):
        turn(issue)
    if len(issues) > len(turns) + 1:
        issue_merge(issue=issues[-1], into=issues[-2], by=by)
    _mails(jurisdiction)


def _states(issue: Issue, life: Sequence[str], by: User) -> None:
    """Goes through the states; the beginning of such a report lies weeks back."""
    Issue.objects.filter(pk=issue.pk).update(received_at=timezone.now() - OLD)
    for step in life:
        state, _colon, code = step.partition(":")
        reason = (
            ClosingReason.objects.get(jurisdiction=issue.jurisdiction_id, status=state, code=code)
            if code
            else None
        )
        issue_step(issue=issue, status=IssueStatus(state), reason=reason, by=by)


def _due(issue: Issue, ahead: timedelta) -> None:
    Issue.objects.filter(pk=issue.pk).update(
        due_at=timezone.now() + ahead, received_at=timezone.now() - OLD, paused_at=None
    )


def _mails(jurisdiction: Jurisdiction) -> None:
    """A mail that became a report without a place, and one that waits for a person; once."""
    if InboxMail.objects.filter(uid_validity=NO_MAILBOX).exists():
        return
    taken = _letter("Sperrmüll", "Hinter der Schule liegt seit Tagen Sperrmüll.")
    mail = InboxMail(jurisdiction=jurisdiction, uid_validity=NO_MAILBOX, uid=1)
    mail.state, mail.issue = letter_take(letter=letter_read(taken), jurisdiction=jurisdiction)
    mail.save()
    aside = _letter("Abwesenheit", "Ich bin bis Montag nicht im Büro.")
    waiting = InboxMail(
        jurisdiction=jurisdiction,
        uid_validity=NO_MAILBOX,
        uid=2,
        sender="abwesend@example.org",
        subject="Abwesenheit",
    )
    mail_set_aside(waiting, MailReason.PROGRAM, raw=aside)


def _letter(subject: str, text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Erika Beispiel <erika@example.org>"
    message["To"] = "anliegen@castrop-rauxel.example"
    message["Subject"] = subject
    message.set_content(text)
    return message.as_bytes()
