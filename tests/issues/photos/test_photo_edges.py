"""Numbers of taking and fetching photos: how many, how large, how often and when."""

from __future__ import annotations

import io
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone, translation
from PIL import Image

from gis_core.net import outgoing
from issues.enums import EventKind, PhotoStatus
from issues.errors import PhotoRefused
from issues.models import Issue, Photo
from issues.services import photo_prepare, photos_claim_due
from issues.services.photos.fetching import _closed, _may_pass, _reason, _try_later
from issues.services.photos.intake import photos_checked, urls_checked
from issues.services.photos.pixels import _kind, _size_check
from issues.services.photos.stored import photo_event, photo_fill, photo_refuse
from issues.types import PreparedPhoto
from tests.issues.conftest import picture

URLS = [f"http://a.example/{number}.jpg" for number in range(8)]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


# --- How many -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "more"), [(5, 0), (6, 1), (8, 3)])
def test_five_photos_are_looked_at_and_the_others_counted(count, more):
    prepared, lost = photos_checked([picture(), *[b""] * (count - 1)])
    assert (len(prepared), len(lost)) == (1, 4 + (more > 0))
    assert "empty" in lost[0].reason
    assert (
        f"At most 5 photos are taken with a report; sent besides: {more}." == lost[-1].reason
    ) == (more > 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "room", "taken", "more"),
    [(5, 5, 5, 0), (8, 5, 5, 3), (8, 2, 2, 6), (3, 3, 3, 0), (2, 0, 0, 2)],
)
def test_addresses_are_taken_while_there_is_room(sent, room, taken, more):
    found, lost = urls_checked(URLS[:sent], room, None)
    assert found == URLS[:taken]
    assert [f"sent besides: {more}." in one.reason for one in lost] == [True] * (more > 0)


@pytest.mark.django_db
def test_addresses_that_are_none_are_told_one_by_one_up_to_five():
    found, lost = urls_checked(["ftp://a", *URLS[:1], *["ftp://a"] * 5], 5, None)
    assert found == URLS[:1]
    assert ["http://" in one.reason for one in lost] == [True] * 4 + [False]
    assert "sent besides: 2." in lost[-1].reason


@pytest.mark.parametrize(("waiting", "taken"), [(999, 2), (1000, 0)])
def test_addresses_of_a_sender_for_whom_a_thousand_wait_are_not_taken(make_issue, waiting, taken):
    issue = make_issue()
    Photo.objects.bulk_create(
        Photo(issue=issue, status=PhotoStatus.PENDING, source_url=URLS[0]) for _ in range(waiting)
    )
    found, lost = urls_checked([*URLS[:2], "ftp://a"], 5, None)
    assert len(found) == taken
    assert [one.source_url for one in lost] == [*URLS[: 2 - taken], ""]


# --- How large ------------------------------------------------------------------------------------
@pytest.mark.parametrize("more", [0, 1])
def test_file_may_have_as_many_bytes_as_the_setting_says(settings, more):
    content = picture()
    settings.PHOTO_MAX_BYTES = 3 * 1024**2
    content += b"\0" * (3 * 1024**2 - len(content) + more)
    if more:
        with pytest.raises(PhotoRefused, match="more than 3 MB"):
            photo_prepare(content)
    else:
        assert photo_prepare(content).width == 40


def test_pixels_are_counted_and_told_in_millions():
    _size_check(3000, 1000, limit=3_000_000)
    with pytest.raises(PhotoRefused, match="more than 3 megapixels"):
        _size_check(3001, 1000, limit=3_000_000)


def test_photo_is_written_with_quality_85():
    expected = io.BytesIO()
    Image.new("RGB", (40, 30)).save(expected, "JPEG", quality=85)
    written = Image.open(io.BytesIO(photo_prepare(picture()).jpeg)).quantization
    assert written == Image.open(expected).quantization


def brands(*names: bytes, length: int = 0) -> bytes:
    box = b"ftyp" + b"".join(names)
    return (length or len(box) + 4).to_bytes(4, "big") + box


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff", "jpeg"),
        (b"\xff\xd8", ""),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"RIFF....WEBP", "webp"),
        (b"RIFF....WAVE", ""),
        (b"RIFX....WEBP", ""),
        (brands(b"avif", b"\0" * 4), "avif"),
        (brands(b"mif1", b"\0" * 4, b"heic"), "heic"),
        (brands(b"heic", b"\0" * 4, b"avif"), "avif"),
        (brands(b"mif1", b"\0" * 4, b"avif", length=16), ""),
        (brands(b"mif1", *[b"\0" * 4] * 98, b"heic"), "heic"),
        (brands(b"mif1", *[b"\0" * 4] * 99, b"heic"), ""),
        (brands(b"isom", b"\0" * 4), ""),
        (b"....free", ""),
        (b"", ""),
    ],
)
def test_format_is_what_the_content_shows(content, kind):
    assert _kind(content) == kind


