"""Putting down what reporters are told; a worker sends it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.languages import language_first, languages, text_in
from issues.agency import agency_reason
from issues.enums import EventKind, IssueStatus, ReplyState
from issues.errors import PlaceholderEmpty, ReporterMissing, TextTooLong
from issues.models import Issue, Reply, ReplyTemplate, Reporter
from issues.redaction import masked
from issues.services.events import issue_event_append
from issues.services.nudging import worker_nudge
from issues.services.replies.placeholders import placeholder_values, placeholders_filled

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SEND_TASK: Final = "issues.tasks.replies_send_due"
TEXT_MAX: Final = 4000


def reply_language(reporter: Reporter | None) -> str:
    """In which language the reporter reads."""
    known = reporter.language if reporter else ""
    return known if known in languages() else language_first()


def reply_template(issue: Issue, status: IssueStatus) -> ReplyTemplate | None:
    """The text of the issue's category for this state, else the general one; None where none is sent."""
    found = {
        one.category_id: one
        for one in ReplyTemplate.objects.filter(
            jurisdiction=issue.jurisdiction_id, status=status, is_active=True
        )
        if one.category_id in {None, issue.category_id}
    }
    return found.get(issue.category_id) or found.get(None)


def reason_told(issue: Issue, language: str) -> str:
    """Why the issue is in its state, as everybody but staff reads it: the city's reason and the note, masked."""
    reason = text_in(issue.closing_reason.names, language) if issue.closing_reason else ""
    return " ".join(filter(None, [reason, masked(issue.status_note)]))


def reply_proposed(issue: Issue, status: IssueStatus, *, language: str, reason: str) -> str:
    """What the reporter would be told at this state; "" where there is no text for it.

    Raises `PlaceholderEmpty`, `PlaceholderUnknown`.
    """
    template = reply_template(issue, status)
    if template is None:
        return ""
    text = text_in(template.texts, language)
    values = placeholder_values(issue, language=language, reason=reason)
    if "{warum}" in text:
        values["warum"] = agency_reason(issue.pk, language)
    return placeholders_filled(text, values)


def replies_queue(
    *,
    issue: Issue,
    text: str | None = None,
    due_at: datetime | None = None,
    by: User | None = None,
) -> list[Reply]:
    """Tells the reporter of the issue, and those of its duplicates, of its state. Call it in the step's transaction.

    `text` is letter by letter what is sent; None: the city's text for the state, in the language of each reporter.
    While nobody outside may see the state (`Issue.is_quiet`) nothing is sent. A text that cannot be filled in is kept
    as not sent, saying why. Nobody without a mail address is written to.
    """
    if text == "" or issue.is_quiet:
        return []
    told = []
    for reporter in _reporters(issue):
        language = reply_language(reporter)
        reply = Reply(
            issue=issue,
            reporter_of_id=reporter.issue_id,
            language=language,
            due_at=due_at or timezone.now(),
            by=by,
            subject=_subject(issue, language),
            shows_work=issue.status == IssueStatus.DONE,
        )
        try:
            words = text
            if words is None:
                reason = reason_told(issue, language)
                words = reply_proposed(
                    issue, IssueStatus(issue.status), language=language, reason=reason
                )
        except PlaceholderEmpty as error:
            reply.state, reply.last_error, words = ReplyState.FAILED, str(error), str(error)
        if words:
            reply.text = _framed(issue, words, language)
            told.append(reply)
    return _stored(issue, told, by)


def reply_send(
    *, issue: Issue, text: str, by: User | None, due_at: datetime | None = None
) -> Reply:
    """Writes a question to the reporter, outside of any state. Raises `ReporterMissing`, `TextTooLong`."""
    if len(text) > TEXT_MAX:
        raise TextTooLong(
            _("The text has %(length)d characters; at most %(limit)d are possible.")
            % {"length": len(text), "limit": TEXT_MAX},
            field="text",
        )
    known = Reporter.objects.filter(issue=issue, erase_asked_at__isnull=True)
    reporter = known.exclude(email="").first()
    if reporter is None:
        raise ReporterMissing(_("The reporter left no e-mail address."))
    language = reply_language(reporter)
    reply = Reply(
        issue=issue,
        reporter_of=issue,
        language=language,
        due_at=due_at or timezone.now(),
        by=by,
        subject=_subject_asked(issue, language),
        text=_framed(issue, text, language),
    )
    return _stored(issue, [reply], by)[0]


def replies_cancel(issue: Issue, since: datetime) -> bool:
    """Takes back what was put down since then and has not left; False: something has left the house."""
    made = Reply.objects.select_for_update().filter(issue=issue, created_at__gte=since)
    if made.filter(state=ReplyState.SENT).exists():
        return False
    made.filter(state=ReplyState.QUEUED).update(state=ReplyState.CANCELLED)
    return True


def _reporters(issue: Issue) -> Iterable[Reporter]:
    """Who reported the issue or what was merged into it, one for each mail address."""
    found = Reporter.objects.filter(
        issue__in=[issue.pk, *_duplicates(issue)], erase_asked_at__isnull=True
    ).exclude(email="")
    return {one.email.lower(): one for one in found.order_by("-issue_id")}.values()


def _duplicates(issue: Issue) -> Iterable[int]:
    return issue.duplicates.values_list("pk", flat=True)


def _subject(issue: Issue, language: str) -> str:
    """With the state: whoever looks through their mails sees what is new."""
    with translation.override(language):
        values = {"number": issue.number, "state": issue.public_status.label}
        return pgettext("reply", "Your report %(number)s: %(state)s") % values


def _subject_asked(issue: Issue, language: str) -> str:
    with translation.override(language):
        subject = pgettext("reply", "A question about your report %(number)s")
        return subject % {"number": issue.number}


def _framed(issue: Issue, text: str, language: str) -> str:
    """The whole letter: greeting, text, who writes."""
    city = text_in(issue.jurisdiction.public_names, language) or issue.jurisdiction.name
    with translation.override(language):
        greeting = pgettext("reply", "Good day,")
        regards = pgettext("reply", "Kind regards")
    return f"{greeting}\n\n{text}\n\n{regards}\n{city}\n"


def _stored(issue: Issue, replies: list[Reply], by: User | None) -> list[Reply]:
    if not replies:
        return []
    Reply.objects.bulk_create(replies)
    issue_event_append(
        issue=issue,
        kind=EventKind.REPLIED,
        by=by,
        detail={"replies": [str(one.public_id) for one in replies]},
    )
    transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return replies
