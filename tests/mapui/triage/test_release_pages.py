"""The page and the interface that release: what is on the screen becomes public, nothing else."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from issues.enums import IssueStatus, LocationSource, PhotoStatus
from issues.models import Issue, Photo, Step
from issues.services import issue_release
from routing.models import Decision
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    staff_create,
)

TEXT = "Loch. Rückruf bei Erika Beispiel,\n02305 123456 <b>bitte</b>"
MASKED = "Loch. Rückruf bei [Name],\n[Telefonnummer] <b>bitte</b>"


@pytest.fixture
def issue(town) -> Issue:
    issue = issue_create(
        town,
        released=False,
        description=TEXT,
        address_text="bei Erika Beispiel, Musterweg 3",
        status_note="Frau Müller weiß Bescheid.",
    )
    decision_create(issue, authority_create(town))
    return issue


@pytest.fixture
def photos(issue, settings, tmp_path) -> list[Photo]:
    settings.MEDIA_ROOT = tmp_path
    made = []
    for colour in ("red", "blue"):
        picture = BytesIO()
        Image.new("RGB", (40, 30), colour).save(picture, "JPEG")
        photo = Photo(issue=issue, status=PhotoStatus.STORED, width=40, height=30)
        photo.file.save("a.jpg", ContentFile(picture.getvalue()))
        made.append(photo)
    return made


def page_of(issue: Issue) -> str:
    return reverse("issue_release", args=[issue.number])


def api_of(issue: Issue) -> str:
    return reverse("issue_release_api", args=[issue.number])


def form_of(client: Client, issue: Issue) -> dict[str, object]:
    """What a browser would send that changes nothing."""
    form = client.get(page_of(issue)).context["form"]
    return {name: form[name].value() for name in form.fields}


def looked_at(client: Client, issue: Issue, **changes: object) -> dict[str, object]:
    """What a browser would send after a change, with the preview of it looked at."""
    sent = {**form_of(client, issue), **changes}
    return {**sent, "shown": client.post(page_of(issue), {**sent, "preview": ""}).context["shown"]}


def stored(issue: Issue) -> Issue:
    return Issue.objects.get(pk=issue.pk)


def test_page_marks_what_is_personal_and_proposes_the_masked_text(staff_client, issue, photos):
    page = staff_client.get(page_of(issue)).content.decode()
    assert '<mark title="Telefonnummer">02305 123456<span' in page
    assert "&lt;b&gt;bitte&lt;/b&gt;" in page
    assert "<b>bitte" not in page
    assert page.count('type="checkbox"') == 2
    assert page.index("release-photo") < page.index("release-preview")
    assert " checked" not in page
    preview = page[page.index('id="release-preview"') :]
    assert "Erika" not in preview
    assert "[Telefonnummer]" in preview
    assert "Frau [Name] weiß Bescheid." in preview
    assert "Stadtbetrieb" in preview
    assert stored(issue).released_at is None


def test_road_stands_for_an_address_that_nobody_gave(staff_client, issue):
    assert form_of(staff_client, issue)["address"] == "bei [Name], Musterweg 3"
    Issue.objects.update(address_text="")
    assert form_of(staff_client, issue)["address"] == ""
    Decision.objects.update(road="Ginsterpfad")
    assert form_of(staff_client, issue)["address"] == "Ginsterpfad"
    # Whoever takes it away has released without an address.
    staff_client.post(page_of(issue), looked_at(staff_client, issue, address=""))
    assert (stored(issue).released_at is None, stored(issue).public_address) == (False, "")
    assert form_of(staff_client, issue)["address"] == ""


def test_release_shows_the_public_what_was_on_the_screen(staff_client, client, issue, photos):
    given = form_of(staff_client, issue)
    assert given["text"] == MASKED
    sent = looked_at(staff_client, issue, text="Großes Loch", photos=[str(photos[1].public_id)])
    response = staff_client.post(page_of(issue), sent)
    assert response.status_code == 302
    assert stored(issue).released_by.get_username() == "sichtung"
    strange = Client()
    page = strange.get(reverse("public_issue", args=[issue.number])).content.decode()
    assert "Großes Loch" in page
    assert "bei [Name], Musterweg 3" in page
    released = Photo.objects.get(is_released=True)
    assert released == photos[1]
    assert str(released.copy_id) in page
    assert not any(str(photo.public_id) in page for photo in photos)
    assert strange.get(reverse("photo", args=[released.copy_id])).status_code == 200
    for photo in photos:
        assert strange.get(reverse("photo", args=[photo.public_id])).status_code == 404


def test_first_release_is_taken_back_and_leaves_no_words_with_the_step(
    staff_client, client, issue, photos
):
    sent = looked_at(staff_client, issue, text="Großes Loch", photos=[str(photos[0].public_id)])
    staff_client.post(page_of(issue), sent)
    step = Step.objects.get()
    assert "Loch" not in str(step.data)
    assert str(photos[0].pk) not in str(step.data.get("photos"))
    copy = Photo.objects.get(is_released=True).copy_id
    staff_client.post(reverse("step_take_back", args=[step.public_id]))
    assert stored(issue).released_at is None
    strange = Client()
    assert strange.get(reverse("public_issue", args=[issue.number])).status_code == 404
    assert strange.get(reverse("photo", args=[copy])).status_code == 404
    # Another version of what is public is no step: taking it back would take all back.
    staff_client.post(page_of(issue), looked_at(staff_client, issue, text="Loch"))
    staff_client.post(page_of(issue), looked_at(staff_client, issue, text="Tiefes Loch"))
    assert stored(issue).public_text == "Tiefes Loch"
    assert Step.objects.filter(taken_back_at=None).count() == 1


def test_release_of_what_nobody_placed_leads_to_its_place(staff_client, issue):
    Issue.objects.update(location_source=LocationSource.UNPLACED, accuracy_m=None)
    panel = staff_client.get(page_of(issue), headers={"HX-Request": "true"}).content.decode()
    [address] = re.findall(r'hx-get="(\S+\?open=correct)"', panel)
    report = staff_client.get(address, headers={"HX-Request": "true"}).content.decode()
    part = report[report.index('id="part-correct"') :][:400]
    assert 'hx-trigger="load"' in part
    assert " data-opened" in part


def test_release_of_what_the_preview_did_not_show_shows_it_first(staff_client, issue):
    sent = {**form_of(staff_client, issue), "text": "Loch bei Frau Krause"}
    response = staff_client.post(page_of(issue), sent)
    page = response.content.decode()
    assert "Noch ist nichts freigeschaltet" in page
    assert "Loch bei Frau Krause" in page[page.index("release-preview") :]
    assert stored(issue).released_at is None
    again = {**sent, "shown": response.context["shown"]}
    assert staff_client.post(page_of(issue), again).status_code == 302
    assert stored(issue).public_text == "Loch bei Frau Krause"


# --- In the panel -----------------------------------------------------------------------------------
PANEL = {"HX-Request": "true"}


def test_panel_opens_the_release_and_releases_with_the_next_key(staff_client, issue, photos):
    address = reverse("triage_issue", args=[issue.number])
    report = staff_client.get(address, headers=PANEL).content.decode()
    assert f'hx-get="{page_of(issue)}" hx-target="#details"' in report
    opened = staff_client.get(page_of(issue), headers=PANEL)
    panel = opened.content.decode()
    assert "<html" not in panel
    assert 'name="release" form="release-form" data-key="f" data-focus' in panel
    form = opened.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    response = staff_client.post(page_of(issue), sent, headers=PANEL)
    assert stored(issue).public_text == MASKED
    assert "issues-changed" in response["HX-Trigger"]
    assert "öffentlich" in response.content.decode()


def test_panel_shows_the_preview_of_what_is_typed(staff_client, issue, photos):
    sent = {**form_of(staff_client, issue), "text": "Loch bei Frau Krause"}
    sent["photos"] = [str(photos[0].public_id)]
    response = staff_client.post(page_of(issue), {**sent, "preview": "1"}, headers=PANEL)
    preview = response.content.decode()
    assert "release-form" not in preview
    assert "Im öffentlichen Text steht noch: Name." in preview
    assert "Loch bei Frau Krause" in preview
    assert (
        reverse("photo_draft", args=[issue.number, photos[0].public_id, photos[0].edits]) in preview
    )
    shown = response.context["shown"]
    assert f'name="shown" value="{shown}"' in preview
    staff_client.post(page_of(issue), {**sent, "shown": shown}, headers=PANEL)
    assert stored(issue).public_text == "Loch bei Frau Krause"


def test_panel_tells_why_nothing_was_released(staff_client, issue):
    sent = form_of(staff_client, issue)
    Issue.objects.update(description="Nachtrag: Tel. 02305 999888")
    response = staff_client.post(page_of(issue), sent, headers=PANEL)
    # htmx shows nothing of an answer that is an error.
    assert response.status_code == 200
    assert "Es wurde nichts freigeschaltet." in response.content.decode()
    assert stored(issue).released_at is None


def test_line_ends_of_browsers_are_the_same_text(staff_client, issue):
    given = form_of(staff_client, issue)
    staff_client.post(page_of(issue), {**given, "text": str(given["text"]).replace("\n", "\r\n")})
    assert stored(issue).public_text == MASKED


def test_preview_shows_the_text_and_releases_nothing(staff_client, issue, photos):
    given = form_of(staff_client, issue)
    sent = {**given, "text": "Loch bei Frau Krause", "photos": [str(photos[0].public_id)]}
    response = staff_client.post(page_of(issue), {**sent, "preview": ""})
    page = response.content.decode()
    preview = page[page.index('id="release-preview"') :]
    assert "Loch bei Frau Krause" in preview
    assert (
        reverse("photo_draft", args=[issue.number, photos[0].public_id, photos[0].edits]) in preview
    )
    assert page.count(" checked") == 1
    assert "Im öffentlichen Text steht noch: Name." in page
    assert stored(issue).released_at is None


def test_post_without_the_form_releases_nothing(staff_client, issue):
    assert staff_client.post(page_of(issue)).status_code == 400
    assert staff_client.post(page_of(issue), {"text": "a"}).status_code == 400
    assert stored(issue).released_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "x" * 20_001), ("text", "a\x00"), ("address", "x" * 1501), ("photos", ["?"])],
)  # fmt: skip
def test_form_that_cannot_be_released_says_so_and_keeps_what_was_typed(
    staff_client, issue, field, value
):
    sent = {**form_of(staff_client, issue), "text": "getippt", field: value}
    response = staff_client.post(page_of(issue), sent)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert stored(issue).released_at is None


def test_control_characters_are_refused_after_the_preview(staff_client, issue):
    response = staff_client.post(page_of(issue), looked_at(staff_client, issue, text="a\x1f"))
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert stored(issue).released_at is None


def test_release_based_on_an_old_report_is_refused_in_words(staff_client, issue):
    sent = looked_at(staff_client, issue, text="meine Fassung")
    Issue.objects.update(description="Nachtrag: Tel. 02305 999888")
    response = staff_client.post(page_of(issue), sent)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Es wurde nichts freigeschaltet." in page
    assert "meine Fassung" in page
    assert "02305 999888" in page
    assert stored(issue).released_at is None
    # What stands there now has been looked at.
    again = {**sent, "seen": response.context["form"]["seen"].value()}
    assert staff_client.post(page_of(issue), again).status_code == 302


def test_second_release_edits_and_takes_photos_back(staff_client, issue, photos):
    issue_release(issue=issue, text="alt", photos=photos)
    page = staff_client.get(page_of(issue)).content.decode()
    assert page.count(" checked") == 2
    assert reverse("issue_withdraw", args=[issue.number]) in page
    sent = looked_at(staff_client, issue, text="neu", photos=[])
    staff_client.post(page_of(issue), sent)
    assert stored(issue).public_text == "neu"
    assert not Photo.objects.filter(is_released=True).exists()


def test_withdraw_from_panel_tells_list_and_map(staff_client, issue):
    issue_release(issue=issue)
    response = staff_client.post(
        reverse("issue_withdraw", args=[issue.number]), headers={"HX-Request": "true"}
    )
    assert "issues-changed" in response["HX-Trigger"]
    assert stored(issue).released_at is None


def test_panel_leads_to_the_page_and_releases_nothing_itself(staff_client, issue):
    panel = staff_client.get(
        reverse("triage_issue", args=[issue.number]), headers={"HX-Request": "true"}
    ).content.decode()
    assert f'href="{page_of(issue)}?back=' in panel
    assert f'action="{page_of(issue)}"' not in panel
    Issue.objects.update(released_at="2026-03-03T12:00Z")
    panel = staff_client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Die Öffentlichkeit sieht keinen Text dieser Meldung." in panel


def test_release_needs_its_own_permission(client, issue):
    assert client.get(page_of(issue)).status_code == 302
    client.force_login(staff_create(permissions=("triage_issue",)))
    assert client.get(page_of(issue)).status_code == 403
    assert client.post(page_of(issue)).status_code == 403
    assert client.get(api_of(issue)).status_code == 403


def test_release_of_a_category_that_is_never_public_is_refused(staff_client, town):
    hidden = category_create(town, "NOISE", is_public=False)
    issue = issue_create(town, released=False, category=hidden)
    page = staff_client.get(page_of(issue)).content.decode()
    assert 'name="release"' not in page
    response = staff_client.post(page_of(issue), form_of(staff_client, issue))
    assert response.status_code == 409
    assert stored(issue).released_at is None


@pytest.mark.parametrize("count", [1, 2])
def test_page_queries_are_constant(staff_client, issue, photos, count, django_assert_num_queries):
    Photo.objects.exclude(pk__in=[photo.pk for photo in photos[:count]]).delete()
    with django_assert_num_queries(10):
        staff_client.get(page_of(issue))


# --- As JSON ----------------------------------------------------------------------------------------
def send(client: Client, issue: Issue, **given: object):
    return client.post(api_of(issue), given, content_type="application/json")


def test_api_tells_what_a_release_would_show(staff_client, issue, photos):
    shown = staff_client.get(api_of(issue)).json()
    assert (shown["text"], shown["is_public"]) == (MASKED, False)
    assert shown["reported"]["text"] == TEXT
    found = shown["reported"]["text_findings"]
    assert [(TEXT[one["start"] : one["end"]], one["kind"]) for one in found] == [
        ("Erika Beispiel", "name"),
        ("02305 123456", "telephone"),
    ]
    assert [photo["id"] for photo in shown["photos"]] == [str(one.public_id) for one in photos]


def test_api_releases_edits_and_withdraws(staff_client, issue, photos):
    seen = staff_client.get(api_of(issue)).json()["seen"]
    name = str(photos[0].public_id)
    first = send(staff_client, issue, text="Loch", address="", photos=[name], seen=seen)
    assert first.status_code == 200, first.content
    assert first.json()["is_public"] is True
    assert [photo["is_public"] for photo in first.json()["photos"]] == [True, False]
    stale = send(staff_client, issue, text="neu", address="", photos=[], seen=seen)
    assert stale.status_code == 409
    assert stale["Content-Type"] == "application/problem+json"
    assert list(stale.json()["errors"]) == ["seen"]
    fresh = send(staff_client, issue, text="neu", address="", photos=[], seen=first.json()["seen"])
    assert fresh.json()["text"] == "neu"
    assert staff_client.delete(api_of(issue)).json()["is_public"] is False


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"a"', b"{}", b"\xff", b'{"text": 1, "address": "", "photos": [], "seen": ""}',
     b'{"text": "", "address": "", "photos": "x", "seen": ""}',
     b'{"text": "", "address": "", "photos": ["x"], "seen": ""}',
     b'{"text": "", "address": "", "photos": [null], "seen": ""}', b'{"text": "", "address": "", "photos": []}'],
)  # fmt: skip
def test_api_body_that_is_none_is_a_problem_with_words(staff_client, issue, body):
    response = staff_client.post(api_of(issue), body, content_type="application/json")
    assert response.status_code == 400
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert problem["status"] == 400
    assert problem["errors"]
    assert stored(issue).released_at is None


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "", "text/json"])
def test_api_takes_json_alone(staff_client, issue, kind):
    response = staff_client.generic("POST", api_of(issue), b"--x\r\n\r\n--x--", content_type=kind)
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


def test_api_foreign_photo_and_unknown_issue(staff_client, issue):
    seen = staff_client.get(api_of(issue)).json()["seen"]
    foreign = "00000000-0000-0000-0000-000000000000"
    response = send(staff_client, issue, text="", address="", photos=[foreign], seen=seen)
    assert response.status_code == 409
    assert staff_client.get(reverse("issue_release_api", args=["nothing"])).status_code == 404


def test_api_asks_for_login_and_csrf_token(client, issue):
    response = client.get(api_of(issue))
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff_create())
    assert send(strict, issue, text="", address="", photos=[], seen="").status_code == 403
    assert strict.delete(api_of(issue)).status_code == 403
    assert strict.post(page_of(issue), {"text": "a"}).status_code == 403


def test_status_stays_what_it_was(staff_client, issue):
    staff_client.post(page_of(issue), form_of(staff_client, issue))
    assert stored(issue).status == IssueStatus.RECEIVED
    assert stored(issue).description == TEXT
