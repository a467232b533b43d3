"""What a page of the queue costs for each filter, and its order where there are too many to name them one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mapui.site import lists
from mapui.site.enums import Age, Confidence, Missing, Sorting, Work
from mapui.triage.queue import paging
from tests.mapui.factories import authority_create, decision_create, issue_create

PANEL = {"HX-Request": "true"}
# Who asks 4; the jurisdiction, its categories and authorities 3; the keys; the latest event.
NOTHING = 9
# And the rows.
FOUND = NOTHING + 1
VIEWS = {
    "": FOUND,
    "status=open": FOUND,
    "status=done": NOTHING,
    "group=Straße": FOUND,
    "category=ROAD_SURFACE": FOUND,
    # The authority's key is asked for before.
    "authority=EUV": FOUND + 1,
    "authority=unclear": NOTHING,
    "authority=proposed": NOTHING,
    "channel=web": NOTHING,
    "released=yes": FOUND,
    f"age={Age.OLDER}": FOUND,
    f"confidence={Confidence.HIGH}": FOUND,
    "road=B 235": FOUND,
    "road_class=B": FOUND,
    "owner=PRIV": FOUND,
    f"missing={Missing.PLACE}": NOTHING,
    f"missing={Missing.DECISION}": NOTHING,
    "area=7 51,8 51,7 52": FOUND,
    **{f"work={one}": NOTHING for one in Work if one not in {Work.OVERDUE, Work.DEPARTMENT}},
    f"work={Work.OVERDUE}": FOUND,
    # The person's categories are asked for before; without any nothing is looked for.
    f"work={Work.DEPARTMENT}": NOTHING,
    **{f"sort={one}": FOUND for one in Sorting if one != Sorting.NEWEST},
    "q=000001": FOUND,
    "q=B 235": FOUND,
    # Categories, and whether there is any that has the words; else what is written alike.
    "q=Loch": FOUND + 2,
    "q=Tiefes Lohc": FOUND + 4,
    "page=9": FOUND,
}


@pytest.fixture
def reports(town):
    """Three of each kind, so that no filter finds one alone."""
    city, late = authority_create(town), timezone.now() - timedelta(hours=1)
    for _ in range(3):
        issue = issue_create(town, due_at=late, description="Tiefes Loch")
        decision_create(issue, city, road="B 235", parcel_key="059999001000100000__")


@pytest.mark.parametrize(("view", "count"), VIEWS.items())
def test_queries_of_each_view(staff_client, reports, view, count, django_assert_num_queries):
    staff_client.get("/triage/", headers=PANEL)
    with django_assert_num_queries(count):
        page = staff_client.get(f"/triage/?{view}", headers=PANEL)
    assert bool(page.context["rows"]) == (count >= FOUND), view


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("sorting", Sorting)
def test_order_is_the_same_however_many_there_are(staff_client, town, monkeypatch, few, sorting):
    monkeypatch.setattr(paging, "FEW", few)
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    city, now = authority_create(town), timezone.now()
    made = [
        issue_create(town, received_at=now - timedelta(hours=9 - n), due_at=due)
        for n, due in enumerate([None, now, now - timedelta(days=1), None, now])
    ]
    for n, probability in ((0, 0.9), (2, 0.4), (3, 0.9)):
        decision_create(made[n], city, probability=probability)
    order = {} if sorting == Sorting.NEWEST else {"sort": sorting}
    pages = [
        staff_client.get("/triage/", {**order, "page": page}, headers=PANEL).context
        for page in (1, 2, 3)
    ]
    shown = [made.index(row.issue) for page in pages for row in page["rows"]]
    assert (
        shown
        == {
            Sorting.NEWEST: [4, 3, 2, 1, 0],
            Sorting.OLDEST: [0, 1, 2, 3, 4],
            Sorting.DUE: [2, 4, 1, 3, 0],
            # Of what nobody has decided on nothing is certain.
            Sorting.CONFIDENCE: [4, 1, 2, 3, 0],
        }[sorting]
    )
    assert [len(page["rows"]) for page in pages] == [2, 2, 1]
    assert pages[0]["shown"].paginator.count == 5
