"""What an authority says: stored with who and when, and what the issue and its reporter make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from issues.enums import INTERNAL, EventKind, IssueStatus
from issues.models import Issue, IssueEvent, Reply, Reporter
from issues.services import issue_set_status
from routing.enums import AnswerSource, DeliveryKind, DeliveryState
from routing.errors import ChangeRefused
from routing.models import Authority, Delivery, DeliveryEvent
from routing.outbox.answers import (
    Said,
    delivery_accepted,
    delivery_bounced,
    delivery_done,
    delivery_in_progress,
    delivery_refused,
)
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import Receipt
from routing.outbox.record import deliveries_requeue_failed, delivery_record_receipt
from routing.outbox.selectors import delivery_maybe_arrived
from tests.routing.delivery_factories import authority_make, decision_make, delivery_make

pytestmark = pytest.mark.django_db
PARTNER = Said(source=AnswerSource.PARTNER)


@pytest.fixture
def sent() -> Delivery:
    delivery_make()
    return send()


def send() -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    return delivery


def stored(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def issue_of(delivery: Delivery) -> Issue:
    return Issue.objects.get(decisions=delivery.decision_id)


def test_answers_move_the_issue_and_tell_the_reporter(sent: Delivery) -> None:
    Authority.objects.update(closes_issues=True)
    Reporter.objects.create(issue=issue_of(sent), email="maria@example.org", last_name="Beispiel")
    assert delivery_accepted(delivery=sent, said=PARTNER, foreign_id="S-7")
    assert (stored(sent).state, sent.foreign_id) == (DeliveryState.ACCEPTED, "S-7")
    assert issue_of(sent).status == IssueStatus.ACCEPTED
    assert delivery_in_progress(delivery=sent, said=PARTNER)
    assert issue_of(sent).status == IssueStatus.IN_PROGRESS
    assert delivery_done(delivery=sent, said=PARTNER)
    assert issue_of(sent).status == IssueStatus.DONE
    assert not issue_of(sent).has_news
    told = list(Reply.objects.order_by("pk").values_list("text", flat=True))
    words = ["angenommen", "wird jetzt bearbeitet", "ist erledigt"]
    assert [word in text for word, text in zip(words, told, strict=True)] == [True] * 3


def test_done_closes_nothing_unless_the_authority_may(sent: Delivery) -> None:
    assert delivery_done(delivery=sent, said=PARTNER)
    assert stored(sent).state == DeliveryState.DONE
    assert (issue_of(sent).status, issue_of(sent).has_news) == (IssueStatus.FORWARDED, True)


def test_refusal_goes_back_to_be_looked_at(sent: Delivery) -> None:
    right = authority_make("KREIS")
    said = Said(source=AnswerSource.MAIL, text="Das ist die L 645.")
    assert delivery_refused(delivery=sent, said=said, reason="Landesstraße", named=right)
    assert (issue_of(sent).status, issue_of(sent).has_news) == (IssueStatus.TRIAGE, True)
    event = DeliveryEvent.objects.get(state=DeliveryState.REFUSED)
    assert (event.source, event.detail) == (
        AnswerSource.MAIL,
        {"reason": "Landesstraße", "named": "KREIS", "text": "Das ist die L 645."},
    )
    heard = IssueEvent.objects.get(kind=EventKind.RESPONDED)
    assert heard.kind in INTERNAL
    assert "L 645" not in str(heard.detail)


def test_who_and_when_is_kept_and_the_newest_counts(sent: Delivery, admin_user: Any) -> None:
    noon = timezone.now() - timedelta(hours=3)
    later = noon + timedelta(hours=1)
    staff = Said(source=AnswerSource.STAFF, by=admin_user, at=later)
    assert delivery_in_progress(delivery=sent, said=staff)
    event = DeliveryEvent.objects.get(state=DeliveryState.IN_PROGRESS)
    assert (event.by, event.said_at, stored(sent).said_at) == (admin_user, later, later)
    assert not delivery_done(delivery=sent, said=Said(source=AnswerSource.OPEN311, at=noon))
    assert not delivery_in_progress(delivery=sent, said=PARTNER)
    assert stored(sent).state == DeliveryState.IN_PROGRESS
    # A clock of the receiver that is ahead silences nobody.
    ahead = Said(source=AnswerSource.OPEN311, at=timezone.now() + timedelta(days=9))
    assert delivery_done(delivery=sent, said=ahead)
    assert delivery_in_progress(delivery=sent, said=PARTNER)


def test_answer_proves_that_it_arrived() -> None:
    delivery = delivery_make()
    assert delivery_claim() is not None
    assert delivery_accepted(delivery=delivery, said=PARTNER)
    assert stored(delivery).sent_at is not None
    assert issue_of(delivery).status == IssueStatus.ACCEPTED
    late = Receipt(state=DeliveryState.SENT)
    delivery_record_receipt(delivery=delivery, receipt=late)
    assert stored(delivery).state == DeliveryState.ACCEPTED


@pytest.mark.parametrize("status", [IssueStatus.DONE, IssueStatus.TRIAGE])
def test_answer_leaves_alone_what_a_person_has_in_hands(sent: Delivery, status) -> None:
    issue_set_status(issue=issue_of(sent), status=status)
    delivery_accepted(delivery=sent, said=PARTNER)
    assert (issue_of(sent).status, issue_of(sent).has_news) == (status, True)


@pytest.mark.parametrize("other", ["copy", "former"])
def test_others_than_the_body_that_must_act_move_nothing(sent: Delivery, other: str) -> None:
    if other == "copy":
        Delivery.objects.update(kind=DeliveryKind.COPY)
    else:
        issue = issue_of(sent)
        issue.decisions.update(is_current=False)
        decision_make("EUV", issue=issue, number=2)
    delivery_in_progress(delivery=sent, said=PARTNER)
    assert (issue_of(sent).status, issue_of(sent).has_news) == (IssueStatus.FORWARDED, True)


def test_withdrawn_is_over_for_the_authority(sent: Delivery) -> None:
    Delivery.objects.filter(pk=sent.pk).update(state=DeliveryState.WITHDRAWN)
    with pytest.raises(ChangeRefused):
        delivery_accepted(delivery=sent, said=PARTNER)
    assert stored(sent).state == DeliveryState.WITHDRAWN
    assert issue_of(sent).status == IssueStatus.FORWARDED


def test_bounce_means_that_nobody_has_it(sent: Delivery) -> None:
    mail = Said(source=AnswerSource.MAIL)
    assert delivery_bounced(delivery=sent, said=mail, reason="550 unknown user")
    assert not delivery_bounced(delivery=sent, said=mail, reason="550 unknown user")
    assert (stored(sent).state, sent.last_error) == (DeliveryState.FAILED, "550 unknown user")
    assert issue_of(sent).has_news
    deliveries_requeue_failed()
    again = delivery_claim()
    assert again is not None
    assert not delivery_maybe_arrived(again)
    send_again = Receipt(state=DeliveryState.SENT)
    delivery_record_receipt(delivery=again, receipt=send_again)
    assert stored(sent).state == DeliveryState.SENT
