"""Releasing in a real browser: two keys, and a box drawn on a photo is black in the file that the public gets."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from issues.enums import PhotoStatus
from issues.models import Photo
from tests.e2e.conftest import map_wait
from tests.mapui.factories import issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def photo(town, settings, tmp_path) -> Photo:
    settings.MEDIA_ROOT = tmp_path
    issue = issue_create(town, released=False, description="Loch bei Frau Krause")
    picture = BytesIO()
    Image.new("RGB", (400, 300), "red").save(picture, "JPEG")
    photo = Photo(issue=issue, status=PhotoStatus.STORED, width=400, height=300)
    photo.file.save("a.jpg", ContentFile(picture.getvalue()))
    return photo


def test_two_keys_release_and_a_drawn_box_is_black_in_public(photo, staff_page: Page):
    page, issue = staff_page, photo.issue
    page.goto(f"/triage/?issue={issue.number}")
    map_wait(page)
    link = page.get_by_role("link", name="Ansehen und freischalten")
    link.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Freischalten")
    expect(button).to_be_focused()
    expect(page.locator("#release mark")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#step-note")).to_contain_text("öffentlich")
    issue.refresh_from_db()
    assert issue.public_text == "Loch bei Frau [Name]"

    page.get_by_role("link", name="Öffentliche Fassung ansehen").click()
    page.get_by_text("Drehen, schwärzen").click()
    frame = page.locator(".photo-frame")
    frame.scroll_into_view_if_needed()
    shown = frame.bounding_box()
    assert shown
    at = [(shown["x"] + shown["width"] * x, shown["y"] + shown["height"] * x) for x in (0.25, 0.5)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1])
    page.mouse.up()
    expect(page.get_by_label("Links", exact=True)).not_to_have_value("")
    page.get_by_role("button", name="Kästen speichern").click()
    expect(page.get_by_text("Drehen, schwärzen (1 Kasten)")).to_be_visible()
    # What comes open from the server shows its boxes over the photo, too.
    expect(page.locator(".photo-frame .photo-box")).to_have_count(1)
    page.get_by_label("Foto 1 öffentlich zeigen").check()
    expect(page.locator("#release-preview img")).to_be_visible()
    page.get_by_label("Text für die Öffentlichkeit").fill("Großes Loch")
    expect(page.locator("#release-preview")).to_contain_text("Großes Loch")
    # The note of the first release still stands there.
    with page.expect_response(lambda one: "/release/" in one.url and one.request.method == "POST"):
        page.get_by_role("button", name="Diese Fassung freischalten").click()
    expect(page.locator("#release")).to_have_count(0)
    photo.refresh_from_db()
    content = page.request.get(reverse("photo", args=[photo.copy_id])).body()
    public = Image.open(BytesIO(content))
    assert public.crop((110, 90, 190, 140)).getcolors() == [(4000, (0, 0, 0))]
    assert public.getpixel((50, 50))[0] > 200
