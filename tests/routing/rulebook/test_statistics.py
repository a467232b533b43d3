"""What counts as right: worked examples, and the sums by a plain count in Python."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from issues.enums import IssueStatus
from routing.enums import ChannelKind, DecisionCause, DeliveryKind, DeliveryState, Outcome
from routing.models import AuthorityContact, Delivery, RuleSet
from routing.outbox.queue import deliveries_queue
from routing.rulebook.statistics import rule_precisions, statistics_of
from tests.mapui.factories import (
    NOON,
    authority_create,
    category_create,
    decision_create,
    issue_create,
    jurisdiction_create,
    staff_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return jurisdiction_create()


@pytest.fixture
def rules(city) -> RuleSet:
    return RuleSet.objects.create(jurisdiction=city, version=1, source="drawn")


@pytest.fixture
def person(db):
    return staff_create()


@pytest.fixture
def report(city, rules, person):
    """Makes an issue with the decisions given as (authority or none, outcome, cause); people have a name."""

    def make(*decisions, status=IssueStatus.RECEIVED, rule_id="R1", **fields):
        issue = issue_create(city, status=status, **fields)
        for number, (code, outcome, cause) in enumerate(decisions, start=1):
            by_person = cause in {DecisionCause.OVERRULED, DecisionCause.RENEWED}
            decision_create(
                issue,
                authority_create(city, code) if code else None,
                number=number,
                outcome=outcome,
                cause=cause,
                rule_set=None if cause == DecisionCause.OVERRULED else rules,
                rule_id="" if cause == DecisionCause.OVERRULED else rule_id,
                reason="x" if cause == DecisionCause.OVERRULED else "",
                decided_by=person if by_person else None,
            )
        return issue

    return make


SENT = Outcome.ASSIGNED
RULES = DecisionCause.RECEIVED
PERSON = DecisionCause.OVERRULED


def test_nothing_decided_is_nothing_judged(city):
    found = statistics_of(city)
    assert (found.overall.decided, found.overall.precision, found.by_rule) == (0, None, [])
    assert rule_precisions(city) == {}


def test_decision_that_nobody_has_answered_yet_is_not_judged(city, report):
    report(("EUV", SENT, RULES))
    overall = statistics_of(city).overall
    assert (overall.decided, overall.judged, overall.settled, overall.told) == (1, 0, 0, 1)
    assert rule_precisions(city) == {}


@pytest.mark.parametrize("status", [IssueStatus.IN_PROGRESS, IssueStatus.DONE])
def test_accepted_decision_is_right_and_right_at_once(city, report, status):
    report(("EUV", SENT, RULES), status=status)
    overall = statistics_of(city).overall
    assert (overall.judged, overall.right, overall.at_once) == (1, 1, 1)
    assert rule_precisions(city) == {"R1": (1, 1)}


def test_rejected_report_tells_nothing_of_the_authority(city, report):
    report(("EUV", SENT, RULES), status=IssueStatus.REJECTED)
    assert statistics_of(city).overall.judged == 0


def test_overruled_decision_is_wrong(city, report):
    report(("EUV", SENT, RULES), ("KREIS66", SENT, PERSON))
    found = statistics_of(city)
    assert (found.overall.judged, found.overall.right, found.overall.at_once) == (1, 0, 0)
    assert [(one.key, one.right, one.judged) for one in found.by_authority] == [("EUV", 0, 1)]


def test_confirmed_proposal_is_right_but_not_at_once(city, report):
    report(("EUV", Outcome.PROPOSED, RULES), ("EUV", SENT, PERSON))
    overall = statistics_of(city).overall
    assert (overall.judged, overall.right, overall.settled, overall.at_once) == (1, 1, 1, 0)


def test_report_without_a_named_authority_counts_for_no_rule(city, report):
    report((None, Outcome.TRIAGE, RULES), ("EUV", SENT, PERSON), rule_id="")
    found = statistics_of(city)
    assert (found.overall.settled, found.overall.judged, found.overall.at_once) == (1, 0, 0)
    assert found.by_rule == []


def test_after_the_report_was_moved_the_rules_answer_to_the_new_place_counts(city, report):
    report(("EUV", SENT, RULES), ("KREIS66", SENT, DecisionCause.MOVED), status=IssueStatus.DONE)
    overall = statistics_of(city).overall
    assert (overall.right, overall.judged, overall.at_once) == (1, 1, 0)


def test_after_new_geodata_the_former_answer_counts_as_wrong(city, report):
    report(("EUV", SENT, RULES), ("KREIS66", SENT, DecisionCause.RENEWED))
    assert rule_precisions(city) == {"R1": (0, 1)}


@pytest.mark.parametrize(
    ("state", "status", "counted"),
    [
        (DeliveryState.REFUSED, IssueStatus.TRIAGE, (1, 1, 0)),
        # It took the issue over in the end: on the same delivery, or by a later one that somebody settled.
        (DeliveryState.ACCEPTED, IssueStatus.ACCEPTED, (0, 0, 0)),
        (DeliveryState.REFUSED, IssueStatus.DONE, (1, 1, 1)),
    ],
)
def test_refusal_counts_against_the_rule_until_it_is_settled(city, report, state, status, counted):
    """Through whom a body is written to does not matter."""
    order_office = authority_create(city, "ORD")
    authority_create(city, "PRIV", acts_through=order_office)
    issue = report(("PRIV", SENT, RULES), status=status)
    contact = AuthorityContact.objects.create(
        authority=order_office, channel=ChannelKind.MAIL, address="ord@authority.example"
    )
    deliveries_queue(issue.decisions.get())
    Delivery.objects.filter(contact=contact).update(state=state, sent_at=NOON)
    overall = statistics_of(city).overall
    assert (overall.refused, overall.judged, overall.right) == counted
    # What somebody else says of a copy is no refusal.
    Delivery.objects.update(kind=DeliveryKind.COPY)
    assert statistics_of(city).overall.refused == 0


def test_ping_pong_is_two_changes_of_the_authority(city, report):
    report(("EUV", SENT, RULES), ("KREIS66", SENT, PERSON))
    report(("EUV", SENT, RULES), ("KREIS66", SENT, PERSON), ("EUV", SENT, PERSON))
    report(
        ("EUV", SENT, RULES), (None, Outcome.TRIAGE, DecisionCause.RENEWED), ("EUV", SENT, PERSON)
    )
    overall = statistics_of(city).overall
    assert (overall.told, overall.ping_pong) == (3, 1)
    assert overall.ping_pong_rate == pytest.approx(1 / 3)
    # To and fro and back again: the rules were right, but not at once.
    assert (overall.right, overall.at_once) == (2, 1)


def test_counts_by_category_and_by_local_month(city, report):
    lamp = category_create(city, "STREET_LIGHT", names={"de": "Laterne", "en": "Lamp"})
    night = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    report(("EUV", SENT, RULES), status=IssueStatus.DONE, category=lamp, received_at=night)
    report(("EUV", SENT, RULES), ("KREIS66", SENT, PERSON), rule_id="R2")
    found = statistics_of(city)
    assert [(one.key, one.right, one.judged) for one in found.by_category] == [
        ("ROAD_SURFACE", 0, 1),
        ("STREET_LIGHT", 1, 1),
    ]
    assert [(one.key, one.precision) for one in found.by_month] == [
        ("2026-03", 0.0),
        ("2026-04", 1.0),
    ]
    assert rule_precisions(city) == {"R1": (1, 1), "R2": (0, 1)}


def test_other_jurisdictions_do_not_count(city, report):
    report(("EUV", SENT, RULES), status=IssueStatus.DONE)
    assert statistics_of(jurisdiction_create("anderswo.example", "Anderswo")).overall.decided == 0


@pytest.mark.parametrize("count", [1, 3])
def test_statistics_are_one_query(city, report, count, django_assert_num_queries):
    for _ in range(count):
        report(("EUV", SENT, RULES), status=IssueStatus.DONE)
    with django_assert_num_queries(1):
        statistics_of(city)
