"""A report becomes an issue: once, whole or not at all."""

from __future__ import annotations

import io
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone, translation
from PIL import Image

from issues import errors
from issues.enums import Channel, EventKind, LocationSource, PhotoStatus
from issues.models import Issue, IssueEvent, NumberCounter, Photo, Reporter
from issues.services import issue_receive
from issues.signals import issue_received
from issues.types import LocationInput, ReporterInput
from tests.issues.conftest import CENTRE_E, CENTRE_N, LAT, LONG, picture

HERE = LocationInput(lat=LAT, long=LONG)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def receive(category, **values):
    return issue_receive(
        **{
            "jurisdiction": category.jurisdiction,
            "category": category,
            "channel": Channel.WEB,
            "location": HERE,
            **values,
        }
    )


def test_intake_of_a_whole_report_stores_every_part(category, sender):
    received = receive(
        category,
        channel=Channel.OPEN311,
        api_key=sender[0],
        location=LocationInput(
            lat=str(LAT), long="7,3117", accuracy="12.5", address_string="Am Markt 1"
        ),
        description="  Ein Loch, so groß wie ein Eimer.\n",
        reporter=ReporterInput(first_name="Änne", email="aenne@example.org"),
        photos=[picture()],
        media_urls=["https://example.org/a.jpg", ""],
    )
    issue = Issue.objects.get()
    year = timezone.localtime().year
    assert received.is_new
    assert received.issue == issue
    assert issue.number == f"CAS-{year}-000001"
    assert issue.description == "Ein Loch, so groß wie ein Eimer."
    assert (issue.latitude, issue.longitude, issue.accuracy_m) == (LAT, LONG, 12.5)
    assert issue.point.srid == 25832
    assert issue.point.distance(issue.point.__class__(CENTRE_E, CENTRE_N, srid=25832)) < 1.1
    assert issue.location_source == LocationSource.COORDINATES
    assert issue.address_text == "Am Markt 1"
    assert issue.released_at is None
    reporter = Reporter.objects.get(issue=issue)
    assert (reporter.first_name, reporter.email, reporter.phone) == (
        "Änne",
        "aenne@example.org",
        "",
    )
    stored, pending = Photo.objects.order_by("status").reverse()
    assert (stored.status, stored.width, stored.height) == (PhotoStatus.STORED, 40, 30)
    assert default_storage.exists(stored.file.name)
    assert (pending.status, pending.source_url) == (
        PhotoStatus.PENDING,
        "https://example.org/a.jpg",
    )
    assert pending.due_at == issue.received_at
    kinds = IssueEvent.objects.values_list("kind", flat=True)
    assert list(kinds) == [EventKind.RECEIVED, EventKind.PHOTO_ADDED, EventKind.REPLIED]


def test_intake_without_reporter_stores_nobody(category):
    receive(category)
    assert not Reporter.objects.exists()


def test_intake_numbers_have_no_gap_after_a_failure(category):
    receive(category, sender_key="one")
    with pytest.raises(DatabaseError):
        receive(category, sender_key="two", channel="by carrier pigeon")
    receive(category, sender_key="three")
    numbers = Issue.objects.order_by("pk").values_list("number", flat=True)
    assert [number[-6:] for number in numbers] == ["000001", "000002"]
    assert NumberCounter.objects.get().last == 2


def test_intake_that_fails_in_the_database_leaves_no_photo_behind(category):
    before = _files()
    with pytest.raises(DatabaseError):
        receive(category, channel="by carrier pigeon", photos=[picture()])
    # The failing statement comes before the photo; the one below fails after it was written.
    with pytest.raises(DatabaseError), connection.execute_wrapper(_no_photo_rows):
        receive(category, photos=[picture()])
    assert _files() == before
    assert not Issue.objects.exists()


def _no_photo_rows(execute, sql, params, many, context):
    if sql.startswith('INSERT INTO "issues_photo"'):
        raise DatabaseError("disk full")
    return execute(sql, params, many, context)


def _files() -> list[str]:
    found: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        if folder and not default_storage.exists(folder):
            continue
        inner, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}".lstrip("/") for name in inner]
        found += [f"{folder}/{name}" for name in files]
    return sorted(found)


def test_intake_announces_after_the_commit(category, django_capture_on_commit_callbacks):
    heard: list[int] = []

    def listen(sender, issue_id, **kwargs):
        heard.append(issue_id)

    issue_received.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=False):
            receive(category)
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            issue = receive(category, sender_key="two").issue
        assert heard == [issue.pk]
    finally:
        issue_received.disconnect(listen)


def test_intake_survives_a_receiver_that_fails(
    category, django_capture_on_commit_callbacks, caplog
):
    def fail(sender, issue_id, **kwargs):
        raise RuntimeError("the engine stumbled")

    issue_received.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert receive(category).is_new
    finally:
        issue_received.disconnect(fail)
    assert Issue.objects.count() == 1
    assert "the engine stumbled" in caplog.text


def test_repeat_with_the_same_key_returns_the_stored_issue(category, sender):
    first = receive(category, sender_key="abc", api_key=sender[0], photos=[picture()])
    again = receive(category, sender_key="abc", api_key=sender[0], photos=[picture()])
    assert again == (first.issue, False)
    assert Photo.objects.count() == 1
    assert IssueEvent.objects.count() == 2


