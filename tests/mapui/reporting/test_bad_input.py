"""What nobody should send: nothing breaks, nothing is lost, and no report dies of its photo."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from uuid import uuid4

import pillow_heif
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from issues.models import Category, Issue, StagedPhoto
from issues.services.reporting.staging import drafts_erase
from mapui.reporting import views
from tests.mapui.factories import category_create
from tests.mapui.reporting.forms import URL, Reporter, degrees

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
TEXTS = ("text", "first_name", "last_name", "phone", "email", "place", "search", "address")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def reporter(client, town):
    category_create(town)
    return Reporter(client)


def jpeg(exif: bytes = b"") -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "JPEG", exif=exif)
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says to be so large and holds a single line."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    line = zlib.compress(b"\0" * (3 * width + 1))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", line) + chunk(b"IEND", b"")


def animated() -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


REFUSED = {
    "300 megapixels": png_of(30_000, 10_000),
    "animated": animated(),
    "truncated": jpeg()[:200],
    "svg with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "pdf named as a photo": b"%PDF-1.7\n%%EOF",
    "empty": b"",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_photo_that_cannot_be_read_is_told_and_the_report_goes_through(reporter, content):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    file = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    reporter.press("to", "send", text="Tiefes Loch", photos=[file])
    assert (reporter.step, list(reporter.errors)) == ("describe", ["photos"])
    assert reporter.form.fields["text"] == "Tiefes Loch"
    reporter.press("to", "send")
    reporter.press("to", "sent")
    assert Issue.objects.get().photos.count() == 0


def test_file_that_is_two_things_keeps_the_picture_alone(reporter):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    both = jpeg() + b"<?php system($_GET[1]); ?><script>alert(1)</script>"
    name = "../../<script>.php\0.jpg"
    reporter.press("upload", "1", photos=[SimpleUploadedFile(name, both)])
    photo = StagedPhoto.objects.get()
    assert photo.file.name == f"staged/{photo.public_id}.jpg"
    with photo.file.open("rb") as file:
        content = file.read()
    assert b"php" not in content
    assert b"script" not in content
    assert "script&gt;" not in reporter.answer.content.decode()


def exif_of_place(latitude: int) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (latitude, 33.0, 0.0), 3: "E", 4: (7.0, 19.0, 0.0)})
    return exif.tobytes()


def test_place_of_a_photo_is_offered_and_used_only_if_somebody_agrees(reporter):
    file = SimpleUploadedFile("a.jpg", jpeg(exif_of_place(51)))
    reporter.press("upload", "1", photos=[file])
    photo = StagedPhoto.objects.get()
    assert reporter.form.get("data-latitude") == ""
    assert "alert(1)" not in reporter.text
    reporter.press("to", "what")
    assert reporter.step == "where"
    reporter.press("photo_place", str(photo.public_id))
    assert float(reporter.form.fields["lat"]) == pytest.approx(51.55)
    # Of several the one that is meant.
    more = [
        SimpleUploadedFile("b.jpg", jpeg()),
        SimpleUploadedFile("c.jpg", jpeg(exif_of_place(50))),
    ]
    reporter.press("upload", "1", photos=more)
    offered = [one.text for one in reporter.form.xpath(".//button[@name='photo_place']")]
    assert offered == ["Ort von Foto 1 übernehmen", "Ort von Foto 3 übernehmen"]


def test_head_of_a_photo_that_was_made_smaller_tells_its_place(reporter):
    small = SimpleUploadedFile("photo.jpg", jpeg())
    head = SimpleUploadedFile("head", jpeg(exif_of_place(51))[:400])
    reporter.press("upload", "1", photos=[small], heads=[head])
    assert StagedPhoto.objects.get().latitude == pytest.approx(51.55)
    rubbish = SimpleUploadedFile("head", b"\xff\xd8\xff\xe1\xff\xff" + b"Exif" * 9)
    reporter.press("upload", "1", photos=[SimpleUploadedFile("b.jpg", jpeg())], heads=[rubbish])
    assert StagedPhoto.objects.count() == 2


def test_photo_of_a_telephone_in_heic_is_taken(reporter):
    file = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(file)
    heic = SimpleUploadedFile("IMG_0001.HEIC", file.getvalue(), "image/heic")
    reporter.press("upload", "1", photos=[heic])
    assert (reporter.errors, StagedPhoto.objects.get().width) == ({}, 64)


def test_more_photos_than_possible_are_told(reporter):
    files = [SimpleUploadedFile(f"{n}.jpg", jpeg() + bytes([n])) for n in range(9)]
    reporter.press("upload", "1", photos=files)
    assert StagedPhoto.objects.count() == 5
    assert list(reporter.errors) == ["photos"]


def test_photo_that_comes_again_is_no_second_one(reporter):
    for _ in range(2):
        reporter.press("upload", "1", photos=[SimpleUploadedFile("a.jpg", jpeg())])
    assert StagedPhoto.objects.count() == 1
    assert reporter.errors == {}


def test_script_in_every_field_is_shown_as_text_on_every_step(reporter):
    latitude, longitude = degrees(50, 50)
    forged = dict.fromkeys(TEXTS, SCRIPT) | {"placed": SCRIPT}
    for step in ("where", "what", "describe", "send"):
        reporter.post(
            **forged, lat=latitude, long=longitude, category="ROAD_SURFACE", step=step, to=step
        )
        assert reporter.step == step
        page = reporter.answer.content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    reporter.post(to="sent", email="a@example.org", phone="02305 1")
    issue = Issue.objects.get()
    page = reporter.client.get(reporter.answer["Location"]).content.decode()
    assert "<script>alert" not in page
    assert issue.description == SCRIPT


@pytest.mark.parametrize(
    "forged",
    [
        {"entry": "x"},
        {"entry": SCRIPT, "proof": SCRIPT},
        {"step": "nowhere", "to": "nowhere"},
        {"lat": "NaN", "long": "inf"},
        {"lat": "1e400", "long": "7"},
        {"lat": "91", "long": "181"},
        {"accuracy": "-5"},
        {"accuracy": "10000000"},
        {"category": "NOTHING"},
        {"photo_place": "x"},
        {"drop": "x"},
        {"turn": "x"},
        {"pick": "|||||"},
        {"pick": "51.5, 7.3|x|y|z"},
        {"pick": "999, 999|1|y"},
        {"choose": "NOTHING"},
        {"join": "MST-2026-000001"},
        {"jurisdiction": "nowhere.example"},
        {"question": "ground", "answer": "gold"},
        {"answer-NOTHING": "1"},
        {"text": "x" * 20_000},
        {"text": "a\x07b"},
        {"first_name": "x" * 500},
        {"email": "no mail"},
        {"phone": "1" * 99},
    ],
)
def test_forged_form_is_an_error_beside_a_field_or_nothing(reporter, forged):
    latitude, longitude = degrees(50, 50)
    whole = {
        "lat": latitude,
        "long": longitude,
        "accuracy": "5",
        "category": "ROAD_SURFACE",
        "text": "Loch",
        "step": "send",
    }
    reporter.post(**{**whole, "to": "sent", **forged})
    if "jurisdiction" in forged:
        # Of a city that is not served there is no form.
        assert reporter.answer.status_code == 404
        assert not Issue.objects.exists()
        return
    assert reporter.answer.status_code in {200, 302, 404, 422}
    if reporter.answer.status_code != 302:
        assert reporter.form is not None
        assert not Issue.objects.exists()


def test_same_form_sent_three_times_makes_one_report(reporter):
    reporter.describe(photos=[SimpleUploadedFile("a.jpg", jpeg())])
    values = {**reporter.values(), "to": "sent"}
    answers = [reporter.client.post(URL, values) for _ in range(3)]
    assert {one["Location"] for one in answers} == {answers[0]["Location"]}
    changed = reporter.client.post(URL, {**values, "text": "etwas anderes"})
    assert changed["Location"] == answers[0]["Location"]
    assert Issue.objects.get().photos.count() == 1


def test_photo_of_somebody_else_is_neither_shown_nor_taken(reporter, town):
    other = Reporter(Client())
    other.press("upload", "1", photos=[SimpleUploadedFile("a.jpg", jpeg())])
    photo = StagedPhoto.objects.get()
    reporter.post(drop=str(photo.public_id))
    reporter.post(photo_place=str(photo.public_id))
    assert StagedPhoto.objects.filter(pk=photo.pk).exists()
    assert reporter.client.get(f"/report/photos/{uuid4()}/").status_code == 404


def test_too_many_reports_are_put_off_and_keep_what_was_typed(client, town, monkeypatch):
    category_create(town)
    monkeypatch.setattr(views, "REPORTS_UNPROVED", 1)
    for place in range(2):
        reporter = Reporter(client)
        reporter.describe(text=f"Loch {place}")
        reporter.press("to", "sent")
    assert reporter.answer.status_code == 429
    # People count minutes.
    assert re.search(r"bitte in (\d|10) Minuten|in \d+ Sekunden", reporter.text)
    assert not re.search(r"in [1-9]\d\d Sekunden|in 1[2-9]\d? Minuten", reporter.text)
    assert int(reporter.answer["Retry-After"]) > 0
    assert reporter.form.fields["text"] == "Loch 1"
    assert "Zu viele Anfragen" in reporter.text
    assert Issue.objects.count() == 1


def test_category_switched_off_meanwhile_is_chosen_anew(reporter):
    reporter.describe()
    Category.objects.update(is_active=False)
    reporter.press("to", "sent")
    assert (reporter.step, reporter.answer.status_code) == ("what", 422)
    assert not Issue.objects.exists()


def test_draft_that_nobody_goes_on_with_loses_its_photos(reporter):
    reporter.press("upload", "1", photos=[SimpleUploadedFile("a.jpg", jpeg())])
    photo = StagedPhoto.objects.get()
    assert drafts_erase() == 0
    StagedPhoto.objects.update(expires_at=photo.expires_at.replace(year=2020))
    assert drafts_erase() == 1
    assert not StagedPhoto.objects.exists()
