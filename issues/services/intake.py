"""Intake: a report becomes an issue, in one transaction, once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.db.inserts import rows_insert
from gis_core.db.prepared import prepared_execute
from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from issues.enums import Channel, EventKind, PhotoStatus, ReporterCheck
from issues.errors import (
    ReporterUnconfirmed,
    ReportInvalid,
    SenderKeyInvalid,
    SenderKeyReused,
)
from issues.models import ApiKey, Category, Issue, IssueEvent, Photo, Reporter
from issues.services.answers import answers_sorted
from issues.services.clocks import calendar_of
from issues.services.location import location_received
from issues.services.photos.intake import photos_checked, urls_checked
from issues.services.photos.stored import PHOTOS_PER_REPORT, photo_event, photo_new, photo_refuse
from issues.services.replies.queue import replies_queue
from issues.services.texts import (
    DESCRIPTION_MAX,
    Problems,
    reporter_checked,
    text_checked,
)
from issues.signals import issue_received
from issues.types import (
    Answers,
    Location,
    LocationInput,
    LostPhoto,
    PreparedPhoto,
    Received,
    ReporterInput,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Without a sender's key, the same content from the same sender within this time is a repeat.
REPEAT_WITHIN: Final = timedelta(minutes=10)
# Two statements on one way to the server: the second sees what was committed while the first waited. The sender is
# compared so that the index is used, for reports without one as well.
_REPEAT: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0));
    SELECT id, content_hash FROM issues_issue
    WHERE channel = %(channel)s AND (api_key_id = %(sender)s OR (%(sender)s IS NULL AND api_key_id IS NULL))
"""
REPEAT_BY_KEY: Final = _REPEAT + " AND sender_key = %(sender_key)s"
REPEAT_BY_CONTENT: Final = (
    _REPEAT + " AND content_hash = %(content_hash)s AND received_at > %(since)s LIMIT 1"
)
NUMBER_NEXT: Final = """
    INSERT INTO issues_numbercounter AS counter (jurisdiction_id, year, last) VALUES ($1, $2, 1)
    ON CONFLICT (jurisdiction_id, year) DO UPDATE SET last = counter.last + 1 RETURNING last
"""
_SENDER_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, kw_only=True)
class _Report:
    """A report that was checked whole."""

    jurisdiction: Jurisdiction
    category: Category
    channel: Channel
    api_key: ApiKey | None
    sender_key: str
    content_hash: bytes
    location: Location
    description: str
    answers: Answers
    set_aside: Answers
    reporter: Mapping[str, str]
    photos: Sequence[PreparedPhoto]
    media_urls: Sequence[str]
    lost: Sequence[LostPhoto]
    by: User | None


def issue_receive(  # noqa: PLR0913 - a report has that many parts; each is named at the call
    *,
    jurisdiction: Jurisdiction,
    category: Category,
    channel: Channel,
    location: LocationInput,
    description: str = "",
    answers: Mapping[str, str | Sequence[str]] | None = None,
    reporter: ReporterInput | None = None,
    photos: Sequence[bytes | PreparedPhoto] = (),
    media_urls: Sequence[str] = (),
    api_key: ApiKey | None = None,
    sender_key: str = "",
    by: User | None = None,
) -> Received:
    """Stores a report: issue with number, first event, photos and reporting person, in one transaction.

    `category` is an active one of the jurisdiction. `answers` are by attribute code; what fits no question is set
    aside. An address that nobody knows leaves the report to be placed by a person. `photos` are the files
    as sent, or decoded before; a `media_urls` entry is fetched later by a worker. A photo that cannot be taken never
    costs the report: it is kept as refused, with the reason.

    `by` is who of the house entered it.

    `sender_key` is the sender's name for this report: a repeat with the same key and content returns the stored
    issue, the same key with other content raises `SenderKeyReused`. Without a key, the same content from the same
    sender within ten minutes is a repeat. After the commit `issues.signals.issue_received` is sent with `issue_id`; a
    receiver that fails is logged and does not undo the intake.

    Raises an `IssuesError`; `ReportInvalid` when several things are wrong. Then nothing is stored.
    """
    problems = Problems()
    with problems.collect():
        _sender_check(jurisdiction, category, api_key)
    media_urls = [url.strip() for url in media_urls if url.strip()]
    prepared, lost = photos_checked(photos)
    urls, lost_urls = urls_checked(media_urls, PHOTOS_PER_REPORT - len(prepared), api_key)
    place: Location | None = None
    with problems.collect():
        taken_at = next((one.place for one in prepared if one.place), None)
        # Nobody asks the writer of a mail for the place: a person finds it.
        is_needed = channel != Channel.MAIL
        place = location_received(jurisdiction, location, photo=taken_at, is_needed=is_needed)
    text = ""
    with problems.collect():
        text = text_checked(description, field="description", limit=DESCRIPTION_MAX)
    given, set_aside = answers_sorted(category, answers or {}, problems)
    person = reporter_checked(reporter or ReporterInput(), problems)
    with problems.collect():
        _sender_key_check(sender_key)
    if len(problems) == 1:
        raise problems[0]
    if problems or place is None:
        raise ReportInvalid(problems)
    report = _Report(
        jurisdiction=jurisdiction,
        category=category,
        channel=channel,
        api_key=api_key,
        sender_key=sender_key,
        content_hash=_content_hash(
            jurisdiction.pk,
            category.pk,
            asdict(location),
            text,
            given,
            person,
            [one.jpeg if isinstance(one, PreparedPhoto) else one for one in photos],
            media_urls,
            *([set_aside] if set_aside else ()),
        ),
        location=place,
        description=text,
        answers=given,
        set_aside=set_aside,
        reporter=person,
        photos=prepared,
        media_urls=urls,
        lost=[*lost, *lost_urls],
        by=by,
    )
    return _store(report)


