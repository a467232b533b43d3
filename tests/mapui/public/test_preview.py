"""What messengers show of a report: its photo, else a map with the place as the public sees it, and nothing more."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import override_settings
from lxml import html
from PIL import Image

from gis_core.models import MapService
from issues.models import Issue
from issues.public_view import public_view
from mapui.public import preview
from tests.mapui.factories import issue_create
from tests.mapui.maps.fake_wms import fake_wms

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    cache.clear()
    settings.PICTURE_ROOT = tmp_path


@pytest.fixture
def wms():
    networks = {"map_service": ["127.0.0.0/8"]}
    with fake_wms() as fake, override_settings(PRIVATE_NETWORKS=networks):
        picture = BytesIO()
        Image.new("RGB", (preview.WIDTH, preview.HEIGHT), "#00ff00").save(picture, "PNG")
        fake.answer = (200, "image/png", picture.getvalue())
        MapService.objects.create(
            slug="stadtkarte",
            title="Stadtkarte",
            url=fake.url,
            layers="plan",
            attribution="© Vermessung",
            is_background=True,
        )
        yield fake


def address(issue: Issue) -> str:
    return f"/issues/{issue.number}/preview.jpg"


def shown(client, issue: Issue) -> Image.Image:
    answer = client.get(address(issue))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    return Image.open(BytesIO(answer.content))


def asked_middle(wms) -> tuple[float, float]:
    """The middle of the piece of the map that was asked for last, in EPSG:3857."""
    west, south, east, north = map(float, wms.asked[-1]["BBOX"][0].split(","))
    return (west + east) / 2, (south + north) / 2


def is_near(pixel: tuple[int, ...], colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def test_page_names_a_picture_of_the_right_size_with_words(client, town):
    issue = issue_create(town)
    head = html.fromstring(client.get(f"/issues/{issue.number}/").content.decode())
    tags = {
        one.get("property") or one.get("name"): one.get("content") for one in head.xpath("//meta")
    }
    assert tags["og:image"].endswith(address(issue))
    assert tags["og:image"].startswith("http")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert tags["og:image:alt"].startswith("Karte mit dem Ort: ")
    assert tags["twitter:card"] == "summary_large_image"


def test_page_shows_the_map_that_leads_to_the_place_and_the_panel_does_not(client, town):
    issue = issue_create(town)
    link = f"//a[@href='/?issue={issue.number}']/img[@src='{address(issue)}']/@alt"
    page = html.fromstring(client.get(f"/issues/{issue.number}/").content.decode())
    assert page.xpath(link) == ["Auf der Karte zeigen"]
    panel = client.get(f"/issues/{issue.number}/", headers={"HX-Request": "true"})
    assert not html.fromstring(panel.content.decode()).xpath(link)


def test_place_lies_in_the_middle_of_the_map_and_is_asked_for_once(client, town, wms):
    issue = issue_create(town)
    picture = shown(client, issue)
    assert picture.size == (1200, 630)
    assert is_near(picture.getpixel((600 + preview.PIN - 4, 315)), (0xB0, 0, 0x20))
    assert is_near(picture.getpixel((100, 100)), (0, 255, 0))
    # Who the map is by stands in the corner.
    assert not is_near(picture.getpixel((1190, 620)), (0, 255, 0))
    public = public_view(Issue.objects.select_related("category", "jurisdiction").get())
    assert asked_middle(wms) == pytest.approx(preview._mercator(public), abs=0.1)
    asked = len(wms.asked)
    assert shown(client, issue).tobytes() == picture.tobytes()
    assert len(wms.asked) == asked


def test_sheltered_place_is_a_circle_around_what_the_public_sees(client, town, wms):
    """Two places that the public sees as one give one picture, asked for around the same middle."""
    pictures, middles = set(), set()
    for number, (east, north) in enumerate([(37, 41), (48, 20)]):
        issue = issue_create(town, number=f"MST-2026-00001{number}", east=east, north=north)
        Issue.objects.filter(pk=issue.pk).update(is_sheltered=True)
        pictures.add(client.get(address(issue)).content)
        middles.add(asked_middle(wms))
    assert (len(pictures), len(middles)) == (1, 1)
    picture = Image.open(BytesIO(pictures.pop()))
    # No pin betrays the middle as the place.
    assert not is_near(picture.getpixel((600 + preview.PIN - 4, 315)), (0xB0, 0, 0x20))


def test_what_is_not_public_has_no_picture_also_where_one_was_made(client, town, wms):
    issue = issue_create(town)
    kept = client.get(address(issue))
    assert kept["Cache-Control"] == "public, no-cache"
    again = {"If-None-Match": kept["ETag"]}
    assert client.get(address(issue), headers=again).status_code == 304
    for change in ({"released_at": None}, {"category__is_public": False}):
        Issue.objects.update(released_at=issue.released_at)
        if "released_at" in change:
            Issue.objects.update(**change)
        else:
            type(issue.category).objects.update(is_public=False)
        assert client.get(address(issue), headers=again).status_code == 404
    assert client.get("/issues/MST-2026-999999/preview.jpg").status_code == 404


def test_map_of_the_staff_is_not_used(client, town, wms):
    MapService.objects.update(visibility="staff")
    picture = shown(client, issue_create(town))
    assert wms.asked == []
    assert is_near(picture.getpixel((100, 100)), (0xF1, 0xEF, 0xE9))


def test_service_that_is_down_leaves_plain_ground_and_is_asked_again(client, town, wms):
    good, wms.answer = wms.answer, (503, "text/plain", b"")
    issue = issue_create(town)
    assert is_near(shown(client, issue).getpixel((100, 100)), (0xF1, 0xEF, 0xE9))
    cache.clear()
    wms.answer = good
    assert shown(client, issue).size == (1200, 630)


def test_client_that_asks_for_many_is_stopped(client, town, monkeypatch):
    monkeypatch.setattr("mapui.public.views.PREVIEWS_PER_MINUTE", 1)
    issue = issue_create(town)
    assert [client.get(address(issue)).status_code for _ in range(2)] == [200, 429]
