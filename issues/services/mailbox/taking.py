"""What becomes of a mail that a person wrote: a report, an answer to a question, or a note with news."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction
from issues.enums import Channel, EventKind, MailState, ReplyState
from issues.errors import FileRefused, InquiryClosed, TextNotClean
from issues.guesses import CATCH_ALL
from issues.models import Inquiry, Issue, Reply
from issues.selectors import category_find
from issues.services.events import issue_event_append
from issues.services.inquiries import ANSWER_MAX, inquiry_answer
from issues.services.intake import issue_receive
from issues.services.mailbox.judging import reply_named
from issues.services.mailbox.letters import Letter, MailFile, quote_cut
from issues.services.mailbox.places import address_in
from issues.services.photos.stored import PHOTOS_PER_REPORT
from issues.services.texts import DESCRIPTION_MAX
from issues.services.work import NOTE_MAX, file_attach, note_write
from issues.services.workflow import issue_news
from issues.types import LocationInput, ReporterInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FILES_MAX: Final = 20


def letter_take(
    *, letter: Letter, jurisdiction: Jurisdiction, by: User | None = None
) -> tuple[MailState, Issue]:
    """Makes a report of the letter, or puts it to the report whose reporter answers with it, in one transaction.

    `by` is who took a mail in that had been set aside. Raises an `IssuesError`; then nothing is stored.
    """
    with transaction.atomic():
        reply = _reply(letter, jurisdiction)
        if reply is not None:
            return MailState.ANSWER, _answer_take(reply, letter)
        return MailState.ISSUE, _issue_take(letter, jurisdiction, by)


def reply_bounced(public_id: UUID, told: str) -> Issue | None:
    """Records that a message to a reporter did not arrive; the issue has news. None: no such message."""
    with transaction.atomic():
        reply = Reply.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
        if reply is None:
            return None
        reply.state, reply.last_error = ReplyState.FAILED, told
        reply.save(update_fields=["state", "last_error"])
        issue_news(reply.issue)
        return reply.issue


def _reply(letter: Letter, jurisdiction: Jurisdiction) -> Reply | None:
    public_id = reply_named(letter.recipients)
    if public_id is None:
        return None
    replies = Reply.objects.select_related("issue__category", "issue__jurisdiction")
    return replies.filter(public_id=public_id, issue__jurisdiction=jurisdiction).first()


def _issue_take(letter: Letter, jurisdiction: Jurisdiction, by: User | None) -> Issue:
    pictures = [one for one in letter.files if one.is_picture][:PHOTOS_PER_REPORT]
    written = "\n\n".join(filter(None, [letter.subject, letter.text]))
    issue, is_new = issue_receive(
        jurisdiction=jurisdiction,
        category=category_find(jurisdiction, CATCH_ALL),
        channel=Channel.MAIL,
        location=LocationInput(address_string=address_in(jurisdiction, written)),
        description=_cut(written, DESCRIPTION_MAX),
        reporter=_reporter(letter),
        photos=[one.content for one in pictures],
        sender_key=f"mail-{letter.digest.hex()}",
        by=by,
    )
    if is_new:
        others = [one for one in letter.files if one not in pictures]
        _files_put(issue, others, FILES_MAX - len(pictures))
    return issue


def _answer_take(reply: Reply, letter: Letter) -> Issue:
    """To the open question of the house, else as a note that makes the issue news.

    Whoever reported a duplicate was not asked.
    """
    issue = reply.issue
    words = quote_cut(letter.text) or letter.subject
    asked = Inquiry.objects.filter(issue=reply.reporter_of, closed_at__isnull=True)
    inquiry = asked.filter(issue=issue).first()
    is_answered = False
    if inquiry is not None:
        with suppress(InquiryClosed, TextNotClean), transaction.atomic():
            inquiry_answer(inquiry=inquiry, text=_cut(words, ANSWER_MAX))
            is_answered = True
    if not is_answered:
        text = words or pgettext("mail", "[a mail without words]")
        note_write(issue=issue, text=_cut(text, NOTE_MAX), by=None, reporter_of=reply.reporter_of)
        issue_event_append(issue=issue, kind=EventKind.HEARD, detail={"channel": Channel.MAIL})
        issue_news(issue)
    _files_put(issue, list(letter.files), FILES_MAX)
    return issue


def _files_put(issue: Issue, files: list[MailFile], room: int) -> None:
    """Attaches the files; a note tells which could not be taken and why."""
    too_many = pgettext("mail", "more than %(most)d files") % {"most": FILES_MAX}
    lost = [f"{one.name}: {too_many}" for one in files[room:]]
    for one in files[:room]:
        try:
            file_attach(issue=issue, name=one.name, content=one.content, by=None)
        except FileRefused as error:
            lost.append(f"{one.name or '?'} ({one.media_type}): {error}")
    if lost:
        told = pgettext("mail", "Not taken of what hung on the mail:")
        note_write(issue=issue, text=_cut("\n".join([told, *lost]), NOTE_MAX), by=None)


def _cut(text: str, limit: int) -> str:
    """The text, or its beginning and that it is one."""
    if len(text) <= limit:
        return text
    told = pgettext(
        "mail", "[cut: the mail has %(length)d characters, all of it is in the mailbox]"
    )
    said = "\n" + told % {"length": len(text)}
    return text[: limit - len(said)] + said


def _reporter(letter: Letter) -> ReporterInput:
    """Who wrote: "Muster, Maria" and "Maria Muster" alike."""
    name = " ".join(re.sub(r"[\"'<>]", " ", letter.sender_name).split())
    last, comma, first = name.partition(", ")
    if not comma:
        first, _blank, last = name.rpartition(" ")
    email = letter.sender[:254]
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    return ReporterInput(first_name=first[:100], last_name=last[:100], email=email)