def test_repeat_with_the_same_key_and_other_content_is_refused(category):
    receive(category, sender_key="abc", description="one")
    with pytest.raises(errors.SenderKeyReused) as caught:
        receive(category, sender_key="abc", description="two")
    assert caught.value.code == 409
    with pytest.raises(errors.SenderKeyReused):
        receive(category, sender_key="abc", description="one", photos=[picture()])


def test_same_key_of_another_sender_is_another_report(category, sender):
    first = receive(category, sender_key="abc")
    second = receive(category, sender_key="abc", api_key=sender[0])
    third = receive(category, sender_key="abc", channel=Channel.MAIL)
    assert len({first.issue.pk, second.issue.pk, third.issue.pk}) == 3


def test_same_content_without_key_is_a_repeat_for_ten_minutes(category):
    first = receive(category, description="hole")
    assert receive(category, description="hole") == (first.issue, False)
    assert receive(category, description="another hole").is_new
    Issue.objects.update(received_at=timezone.now() - timedelta(minutes=10))
    assert receive(category, description="hole").is_new


@pytest.mark.parametrize("key", ["x" * 201, "~mine", "two words", "ä"])
def test_sender_key_that_cannot_be_one_is_refused(category, key):
    with pytest.raises(errors.SenderKeyInvalid):
        receive(category, sender_key=key)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["same-key", ""])
def test_concurrent_repeats_store_one_issue(category, key):
    start = threading.Barrier(6)

    def send(_turn: int) -> tuple[int, bool]:
        try:
            start.wait(timeout=10)
            received = receive(category, sender_key=key, photos=[picture()])
            return received.issue.pk, received.is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(send, range(6)))
    assert len({pk for pk, _is_new in outcomes}) == 1
    assert sum(is_new for _pk, is_new in outcomes) == 1
    assert Issue.objects.count() == Photo.objects.count() == 1
    assert NumberCounter.objects.get().last == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_reports_get_numbers_without_gap(category):
    def send(turn: int) -> str:
        try:
            return receive(category, description=f"hole {turn}").issue.number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(send, range(12)))
    assert [int(number[-6:]) for number in numbers] == list(range(1, 13))


def test_everything_wrong_is_told_at_once(category):
    with pytest.raises(errors.ReportInvalid) as caught:
        receive(
            category,
            location=LocationInput(lat="north", accuracy="-1"),
            description="x" * 4001,
            answers={"NO_SUCH": "1"},
            reporter=ReporterInput(email="nobody", first_name="\x07"),
            media_urls=["ftp://example.org/a.jpg"],
            photos=[b"no picture"],
            sender_key=" ",
        )
    assert [type(error) for error in caught.value.errors] == [
        errors.AccuracyInvalid,
        errors.LocationNotANumber,
        errors.LocationMissing,
        errors.TextTooLong,
        errors.TextNotClean,
        errors.EmailInvalid,
        errors.SenderKeyInvalid,
    ]
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//example.org/a.jpg",
        "http://",
        "http://[::1",
        "https://user:pass@example.org/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "file:///etc/passwd",
        "http://exa mple.org/",
        "https://example.org/" + "a" * 1000,
    ],
)
def test_media_url_that_is_no_web_address_costs_the_photo_alone(category, url):
    receive(category, media_urls=[url])
    photo = Photo.objects.get()
    assert (photo.status, photo.source_url) == (PhotoStatus.REFUSED, "")
    assert "media_url" in photo.refused_because


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "\ud800", "\ufffe"])
def test_control_characters_are_refused(category, text):
    with pytest.raises(errors.TextNotClean):
        receive(category, description=text)


@contextmanager
def disk_full(after: int) -> Iterator[None]:
    """No file can grow beyond so many bytes: writes fail in the middle, as on a disk that is full."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


@pytest.fixture
def media_on_disk(settings, tmp_path) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def test_full_disk_costs_the_photo_alone_and_leaves_nothing(category, media_on_disk):
    noise = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(noise, "JPEG", quality=95)
    with disk_full(after=4096):
        received = receive(category, sender_key="k", photos=[picture(), noise.getvalue()])
    small, large = received.issue.photos.order_by("pk")
    assert (small.status, large.status) == (PhotoStatus.STORED, PhotoStatus.REFUSED)
    assert large.refused_because == "There is no room to store the photo."
    assert large.file.name == ""
    kept = [path for path in media_on_disk.rglob("*") if path.is_file()]
    assert kept == [Path(small.file.path)]
    kinds = {EventKind.PHOTO_ADDED, EventKind.PHOTO_REFUSED}
    assert set(received.issue.events.values_list("kind", flat=True)) == {EventKind.RECEIVED, *kinds}
    again = receive(category, sender_key="k", photos=[picture(), noise.getvalue()])
    assert again == (received.issue, False)


def test_photos_that_cannot_be_taken_stand_beside_those_that_can(category):
    received = receive(
        category,
        photos=[b"", b"no picture", picture()],
        media_urls=["https://example.org/a.jpg", "ftp://example.org/b.jpg"],
    )
    photos = received.issue.photos.order_by("pk")
    refused = [one.refused_because for one in photos if one.status == PhotoStatus.REFUSED]
    assert len(refused) == 3
    assert all(refused)
    assert photos.filter(status=PhotoStatus.STORED).count() == 1
    assert photos.get(status=PhotoStatus.PENDING).source_url == "https://example.org/a.jpg"


def test_text_of_four_thousand_characters_is_stored(category):
    text = "ß🚲\t\r\n" * 800
    receive(category, description=text.strip() + "x" * (4000 - len(text.strip())))
    assert len(Issue.objects.get().description) == 4000
