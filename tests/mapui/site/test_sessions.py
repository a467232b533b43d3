"""Logins end by themselves: what a page asks for by itself keeps none alive, what a person does keeps it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mapui.site import logins
from tests.mapui.factories import issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db

LOGIN_S, IDLE_S = 10 * 3600, 3600


@pytest.fixture
def clock(monkeypatch, settings):
    """Seconds, moved by hand."""
    settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_SECONDS = LOGIN_S, IDLE_S
    now = [1_800_000_000.0]
    monkeypatch.setattr(logins.time, "time", lambda: now[0])
    return now


@pytest.fixture
def issue(clock, client):
    issue = issue_create(town_create())
    client.force_login(staff_create())
    return issue


def is_in(client, address: str) -> bool:
    return client.get(address).status_code == 200


def test_idle_login_ends_while_the_page_goes_on_asking(client, clock, issue):
    news = reverse("queue_news") + "?since=0"
    for _turn in range(3):
        clock[0] += IDLE_S / 3
        assert is_in(client, news)
        client.post(reverse("presence", args=[issue.number]))
    clock[0] += 1
    assert not is_in(client, news)
    assert not is_in(client, reverse("triage"))


def test_used_login_stays_until_its_longest(client, clock, issue):
    began = clock[0]
    while clock[0] + IDLE_S / 2 <= began + LOGIN_S:
        clock[0] += IDLE_S / 2
        assert is_in(client, reverse("triage"))
    clock[0] = began + LOGIN_S + 1
    assert not is_in(client, reverse("triage"))
