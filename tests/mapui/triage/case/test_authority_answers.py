"""What authorities said of a report, and what a clerk makes of it with one tap."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.enums import IssueStatus, Role
from issues.models import Issue
from issues.services.people import grant_give
from routing.enums import AnswerSource, DeliveryState
from routing.models import Decision, Delivery, DeliveryEvent
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import delivery_make, issue_make

pytestmark = pytest.mark.django_db
WORDS = "Wir kommen am Montag. Rückfragen an 02305 123456."


@pytest.fixture
def answer(client) -> DeliveryEvent:
    """A mail of an authority that has the report, as the reader of the mailbox stores it."""
    delivery_make()
    delivery = delivery_claim()
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    client.force_login(staff_create())
    return DeliveryEvent.objects.create(
        delivery=delivery,
        state=DeliveryState.SENT,
        source=AnswerSource.MAIL,
        detail={"text": WORDS, "sender": "amt@str.example"},
    )


def issue_of(answer: DeliveryEvent) -> Issue:
    return Issue.objects.get(decisions__deliveries=answer.delivery_id)


def address(answer: DeliveryEvent, name: str) -> str:
    return reverse(name, args=[issue_of(answer).number, answer.pk])


def state_of(answer: DeliveryEvent) -> str:
    return Delivery.objects.get(pk=answer.delivery_id).state


def test_words_stand_beside_what_they_may_mean(client, answer):
    part = reverse("issue_part", args=[issue_of(answer).number, "answers"])
    page = client.get(part, headers={"HX-Request": "true"}).content.decode()
    for word in (WORDS, "amt@str.example", "angenommen", "nicht zuständig", "Worte weitergeben"):
        assert word in page, word
    # What is proposed to everybody holds no number.
    assert page.count("02305") == 1


@pytest.mark.parametrize(
    ("meaning", "status"),
    [
        ("accepted", IssueStatus.ACCEPTED),
        ("in_progress", IssueStatus.IN_PROGRESS),
        # The body may not close reports: a person looks.
        ("done", IssueStatus.FORWARDED),
        ("refused", IssueStatus.TRIAGE),
    ],
)
def test_one_tap_says_what_a_mail_means(client, answer, meaning, status):
    response = client.post(address(answer, "answer_meaning"), {"state": meaning})
    assert response.status_code == 302
    assert (state_of(answer), issue_of(answer).status) == (meaning, status)
    told = DeliveryEvent.objects.filter(delivery=answer.delivery, state=meaning).get()
    assert (told.source, told.by.username) == (AnswerSource.STAFF, "sichtung")


def test_refusal_that_a_clerk_reads_out_of_a_mail_shows_the_chain_and_what_is_next(client, answer):
    # As drawn it names a parcel, and nothing else of what evidence holds.
    Decision.objects.update(evidence={})
    client.post(address(answer, "answer_meaning"), {"state": "refused"})
    page = client.get(reverse("triage_issue", args=[issue_of(answer).number])).content.decode()
    for word in (
        "Amt STRNRW ist nach eigener Auskunft nicht zuständig.",
        "Wer sonst zuständig ist, ist offen.",
        "Wer die Meldung hatte",
        "hat am",
    ):
        assert word in page, word


def test_second_tap_changes_nothing(client, answer):
    for _ in range(2):
        client.post(address(answer, "answer_meaning"), {"state": "accepted"})
    assert DeliveryEvent.objects.filter(delivery=answer.delivery, state="accepted").count() == 1


@pytest.mark.parametrize(
    "change", [{"source": AnswerSource.PARTNER}, {"detail": {"automatic": True}}]
)
def test_only_what_a_person_wrote_in_a_mail_gets_a_meaning(client, answer, change):
    DeliveryEvent.objects.filter(pk=answer.pk).update(**change)
    assert client.post(address(answer, "answer_meaning"), {"state": "accepted"}).status_code == 404


def test_what_means_nothing_changes_nothing(client, answer):
    for state in ("", "withdrawn", "queued"):
        assert client.post(address(answer, "answer_meaning"), {"state": state}).status_code == 404
    assert client.get(address(answer, "answer_meaning")).status_code == 405
    assert state_of(answer) == DeliveryState.SENT


def test_words_are_passed_on_as_the_clerk_leaves_them(client, answer):
    before = issue_of(answer).status
    client.post(address(answer, "answer_pass_on"), {"note": " "})
    assert issue_of(answer).status_note == ""
    response = client.post(address(answer, "answer_pass_on"), {"note": "Wir kommen am Montag."})
    assert response.status_code == 302
    issue = issue_of(answer)
    assert (issue.status, issue.status_note) == (before, "Wir kommen am Montag.")


def test_answer_belongs_to_its_report_and_to_who_may(client, answer):
    other = issue_make()
    foreign = reverse("answer_meaning", args=[other.number, answer.pk])
    assert client.post(foreign, {"state": "accepted"}).status_code == 404
    person = staff_create("lesend", permissions=())
    grant_give(
        person=person, jurisdiction=issue_of(answer).jurisdiction, role=Role.INFORMATION, by=None
    )
    client.force_login(person)
    for name in ("answer_meaning", "answer_pass_on"):
        data = {"state": "accepted", "note": "x"}
        assert client.post(address(answer, name), data).status_code == 403
    assert state_of(answer) == DeliveryState.SENT
