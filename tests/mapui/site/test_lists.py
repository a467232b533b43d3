"""Long lists: counted to a limit, turned to the end, and saying so."""

from __future__ import annotations

import pytest

from issues.models import Issue
from mapui.site import lists
from mapui.site.lists import LongPaginator
from tests.mapui.factories import category_create, issue_create, jurisdiction_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def paginator(monkeypatch):
    """Of five issues, two a page; counted to `limit`."""
    town = jurisdiction_create()
    category = category_create(town)
    for _ in range(5):
        issue_create(town, category=category)

    def make(limit: int, *, page_size: int = 2) -> LongPaginator:
        monkeypatch.setattr(lists, "COUNTED_MAX", limit)
        monkeypatch.setattr(lists, "PAGE_SIZE", page_size)
        issues = Issue.objects.order_by("pk")
        return LongPaginator(issues, counting=issues)

    return make


@pytest.mark.parametrize(
    ("limit", "count", "is_open"), [(4, 4, True), (5, 5, False), (6, 5, False)]
)
def test_count_at_the_limit(paginator, limit, count, is_open):
    pages = paginator(limit)
    assert (pages.count, pages.is_open) == (count, is_open)


@pytest.mark.parametrize("limit", [1, 5])
def test_every_page_is_reached_however_far_rows_are_counted(paginator, limit):
    pages, page, numbers = paginator(limit), 1, []
    while True:
        shown = pages.get_page(str(page))
        numbers += [issue.number for issue in shown]
        if not shown.has_next():
            break
        page = shown.next_page_number()
    assert numbers == [f"MST-2026-{number:06d}" for number in range(1, 6)]
    assert page == 3


@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("wanted", ["4", "999999999", "٣", "-1", "x", None, "", "9" * 30, "1.5"])
def test_a_page_that_does_not_exist_gives_the_nearest(paginator, limit, wanted):
    shown = paginator(limit).get_page(wanted)
    assert shown.number == (3 if wanted in {"4", "999999999"} else 1)
    assert len(shown) == (1 if shown.number == 3 else 2)


def test_nothing_is_one_empty_page(db):
    nothing = Issue.objects.order_by("pk")
    shown = LongPaginator(nothing, counting=nothing).get_page("7")
    assert (shown.number, list(shown), shown.has_other_pages()) == (1, [], False)
