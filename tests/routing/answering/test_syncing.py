"""What receivers' systems say of our reports: read whole, counted once, meant as the table says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, PhotoOrigin, PhotoStatus, ReplyState
from issues.models import Issue, Photo
from issues.services import issue_event_append
from routing.answering import syncing
from routing.answering.syncing import OVERLAP, syncs_run_due
from routing.enums import AnswerSource, ChannelKind, DeliveryState
from routing.forwarding.channels.open311_statuses import status_meaning
from routing.forwarding.notices import notices_send_due
from routing.forwarding.sending import deliveries_send_due
from routing.models import (
    AuthorityContact,
    Breaker,
    ContactSync,
    Delivery,
    DeliveryEvent,
    ReporterNotice,
)
from routing.outbox.answers import Said, delivery_accepted
from routing.outbox.news import news_gather
from tests.routing.delivery_factories import authority_make, delivery_make
from tests.routing.forwarding.servers import Answer, Receiver, http_server

pytestmark = pytest.mark.django_db
SAID_AT = "2026-11-30T06:00:00+01:00"


class System:
    """A receiver with numbers 1, 2 …; `records` is what it says, by path, a list of pages."""

    def __init__(self) -> None:
        self.taken = 0
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.broken_page = 0
        self.as_xml = False

    def __call__(self, method: str, path: str, fields: dict[str, str], headers: object) -> Answer:
        if method == "POST":
            self.taken += 1
            return 200, "application/json", json.dumps([{"service_request_id": f"F-{self.taken}"}])
        page = int(fields.get("page", "1"))
        if page == self.broken_page:
            return 503, "application/json", "[]"
        records = self.pages[page - 1] if page <= len(self.pages) else []
        if self.as_xml:
            return 200, "text/xml", xml_of(records)
        return 200, "application/json", json.dumps(records)


def xml_of(records: list[dict[str, Any]]) -> str:
    def fields(record: dict[str, Any]) -> str:
        return "".join(
            f"<{name}>{fields(value) if isinstance(value, dict) else value}</{name}>"
            for name, value in record.items()
        )

    inner = "".join(f"<request>{fields(one)}</request>" for one in records)
    return f"<service_requests>{inner}</service_requests>"


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[tuple[Receiver, str]]:
    settings.PRIVATE_NETWORKS = {**settings.PRIVATE_NETWORKS, "receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("OPEN311_KEY_X", "key")
    with http_server() as (receiver, address):
        receiver.answer = System()
        yield receiver, address


def delivered(address: str, **settings: Any) -> Delivery:
    """A report that the receiver has under the number F-1."""
    delivery = delivery_make(channel=ChannelKind.OPEN311, address=address, settings=settings)
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.foreign_id == "F-1"
    return delivery


def say(receiver: Receiver, status: str, **more: Any) -> None:
    record = {"service_request_id": "F-1", "status": status, "updated_datetime": SAID_AT, **more}
    receiver.answer.pages = [[record]]


def sync() -> None:
    ContactSync.objects.update(due_at=timezone.now())
    assert syncs_run_due() == 1
    assert list(ContactSync.objects.values_list("failures", "lease_until")) == [(0, None)]


def state(delivery: Delivery) -> tuple[str, str, bool]:
    delivery.refresh_from_db()
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    return delivery.state, issue.status, issue.has_news


def answers(delivery: Delivery) -> list[str]:
    told = delivery.events.filter(source=AnswerSource.OPEN311).order_by("pk")
    return [one.detail.get("text", "") for one in told]


@pytest.mark.parametrize("as_xml", [False, True])
def test_states_of_a_receiver_are_followed_and_each_counts_once(receiver, *, as_xml: bool) -> None:
    server, address = receiver
    delivery = delivered(address)
    server.answer.as_xml = as_xml
    say(server, "open")
    sync()
    assert state(delivery) == (DeliveryState.DELIVERED, IssueStatus.FORWARDED, False)
    say(server, "IN PROCESS", status_notes="Kolonne bestellt")
    sync()
    sync()
    assert state(delivery)[:2] == (DeliveryState.IN_PROGRESS, IssueStatus.IN_PROGRESS)
    assert answers(delivery) == ["Kolonne bestellt"]
    assert server.requests[-1][2]["service_request_id"] == "F-1"
    # Nothing that was said there is public or told to anybody.
    assert Issue.objects.get().status_note == ""


@pytest.mark.parametrize("as_xml", [False, True])
def test_finer_state_beside_open_counts(receiver, *, as_xml: bool) -> None:
    server, address = receiver
    delivery = delivered(address)
    server.answer.as_xml = as_xml
    say(server, "open", extended_attributes={"detailed_status": "IN_PROCESS"})
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS


@pytest.mark.parametrize("closes", [False, True])
def test_foreign_closed_closes_ours_only_by_agreement(receiver, *, closes: bool) -> None:
    server, address = receiver
    authority_make("STRNRW", closes_issues=closes)
    delivery = delivered(address)
    say(server, "closed", status_notes="Asphalt erneuert")
    sync()
    expected = (IssueStatus.DONE, False) if closes else (IssueStatus.FORWARDED, True)
    assert state(delivery) == (DeliveryState.DONE, *expected)
    say(server, "open", updated_datetime=timezone.now().isoformat())
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS


def test_what_a_state_means_can_be_set_for_a_contact(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, statuses={"Zurück an Absender": "refused"})
    say(server, "Zurück an Absender", status_notes="Liegt im Kreis")
    sync()
    assert state(delivery) == (DeliveryState.REFUSED, IssueStatus.TRIAGE, True)


def test_unknown_state_is_for_a_person_to_read(receiver) -> None:
    server, address = receiver
    delivery = delivered(address)
    say(server, "Stufe 7")
    sync()
    sync()
    assert state(delivery) == (DeliveryState.DELIVERED, IssueStatus.FORWARDED, True)
    assert answers(delivery) == ["Stand dort: „Stufe 7“."]


def test_watermark_moves_only_after_the_whole_answer(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="changes")
    record = {"service_request_id": "F-1", "status": "in_progress", "updated_datetime": SAID_AT}
    other = {**record, "service_request_id": "X"}
    server.answer.pages, server.answer.broken_page = [[other], [record]], 2
    assert syncs_run_due() == 1
    failed = ContactSync.objects.get()
    assert (failed.read_until, failed.failures) == (None, 1)
    assert "HTTP 503" in failed.last_error
    assert failed.due_at > timezone.now() + timedelta(minutes=20)
    server.answer.broken_page = 0
    began = timezone.now()
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS
    assert ContactSync.objects.get().read_until >= began
    sync()
    asked = [one[2]["updated_after"] for one in server.requests if "updated_after" in one[2]]
    watermark = datetime.fromisoformat(asked[-1]) + OVERLAP
    assert abs(watermark - began) < timedelta(seconds=10)
    assert len(answers(delivery)) == 1


def test_updates_of_fixmystreet_are_read_in_their_order_and_once(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="updates")
    first = {
        "update_id": "u1",
        "service_request_id": "F-1",
        "status": "INVESTIGATING",
        "updated_datetime": "2026-11-30T06:00:00+01:00",
        "description": "Wir sehen nach.",
    }
    last = first | {
        "update_id": "u2",
        "status": "FIXED",
        "updated_datetime": "2026-11-30T06:30:00+01:00",
        "description": "Erledigt.",
        "media_url": "https://fms.example/1.jpg",
    }
    server.answer.pages = [[last, first]]
    sync()
    sync()
    assert answers(delivery) == ["Wir sehen nach.", "Erledigt."]
    assert state(delivery)[0] == DeliveryState.DONE
    # The worker for photos of strangers fetches it, once.
    photo = Photo.objects.get()
    assert (photo.source_url, photo.status, photo.origin) == (
        "https://fms.example/1.jpg",
        PhotoStatus.PENDING,
        PhotoOrigin.AUTHORITY,
    )
    path = [one[1] for one in server.requests][-1]
    assert path.endswith("/servicerequestupdates.json")


def test_photo_of_an_update_that_cannot_be_fetched_stays_an_address(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="updates")
    update = {
        "update_id": "u1",
        "service_request_id": "F-1",
        "status": "OPEN",
        "updated_datetime": "2026-11-30T06:00:00+01:00",
    }
    server.answer.pages = [[{**update, "media_url": "ftp://fms.example/1.jpg"}]]
    sync()
    assert answers(delivery) == ["ftp://fms.example/1.jpg"]
    # A photo alone is news as well.
    Issue.objects.update(has_news=False)
    server.answer.pages = [[{**update, "update_id": "u2", "media_url": "https://x.example/1.jpg"}]]
    sync()
    assert state(delivery)[2]
    assert Photo.objects.count() == 1


def test_updates_that_were_read_before_cost_nothing_each(receiver) -> None:
    server, address = receiver
    delivered(address, answers_by="updates")
    update = {
        "service_request_id": "F-1",
        "status": "OPEN",
        "updated_datetime": "2026-11-30T06:00:00+01:00",
    }
    counts = []
    for number in (2, 12):
        server.answer.pages = [
            [{**update, "update_id": f"u{n}", "description": f"Wort {n}"} for n in range(number)]
        ]
        sync()
        with CaptureQueriesContext(connection) as asked:
            sync()
        counts.append(len(asked))
    assert DeliveryEvent.objects.filter(detail__mark__startswith="update ").count() == 12
    assert counts[0] == counts[1]


def test_receiver_that_takes_one_number_at_a_time_is_asked_so(receiver) -> None:
    server, address = receiver
    delivery = delivered(address)
    say(server, "in_progress")
    [[record]] = server.answer.pages

    def one_by_one(method: str, path: str, fields: dict[str, str], headers: object) -> Answer:
        if path.endswith("/requests/F-1.json"):
            return 200, "application/json", json.dumps(record)
        return 400, "application/json", '[{"code": 400, "description": "service_code?"}]'

    server.answer = one_by_one
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS


def test_endpoint_that_is_out_of_order_or_asked_already_is_left_alone(receiver) -> None:
    _server, address = receiver
    delivery = delivered(address)
    contact = AuthorityContact.objects.get()
    now = timezone.now()
    Breaker.objects.create(
        endpoint=contact.endpoint,
        failures=5,
        failed_at=now,
        opened_at=now,
        probe_at=now + timedelta(minutes=9),
    )
    assert syncs_run_due() == 0
    Breaker.objects.all().delete()
    ContactSync.objects.update(lease_until=now + timedelta(minutes=1))
    assert syncs_run_due() == 0
    ContactSync.objects.update(lease_until=None)
    assert syncs_run_due() == 1
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WITHDRAWN)
    ContactSync.objects.update(due_at=now)
    assert syncs_run_due() == 0


def test_news_goes_as_an_update_where_the_receiver_takes_updates(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="updates", api_key_env="OPEN311_KEY_X")
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    issue_event_append(issue=issue, kind=EventKind.PHOTO_ADDED)
    assert news_gather(urgent_only=False) == 1
    assert notices_send_due() == 1
    _method, path, form = server.requests[-1]
    notice = ReporterNotice.objects.get()
    assert path.endswith("/servicerequestupdates.json")
    assert notice.state == ReplyState.SENT
    assert form["update_id"] == str(notice.public_id)
    assert (form["service_request_id"], form["status"], form["api_key"]) == ("F-1", "OPEN", "key")
    assert form["description"].startswith("Neues zur Meldung CAS-2026-000001, die Ihnen vorliegt:")


def test_news_that_a_receiver_takes_no_way_is_for_the_mail(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="updates")
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    issue_event_append(issue=issue, kind=EventKind.PHOTO_ADDED)
    server.answer = lambda *_asked: (404, "text/html", "not here")
    news_gather(urgent_only=False)
    notices_send_due()
    assert ReporterNotice.objects.get().state == ReplyState.CANCELLED


@pytest.mark.parametrize("said_at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize(("status", "kept"), [("Stufe 7", "delivered"), ("CLOSED", "done")])
def test_impossible_moment_breaks_no_row(receiver, said_at: str, status: str, kept: str) -> None:
    """`0001-01-01` is what .NET writes for none; PostgreSQL keeps it as a year that Python cannot read."""
    server, address = receiver
    delivery = delivered(address)
    say(server, status, updated_datetime=said_at)
    sync()
    assert state(delivery)[0] == kept
    moments = [one for one in delivery.events.values_list("said_at", flat=True) if one]
    assert all(one <= timezone.now() for one in moments)


def test_number_that_a_list_shows_twice_counts_in_its_later_state(receiver) -> None:
    server, address = receiver
    delivery = delivered(address)
    say(server, "in_progress", status_notes="Kolonne bestellt")
    [[later]] = server.answer.pages
    earlier = {**later, "status": "closed", "updated_datetime": "2026-11-29T06:00:00+01:00"}
    server.answer.pages = [[later, earlier]]
    sync()
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS
    assert answers(delivery) == ["Kolonne bestellt"]


def test_state_counts_though_the_receiver_dates_it_before_the_one_it_showed(receiver) -> None:
    server, address = receiver
    delivery = delivered(address)
    say(server, "in_progress", updated_datetime=None)
    sync()
    # The day alone: before the hour of what was read.
    say(server, "closed", updated_datetime="2026-11-30")
    sync()
    assert state(delivery) == (DeliveryState.DONE, IssueStatus.IN_PROGRESS, True)


def test_state_that_somebody_contradicted_later_is_for_a_person_to_read(receiver) -> None:
    server, address = receiver
    delivery = delivered(address)
    delivery_accepted(delivery=delivery, said=Said(source=AnswerSource.PARTNER))
    assert state(delivery) == (DeliveryState.ACCEPTED, IssueStatus.ACCEPTED, False)
    say(server, "closed", status_notes="Asphalt erneuert.")
    sync()
    assert state(delivery) == (DeliveryState.ACCEPTED, IssueStatus.ACCEPTED, True)
    assert answers(delivery) == ["Stand dort: „closed“. Asphalt erneuert."]


def test_two_reports_under_one_number_are_both_followed(receiver) -> None:
    server, address = receiver
    first = delivered(address)
    server.answer.taken = 0
    second = delivered(address)
    assert first.pk != second.pk
    say(server, "in_progress")
    sync()
    assert state(first)[0] == state(second)[0] == DeliveryState.IN_PROGRESS


def test_long_list_is_read_to_its_end(receiver) -> None:
    server, address = receiver
    delivery = delivered(address, answers_by="changes")
    say(server, "in_progress")
    [[ours]] = server.answer.pages
    server.answer.pages = [[{**ours, "service_request_id": f"X-{n}"}] for n in range(110)]
    server.answer.pages.append([ours])
    sync()
    assert state(delivery)[0] == DeliveryState.IN_PROGRESS


def test_answer_that_cannot_be_stored_is_a_failure_of_that_contact(receiver, monkeypatch) -> None:
    server, address = receiver
    delivered(address)
    say(server, "in_progress")

    def broken(**_said: object) -> bool:
        raise ValueError("odd")

    monkeypatch.setattr(syncing, "foreign_take", broken)
    assert syncs_run_due() == 1
    failed = ContactSync.objects.get()
    assert (failed.failures, failed.last_error, failed.lease_until) == (1, "ValueError: odd", None)
    assert failed.read_until is None


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("Abgeschlossen", "done"),
        ("behoben", "done"),
        ("nicht zusta\u0308ndig", "refused"),
        ("inProgress", "in_progress"),
        ("wird bearbeitet", "in_progress"),
        ("Eingegangen", "open"),
        ("abgelehnt", "look"),
    ],
)
def test_spellings_of_a_state(status: str, means: str) -> None:
    assert status_meaning(status, {}) == means
