"""Photos behind a media_url: fetched by the worker, tried again, refused with a reason."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from gis_core.models import MapService
from issues.enums import Channel, EventKind, PhotoStatus
from issues.models import Issue, Photo
from issues.services import issue_receive, photo_fetch, photos_claim_due
from issues.services.photos import fetching
from issues.services.photos import intake as photo_intake
from issues.services.photos.fetching import ATTEMPTS_MAX, LEASE, RETRY_AFTER
from issues.tasks import photos_fetch_due
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture


class Pictures(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""
    location: ClassVar[str] = ""
    asked: ClassVar[list[str]] = []
    dribbles: ClassVar[bool] = False

    def do_GET(self) -> None:
        self.asked.append(self.path)
        while self.dribbles:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: " if self.dribbles is True else b"x")
            type(self).dribbles = 1
            time.sleep(0.05)
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(settings) -> Iterator[type[Pictures]]:
    """A handler class whose answers the test sets; `address` is where it listens."""
    settings.PRIVATE_NETWORKS = {"photo": ["127.0.0.0/8"]}

    class Handler(Pictures):
        body = picture()
        asked: ClassVar[list[str]] = []
        address: ClassVar[str] = ""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        Handler.address = f"http://127.0.0.1:{running.server_port}/photo.jpg"
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield Handler
        running.shutdown()
        thread.join()


@pytest.fixture
def make_photo(category):
    def make(url: str) -> Photo:
        issue = issue_receive(
            jurisdiction=category.jurisdiction,
            category=category,
            channel=Channel.OPEN311,
            location=LocationInput(lat=LAT, long=LONG),
            media_urls=[url],
        ).issue
        return issue.photos.get()

    return make


def claim() -> Photo:
    (photo,) = photos_claim_due(limit=10)
    return photo


def test_photo_is_fetched_and_stored(server, make_photo):
    make_photo(server.address)
    photos_fetch_due()
    photo = Photo.objects.get()
    assert (photo.status, photo.attempts, photo.due_at) == (PhotoStatus.STORED, 1, None)
    assert (photo.width, photo.height) == (40, 30)
    assert default_storage.open(photo.file.name).read(2) == b"\xff\xd8"
    assert not photo.is_released
    assert photo.issue.events.last().kind == EventKind.PHOTO_ADDED
    photos_fetch_due()
    assert server.asked == ["/photo.jpg"]


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_photo_is_tried_again_when_the_server_is_down(server, make_photo, status):
    server.status = status
    make_photo(server.address)
    for attempt, pause in enumerate(RETRY_AFTER, start=1):
        before = timezone.now()
        photo_fetch(claim())
        photo = Photo.objects.get()
        assert (photo.status, photo.attempts) == (PhotoStatus.PENDING, attempt)
        assert before + pause <= photo.due_at <= timezone.now() + pause
        assert photos_claim_due(limit=10) == []
        Photo.objects.update(due_at=timezone.now())
    photo_fetch(claim())
    photo = Photo.objects.get()
    assert (photo.status, photo.attempts) == (PhotoStatus.REFUSED, len(RETRY_AFTER) + 1)
    assert str(status) in photo.refused_because
    assert photo.issue.events.last().kind == EventKind.PHOTO_REFUSED
    assert Issue.objects.count() == 1


def test_photo_arrives_when_the_server_is_back(server, make_photo):
    server.status = 503
    make_photo(server.address)
    photo_fetch(claim())
    server.status = 200
    Photo.objects.update(due_at=timezone.now())
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.STORED


@pytest.mark.parametrize(
    ("status", "body"), [(404, b""), (403, b""), (200, b"<html>no photo</html>"), (200, b"")]
)
def test_photo_that_cannot_be_one_is_refused_at_once(server, make_photo, status, body):
    server.status, server.body = status, body
    make_photo(server.address)
    photo_fetch(claim())
    photo = Photo.objects.get()
    assert (photo.status, photo.attempts) == (PhotoStatus.REFUSED, 1)
    assert photo.refused_because
    assert not photo.file


def test_photo_with_too_many_bytes_is_refused(server, make_photo, settings):
    settings.PHOTO_MAX_BYTES = 500
    make_photo(server.address)
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/a.jpg",
        "http://[::1]/a.jpg",
        "http://localhost/a.jpg",
    ],
)
def test_photo_in_a_forbidden_network_is_refused(make_photo, url):
    make_photo(url)
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.REFUSED


def test_photo_in_a_private_network_is_refused_whatever_else_is_allowed(make_photo, settings):
    others = ("map_service", "receiver", "geodata")
    settings.PRIVATE_NETWORKS = {purpose: ["0.0.0.0/0"] for purpose in others}
    make_photo("http://10.1.2.3/a.jpg")
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.REFUSED


@pytest.mark.parametrize("name", ["own", "registered"])
def test_photo_on_a_server_of_maps_for_staff_is_refused(server, make_photo, settings, name):
    """A staff-only layer is a picture, too; its server trusts this one."""
    base = server.address.rpartition("/")[0]
    if name == "own":
        settings.MAPSERVER_URL = f"{base}/wms"
    else:
        MapService.objects.create(slug="inside", url=f"{base}/wms?map=a", visibility="staff")
    make_photo(f"{base}/wms?LAYERS=secret&REQUEST=GetMap")
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.REFUSED
    assert server.asked == []


def test_photo_with_odd_metadata_behind_an_address_is_stored(server, make_photo):
    server.body = picture(exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0f\x01\x05\0\x01\0\0\0\xff\xff\0\0")
    make_photo(server.address)
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.STORED


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError(), OSError(28, "full"), KeyError("x")]
)
def test_photo_with_which_something_goes_wrong_is_tried_again_and_refused_at_last(
    server, make_photo, monkeypatch, caplog, error
):
    def fail(_content: bytes) -> None:
        raise error

    monkeypatch.setattr(fetching, "photo_prepare", fail)
    make_photo(server.address)
    make_photo(server.address)
    for _attempt in range(ATTEMPTS_MAX):
        photos_fetch_due()  # the sweep goes on behind it
        Photo.objects.update(due_at=timezone.now())
    photos = Photo.objects.all()
    assert {photo.status for photo in photos} == {PhotoStatus.REFUSED}
    assert {photo.attempts for photo in photos} == {ATTEMPTS_MAX}
    assert type(error).__name__ in photos[0].refused_because
    assert type(error).__name__ in caplog.text
    assert "Traceback" not in caplog.text


def test_photo_that_kills_its_workers_is_refused_after_the_last_attempt(server, make_photo):
    make_photo(server.address)
    for _attempt in range(ATTEMPTS_MAX):
        claim()
        Photo.objects.update(due_at=timezone.now())
    assert photos_claim_due(limit=10) == []
    photo = Photo.objects.get()
    assert (photo.status, photo.attempts, photo.is_claimed) == (
        PhotoStatus.REFUSED,
        ATTEMPTS_MAX,
        False,
    )
    assert photo.refused_because
    assert photo.issue.events.last().kind == EventKind.PHOTO_REFUSED


def test_photo_that_cannot_be_written_is_tried_again(server, make_photo, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "a file"
    settings.MEDIA_ROOT.write_text("")
    make_photo(server.address)
    photo_fetch(claim())
    photo = Photo.objects.get()
    assert (photo.status, photo.file.name) == (PhotoStatus.PENDING, "")
    settings.MEDIA_ROOT = tmp_path
    Photo.objects.update(due_at=timezone.now())
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.STORED


def test_photo_from_a_server_that_dribbles_is_given_up(server, make_photo, monkeypatch):
    """A byte now and then, in the headers already, so that no single read takes long."""
    monkeypatch.setattr(fetching, "DEADLINE_S", 0.5)
    server.dribbles = True
    make_photo(server.address)
    began = time.monotonic()
    photo_fetch(claim())
    assert time.monotonic() - began < 2
    assert Photo.objects.get().status == PhotoStatus.PENDING


def test_photos_of_one_sender_are_fetched_one_at_a_time(category, make_photo, sender):
    """Thirty photos on a slow server keep one worker busy; another sender's turn comes at once."""
    for turn in range(30):
        issue_receive(
            jurisdiction=category.jurisdiction,
            category=category,
            channel=Channel.OPEN311,
            location=LocationInput(lat=LAT, long=LONG),
            media_urls=[f"https://slow.example/{turn}.jpg"],
            api_key=sender[0],
        )
    make_photo("https://other.example/a.jpg")
    first = photos_claim_due(limit=10)
    assert {photo.source_url for photo in first} == {
        "https://slow.example/0.jpg",
        "https://other.example/a.jpg",
    }
    assert photos_claim_due(limit=10) == []
    Photo.objects.filter(pk=first[0].pk).update(is_claimed=False)
    assert [photo.source_url for photo in photos_claim_due(limit=10)] == [
        "https://slow.example/1.jpg"
    ]


