"""Turning and blackening photos, and the copies that the public gets of them."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from issues.enums import Channel, EventKind
from issues.errors import PhotoEditRefused, ReleaseOutdated, ReleaseRefused
from issues.models import Issue, Photo
from issues.services import (
    issue_receive,
    issue_release,
    issue_withdraw,
    photo_edit,
    photo_prepare,
)
from issues.services.photos.copies import copy_draw
from issues.services.photos.drawing import BLOCK, boxes_turned, boxes_within, photo_redraw
from issues.services.photos.editing import BOXES_MAX
from issues.types import Box, LocationInput
from tests.issues.conftest import LAT, LONG, picture

SIZE = (64, 48)
BLACK = (0, 0, 0)


def noise(size: tuple[int, int] = SIZE, seed: int = 3) -> Image.Image:
    """A picture in which no two neighbours are alike."""
    values = bytes(
        (index * 7919 * seed + index // 5) % 251 for index in range(size[0] * size[1] * 3)
    )
    return Image.frombytes("RGB", size, values)


def jpeg_of(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95)
    return target.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


BOXES = st.builds(
    Box,
    left=st.integers(0, 70),
    top=st.integers(0, 60),
    width=st.integers(0, 70),
    height=st.integers(0, 60),
)


# --- Pixels -----------------------------------------------------------------------------------------
@hypothesis_settings(max_examples=60)
@given(boxes=st.lists(BOXES, max_size=6), turned=st.sampled_from([0, 90, 180, 270]))
def test_no_pixel_of_a_box_survives(boxes, turned):
    size = SIZE if turned in {0, 180} else SIZE[::-1]
    within = boxes_within(boxes, *size)
    upright = opened(photo_redraw(jpeg_of(noise()), turned=turned, boxes=[]))
    drawn = photo_redraw(jpeg_of(noise()), turned=turned, boxes=within)
    image = opened(drawn)
    assert image.size == size == upright.size
    for box in within:
        part = image.crop((box.left, box.top, box.left + box.width, box.top + box.height))
        assert part.getcolors() == [(box.width * box.height, BLACK)]
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_was_under_a_box_makes_no_difference_to_a_single_byte():
    other = noise()
    other.paste((200, 30, 90), (16, 8, 40, 32))
    target = [Box(16, 8, 24, 24)]
    # PNG, so that the neighbours are the same to the bit.
    pictures = []
    for image in (noise(), other):
        lossless = io.BytesIO()
        image.save(lossless, "PNG")
        pictures.append(photo_redraw(lossless.getvalue(), turned=0, boxes=target))
    assert pictures[0] == pictures[1]


def test_boxes_grow_outwards_to_whole_blocks():
    image = opened(photo_redraw(jpeg_of(noise()), turned=0, boxes=[Box(9, 15, 2, 2)]))
    assert image.crop((BLOCK, BLOCK, 2 * BLOCK, 3 * BLOCK)).getcolors() == [(128, BLACK)]
    assert image.getpixel((BLOCK - 1, BLOCK)) != BLACK
    assert image.getpixel((2 * BLOCK, BLOCK)) != BLACK


def test_picture_is_turned_clockwise():
    image = opened(photo_redraw(picture(SIZE), turned=90, boxes=[]))
    assert image.size == SIZE[::-1]
    red, _green, blue = image.getpixel((20, 5))
    assert (red > 200, blue < 60) == (True, True)


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        (Box(0, 0, 64, 48), [Box(0, 0, 64, 48)]),
        (Box(60, 40, 50, 50), [Box(60, 40, 4, 8)]),
        (Box(-5, -5, 10, 10), [Box(0, 0, 5, 5)]),
        (Box(64, 0, 10, 10), []),
        (Box(10, 10, 0, 10), []),
        (Box(10, 10, 10, 0), []),
        (Box(-20, 0, 10, 10), []),
        (Box(0, 0, 10**12, 10**12), [Box(0, 0, 64, 48)]),
    ],
)
def test_boxes_are_cut_at_the_edges(box, kept):
    assert boxes_within([box, box], 64, 48) == kept


@given(boxes=st.lists(BOXES, max_size=4), turn=st.sampled_from([0, 90, 180, 270]))
def test_boxes_turn_with_the_picture(boxes, turn):
    within = boxes_within(boxes, *SIZE)
    turned = boxes_turned(within, *SIZE, turn)
    size = SIZE[::-1] if turn in {90, 270} else SIZE
    assert boxes_within(turned, *size) == list(dict.fromkeys(turned))
    assert boxes_turned(turned, *size, (360 - turn) % 360) == within


def test_photo_of_twenty_megapixels_is_blackened_at_its_stored_size():
    prepared = photo_prepare(picture((5200, 3900)))
    drawn = opened(photo_redraw(prepared.jpeg, turned=90, boxes=[Box(0, 0, 500, 500)]))
    assert drawn.size == (1536, 2048)
    assert drawn.crop((0, 0, 500, 500)).getcolors() == [(250_000, BLACK)]


# --- Photos -----------------------------------------------------------------------------------------
@pytest.fixture
def photo(category, settings, tmp_path) -> Photo:
    # Files of its own, so that they can be counted.
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": disk}
    settings.MEDIA_ROOT = tmp_path
    issue = issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
        description="Loch",
        photos=[picture(SIZE)],
    ).issue
    return issue.photos.get()


def again(photo: Photo) -> Photo:
    return Photo.objects.select_related("issue").get(pk=photo.pk)


def files(folder: str = "photos") -> list[str]:
    """The names of all files that are stored of photos."""
    folders, names = default_storage.listdir(folder)
    for one in folders:
        names += files(f"{folder}/{one}")
    return names


def content(file) -> bytes:
    with file.open("rb") as opened_file:
        return opened_file.read()


def release(photo: Photo, *photos: Photo) -> Photo:
    issue_release(issue=photo.issue, photos=photos or [photo])
    return again(photo)


def test_release_of_an_untouched_photo_copies_it_under_another_name(photo):
    released = release(photo)
    assert released.copy_id not in {None, photo.public_id}
    assert str(released.copy_id) in released.copy.name
    assert content(released.copy) == content(released.file)
    assert len(files()) == 2


def test_released_copy_is_black_where_the_box_is_and_the_original_stays(photo):
    before = content(photo.file)
    edited = photo_edit(photo=photo, boxes=[Box(8, 8, 16, 16)], turn=90, seen=photo.edits)
    # The box turned with the photo, which was 48 pixels high.
    assert (edited.turned, edited.boxes) == (90, [[24, 8, 16, 16]])
    copy = opened(content(release(photo).copy))
    assert copy.size == SIZE[::-1]
    assert copy.crop((24, 8, 40, 24)).getcolors() == [(256, BLACK)]
    assert content(again(photo).file) == before


def test_turning_four_times_changes_nothing(photo):
    edited = photo_edit(photo=photo, boxes=[Box(1, 2, 3, 4)], seen=photo.edits)
    for _quarter in range(4):
        boxes = [Box(*one) for one in edited.boxes]
        edited = photo_edit(photo=edited, boxes=boxes, turn=90, seen=edited.edits)
    assert (edited.turned, edited.boxes) == (0, [[1, 2, 3, 4]])


def test_editing_takes_a_released_photo_back(photo, admin_user, django_capture_on_commit_callbacks):
    released = release(photo)
    with django_capture_on_commit_callbacks(execute=True):
        photo_edit(photo=photo, boxes=[], turn=180, seen=photo.edits, by=admin_user)
    assert (again(photo).is_released, again(photo).copy_id) == (False, None)
    assert not default_storage.exists(released.copy.name)
    assert len(files()) == 1
    event = photo.issue.events.last()
    assert (event.kind, event.by) == (EventKind.PHOTO_EDITED, admin_user)
    assert event.detail["taken_back"] is True
    # The report itself stays public.
    assert Issue.objects.get().released_at is not None


def test_same_edit_again_changes_nothing(photo):
    edited = photo_edit(photo=photo, boxes=[Box(1, 1, 9, 9)], seen=photo.edits)
    release(photo)
    photo_edit(photo=photo, boxes=[Box(1, 1, 9, 9)], seen=edited.edits)
    assert again(photo).is_released
    assert photo.issue.events.filter(kind=EventKind.PHOTO_EDITED).count() == 1


def test_edit_of_what_somebody_else_has_turned_is_refused(photo):
    photo_edit(photo=photo, boxes=[], turn=90, seen=photo.edits)
    with pytest.raises(ReleaseOutdated):
        photo_edit(photo=photo, boxes=[Box(0, 0, 9, 9)], seen=photo.edits)
    assert again(photo).boxes == []


def test_hundreds_of_boxes_are_drawn_and_more_are_refused(photo):
    boxes = [Box(index % 60, index // 60, 1, 1) for index in range(BOXES_MAX)]
    edited = photo_edit(photo=photo, boxes=boxes, seen=photo.edits)
    assert opened(copy_draw(edited)).getpixel((30, 2)) == BLACK
    with pytest.raises(PhotoEditRefused):
        photo_edit(photo=photo, boxes=[*boxes, Box(61, 40, 1, 1)], seen=edited.edits)


def test_withdrawal_deletes_the_copy(photo, django_capture_on_commit_callbacks):
    first = release(photo).copy_id
    with django_capture_on_commit_callbacks(execute=True):
        issue_withdraw(issue=photo.issue)
    assert len(files()) == 1
    # The next release has another address.
    assert release(photo).copy_id != first


def test_release_that_fails_leaves_no_copy(photo, monkeypatch):
    def fail(**_given):
        raise ZeroDivisionError

    monkeypatch.setattr("issues.services.release.issue_event_append", fail)
    with pytest.raises(ZeroDivisionError):
        release(photo)
    assert len(files()) == 1


def test_release_of_a_photo_whose_file_is_lost_is_refused(photo):
    default_storage.delete(photo.file.name)
    with pytest.raises(ReleaseRefused):
        release(photo)
    assert Issue.objects.get().released_at is None


@pytest.mark.parametrize("wrong", [{"is_released": True}, {"turned": 45}, {"copy": "a.jpg"}])
def test_database_refuses_what_cannot_be(photo, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.update(**wrong)
