"""Marks and clusters in a real browser: nothing is left out, clusters open, list and map speak of the same."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from issues.models import Issue
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.e2e.conftest import map_wait
from tests.e2e.test_maps import problems
from tests.mapui.factories import SOUTH, SRID, WEST, edition_create, issue_create
from tests.mapui.many_issues import rows_copy

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# What marks and clusters on the map stand for together.
COUNTED = """() => document.querySelectorAll(".leaflet-marker-icon .mark").length
    + [...document.querySelectorAll(".cluster")].reduce(
        (sum, one) => sum + Number(one.textContent.replace(".", "")), 0)"""


@pytest.fixture
def many(town) -> int:
    """Three thousand public issues all over the town."""
    issue = issue_create(town)
    place = (
        f"ST_Point({WEST} - 400 + s.n * 7919 %% 1000, {SOUTH} - 400 + s.n * 104729 %% 1000, {SRID})"
    )
    copied = rows_copy(
        Issue,
        "s.n + 50000000",
        "WHERE t.id = %(issue)s",
        number="'MANY-' || s.n",
        public_id="gen_random_uuid()",
        sender_key="'many-' || s.n",
        point=place,
    )
    with connection.cursor() as cursor:
        cursor.execute(copied, {"issue": issue.pk, "count": 2999})
    return Issue.objects.count()


def test_three_thousand_issues_are_all_counted_and_the_list_follows(many, page: Page):
    page.goto("/")
    map_wait(page)
    assert page.evaluate(COUNTED) == many == 3000
    expect(page.locator(".count")).to_have_text("3000 Meldungen")
    page.locator(".leaflet-marker-icon:has(.cluster)").first.click()
    expect(page).to_have_url(re.compile("bbox="))
    expect(page.locator(".count")).not_to_have_text("3000 Meldungen")
    listed = int(page.locator(".count").inner_text().split()[0])
    assert 0 < listed < many
    # The address leads to the same extent and the same list.
    page.reload()
    map_wait(page)
    expect(page.locator(".count")).to_have_text(f"{listed} Meldungen")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Stand", exact=True).select_option("received")
    expect(page).to_have_url(re.compile("bbox=.*status=received|status=received.*bbox="))
    expect(page.locator(".count")).to_have_text(f"{listed} Meldungen")
    page.get_by_role("link", name="Ganze Stadt zeigen").click()
    expect(page.locator(".count")).to_have_text("3000 Meldungen")
    assert "bbox" not in page.url
    expect(page.locator(".extent")).to_have_count(0)


@pytest.fixture
def heap(town) -> list[Issue]:
    """Four issues at one place, and one elsewhere."""
    issue_create(town, east=-300, north=-300)
    return [issue_create(town, east=100, north=100) for _ in range(4)]


def test_the_search_suggests_places_by_keyboard_and_searches_what_was_typed(town, page: Page):
    RoadSection.objects.create(
        jurisdiction=town,
        edition_from=edition_create(town, NetworkDataset.ROAD_SECTIONS),
        key="S1",
        content_hash=b"3" * 16,
        road_class="G",
        name="Marktplatz",
        length=100,
        geometry=f"SRID={SRID};MULTILINESTRING(({WEST} {SOUTH + 20}, {WEST + 100} {SOUTH + 20}))",
    )
    page.goto("/")
    map_wait(page)
    field = page.get_by_role("combobox", name="Straße, Flurstück")
    field.press_sequentially("Mark")
    offered = page.get_by_role("option", name="Marktplatz")
    expect(offered).to_be_visible()
    assert problems(page) == []
    field.press("ArrowDown")
    expect(offered).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"\?jurisdiction=[^&]+&near=[\d.%C,]+$"))
    map_wait(page)
    field.press_sequentially("Mark")
    expect(offered).to_be_visible()
    field.press("Enter")
    expect(page).to_have_url(re.compile("q=Mark&"))


def test_issues_at_one_place_fan_out_by_keyboard(heap, page: Page):
    page.goto("/")
    map_wait(page)
    cluster = page.get_by_role("button", name="4 Meldungen: 4 eingegangen")
    cluster.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#issue-list")).to_be_focused()
    expect(page.locator(".issue")).to_have_count(4)
    numbers = {one.number for one in heap}
    for number in numbers:
        expect(page.locator(f".leaflet-marker-icon[data-number={number}]")).to_be_visible()
    page.locator(f".leaflet-marker-icon[data-number={heap[0].number}]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details .details-title")).to_be_focused()
    expect(page.locator("#details")).to_contain_text(heap[0].number)


def test_row_and_mark_point_at_each_other(heap, page: Page):
    page.goto("/")
    map_wait(page)
    alone = Issue.objects.exclude(pk__in=[one.pk for one in heap]).get().number
    mark = page.locator(f".leaflet-marker-icon[data-number={alone}]")
    page.locator(f".issue[data-number={alone}]").hover()
    expect(mark).to_have_class(re.compile("is-hinted"))
    page.locator(f".issue[data-number={heap[0].number}] a").focus()
    expect(mark).not_to_have_class(re.compile("is-hinted"))
    expect(page.locator(".is-hinted .cluster")).to_have_count(1)
    mark.focus()
    expect(page.locator(".issue.is-hinted")).to_have_count(1)
    page.locator(".leaflet-marker-icon:has(.cluster)").hover()
    expect(page.locator(".issue.is-hinted")).to_have_count(4)


def test_what_is_open_is_seen_though_it_lies_in_a_cluster(heap, page: Page):
    page.goto("/")
    map_wait(page)
    page.locator(f".issue[data-number={heap[0].number}] a").click()
    expect(page.locator("#details .details-title")).to_be_focused()
    pin, shown = page.locator(".folium-map .pin"), page.locator(".folium-map")
    expect(pin).to_be_visible()
    inner, outer = pin.bounding_box(), shown.bounding_box()
    assert inner
    assert outer
    assert outer["x"] < inner["x"] < outer["x"] + outer["width"] - inner["width"]
    assert outer["y"] < inner["y"] < outer["y"] + outer["height"] - inner["height"]
    # The page itself moved the map: the list is still that of the whole town.
    expect(page.locator(".count")).to_have_text("5 Meldungen")
    page.keyboard.press("Escape")
    expect(pin).to_have_count(0)


def test_lasso_chooses_what_lies_within(town, staff_page: Page):
    inside, outside = issue_create(town, east=0, north=0), issue_create(town, east=300, north=300)
    page = staff_page
    page.goto("/triage/")
    map_wait(page)
    rows = page.locator("#issue-list .issue")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Gebiet wählen").click()
    mark = page.locator(f'.marker-holder[data-number="{inside.number}"]').bounding_box()
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    page.mouse.move(x - 40, y - 40)
    page.mouse.down()
    # Around it, and a little over the beginning: the line crosses itself.
    for right, down in ((40, -40), (40, 40), (-40, 40), (-44, -50)):
        page.mouse.move(x + right, y + down, steps=8)
    page.mouse.up()
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-number", inside.number)
    assert "area=" in page.url
    # Letting go was no click on the map, and the map is dragged again.
    expect(page.locator("#details .details")).to_have_count(0)
    assert page.evaluate("() => document.querySelector('.is-measuring')") is None
    page.reload()
    expect(rows).to_have_count(1)
    assert outside.number not in page.locator("#issue-list").inner_text()
