"""What is new in the queue, and who else has a report open."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import IssueEvent
from mapui.triage.case import presence as presence_module
from tests.mapui.factories import issue_create, staff_create


@pytest.fixture
def colleague(db) -> Client:
    user = staff_create("kollegin")
    user.first_name, user.last_name = "M.", "<b>Beispiel</b>"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def happen(issue, kind=EventKind.RECEIVED, by=None):
    return IssueEvent.objects.create(issue=issue, kind=kind, at=timezone.now(), by=by)


def news_of(client, **query) -> str:
    url = client.get("/triage/", query).context["news_url"]
    return lambda: client.get(url)


def test_news_tell_new_and_changed_of_the_filter_and_not_ones_own(staff_client, town):
    old = issue_create(town)
    happen(old)
    ask = news_of(staff_client, status="received")
    first = ask()
    assert first.content.decode().strip() == ""
    happen(issue_create(town))
    happen(old, EventKind.ANSWERED)
    happen(issue_create(town, status=IssueStatus.DONE))
    text = ask().content.decode()
    assert "1 neue, 1 geänderte" in text
    assert 'href="/triage/?status=received&amp;page=1"' in text
    own = staff_create("nur-ich")
    client = Client()
    client.force_login(own)
    ask = news_of(client)
    happen(old, EventKind.MOVED, by=own)
    assert ask().content.decode().strip() == ""


def test_news_are_asked_with_an_etag(staff_client, town):
    issue = issue_create(town)
    url = staff_client.get("/triage/").context["news_url"]
    etag = staff_client.get(url)["ETag"]
    assert staff_client.get(url, headers={"If-None-Match": etag}).status_code == 304
    happen(issue)
    assert staff_client.get(url, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30])
def test_news_since_nonsense_are_no_error(staff_client, town, since):
    assert staff_client.get("/triage/news/", {"since": since}).status_code == 200


def test_news_and_presence_are_for_staff(client, town):
    issue = issue_create(town)
    address = f"/triage/issues/{issue.number}/presence/"
    assert client.get("/triage/news/").status_code == 302
    assert client.post(address).status_code == 302
    client.force_login(staff_create("fremd", permissions=()))
    assert client.get("/triage/news/").status_code == 403
    assert client.post(address).status_code == 403


def test_others_are_told_who_has_it_open_for_a_while(staff_client, colleague, town, monkeypatch):
    cache.clear()
    issue = issue_create(town)
    address = f"/triage/issues/{issue.number}/presence/"
    assert staff_client.post(address).content.decode().strip() == ""
    assert "sichtung hat diese Meldung offen." in colleague.post(address).content.decode()
    told = staff_client.post(address).content.decode()
    assert "M. &lt;b&gt;Beispiel&lt;/b&gt; hat diese Meldung offen." in told
    later = presence_module.time.time() + presence_module.GONE_S + 1
    monkeypatch.setattr(presence_module.time, "time", lambda: later)
    assert staff_client.post(address).content.decode().strip() == ""
    assert staff_client.get(address).status_code == 405
    assert staff_client.post("/triage/issues/none/presence/").status_code == 404
