"""What is erased of one locked issue, each in the transaction of the caller; every function may be called again."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from issues.enums import ErasedKind, EventKind, PhotoStatus, ReplyState, ReporterNews
from issues.models import (
    Inquiry,
    Issue,
    IssueEvent,
    LegalHold,
    Note,
    Photo,
    Rating,
    Reply,
    Reporter,
    Step,
    StepIssue,
)
from issues.redaction import masked
from issues.services.events import issue_event_append
from issues.services.photos.copies import COPY_FIELDS, copies_undone
from issues.services.retention.files import file_doom
from issues.services.retention.words import authority_words_erase, authority_words_mask
from issues.signals import reporter_changed

Counts = Counter[ErasedKind]
# What people wrote into the details of events, by the event's kind.
WRITTEN = {
    EventKind.STATUS_CHANGED: "note",
    EventKind.CONTACT_SEEN: "reason",
    EventKind.WITHDRAWN: "reason",
    EventKind.ATTACHED: "name",
}


def contact_erase(issue: Issue) -> Counts:
    """Who reported, and the messages that wait for them; authorities that got the contact hear of it (Art. 19 GDPR)."""
    waiting = Reply.objects.filter(reporter_of=issue, state=ReplyState.QUEUED)
    # Cancelled and not deleted: a worker may have one in hands.
    mails = waiting.update(state=ReplyState.CANCELLED, text="")
    erased, _models = Reporter.objects.filter(issue=issue).delete()
    if erased:
        issue_event_append(issue=issue, kind=EventKind.CONTACT_ERASED)
        reporter_changed.send(sender=Issue, issue_id=issue.pk, news=ReporterNews.ERASED)
    return Counter({ErasedKind.CONTACT: erased, ErasedKind.MAIL: mails})


def words_mask(issue: Issue) -> None:
    """Takes out of what the person wrote whatever tells who they are: names, telephone numbers, addresses."""
    Issue.objects.filter(pk=issue.pk).update(description=masked(issue.description))
    for note in Note.objects.filter(Q(issue=issue, by=None) | Q(reporter_of=issue)):
        Note.objects.filter(pk=note.pk).update(text=masked(note.text))
    for inquiry in Inquiry.objects.filter(issue=issue).exclude(answer=""):
        Inquiry.objects.filter(pk=inquiry.pk).update(answer=masked(inquiry.answer))
    Rating.objects.filter(issue=issue).update(words="")
    authority_words_mask(issue.pk)


def photos_erase(photos: Iterable[Photo]) -> Counts:
    """The photos with their copies; that there were some stays known."""
    count = 0
    for photo in photos:
        for file in (photo.file, photo.copy):
            file_doom(file)
        photo.file, photo.status = "", PhotoStatus.ERASED
        photo.copy, photo.copy_id, photo.is_released, photo.released_at = "", None, False, None
        photo.turned, photo.boxes, photo.taken_at = 0, [], None
        photo.save(update_fields=["file", "status", "turned", "boxes", "taken_at", *COPY_FIELDS])
        _photo_told(photo)
        count += 1
    return Counter({ErasedKind.PHOTO: count})


def originals_erase(photos: Iterable[Photo]) -> Counts:
    """The originals of released photos: the copy that everybody sees takes their place."""
    count = 0
    with copies_undone() as made:
        for photo in photos:
            with photo.copy.open("rb") as copy:
                content = copy.read()
            file_doom(photo.file)
            photo.file.save(f"{uuid.uuid4()}.jpg", ContentFile(content), save=False)
            made.append(photo.file)
            photo.width, photo.height = photo.size
            photo.turned, photo.boxes = 0, []
            photo.save(update_fields=["file", "width", "height", "turned", "boxes"])
            _photo_told(photo)
            count += 1
    return Counter({ErasedKind.ORIGINAL: count})


def report_anonymise(issue: Issue) -> Counts:
    """Contact, photos, files and every text that a person wrote; category, place, states and times stay."""
    counts = contact_erase(issue)
    counts += photos_erase(issue.photos.filter(status=PhotoStatus.STORED))
    files = list(issue.attachments.all())
    for attachment in files:
        file_doom(attachment.file)
        attachment.delete()
    counts += Counter({ErasedKind.FILE: len(files), ErasedKind.TEXT: 1})
    counts += Counter({ErasedKind.WORDS: authority_words_erase(issue.pk)})
    for texts in (issue.notes, issue.inquiries, issue.replies.exclude(state=ReplyState.QUEUED)):
        texts.all().delete()
    Rating.objects.filter(issue=issue).update(words="")
    LegalHold.objects.filter(issue=issue).delete()
    _events_blank(issue)
    _steps_forget(issue)
    Issue.objects.filter(pk=issue.pk).update(
        **dict.fromkeys(("description", "address_text", "public_text", "public_address"), ""),
        status_note="",
        answers={},
        set_aside={},
        anonymised_at=timezone.now(),
    )
    issue_event_append(issue=issue, kind=EventKind.ANONYMISED)
    return counts


def _events_blank(issue: Issue) -> None:
    for event in IssueEvent.objects.filter(issue=issue, kind__in=WRITTEN):
        name = WRITTEN[EventKind(event.kind)]
        if event.detail.get(name):
            event.detail[name] = ""
            event.save(update_fields=["detail"])


def _steps_forget(issue: Issue) -> None:
    """What a step was given holds texts; long after it nobody takes it back."""
    steps = list(StepIssue.objects.filter(issue=issue).values_list("step", flat=True))
    StepIssue.objects.filter(issue=issue).delete()
    Step.objects.filter(pk__in=steps, issues__isnull=True).delete()


def _photo_told(photo: Photo) -> None:
    detail = {"photo": str(photo.public_id), "copy_stays": photo.is_released}
    issue_event_append(issue=photo.issue, kind=EventKind.PHOTO_ERASED, detail=detail)
