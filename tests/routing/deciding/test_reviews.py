"""When things move: decided anew at once while nothing has been sent, else proposed to people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gis_core.coordinates import storage_to_wgs84
from issues.enums import IssueStatus
from issues.models import Category, Issue, IssueEvent
from issues.services import issue_move, issue_recategorise
from issues.types import LocationInput
from routing import receivers
from routing.deciding import reviews
from routing.deciding.overrule import decision_overrule
from routing.deciding.proposals import proposal_close
from routing.deciding.reviews import reviews_make_missing
from routing.enums import DecisionCause, DeliveryState, ProposalState
from routing.errors import RuleSetError
from routing.models import Decision, Delivery, Proposal
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import DeliveryDelayed, Receipt
from routing.outbox.record import delivery_record_failure, delivery_record_receipt
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import report_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def move(django_capture_on_commit_callbacks):
    def move(issue, number: int, metres: float = 10) -> Issue:
        """To the left half of a parcel; 1 and 2 are the city's, 3 and 4 private."""
        longitude, latitude = storage_to_wgs84(EAST + 40 * number + metres, NORTH + 20)
        with django_capture_on_commit_callbacks(execute=True):
            return issue_move(issue=issue, location=LocationInput(lat=latitude, long=longitude))

    return move


def fails(**options) -> None:
    raise RuleSetError("broken")


def send_all() -> None:
    while (delivery := delivery_claim()) is not None:
        delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))


def test_move_before_anything_is_sent_decides_anew(city, move):
    issue = report_make(city, 1)
    first = Decision.objects.get(issue=issue)
    move(issue, 3)
    second = Decision.objects.get(issue=issue, number=2)
    assert second.authority != first.authority
    assert (second.cause, second.decided_by) == (DecisionCause.MOVED, None)
    move(issue, 2)
    told = Delivery.objects.filter(decision__issue=issue, kind="responsible").order_by("pk")
    assert list(told.values_list("decision__number", "state")) == [
        (1, DeliveryState.WITHDRAWN),
        (3, DeliveryState.QUEUED),
    ]
    assert not Proposal.objects.exists()


def test_move_after_sending_proposes_and_changes_nothing(city, move):
    issue = report_make(city, 1)
    send_all()
    before = list(Decision.objects.values_list())
    move(issue, 3)
    assert list(Decision.objects.values_list()) == before
    proposal = Proposal.objects.get(issue=issue)
    assert (proposal.cause, proposal.edition, proposal.state) == ("moved", None, ProposalState.OPEN)
    accepted = proposal_close(proposal=proposal, state=ProposalState.ACCEPTED, by=staff_create())
    assert accepted.state == ProposalState.ACCEPTED
    second = Decision.objects.get(issue=issue, number=2)
    assert (second.authority, second.cause) == (proposal.authority, DecisionCause.MOVED)


def test_move_back_outdates_the_proposal(city, move):
    issue = report_make(city, 1)
    send_all()
    move(issue, 3)
    move(issue, 2)
    assert [one.state for one in Proposal.objects.all()] == [ProposalState.OUTDATED]


def test_change_that_leaves_the_authority_renews_sentence_and_evidence(
    city, django_capture_on_commit_callbacks
):
    issue = report_make(city, 1)
    send_all()
    first = Decision.objects.get(issue=issue)
    sent = list(first.deliveries.values_list("pk", "state").order_by("pk"))
    assert sent
    category = Category.objects.get(jurisdiction=city, code="RATS")
    with django_capture_on_commit_callbacks(execute=True):
        issue_recategorise(issue=issue, category=category)
    first.refresh_from_db()
    second = Decision.objects.get(issue=issue, is_current=True)
    assert (second.number, second.cause, second.authority) == (
        2,
        DecisionCause.RECATEGORISED,
        first.authority,
    )
    assert (first.is_current, first.evidence["category"]) == (False, "WASTE_DUMP")
    assert second.evidence["category"] == "RATS"
    assert "Ratten" in second.sentences["de"]
    # Nobody is written to twice; what was sent belongs to the decision that counts.
    assert list(second.deliveries.values_list("pk", "state").order_by("pk")) == sent
    assert not Proposal.objects.exists()


def test_attempt_that_may_have_arrived_counts_as_sent(city, move):
    issue = report_make(city, 1)
    delivery = delivery_claim()
    delivery_record_failure(
        delivery=delivery, error=DeliveryDelayed("time-out", maybe_arrived=True)
    )
    move(issue, 3)
    assert (Decision.objects.count(), Proposal.objects.count()) == (1, 1)


