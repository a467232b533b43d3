"""People decide: with a reason, from today's authorities, once; and nobody gets what is no longer true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from issues.models import Issue, IssueEvent
from routing.deciding.decisions import decision_renew
from routing.deciding.in_force import agency_names
from routing.deciding.overrule import decision_confirm, decision_overrule
from routing.enums import DecisionCause, DeliveryState, Outcome, ProposalState
from routing.errors import AuthorityRefused, DecisionOutdated, ReasonMissing
from routing.models import Authority, AuthorityContact, Decision, Delivery, Proposal
from routing.outbox.authorities import authority_choices
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import DeliveryDelayed
from routing.outbox.record import delivery_record_failure
from tests.mapui.factories import authority_create, jurisdiction_create, staff_create
from tests.mapui.geodata.geodata_factories import report_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return staff_create()


def states(issue) -> list[tuple[int, str, str]]:
    rows = Delivery.objects.filter(decision__issue=issue).order_by("decision__number", "kind")
    return [(one.decision.number, one.authority.code, one.state) for one in rows]


def test_overrule_is_a_decision_of_a_person_and_the_proposal_stays(city, person):
    issue = report_make(city, 1)
    first = Decision.objects.get(issue=issue)
    second = decision_overrule(
        issue_id=issue.pk, authority="UNB", reason=" Schutzgebiet ", by=person, seen=1
    )
    second.refresh_from_db()
    assert (second.number, second.outcome, second.cause) == (
        2,
        Outcome.ASSIGNED,
        DecisionCause.OVERRULED,
    )
    assert (second.authority.code, second.reason, second.decided_by) == (
        "UNB",
        "Schutzgebiet",
        person,
    )
    assert (second.rule_set, second.rule_id, second.probability) == (None, "", 1.0)
    assert (second.evidence, second.candidates, second.editions) == (
        first.evidence,
        first.candidates,
        first.editions,
    )
    unchanged = Decision.objects.get(pk=first.pk)
    assert (unchanged.authority, unchanged.sentences["de"]) == (
        first.authority,
        first.sentences["de"],
    )
    event = IssueEvent.objects.filter(issue=issue).latest("pk")
    assert (event.by, event.detail["number"]) == (person, 2)


def test_reason_of_a_person_is_not_told_to_anybody(city, person):
    issue = report_make(city, 1)
    decision = decision_overrule(
        issue_id=issue.pk, authority="UNB", reason="Herr Muster rief an", by=person, seen=1
    )
    assert "Muster" not in decision.sentences["de"] + decision.sentences["en"]
    assert agency_names([issue.pk]) == {issue.pk: city.public_name}


def test_agency_is_named_where_no_owner_counts_and_it_acts_itself(city, person):
    issue = report_make(city, 1)
    decision = decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    Issue.objects.filter(pk=issue.pk).update(is_sheltered=False)
    assert agency_names([issue.pk]) == {issue.pk: decision.authority.public_name}
    Authority.objects.filter(code="UNB").update(acts_through=Authority.objects.get(code="ORD"))
    assert agency_names([issue.pk]) == {issue.pk: city.public_name}


def test_overrule_cancels_what_is_queued_and_queues_anew(city, person):
    issue = report_make(city, 1)
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    assert states(issue) == [
        (1, "ORD", DeliveryState.WITHDRAWN),
        (1, "EUV", DeliveryState.WITHDRAWN),
        (2, "UNB", DeliveryState.QUEUED),
    ]
    events = Delivery.objects.get(authority__code="ORD").events.values_list("state", flat=True)
    assert list(events) == [DeliveryState.QUEUED, DeliveryState.WITHDRAWN]


def test_what_a_worker_has_in_hands_is_not_sent_again_after_it_failed(city, person):
    issue = report_make(city, 1)
    claimed = delivery_claim()
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    assert Delivery.objects.get(pk=claimed.pk).state == DeliveryState.SENDING
    delivery_record_failure(delivery=claimed, error=DeliveryDelayed("busy"))
    Delivery.objects.filter(pk=claimed.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert delivery_claim().authority.code == "UNB"
    assert Delivery.objects.get(pk=claimed.pk).state == DeliveryState.WITHDRAWN


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_overrule_needs_a_reason(city, person, reason):
    issue = report_make(city, 1)
    with pytest.raises(ReasonMissing):
        decision_overrule(issue_id=issue.pk, authority="UNB", reason=reason, by=person, seen=1)
    assert Decision.objects.count() == 1


def test_only_valid_authorities_of_the_jurisdiction_are_accepted(city, person):
    issue = report_make(city, 1)
    foreign = authority_create(jurisdiction_create(), "FOREIGN")
    yesterday = timezone.localdate() - timedelta(days=1)
    Authority.objects.filter(jurisdiction=city, code="DB").update(valid_to=yesterday)
    Authority.objects.filter(jurisdiction=city, code="EG").update(
        valid_from=timezone.localdate() + timedelta(days=1)
    )
    before = states(issue)
    for code in (foreign.code, "DB", "EG", "Untere Naturschutzbehörde", "", "UNB/05916000", "*"):
        with pytest.raises(AuthorityRefused):
            decision_overrule(issue_id=issue.pk, authority=code, reason="x", by=person, seen=1)
    assert (Decision.objects.count(), states(issue)) == (1, before)


def test_authority_without_contact_changes_nothing(city, person):
    issue = report_make(city, 1)
    AuthorityContact.objects.filter(authority__code="UNB").delete()
    before = states(issue)
    with pytest.raises(AuthorityRefused, match=r"Kontakt|contact"):
        decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    assert (Decision.objects.count(), states(issue)) == (1, before)


def test_same_authority_again_is_refused(city, person):
    issue = report_make(city, 1)
    code = Decision.objects.get(issue=issue).authority.code
    with pytest.raises(AuthorityRefused):
        decision_overrule(issue_id=issue.pk, authority=code, reason="x", by=person, seen=1)


def test_area_of_an_authority_is_chosen_and_told(city, person):
    neighbour = Authority.objects.get(jurisdiction=city, code="NEIGH")
    neighbour.contacts.all().delete()
    for area, name in (("05916000", "Herne"), ("05911000", "Bochum")):
        neighbour.contacts.create(area_code=area, name=name, channel="mail", address=f"{area}@x.de")
    named = [one.value for one in authority_choices(city, on=timezone.localdate())]
    assert [value for value in named if value.startswith("NEIGH")] == [
        "NEIGH/05911000",
        "NEIGH/05916000",
    ]
    issue = report_make(city, 1)
    decision = decision_overrule(
        issue_id=issue.pk, authority="NEIGH/05916000", reason="x", by=person, seen=1
    )
    assert decision.deliveries.get().contact.area_code == "05916000"
    with pytest.raises(AuthorityRefused):
        decision_overrule(issue_id=issue.pk, authority="NEIGH", reason="x", by=person, seen=2)


def test_candidates_are_offered_first_and_each_once(city):
    on = timezone.localdate()
    choices = authority_choices(city, on=on, candidates=["UNB", "EUV", "UNB", "TRIAGE"])
    assert [one.value for one in choices[:2]] == ["UNB", "EUV"]
    assert [one.is_candidate for one in choices[:3]] == [True, True, False]
    assert len({one.value for one in choices}) == len(choices) == city.authorities.count()


@pytest.mark.parametrize("outcome", [Outcome.PROPOSED, Outcome.TRIAGE])
def test_confirm_sends_what_was_proposed(city, person, outcome):
    issue = report_make(city, 1)
    Delivery.objects.all().delete()
    Decision.objects.filter(issue=issue).update(outcome=outcome, notify=["UAB"])
    proposed = Decision.objects.get(issue=issue)
    decision = decision_confirm(issue_id=issue.pk, seen=1, by=person)
    assert (decision.authority, decision.cause) == (proposed.authority, DecisionCause.OVERRULED)
    assert decision.reason
    assert {code for _n, code, _s in states(issue)} == {proposed.authority.code, "UAB"}
    with pytest.raises(AuthorityRefused):
        decision_confirm(issue_id=issue.pk, seen=2, by=person)


def test_confirm_without_a_proposal_is_refused(city, person):
    issue = report_make(city, 1)
    Decision.objects.filter(issue=issue).update(outcome=Outcome.TRIAGE, authority=None)
    with pytest.raises(AuthorityRefused):
        decision_confirm(issue_id=issue.pk, seen=1, by=person)


def test_second_clerk_learns_that_somebody_decided(city, person):
    issue = report_make(city, 1)
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    with pytest.raises(DecisionOutdated):
        decision_overrule(issue_id=issue.pk, authority="UAB", reason="x", by=person, seen=1)
    assert Decision.objects.filter(issue=issue).count() == 2


def test_overrule_outdates_an_open_proposal(city, person):
    issue = report_make(city, 1)
    decision = Decision.objects.get(issue=issue)
    proposal = Proposal.objects.create(
        issue=issue, decision=decision, cause="moved", outcome="triage", probability=0
    )
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="x", by=person, seen=1)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OUTDATED


def test_renewed_decision_cancels_what_the_former_queued(city, person):
    issue = report_make(city, 1)
    decision_renew(issue_id=issue.pk, by=person)
    assert [(number, state) for number, _code, state in states(issue)] == [
        (1, DeliveryState.WITHDRAWN),
        (1, DeliveryState.WITHDRAWN),
        (2, DeliveryState.QUEUED),
        (2, DeliveryState.QUEUED),
    ]
