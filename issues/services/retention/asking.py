"""Erasing because whoever reported asks for it (Art. 17 GDPR)."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from issues.enums import PhotoStatus, ReplyState, ReporterNews
from issues.models import Issue, Reply, Reporter
from issues.selectors import photos_of_reporter
from issues.services.retention.erasing import Counts, contact_erase, photos_erase, words_mask
from issues.services.retention.log import ASKED, deletions_log
from issues.services.retention.rules import issues_free
from issues.signals import reporter_changed


def data_erase(*, issue: Issue, released_photos: bool) -> bool:
    """Erases contact, waiting messages, photos that nobody released and, if wished, the released ones.

    False: a legal hold stands against it. Then nothing more is sent, nobody phones, and it is done when the hold has
    ended. What the person wrote stays with its names and numbers masked until the report is anonymised.
    """
    with transaction.atomic():
        stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if issues_free(Issue.objects.filter(pk=stored.pk)).exists():
            _erase(stored, released_photos)
            return True
        asked = {"erase_asked_at": timezone.now(), "erase_photos": released_photos}
        Reporter.objects.update_or_create(issue=stored, defaults={**asked, "may_call_since": None})
        waiting = Reply.objects.filter(reporter_of=stored, state=ReplyState.QUEUED)
        waiting.update(state=ReplyState.CANCELLED)
        reporter_changed.send(sender=Issue, issue_id=stored.pk, news=ReporterNews.CALL_REFUSED)
    return False


def erasures_catch_up() -> int:
    """Does what a legal hold stood against and no longer does; returns for how many issues."""
    asked = Reporter.objects.filter(erase_asked_at__isnull=False)
    waiting = Issue.objects.filter(reporter__in=asked)
    done = 0
    for issue_id in list(issues_free(waiting).order_by("pk").values_list("pk", flat=True)):
        reporter = asked.filter(issue=issue_id).first()
        done += reporter is not None and data_erase(
            issue=Issue(pk=issue_id), released_photos=reporter.erase_photos
        )
    return done


def _erase(issue: Issue, released_photos: bool) -> None:
    counts: Counts = Counter(contact_erase(issue))
    photos = photos_of_reporter(issue)
    stored = photos.filter(status=PhotoStatus.STORED)
    counts += photos_erase(stored if released_photos else stored.filter(is_released=False))
    # What a worker has in hands at this moment comes in nevertheless, and goes with its period.
    waiting = photos.filter(status=PhotoStatus.PENDING, is_claimed=False)
    waiting.update(status=PhotoStatus.ERASED, source_url="", due_at=None)
    words_mask(issue)
    deletions_log(issue.jurisdiction, counts, rule=ASKED, days=None, number=issue.number)
