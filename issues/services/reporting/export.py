"""A copy of one's own data (Art. 15 and 20 GDPR): JSON, the own photos, the messages, in one ZIP."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict
from django.utils import timezone

from issues.enums import INTERNAL, EventKind, PhotoStatus, ReplyState
from issues.models import Issue, Note, Rating, Reply, Reporter, RetentionPeriod
from issues.public_steps import public_steps
from issues.selectors import photos_of_reporter

# What is larger waits on the disk until it is sent.
IN_MEMORY: Final = 4 * 1024 * 1024
# What the person did: told whoever owns the ground.
OWN: Final = (
    *(EventKind.RECEIVED, EventKind.HEARD, EventKind.RATED, EventKind.CALL_CHANGED),
    EventKind.CONTACT_ERASED,
)
_CONTACT: Final = (
    *("first_name", "last_name", "email", "phone", "device_id", "account_id", "language"),
    *("may_call_since", "erase_asked_at"),
)


def data_export(issue: Issue, *, recipients: Sequence[str]) -> IO[bytes]:
    """The ZIP, to be read from its beginning. `recipients`: the public names of those who got the report."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        replies = list(
            Reply.objects.filter(reporter_of=issue, state=ReplyState.SENT).order_by("sent_at", "pk")
        )
        told = json.dumps(
            _facts(issue, replies, recipients), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2
        )
        archive.writestr("report.json", told)
        for number, reply in enumerate(replies, start=1):
            archive.writestr(f"messages/{number}.txt", f"{reply.subject}\n\n{reply.text}")
        photos = photos_of_reporter(issue).filter(status=PhotoStatus.STORED)
        for number, photo in enumerate(photos, start=1):
            # One that is missing on the disk costs nobody the rest.
            with suppress(FileNotFoundError), photo.file.open("rb") as content:
                archive.writestr(f"photos/{number}.jpg", content.read())
    file.seek(0)
    return file


def _facts(issue: Issue, replies: Sequence[Reply], recipients: Sequence[str]) -> dict[str, Any]:
    reporter = Reporter.objects.filter(issue=issue).first()
    rating = Rating.objects.filter(issue=issue).first()
    events = issue.events.filter(kind__in=OWN)
    if not issue.is_sheltered:
        events |= issue.events.exclude(kind__in=INTERNAL)
    return {
        "made_at": timezone.now(),
        "controller": issue.jurisdiction.public_name,
        "number": issue.number,
        "category": issue.category.name,
        "channel": issue.channel,
        "received_at": issue.received_at,
        "description": issue.description,
        "answers": issue.answers,
        "place": {
            "latitude": issue.latitude,
            "longitude": issue.longitude,
            "accuracy_m": issue.accuracy_m,
            "address": issue.address_text,
        },
        "state": issue.public_status,
        "public": {
            "released_at": issue.released_at,
            "text": issue.public_text if issue.released_at else "",
            "address": issue.public_address if issue.released_at else "",
        },
        "contact": model_to_dict(reporter, _CONTACT) if reporter else None,
        "photos": [
            {"taken_at": one.taken_at, "is_public": one.is_released, "status": one.status}
            for one in photos_of_reporter(issue)
        ],
        "steps": [{"on": one.on, "state": one.status} for one in public_steps(issue) if one.on],
        "events": [{"at": one.at, "kind": one.kind} for one in events.order_by("at", "pk")],
        "questions": list(issue.inquiries.values("text", "asked_at", "answer", "closed_at")),
        "own_notes": list(Note.objects.filter(reporter_of=issue).values("at", "text")),
        "messages": [{"sent_at": one.sent_at, "subject": one.subject} for one in replies],
        "rating": model_to_dict(rating, ["stars", "words", "at"]) if rating else None,
        "recipients": list(recipients),
        "kept_days": dict(
            RetentionPeriod.objects.filter(jurisdiction=issue.jurisdiction_id).values_list(
                "kind", "days"
            )
        ),
    }