def test_attempt_that_surely_failed_does_not_count(city, move):
    issue = report_make(city, 1)
    for delivery in iter(delivery_claim, None):
        delivery_record_failure(delivery=delivery, error=DeliveryDelayed("no connection"))
    move(issue, 3)
    assert (Decision.objects.count(), Proposal.objects.count()) == (2, 0)


def test_recategorised_issue_is_decided_anew(city, django_capture_on_commit_callbacks):
    issue = report_make(city, 1)
    category = Category.objects.get(jurisdiction=city, code="RATS")
    with django_capture_on_commit_callbacks(execute=True):
        issue_recategorise(issue=issue, category=category)
    second = Decision.objects.get(issue=issue, number=2)
    assert (second.cause, second.evidence["category"]) == (DecisionCause.RECATEGORISED, "RATS")


def test_decision_of_a_person_is_never_replaced_by_itself(city, move):
    issue, person = report_make(city, 1), staff_create()
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    move(issue, 3)
    assert Decision.objects.filter(issue=issue).count() == 2
    assert Proposal.objects.get(issue=issue).cause == "moved"
    assert Delivery.objects.get(decision__number=2).state == DeliveryState.QUEUED


def test_closed_issue_stays_as_it_is(city, move):
    issue = report_make(city, 1)
    Issue.objects.filter(pk=issue.pk).update(status=IssueStatus.DONE)
    move(issue, 3)
    assert (Decision.objects.count(), Proposal.objects.count()) == (1, 0)


def test_undecided_issue_is_decided(city, move):
    issue = report_make(city, 1)
    Delivery.objects.all().delete()
    Decision.objects.all().delete()
    move(issue, 3)
    assert Decision.objects.get(issue=issue).number == 1


def test_change_that_nobody_decided_on_is_found_by_the_sweep(city, move, monkeypatch):
    issue, other = report_make(city, 1), report_make(city, 2)
    monkeypatch.setattr(receivers, "decision_review", fails)
    move(issue, 3)
    assert Decision.objects.filter(issue=issue).count() == 1
    assert reviews_make_missing() == 0
    IssueEvent.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert reviews_make_missing() == 1
    assert Decision.objects.get(issue=issue, number=2).cause == DecisionCause.MOVED
    assert Decision.objects.filter(issue=other).count() == 1
    assert reviews_make_missing() == 0


def test_change_that_leaves_a_person_s_decision_is_looked_at_once(city, move):
    issue, person = report_make(city, 1), staff_create()
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    decision_overrule(issue_id=issue.pk, authority="EUV", reason="y", by=person, seen=2)
    send_all()
    move(issue, 2)
    IssueEvent.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert reviews_make_missing() == 0
    assert issue.events.latest("pk").detail["stands"] is True
    assert Decision.objects.filter(issue=issue).count() == 3


def test_change_that_leaves_the_authority_is_looked_at_once(city, move):
    issue = report_make(city, 1)
    send_all()
    move(issue, 2)
    IssueEvent.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert reviews_make_missing() == 0
    assert Decision.objects.filter(issue=issue).count() == 2


def test_change_that_cannot_be_decided_on_does_not_hold_up_the_others(city, move, monkeypatch):
    first, second = report_make(city, 1), report_make(city, 2)
    monkeypatch.setattr(receivers, "decision_review", fails)
    move(first, 3)
    move(second, 4)
    IssueEvent.objects.update(at=timezone.now() - timedelta(minutes=1))
    Category.objects.filter(jurisdiction=city).update(is_active=False)
    renew = reviews.decision_renew

    def renew_second(*, issue_id, **options):
        if issue_id == first.pk:
            raise RuleSetError("broken")
        return renew(issue_id=issue_id, **options)

    monkeypatch.setattr(reviews, "decision_renew", renew_second)
    assert reviews_make_missing() == 1
    assert Decision.objects.filter(issue=second).count() == 2


def test_move_after_sending_renews_what_the_public_may_hear(city, move):
    """The decision stands until a person agrees; the place is hidden at once."""
    issue = report_make(city, 1)
    send_all()
    Issue.objects.filter(pk=issue.pk).update(is_sheltered=False)
    move(issue, 3)
    issue.refresh_from_db()
    assert (issue.is_sheltered, Decision.objects.count()) == (True, 1)