def test_photos_of_a_sender_with_too_many_waiting_are_refused(make_photo, monkeypatch):
    monkeypatch.setattr(photo_intake, "PENDING_PER_SENDER", 2)
    for turn in range(3):
        make_photo(f"https://slow.example/{turn}.jpg")
    last = Photo.objects.latest("pk")
    assert (last.status, last.source_url) == (PhotoStatus.REFUSED, "https://slow.example/2.jpg")
    assert Photo.objects.filter(status=PhotoStatus.PENDING).count() == 2


def test_photo_behind_a_redirect_into_a_forbidden_network_is_refused(server, make_photo):
    server.status, server.location = 302, "http://169.254.169.254/a.jpg"
    make_photo(server.address)
    photo_fetch(claim())
    assert Photo.objects.get().status == PhotoStatus.REFUSED


def test_photo_of_a_killed_worker_comes_back_after_the_lease(server, make_photo):
    make_photo(server.address)
    claim()
    assert photos_claim_due(limit=10) == []
    Photo.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert claim().attempts == 2
    assert timedelta(minutes=4) < LEASE


def test_photo_fetched_by_two_workers_is_stored_once(server, make_photo):
    make_photo(server.address)
    slow = claim()
    Photo.objects.update(due_at=timezone.now())
    photo_fetch(claim())
    stored = Photo.objects.get()
    photo_fetch(slow)
    assert Photo.objects.get().file.name == stored.file.name
    assert default_storage.exists(stored.file.name)
    assert stored.issue.events.filter(kind=EventKind.PHOTO_ADDED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_photo_is_claimed_by_one_of_two_workers(server, make_photo):
    make_photo(server.address)
    claimed: list[Photo] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(timeout=10)
        claimed.extend(photos_claim_due(limit=10))
        connection.close()

    workers = [threading.Thread(target=work) for _turn in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 1
