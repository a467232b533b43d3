"""What whoever reported can do later by the private link, and “seen it too” for everybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import EventKind, IssueStatus, ReporterNews
from issues.errors import IssueUnknown, PhotoRefused, ReporterRefused, TextNotClean
from issues.models import ClosingReason, Issue, Photo, Rating, Reporter, Sighting
from issues.selectors import photos_of_reporter
from issues.services.events import issue_event_append
from issues.services.photos.stored import PHOTOS_PER_REPORT, photo_event, photo_new, photo_prepare
from issues.services.release import issue_withdraw
from issues.services.replies.queue import replies_queue
from issues.services.texts import email_checked, field_length, text_checked
from issues.services.work import note_write
from issues.services.workflow import issue_news, issue_set_status
from issues.signals import reporter_changed

# Photos that come later, beside those of the report.
PHOTOS_LATER: Final = 5
WORDS_MAX: Final = 1000
STARS_MAX: Final = 5
DIGITS_LEAST: Final = 5
RATING_CHANGEABLE: Final = timedelta(days=14)
# The reason of the city's list; without it a withdrawn report is closed without one.
WITHDRAWN: Final = "withdrawn"


def photo_add(*, issue: Issue, content: bytes) -> Photo:
    """Adds a photo of whoever reported; the issue has news. Raises `PhotoRefused`."""
    prepared = photo_prepare(content)
    with transaction.atomic():
        stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if photos_of_reporter(stored).count() >= PHOTOS_PER_REPORT + PHOTOS_LATER:
            message = pgettext("report", "At most %(limit)d photos are possible.")
            raise PhotoRefused(message % {"limit": PHOTOS_PER_REPORT + PHOTOS_LATER})
        photo = photo_new(stored, prepared)
        photo.save()
        photo_event(photo, timezone.now()).save()
        issue_news(stored)
    if photo.refused_because:
        raise PhotoRefused(photo.refused_because)
    return photo


def report_withdraw(issue: Issue) -> Issue:
    """Whoever reported takes the report back: it is closed and no longer public, and what is unsent stays so.

    Authorities that have it hear of that; whoever withdrew it needs no letter. `report_resume` takes it back.
    Raises `ReporterRefused` once it is closed, and where others reported the same.
    """
    with transaction.atomic():
        stored = _locked(issue)
        if IssueStatus(stored.status).is_closed:
            raise ReporterRefused(pgettext("own report", "The report is closed already."))
        if stored.duplicates.exists():
            told = pgettext(
                "own report", "Others reported the same, so it stays. You can erase your own data."
            )
            raise ReporterRefused(told)
        reason = ClosingReason.objects.filter(
            jurisdiction=stored.jurisdiction_id, code=WITHDRAWN, status=IssueStatus.REJECTED
        ).first()
        issue_withdraw(issue=stored, reason=WITHDRAWN)
        stored = issue_set_status(
            issue=stored, status=IssueStatus.REJECTED, reason=reason, reply=""
        )
        reporter_changed.send(sender=Issue, issue_id=stored.pk, news=ReporterNews.WITHDRAWN)
        issue_news(stored)
    return stored


def is_withdrawn(issue: Issue) -> bool:
    """Whether whoever reported has taken the report back, and nobody has taken it up since."""
    reason = issue.closing_reason
    return issue.status == IssueStatus.REJECTED and reason is not None and reason.code == WITHDRAWN


def report_reopen(*, issue: Issue, words: str) -> Issue:
    """A closed report is looked at again, because whoever reported says why; the clerks have it as news.

    Of what was put to another report the words go there. Raises `ReporterRefused`, `TextNotClean`, `TextTooLong`.
    """
    reason = text_checked(words, field="words", limit=WORDS_MAX)
    if not reason:
        raise TextNotClean(pgettext("own report", "Please say what is not done."), field="words")
    with transaction.atomic():
        stored = _locked(issue)
        if not IssueStatus(stored.status).is_closed:
            raise ReporterRefused(pgettext("own report", "The report is open."))
        if stored.duplicate_of is not None:
            return _heard(stored.duplicate_of, reason, says="not_done", reporter_of=stored)
        stored = issue_set_status(issue=stored, status=IssueStatus.TRIAGE)
        return _heard(stored, reason, says="not_done")


def report_resume(issue: Issue) -> Issue:
    """Takes a withdrawal back; the report is looked at again. Raises `ReporterRefused`."""
    with transaction.atomic():
        stored = _locked(issue)
        if not is_withdrawn(stored):
            raise ReporterRefused(pgettext("own report", "The report is not withdrawn."))
        stored = issue_set_status(issue=stored, status=IssueStatus.TRIAGE)
        reporter_changed.send(sender=Issue, issue_id=stored.pk, news=ReporterNews.RESUMED)
        return _heard(stored, "", says="resumed")


def report_done(*, issue: Issue, words: str) -> Issue:
    """Whoever reported says that it is done; a clerk closes it. Raises `ReporterRefused`, `TextTooLong`."""
    said = text_checked(words, field="words", limit=WORDS_MAX)
    with transaction.atomic():
        stored = _locked(issue)
        if IssueStatus(stored.status).is_closed:
            raise ReporterRefused(pgettext("own report", "The report is closed already."))
        told = pgettext("own report", "It is done.")
        return _heard(stored, f"{told} {said}".strip(), says="done")


def rating_open_until(rating: Rating | None) -> datetime | None:
    """Until when a rating can be changed; None: there is none yet."""
    return None if rating is None else rating.at + RATING_CHANGEABLE


def report_rate(*, issue: Issue, stars: int, words: str) -> Rating:
    """Rates a closed report with 1 to 5 stars, once; within 14 days that can be changed.

    Raises `ReporterRefused`, `TextTooLong`.
    """
    said = text_checked(words, field="words", limit=WORDS_MAX)
    with transaction.atomic():
        stored = _locked(issue)
        if not IssueStatus(stored.status).is_closed or is_withdrawn(stored):
            raise ReporterRefused(pgettext("own report", "You can rate once the report is closed."))
        if not 1 <= stars <= STARS_MAX:
            raise ReporterRefused(pgettext("own report", "Please choose one to five stars."))
        rating = Rating.objects.filter(issue=stored).first()
        until = rating_open_until(rating)
        if until is not None and until <= timezone.now():
            raise ReporterRefused(pgettext("own report", "This rating can no longer be changed."))
        rating = rating or Rating(issue=stored, at=timezone.now())
        rating.stars, rating.words = stars, said
        rating.save()
        issue_event_append(issue=stored, kind=EventKind.RATED, detail={"stars": stars})
    return rating


def mail_add(*, issue: Issue, email: str, language: str) -> Reporter:
    """Whoever reported without a mail address gives one and hears from now on; where it is goes there at once.

    Raises `EmailInvalid`, `TextNotClean`, `TextTooLong`, and `ReporterRefused` where there is an address already.
    """
    address = email_checked(email)
    with transaction.atomic():
        stored = _locked(issue)
        reporter, _is_new = Reporter.objects.select_for_update().get_or_create(issue=stored)
        if reporter.erase_asked_at is not None:
            raise ReporterRefused(pgettext("own report", "Your data are to be erased."))
        if reporter.email:
            raise ReporterRefused(
                pgettext("own report", "We have an e-mail address of you already.")
            )
        reporter.email, reporter.language = address, language
        reporter.save()
        if not stored.duplicates.exists():
            # Those who reported the same had their letters.
            replies_queue(issue=stored)
    return reporter


def call_allow(*, issue: Issue, name: str, phone: str) -> Reporter:
    """The authority that acts may phone, and gets name and number. Raises `TextNotClean`, `TextTooLong`."""
    number = text_checked(phone, field="phone", limit=field_length(Reporter, "phone"))
    called = text_checked(name, field="name", limit=field_length(Reporter, "last_name"))
    if sum(one.isdigit() for one in number) < DIGITS_LEAST:
        told = pgettext("own report", "Please give a telephone number.")
        raise TextNotClean(told, field="phone")
    with transaction.atomic():
        stored = _locked(issue)
        reporter, _is_new = Reporter.objects.select_for_update().get_or_create(issue=stored)
        if reporter.erase_asked_at is not None:
            raise ReporterRefused(pgettext("own report", "Your data are to be erased."))
        is_change = reporter.may_call_since is None or reporter.phone != number
        reporter.phone, reporter.may_call_since = number, timezone.now()
        if called != f"{reporter.first_name} {reporter.last_name}".strip():
            reporter.first_name, reporter.last_name = "", called
        reporter.save()
        if is_change:
            _call_told(stored, ReporterNews.CALL_ALLOWED)
    return reporter


def call_refuse(issue: Issue) -> None:
    """The authority may not phone any more, and is asked to erase what it got; nothing where it never might."""
    with transaction.atomic():
        stored = _locked(issue)
        allowed = Reporter.objects.filter(issue=stored, may_call_since__isnull=False)
        if allowed.update(may_call_since=None):
            _call_told(stored, ReporterNews.CALL_REFUSED)


def sighting_add(*, issue: Issue, entry: UUID) -> int:
    """Counts that somebody has seen it too, once for a draft; returns how many have. Raises `IssueUnknown`."""
    if not Issue.objects.filter(pk=issue.pk).public().exists():
        raise IssueUnknown(pgettext("report", "This report is not public."))
    Sighting.objects.get_or_create(issue=issue, entry=entry, defaults={"at": timezone.now()})
    return issue.sightings.count()


def _heard(issue: Issue, words: str, *, says: str, reporter_of: Issue | None = None) -> Issue:
    """What whoever reported it, or `reporter_of`, says, as a note of nobody in the house; the issue has news."""
    if words:
        note_write(issue=issue, text=words, by=None, reporter_of=reporter_of or issue)
    issue_event_append(issue=issue, kind=EventKind.HEARD, detail={"says": says})
    issue_news(issue)
    return issue


def _call_told(issue: Issue, news: ReporterNews) -> None:
    is_allowed = news == ReporterNews.CALL_ALLOWED
    issue_event_append(issue=issue, kind=EventKind.CALL_CHANGED, detail={"allowed": is_allowed})
    reporter_changed.send(sender=Issue, issue_id=issue.pk, news=news)


def _locked(issue: Issue) -> Issue:
    stored: Issue = (
        Issue.objects.select_for_update(of=("self",))
        .select_related("category", "jurisdiction", "closing_reason", "duplicate_of")
        .defer("jurisdiction__boundary")
        .get(pk=issue.pk)
    )
    return stored
