"""What follows a step: the next report of the queue, the list that neither jumps nor lags, a message that stays."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from mapui.site.lists import PAGE_SIZE
from tests.mapui.factories import authority_create, decision_create, issue_create


@pytest.fixture
def public(town) -> list[str]:
    """The numbers of two pages and one of public reports, as the queue shows them."""
    return [issue_create(town).number for _ in range(2 * PAGE_SIZE + 1)][::-1]


def withdraw(client, number: str, *, following: str | None, **query: str) -> Any:
    headers = {
        "HX-Request": "true",
        "HX-Current-URL": f"http://testserver/triage/?{urlencode({**query, 'issue': number})}",
    }
    if following is not None:
        headers["Queue-Next"] = following
    return client.post(f"/triage/issues/{number}/withdraw/", headers=headers)


def listed(response) -> list[str]:
    return [row.issue.number for row in response.context["rows"]]


def test_step_opens_the_next_and_takes_the_row_away(staff_client, public):
    response = withdraw(staff_client, public[3], following=public[4], released="yes")
    assert response.context["issue"].number == public[4]
    assert response["HX-Push-Url"] == f"/triage/?released=yes&issue={public[4]}"
    assert json.loads(response["HX-Trigger"]) == {"step-done": {"number": public[3]}}
    assert listed(response) == [*public[:3], *public[4 : PAGE_SIZE + 1]]
    text = response.content.decode()
    assert f"{public[3]}: Die Meldung ist nicht mehr öffentlich zu sehen." in text
    assert "data-undo-url" not in text
    assert text.count('hx-swap-oob="true"') == 2


def test_step_at_the_end_of_a_page_goes_on_where_the_next_one_stands(staff_client, public):
    last = public[PAGE_SIZE - 1]
    gone = withdraw(staff_client, last, following="", released="yes")
    assert gone.context["issue"].number == public[PAGE_SIZE]
    assert gone.context["shown"].number == 1
    assert public[PAGE_SIZE] in listed(gone)


def test_step_at_the_end_of_a_page_turns_it_if_the_report_stays(staff_client, public):
    last = public[2 * PAGE_SIZE - 1]
    stays = withdraw(staff_client, last, following="", page="2")
    assert stays.context["issue"].number == public[2 * PAGE_SIZE]
    assert stays["HX-Push-Url"] == f"/triage/?page=3&issue={public[2 * PAGE_SIZE]}"
    assert listed(stays) == [public[2 * PAGE_SIZE]]


def test_step_on_the_last_report_stays_and_says_so(staff_client, public):
    response = withdraw(staff_client, public[-1], following="", page="3")
    assert response.context["issue"].number == public[-1]
    assert "Das war die letzte Meldung dieser Liste." in response.content.decode()


def test_next_that_is_not_of_the_queue_is_not_opened(staff_client, town, public):
    stranger = issue_create(town, released=False)
    response = withdraw(staff_client, public[0], following=stranger.number, released="yes")
    assert response.context["issue"].number != stranger.number


def test_refused_step_stays_with_its_reason(staff_client, public):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/triage/"}
    address = f"/triage/issues/{public[0]}/confirm/"
    response = staff_client.post(address, {"seen": 99}, headers=headers)
    assert response.context["issue"].number == public[0]
    assert 'class="conflict"' in response.content.decode()
    assert "step-done" not in response["HX-Trigger"]


def test_step_without_a_queue_shows_the_report_itself(staff_client, public):
    plain = staff_client.post(f"/triage/issues/{public[0]}/withdraw/")
    assert plain["Location"] == f"/triage/issues/{public[0]}/"
    assert "nicht mehr öffentlich" in staff_client.get(plain["Location"]).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_step_queries_are_constant(staff_client, town, count, django_assert_num_queries):
    city = authority_create(town)
    issues = [issue_create(town) for _ in range(count + 2)]
    for issue in issues:
        decision_create(issue, city)
    numbers = [issue.number for issue in issues]
    withdraw(staff_client, numbers.pop(), following=numbers[-1], released="yes")
    # Who asks 4, the step 7, the queue and its list 7, the report that follows 7; its forms load when they are opened.
    with django_assert_num_queries(25):
        withdraw(staff_client, numbers[-1], following=numbers[-2], released="yes")
