"""A report with everything personal that it can have, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from issues.enums import ReplyState
from issues.models import Issue, Rating, Reply
from issues.services.work import file_attach, note_write
from issues.types import ReporterInput
from tests.issues.conftest import picture

WORDS = "Loch vor Haus 3, Rückruf Frau Müller 02305 123456"


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": disk}
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def issue(make_issue, folder) -> Issue:
    issue = make_issue(
        WORDS,
        reporter=ReporterInput(
            first_name="Maria", last_name="Beispiel", email="maria@example.org", phone="02305 7654"
        ),
        photos=[picture(), picture((30, 40))],
    )
    note_write(issue=issue, text="Ich bin Frau Müller, 02305 123456", by=None)
    file_attach(issue=issue, name="brief.pdf", content=b"%PDF-1.7 Maria", by=None)
    Rating.objects.create(issue=issue, stars=4, words="Frau Müller dankt", at=timezone.now())
    return issue


def files(folder: Path) -> list[str]:
    """What lies on the disk of photos and attachments."""
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


def mail_sent(issue: Issue) -> None:
    """The receipt has left the house."""
    Reply.objects.filter(issue=issue).update(state=ReplyState.SENT, sent_at=timezone.now())
