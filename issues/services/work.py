"""What the house does with an issue: who has it, how pressing it is, notes, checklists, files. None of it is public."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import EventKind, IssueStatus, Priority
from issues.errors import FileRefused, IssueChanged, TextNotClean
from issues.models import Attachment, ChecklistItem, ChecklistTick, Department, Issue, Note
from issues.services.events import issue_event_append
from issues.services.texts import text_checked
from issues.services.workflow import issue_set_status, issue_touched

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOTE_MAX: Final = 4000
FILE_BYTES_MAX: Final = 20 * 1024 * 1024
# By what a file begins with: what is kept, and as what it is handed out again.
MEDIA_TYPES: Final = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"PK\x03\x04": "application/zip",
    # winmail.dat, in which Outlook hides what is attached.
    b"\x78\x9f\x3e\x22": "application/ms-tnef",
}
TEXT_TYPE: Final = "text/plain; charset=utf-8"
_MENTION: Final = re.compile(r"(?<![\w@])@([\w.+-]+)")


def issue_assign(
    *, issue: Issue, assignee: User | None, department: Department | None, by: User | None
) -> Issue:
    """Gives the issue to a person, a department, a person of it, or to nobody.

    What was received is being looked at from now on, once somebody has it. Raises `IssueChanged` for a department of
    another jurisdiction.
    """
    with transaction.atomic():
        stored = _locked(issue)
        if department is not None and department.jurisdiction_id != stored.jurisdiction_id:
            raise IssueChanged(_("The department is of another jurisdiction."))
        former = stored.assignee_id, stored.department_id
        stored.assignee, stored.department = assignee, department
        if former == (stored.assignee_id, stored.department_id):
            return stored
        stored.save(update_fields=["assignee", "department"])
        detail = {
            "from": former[0],
            "to": stored.assignee_id,
            **({"department": department.name} if department else {}),
        }
        issue_event_append(issue=stored, kind=EventKind.ASSIGNED, by=by, detail=detail)
        issue_touched(stored)
        if (assignee or department) and stored.status == IssueStatus.RECEIVED:
            return issue_set_status(issue=stored, status=IssueStatus.TRIAGE, by=by)
    return stored


def issue_prioritise(*, issue: Issue, priority: Priority, by: User | None) -> Issue:
    with transaction.atomic():
        stored = _locked(issue)
        if stored.priority != priority:
            detail = {"from": stored.priority, "to": priority.value}
            stored.priority = priority
            stored.save(update_fields=["priority"])
            issue_event_append(issue=stored, kind=EventKind.PRIORITY, by=by, detail=detail)
            issue_touched(stored)
    return stored


def issue_follow_up(*, issue: Issue, day: date | None, by: User | None) -> Issue:
    """On which day the house wants to see the issue again; None: no longer."""
    with transaction.atomic():
        stored = _locked(issue)
        if stored.follow_up_on != day:
            stored.follow_up_on = day
            stored.save(update_fields=["follow_up_on"])
            detail = {"to": day and day.isoformat()}
            issue_event_append(issue=stored, kind=EventKind.FOLLOW_UP, by=by, detail=detail)
            issue_touched(stored)
    return stored


def note_write(
    *,
    issue: Issue,
    text: str,
    by: User | None,
    people: Collection[User] = (),
    reporter_of: Issue | None = None,
) -> Note:
    """A note inside the house; `by` is nobody where the reporter of `reporter_of` or a sender's program wrote it.

    Of `people` those are mentioned whose user name stands behind an @.

    Raises `TextNotClean` for an empty one, `TextTooLong`.
    """
    words = text_checked(text, field="note", limit=NOTE_MAX)
    if not words:
        raise TextNotClean(_("The note is empty."), field="note")
    named = {name.rstrip(".").lower() for name in _MENTION.findall(words)}
    with transaction.atomic():
        note = Note.objects.create(issue=issue, text=words, by=by, reporter_of=reporter_of)
        note.mentions.set(one for one in people if one.get_username().lower() in named)
        issue_event_append(issue=issue, kind=EventKind.NOTED, by=by, detail={"note": note.pk})
        issue_touched(issue)
    return note


def checklist_tick(*, issue: Issue, item: ChecklistItem, is_done: bool, by: User | None) -> None:
    """Ticks an item of the issue's category, or takes the tick away; the same again changes nothing."""
    with transaction.atomic():
        stored = _locked(issue)
        ticks = ChecklistTick.objects.filter(issue=stored, item=item)
        if ticks.exists() == is_done or item.category_id != stored.category_id:
            return
        if is_done:
            ChecklistTick.objects.create(issue=stored, item=item, by=by)
        else:
            ticks.delete()
        detail = {"item": item.pk, "done": is_done}
        issue_event_append(issue=stored, kind=EventKind.TICKED, by=by, detail=detail)
        issue_touched(stored)


def file_attach(*, issue: Issue, name: str, content: bytes, by: User | None) -> Attachment:
    """Puts a file to the issue: PDF, JPEG, PNG, ZIP (so also office documents), TNEF or text, of at most 20 MB.

    Raises `FileRefused`; then nothing is stored. The kind is known by what the file begins with, never by its name.
    """
    media_type = _media_type(content)
    shown = PurePosixPath(name.replace("\\", "/")).name[-200:] or _("file")
    with transaction.atomic():
        attachment = Attachment(issue=issue, name=shown, media_type=media_type, by=by)
        attachment.size = len(content)
        attachment.file.save(uuid4().hex, ContentFile(content), save=False)
        try:
            attachment.save()
            detail = {"file": str(attachment.public_id), "name": shown}
            issue_event_append(issue=issue, kind=EventKind.ATTACHED, by=by, detail=detail)
            issue_touched(issue)
        except BaseException:
            attachment.file.delete(save=False)
            raise
    return attachment


def _media_type(content: bytes) -> str:
    if not content:
        raise FileRefused(_("The file is empty."), field="file")
    if len(content) > FILE_BYTES_MAX:
        raise FileRefused(
            _("The file has %(size)d MB; at most %(limit)d MB are possible.")
            % {"size": -(-len(content) // 2**20), "limit": FILE_BYTES_MAX // 2**20},
            field="file",
        )
    for beginning, media_type in MEDIA_TYPES.items():
        if content.startswith(beginning):
            return media_type
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise FileRefused(
            _("Only PDF, JPEG, PNG, ZIP, office documents and texts can be attached."),
            field="file",
        )
    return TEXT_TYPE


def _locked(issue: Issue) -> Issue:
    stored: Issue = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    return stored
