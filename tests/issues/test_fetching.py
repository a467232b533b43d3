"""Photos behind a media_url: fetched by the worker, tried again, refused with a reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from issues.enums import Channel, EventKind, PhotoStatus
from issues.models import Issue, Photo
from issues.services import issue_receive, photo_fetch, photos_claim_due
from issues.services.fetching import LEASE, RETRY_AFTER
from issues.tasks import photos_fetch_due
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture


class Pictures(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""
    location: ClassVar[str] = ""
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
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
    settings.PRIVATE_NETWORKS_ALLOWED = ["127.0.0.0/8"]

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