def _sender_check(jurisdiction: Jurisdiction, category: Category, api_key: ApiKey | None) -> None:
    """Raises `ReporterUnconfirmed` where the sender has to know who reports, and does not."""
    is_open = category.reporter_check == ReporterCheck.NOBODY
    if api_key is None or api_key.confirms_reporters or is_open:
        return
    raise ReporterUnconfirmed(
        _("The city has to know who reports this. Please report it here: %(address)s")
        % {"address": city_address(jurisdiction, "report")},
        field="service_code",
    )


def _sender_key_check(sender_key: str) -> None:
    # A leading "~" is kept for the keys that are made here for reports without one.
    if sender_key and (not _SENDER_KEY.fullmatch(sender_key) or sender_key.startswith("~")):
        raise SenderKeyInvalid(
            _(
                "Idempotency-Key must be 1 to 200 ASCII characters without blanks, not beginning with “~”."
            )
        )


def _content_hash(*parts: object) -> bytes:
    def plain(value: object) -> str:
        return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)

    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=plain).encode()).digest()


def _store(report: _Report) -> Received:
    written: list[Photo] = []
    committed = False
    try:
        with transaction.atomic():
            now = timezone.now()
            existing = _repeat_find(report, now)
            if existing is not None:
                return Received(existing, is_new=False)
            issue = _issue_create(report, now)
            for prepared in report.photos:
                # One by one: what was written before a failure has to be known to be removed.
                written += [photo_new(issue, prepared)]
            written += [
                photo_refuse(Photo(issue=issue, source_url=one.source_url), one.reason)
                for one in report.lost
            ]
            _parts_create(report, issue, now, written)
            transaction.on_commit(partial(_announce, issue.pk))
        committed = True
    finally:
        if not committed:
            for photo in written:
                if photo.file:
                    photo.file.delete(save=False)
    return Received(issue, is_new=True)


def _repeat_find(report: _Report, now: datetime) -> Issue | None:
    """The issue that this report repeats. Holds a lock until the transaction ends: repeats come one by one."""
    key = report.sender_key or report.content_hash.hex()
    sender = report.api_key.pk if report.api_key else None
    with connection.cursor() as cursor:
        cursor.execute(
            REPEAT_BY_KEY if report.sender_key else REPEAT_BY_CONTENT,
            {
                "lock": f"{sender}|{report.channel}|{key}",
                "sender": sender,
                "channel": report.channel,
                "sender_key": key,
                "content_hash": report.content_hash,
                "since": now - REPEAT_WITHIN,
            },
        )
        found = cursor.fetchone()
    if found is None:
        return None
    issue_id, content_hash = found
    if bytes(content_hash) != report.content_hash:
        raise SenderKeyReused(
            _("This Idempotency-Key was already used for a report with other content.")
        )
    return Issue.objects.get(pk=issue_id)


def _issue_create(report: _Report, now: datetime) -> Issue:
    """The issue with its first event."""
    place = report.location
    issue = Issue(
        number=_number_next(report.jurisdiction, now),
        jurisdiction=report.jurisdiction,
        category=report.category,
        description=report.description,
        answers=report.answers,
        set_aside=report.set_aside,
        point=place.point,
        latitude=place.latitude,
        longitude=place.longitude,
        accuracy_m=place.accuracy_m,
        location_source=place.source,
        address_text=place.address_text,
        address_id=place.address_id,
        channel=report.channel,
        api_key=report.api_key,
        sender_key=report.sender_key or f"~{uuid4().hex}",
        content_hash=report.content_hash,
        received_at=now,
        status_changed_at=now,
        due_at=_due_at(report, now),
    )
    received = IssueEvent(
        issue=issue,
        kind=EventKind.RECEIVED,
        at=now,
        by=report.by,
        detail={"channel": report.channel},
    )
    rows_insert(issue, received)
    return issue


def _due_at(report: _Report, now: datetime) -> datetime | None:
    """When the city wants to be done with it, by its working days."""
    days = report.category.deadline_days
    return None if days is None else calendar_of(report.jurisdiction).after(now, days)


def _number_next(jurisdiction: Jurisdiction, now: datetime) -> str:
    """The next number of the jurisdiction in this year; an intake that fails gives it back (no gaps)."""
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        prepared_execute(cursor, NUMBER_NEXT, [jurisdiction.pk, year])
        (last,) = cursor.fetchone()
    return f"{jurisdiction.issue_prefix}-{year}-{last:06d}"


def _parts_create(report: _Report, issue: Issue, now: datetime, sent: list[Photo]) -> None:
    """The photos stored and refused, those to be fetched, and who reported."""
    pending = [
        Photo(issue=issue, status=PhotoStatus.PENDING, source_url=url, due_at=now)
        for url in report.media_urls
    ]
    if sent or pending:
        Photo.objects.bulk_create([*sent, *pending])
        IssueEvent.objects.bulk_create(photo_event(photo, now) for photo in sent)
    if report.reporter:
        reporter = Reporter.objects.create(issue=issue, **report.reporter)
        if reporter.email:
            # The receipt, with the private link.
            replies_queue(issue=issue)


def _announce(issue_id: int) -> None:
    # Robust: the report is stored and stays accepted, whatever a receiver does; Django logs its error.
    issue_received.send_robust(sender=Issue, issue_id=issue_id)