# --- What is stored -------------------------------------------------------------------------------
def test_photo_that_is_stored_has_its_size_and_is_due_no_more(make_issue):
    photo = Photo(issue=make_issue(), due_at=timezone.now())
    photo_fill(photo, PreparedPhoto(jpeg=b"x", width=4, height=3, place=None))
    assert (photo.status, photo.width, photo.height, photo.due_at) == (
        PhotoStatus.STORED,
        4,
        3,
        None,
    )
    assert photo.file.name.endswith(f"{photo.public_id}.jpg")
    now = timezone.now()
    event = photo_event(photo, now)
    assert (event.kind, event.at, event.issue) == (EventKind.PHOTO_ADDED, now, photo.issue)
    assert event.detail == {"photo": str(photo.public_id), "reason": ""}
    photo.file.delete(save=False)


def test_photo_that_is_refused_says_why_and_is_due_no_more():
    photo = photo_refuse(Photo(issue=Issue(), due_at=timezone.now()), "too large")
    assert (photo.status, photo.due_at) == (PhotoStatus.REFUSED, None)
    event = photo_event(photo, timezone.now())
    assert (event.kind, event.detail["reason"]) == (EventKind.PHOTO_REFUSED, "too large")


# --- How often and when ---------------------------------------------------------------------------
@pytest.fixture
def pending(make_issue) -> Photo:
    return Photo.objects.create(
        issue=make_issue(), status=PhotoStatus.PENDING, source_url=URLS[0], due_at=timezone.now()
    )


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 10), (3, 60), (4, 360)])
def test_photo_is_due_again_after_a_longer_time_each_time(pending, attempts, minutes):
    pending.attempts, pending.is_claimed = attempts, True
    before = timezone.now()
    _try_later(pending)
    stored = Photo.objects.get()
    pause = timedelta(minutes=minutes)
    assert before + pause <= stored.due_at <= timezone.now() + pause
    assert not stored.is_claimed


@pytest.mark.parametrize("attempts", [0, 4])
def test_photo_is_claimed_for_five_minutes(pending, attempts):
    Photo.objects.update(attempts=attempts)
    before = timezone.now()
    [claimed] = photos_claim_due(limit=1)
    stored = Photo.objects.get()
    assert claimed == stored
    assert (stored.attempts, stored.is_claimed) == (attempts + 1, True)
    lease = timedelta(minutes=5)
    assert before + lease <= stored.due_at <= timezone.now() + lease
    assert photos_claim_due(limit=1) == []


def test_photo_with_which_five_workers_died_is_refused(pending):
    Photo.objects.update(attempts=5)
    assert photos_claim_due(limit=1) == []
    stored = Photo.objects.get()
    assert (stored.status, stored.refused_because) == (
        PhotoStatus.REFUSED,
        "The photo could not be fetched.",
    )


def test_photos_are_claimed_up_to_the_limit_of_each_sender_the_one_due_first(
    pending, sender, make_issue
):
    other = make_issue("other", api_key=sender[0])
    later, first = (
        Photo.objects.create(
            issue=other,
            status=PhotoStatus.PENDING,
            source_url=URLS[0],
            due_at=timezone.now() - timedelta(hours=hours),
        )
        for hours in (1, 2)
    )
    assert photos_claim_due(limit=1) == [first]
    # The sender's other photo waits until the first is done, the strangers' does not.
    assert photos_claim_due(limit=5) == [pending]
    photo_refuse(first, "done").save()
    assert photos_claim_due(limit=5) == [later]


def answered(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", URLS[0])
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(status))


@pytest.mark.parametrize(
    ("error", "may_pass"),
    [(answered(status), True) for status in (408, 425, 429, 500, 503, 599)]
    + [(answered(status), False) for status in (400, 404, 407, 409, 424, 426, 428, 430, 499)]
    + [
        (httpx.ConnectError(""), True),
        (KeyError("x"), True),
        (PhotoRefused("x"), False),
        (httpx.TooManyRedirects(""), False),
        (httpx.UnsupportedProtocol(""), False),
        (httpx.InvalidURL(""), False),
        (outgoing.AddressRefused("address_none", url="x"), False),
    ],
)
def test_error_may_pass_where_waiting_helps(error, may_pass):
    assert _may_pass(error) == may_pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (answered(404), "The server that holds the photo answered 404."),
        (httpx.ConnectError("secret"), "The server that holds the photo could not be reached."),
        (PhotoRefused("no photo"), "no photo"),
        (KeyError("secret"), "The photo could not be taken (KeyError)."),
        (outgoing.AddressRefused("address_none", url="x"), None),
    ],
)
def test_reason_is_told_without_what_only_the_log_may_know(error, told):
    reason = _reason(Photo(), error)
    assert reason == told if told else reason == error.shown()


@pytest.mark.django_db
def test_servers_of_maps_for_staff_alone_are_closed(settings):
    from gis_core.models import MapService

    MapService.objects.create(slug="a", url="http://inside.example/wms", visibility="staff")
    MapService.objects.create(slug="b", url="http://open.example/wms", visibility="public")
    assert _closed() == [settings.MAPSERVER_URL, "http://inside.example/wms"]
