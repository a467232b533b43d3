"""`servicerequestupdates`: what programs read of the steps of issues, and what a sender adds to its report."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from defusedxml.ElementTree import fromstring
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import ClosingReason, Issue, IssueEvent, Note
from issues.services import api_key_create, issue_release, issue_set_status

URL = "/open311/v2/servicerequestupdates"
UPDATE = {"status": "OPEN", "update_id": "7", "description": "Jetzt ist das Loch größer."}


@pytest.fixture
def reported(client, report, sender) -> Issue:
    """A report of the sender, as it came in."""
    client.post("/open311/v2/requests.json", report)
    return Issue.objects.get()


def read(client, **query: str) -> list[dict[str, str]]:
    answer = client.get(f"{URL}.json", query)
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_public_reads_steps_since_the_release_with_masked_words_and_whole_hours(
    client, reported, jurisdiction
) -> None:
    issue_set_status(issue=reported, status=IssueStatus.TRIAGE, note="geheim")
    assert read(client) == []
    issue_release(issue=reported)
    assert read(client) == []
    reason = ClosingReason.objects.create(
        jurisdiction=jurisdiction, status="done", code="fixed", names={"de": "Behoben."}
    )
    issue_set_status(
        issue=reported, status=IssueStatus.DONE, note="Fragen? 0151 23456789", reason=reason
    )
    [step] = read(client)
    assert step["service_request_id"] == reported.number
    assert (step["status"], step["external_status_code"]) == ("closed", "done")
    assert step["description"] == "Behoben. Fragen? [Telefonnummer]"
    assert step["updated_datetime"][14:19] == "00:00"
    root = fromstring(client.get(f"{URL}.xml").content)
    assert (root.tag, root[0].tag) == ("service_request_updates", "request_update")
    assert root.findtext("request_update/update_id") == step["update_id"]


def test_sender_reads_the_steps_of_its_own_reports_before_the_release(
    client, reported, sender, jurisdiction
) -> None:
    issue_set_status(issue=reported, status=IssueStatus.TRIAGE)
    issue_set_status(issue=reported, status=IssueStatus.IN_PROGRESS)
    headers = {"headers": {"X-Api-Key": sender[1]}}
    steps = json.loads(client.get(f"{URL}.json?page_size=1&page=2", **headers).content)
    assert [one["external_status_code"] for one in steps] == ["in_progress"]
    _row, other = api_key_create(jurisdiction=jurisdiction, name="Other")
    answer = client.get(f"{URL}.json", headers={"X-Api-Key": other})
    assert (answer.content, answer["Cache-Control"]) == (b"[]", "private, no-cache")


def test_quiet_steps_of_a_sheltered_report_are_nobodys(client, reported, sender) -> None:
    Issue.objects.update(is_sheltered=True)
    issue_release(issue=reported)
    issue_set_status(issue=reported, status=IssueStatus.FORWARDED)
    issue_set_status(issue=reported, status=IssueStatus.IN_PROGRESS)
    for headers in ({}, {"X-Api-Key": sender[1]}):
        steps = json.loads(client.get(f"{URL}.json", headers=headers).content)
        assert [one["external_status_code"] for one in steps] == ["in_progress"]


def test_window_leaves_out_what_was_before_and_after(client, reported) -> None:
    issue_release(issue=reported)
    issue_set_status(issue=reported, status=IssueStatus.TRIAGE)
    now = timezone.now()
    IssueEvent.objects.filter(kind=EventKind.STATUS_CHANGED).update(at=now + timedelta(hours=3))
    around = (now + timedelta(hours=2)).isoformat(), (now + timedelta(hours=4)).isoformat()
    assert len(read(client, start_date=around[0], end_date=around[1])) == 1
    assert read(client, end_date=around[0]) == []
    assert read(client, start_date=around[1]) == []
    answer = client.get(f"{URL}.json", {"status": "open"})
    assert answer.status_code == 400


def test_update_of_the_sender_is_a_note_and_news_once_and_moves_nothing(
    client, reported, sender
) -> None:
    sent = {**UPDATE, "api_key": sender[1], "service_request_id": reported.number}
    sent["media_url"] = "https://fms.example/2.jpg"
    first, again = (client.post(f"{URL}.json", sent).content for _ in range(2))
    assert first == again
    note = Note.objects.get()
    assert note.text == "Jetzt ist das Loch größer.\nhttps://fms.example/2.jpg"
    reported.refresh_from_db()
    assert (reported.status, reported.has_news) == (IssueStatus.RECEIVED, True)
    event = reported.events.get(kind=EventKind.HEARD)
    assert json.loads(first) == [{"update_id": str(event.pk)}]
    assert event.detail["says"] == "words"
    # Nobody outside reads what was added.
    issue_release(issue=reported)
    assert read(client) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [("received", "FIXED", "done"), ("done", "OPEN", "not_done"), ("done", "closed", "words")],
)
def test_state_of_an_update_is_said_to_the_staff(
    client, reported, sender, ours: str, theirs: str, says: str
) -> None:
    Issue.objects.update(status=ours)
    sent = {**UPDATE, "api_key": sender[1], "service_request_id": reported.number, "status": theirs}
    assert client.post(f"{URL}.xml", sent).status_code == 200
    assert reported.events.get(kind=EventKind.HEARD).detail["says"] == says
    assert Issue.objects.get().status == ours


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"api_key": "wrong"}, 403),
        ({"api_key": ""}, 403),
        ({"service_request_id": "CAS-1"}, 404),
        ({"status": ""}, 400),
        ({"description": "x" * 4001}, 400),
        ({"description": "a\x00b"}, 400),
    ],
)
def test_update_that_cannot_be_is_refused(client, reported, sender, change, code: int) -> None:
    sent = {**UPDATE, "api_key": sender[1], "service_request_id": reported.number, **change}
    assert client.post(f"{URL}.json", sent).status_code == code
    assert not Note.objects.exists()


def test_nobody_adds_to_the_report_of_another_sender(client, reported, jurisdiction) -> None:
    issue_release(issue=reported)
    _row, other = api_key_create(jurisdiction=jurisdiction, name="Other")
    sent = {**UPDATE, "api_key": other, "service_request_id": reported.number}
    assert client.post(f"{URL}.json", sent).status_code == 404
