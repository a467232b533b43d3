"""Turning and blackening photos on the pages of a release."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from issues.enums import PhotoStatus
from issues.models import Issue, Photo
from issues.public_view import release_proposal
from tests.mapui.factories import issue_create, staff_create

PANEL = {"HX-Request": "true"}
BOX = {"left": ["8"], "top": ["8"], "width": ["16"], "height": ["8"]}


@pytest.fixture
def photo(town, settings, tmp_path) -> Photo:
    settings.MEDIA_ROOT = tmp_path
    issue = issue_create(town, released=False, description="Loch")
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    photo = Photo(issue=issue, status=PhotoStatus.STORED, width=40, height=30)
    photo.file.save("a.jpg", ContentFile(picture.getvalue()))
    return photo


def again(photo: Photo) -> Photo:
    return Photo.objects.select_related("issue").get(pk=photo.pk)


def address(name: str, photo: Photo, *more: object) -> str:
    return reverse(name, args=[photo.issue.number, photo.public_id, *more])


def edit(client: Client, photo: Photo, **given: object):
    sent = {"edits": photo.edits, **BOX, **given}
    return client.post(address("photo_edit", photo), sent, headers=PANEL)


def colour(client: Client, address: str, place: tuple[int, int]) -> tuple[int, ...]:
    return Image.open(BytesIO(client.get(address).content)).getpixel(place)


def test_boxes_and_turns_are_stored_and_shown(staff_client, photo):
    response = edit(staff_client, photo, turn="90")
    edited = again(photo)
    # Of the photo that was 30 pixels high.
    assert (edited.turned, edited.boxes) == (90, [[14, 8, 8, 16]])
    figure = response.content.decode()
    assert address("photo_draft", photo, edited.edits) in figure
    assert address("photo_turned", photo, 90) in figure
    assert 'width="30" height="40"' in figure
    assert 'name="left" min="0" value="14"' in figure
    assert " checked" not in figure
    assert "photo-edited" in response["HX-Trigger-After-Settle"]
    draft = address("photo_draft", photo, edited.edits)
    assert colour(staff_client, draft, (17, 12)) == (0, 0, 0)
    assert colour(staff_client, address("photo_turned", photo, 90), (17, 12))[0] > 200
    # A former state is not shown as the present one.
    assert staff_client.get(address("photo_draft", photo, photo.edits)).status_code == 404
    assert staff_client.get(address("photo_turned", photo, 0)).status_code == 404


def test_edit_counts_as_seen_only_for_whoever_saw_the_rest(staff_client, photo):
    seen = release_proposal(photo.issue).seen
    figure = edit(staff_client, photo, seen=seen).content.decode()
    now = release_proposal(photo.issue).seen
    assert now != seen
    assert f'name="seen" value="{now}" id="release_seen" hx-swap-oob="true"' in figure
    Issue.objects.update(description="Nachtrag: Frau Krause")
    figure = edit(staff_client, again(photo), seen=now, left="0").content.decode()
    assert "hx-swap-oob" not in figure


def test_release_shows_the_photo_as_it_is_edited_and_makes_that_public(staff_client, client, photo):
    edit(staff_client, photo)
    form = staff_client.get(reverse("issue_release", args=[photo.issue.number])).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent["photos"] = [str(photo.public_id)]
    page = reverse("issue_release", args=[photo.issue.number])
    sent["shown"] = staff_client.post(page, {**sent, "preview": ""}).context["shown"]
    staff_client.post(page, sent)
    strange = Client()
    public = strange.get(reverse("public_issue", args=[photo.issue.number])).content.decode()
    shown = reverse("photo", args=[again(photo).copy_id])
    assert shown in public
    content = b"".join(strange.get(shown).streaming_content)
    assert Image.open(BytesIO(content)).getpixel((12, 12)) == (0, 0, 0)
    assert strange.get(reverse("photo", args=[photo.public_id])).status_code == 404


def test_edit_after_the_preview_releases_nothing(staff_client, photo):
    page = reverse("issue_release", args=[photo.issue.number])
    form = staff_client.get(page).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    edit(staff_client, photo)
    assert staff_client.post(page, sent).status_code == 409
    assert not Issue.objects.get().released_at


@pytest.mark.parametrize(
    "given",
    [
        {"left": "x"},
        {"left": "-1"},
        {"left": ""},
        {"left": ["1", "2"]},
        {"turn": "45"},
        {"edits": ""},
        {"edits": "other"},
        {"width": "1.5"},
    ],
)
def test_edit_that_cannot_be_is_told_and_changes_nothing(staff_client, photo, given):
    response = edit(staff_client, photo, **given)
    assert 'role="alert"' in response.content.decode()
    assert again(photo).boxes == []


def test_empty_rows_are_no_boxes(staff_client, photo):
    edit(staff_client, photo)
    empty = {name: ["", ""] for name in BOX}
    edit(staff_client, again(photo), **empty)
    assert again(photo).boxes == []


def test_edit_without_javascript_leads_back_to_the_release(staff_client, photo):
    sent = {"edits": photo.edits, **BOX}
    response = staff_client.post(address("photo_edit", photo), sent)
    assert response["Location"] == reverse("issue_release", args=[photo.issue.number])
    assert again(photo).boxes == [[8, 8, 16, 8]]
    page = staff_client.get(response["Location"]).content.decode()
    assert "(1 Kasten)" in page


def test_photos_of_a_release_need_both_permissions(client, photo):
    shown = [address("photo_draft", photo, photo.edits), address("photo_turned", photo, 0)]
    assert {client.get(one).status_code for one in shown} == {302}
    assert edit(client, photo).status_code == 401
    client.force_login(staff_create(permissions=("triage_issue",)))
    assert {client.get(one).status_code for one in shown} == {403}
    assert edit(client, photo).status_code == 403
    assert client.get(address("photo_edit", photo)).status_code == 403
    assert again(photo).boxes == []


def test_photo_of_another_issue_or_without_its_file_is_not_found(staff_client, photo, town):
    other = issue_create(town)
    assert (
        staff_client.post(reverse("photo_edit", args=[other.number, photo.public_id])).status_code
        == 404
    )
    photo.file.storage.delete(photo.file.name)
    assert staff_client.get(address("photo_draft", photo, photo.edits)).status_code == 404


def test_report_tells_of_an_erased_photo(staff_client, photo):
    issue = photo.issue
    Photo.objects.update(file="", status=PhotoStatus.ERASED)
    page = staff_client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Ein Foto wurde nach Ablauf der Frist gelöscht." in page
