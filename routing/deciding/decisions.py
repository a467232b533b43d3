"""Making and storing decisions."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gis_core.db.prepared import prepared_execute
from gis_core.languages import text_in, texts_made
from issues.enums import EventKind
from issues.models import Category, Issue
from issues.services import issue_event_append, issue_shelter
from parcels.asked_owners import owner_services
from routing.deciding.asking import clarification_open, clarifications_withdraw, question_to_put
from routing.deciding.holding import forwarding_hold
from routing.deciding.public_answers import PublicAnswer, public_answer
from routing.deciding.results import results_of
from routing.engine.questions import SETTLED
from routing.enums import DecisionCause, DeliveryState, Outcome
from routing.evidence import IssueFacts, Question
from routing.models import Authority, Decision, Delivery, RuleSet
from routing.outbox.authorities import authorities_named, names_in
from routing.outbox.queue import deliveries_hold, deliveries_planned, deliveries_store
from routing.outbox.superseding import deliveries_cancel, deliveries_unsent
from routing.rulebook.compiled import rule_set_compiled
from routing.sentences import sentence, unreachable_phrase
from routing.sentences.questions import asked_phrase
from routing.types import Evidence, Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

# In the order of the models, as `from_db` takes them.
ISSUE_FIELDS: Final = (
    "id",
    "number",
    "jurisdiction_id",
    "category_id",
    "channel",
    "is_sheltered",
)
CATEGORY_FIELDS: Final = ("id", "code", "names", "is_emergency", "hold_minutes")
ISSUE_LOCKED: Final = """
    SELECT i.id, i.number, i.jurisdiction_id, i.category_id, i.channel, i.is_sheltered,
           c.code, c.names::text, c.is_emergency, c.hold_minutes,
           EXISTS (SELECT FROM routing_decision d WHERE d.issue_id = i.id)
    FROM issues_issue i JOIN issues_category c ON c.id = i.category_id
    WHERE i.id = $1
"""
SUPERSEDED: Final = """
    WITH former AS (
        UPDATE routing_decision SET is_current = false WHERE issue_id = %(issue)s AND is_current
    )
    SELECT max(number) FROM routing_decision WHERE issue_id = %(issue)s
"""


def decision_make(*, issue_id: int) -> Decision:
    """Decide who must act for an issue and queue what is to be sent, in one transaction.

    An issue that is decided already keeps its decision: the signal after intake and the sweep may both
    come here. Raises Issue.DoesNotExist; RuleSetError when the active rule set cannot be used.

    This transaction's commit need not wait for the disk. The issue is safe already. Should the server fall
    over within the next moments, the sweep decides anew; nothing can have been sent by then, because a worker's
    claim waits for the disk and with it for us.
    """
    with transaction.atomic():
        issue, is_decided = _issue_locked(issue_id, "SET LOCAL synchronous_commit TO OFF;")
        if is_decided:
            return issue.decisions.get(is_current=True)
        return _decide(issue)


def issue_locked(issue_id: int) -> Issue:
    """The issue, locked against being decided elsewhere, with what a decision needs of it and no more.

    Raises Issue.DoesNotExist.
    """
    return _issue_locked(issue_id)[0]


def _issue_locked(issue_id: int, before: str = "") -> tuple[Issue, bool]:
    """The issue and whether it is decided. Written in SQL because this stands in every intake's way.

    The lock is a statement of its own: what follows has to see what was committed while it was waited for.
    """
    with connection.cursor() as cursor:
        prepared_execute(
            cursor,
            ISSUE_LOCKED,
            [issue_id],
            before=f"{before} SELECT FROM issues_issue WHERE id = %s FOR NO KEY UPDATE;",
            before_values=[issue_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise Issue.DoesNotExist(f"There is no issue {issue_id}.")
    issue = Issue.from_db(None, ISSUE_FIELDS, row[:6])
    issue.category = Category.from_db(
        None, CATEGORY_FIELDS, [row[3], row[6], json.loads(row[7]), row[8], row[9]]
    )
    return issue, row[10]


def decisions_make_missing(*, limit: int = 500) -> int:
    """Decide what was received and not decided, oldest first; returns how many were decided.

    What was received just now may wait for a map service (`routing.deciding.hearings`) and is left alone so long.
    An issue that cannot be decided is logged, stays undecided for people to see, and does not hold up the others.
    """
    waiting = Issue.objects.filter(decisions__isnull=True)
    if owner_services().exists():
        patience = timedelta(seconds=settings.EVIDENCE_WAIT_SECONDS)
        waiting = waiting.filter(received_at__lte=timezone.now() - patience)
    made = 0
    for issue_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]):
        try:
            decision_make(issue_id=issue_id)
        except Exception:
            logger.exception("issue %s could not be decided", issue_id)
        else:
            made += 1
    return made


def decision_renew(
    *, issue_id: int, by: User | None = None, cause: DecisionCause = DecisionCause.RENEWED
) -> Decision:
    """Decide an issue anew, and queue what is to be sent; the former decisions stay.

    What a former one would still have sent is cancelled. `by` is who wished it, if a person did.
    """
    with transaction.atomic():
        issue = issue_locked(issue_id)
        deliveries_cancel(deliveries_unsent(issue_id))
        return _decide(issue, number=decision_supersede(issue), by=by, cause=cause)


def decision_restate(*, issue: Issue, anew: Decision, cause: DecisionCause) -> Decision:
    """Store what was decided `anew` for the same authority: what was sent or is queued now belongs to this decision.

    What bodies had by former decisions stays with these. The issue has to be locked. Nobody is written to.
    """
    own = Delivery.objects.filter(decision__issue_id=issue.pk, decision__is_current=True)
    kept = list(own.exclude(state=DeliveryState.WITHDRAWN).values_list("pk", flat=True))
    anew.number, anew.cause = decision_supersede(issue), cause
    anew.save()
    Delivery.objects.filter(pk__in=kept).update(decision=anew)
    clarifications_withdraw(issue.pk)
    issue_event_append(
        issue=issue,
        kind=EventKind.DECIDED,
        detail={"decision": anew.pk, "number": anew.number},
    )
    return anew


def decision_supersede(issue: Issue) -> int:
    """The issue's decision no longer counts; the number of the next one, which the same transaction has to store.

    The issue has to be locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(SUPERSEDED, {"issue": issue.pk})
        (last,) = cursor.fetchone()
    return (last or 0) + 1


def _decide(
    issue: Issue,
    *,
    number: int = 1,
    by: User | None = None,
    cause: DecisionCause = DecisionCause.RECEIVED,
) -> Decision:
    [(facts, evidence, result)] = results_of([issue.pk])
    named: set[str] = set()
    if result is not None:
        named = {candidate.body for candidate in result.candidates}
        named |= {*result.candidates[0].notify, *evidence.lapsed}
    authorities = authorities_named(facts.jurisdiction_id, named)
    decision = _decision(issue, evidence, result, facts.rule_set_id, authorities)
    decision.number, decision.decided_by, decision.cause = number, by, cause
    if number > 1:
        clarifications_withdraw(issue.pk)
    question = None
    if result is not None:
        told = _told_publicly(facts, evidence, authorities)
        issue_shelter(issue=issue, is_sheltered=told.is_owners_matter)
        question = question_to_put(issue, number=number, facts=facts, told=told)
    if question is not None and decision.outcome not in SETTLED:
        decision.outcome = Outcome.ASKED
        for language in decision.sentences:
            decision.sentences[language] += f" {asked_phrase(question, language)}"
    deliveries, unreachable = deliveries_planned(decision, known=authorities)
    if unreachable:
        # Nobody would be told: a person has to see it.
        decision.outcome = Outcome.TRIAGE
        for language in decision.sentences:
            decision.sentences[language] += f" {unreachable_phrase(unreachable, language)}"
        decision.evidence["unreachable"] = unreachable
    if deliveries:
        deliveries_hold(deliveries, forwarding_hold(issue, number=number))
    deliveries_store(decision, deliveries)
    if question is not None:
        clarification_open(decision=decision, question=question)
    issue_event_append(
        issue=issue,
        kind=EventKind.DECIDED,
        detail={"decision": decision.pk, "number": decision.number},
    )
    return decision


def shelter_renew(issue: Issue) -> None:
    """Works out anew what the public may hear of an issue whose decision stands although the report changed."""
    [(facts, evidence, result)] = results_of([issue.pk])
    if result is not None:
        told = _told_publicly(facts, evidence, authorities_named(facts.jurisdiction_id, ()))
        issue_shelter(issue=issue, is_sheltered=told.is_owners_matter)


def _told_publicly(
    facts: IssueFacts, evidence: Evidence, authorities: Mapping[str, Authority]
) -> PublicAnswer:
    """What everybody may hear of the decision."""
    assert facts.rule_set_id is not None  # noqa: S101 - there is a result
    return public_answer(
        evidence,
        rule_set_compiled(facts.rule_set_id, facts.bodies),
        municipality={code for code, one in authorities.items() if one.acts_through_id is not None},
    )


def decisions_compute(
    issues: Mapping[int, Issue], *, rule_set: RuleSet | None = None
) -> Iterator[Decision]:
    """What would be decided now, for issues of one jurisdiction by their ids; nothing is stored or sent.

    In order of the ids; the issues need their categories. `rule_set` decides instead of the one in effect.
    """
    authorities: dict[str, Authority] = {}
    for one in list(issues.values())[:1]:
        found = Authority.objects.filter(jurisdiction_id=one.jurisdiction_id)
        authorities = {authority.code: authority for authority in found}
    for facts, evidence, result in results_of([*issues], rule_set=rule_set):
        rule_set_id = rule_set.pk if rule_set else facts.rule_set_id
        yield _decision(issues[facts.issue_id], evidence, result, rule_set_id, authorities)


def decision_foreseen(issue: Issue, asked: Question) -> Decision:
    """What the rules would decide for the issue if it lay where `asked` says; nothing is stored or sent.

    The issue needs its category.
    """
    [(facts, evidence, result)] = results_of([asked])
    named = {candidate.body for candidate in result.candidates} if result else set()
    authorities = authorities_named(issue.jurisdiction_id, named)
    return _decision(issue, evidence, result, facts.rule_set_id, authorities)


def _decision(
    issue: Issue,
    evidence: Evidence,
    result: Result | None,
    rule_set_id: int | None,
    authorities: dict[str, Authority],
) -> Decision:
    first = result.candidates[0] if result else None
    parcel = result.at_point.parcel if result else None
    section = result.facts.section if result else None
    return Decision(
        issue=issue,
        outcome=result.outcome if result else Outcome.TRIAGE,
        # A proposal stays beside a decision that goes to triage; only ASSIGNED is sent.
        authority=authorities.get(first.body) if first else None,
        area_code=first.area_code if first else "",
        rule_set_id=rule_set_id,
        rule_id=first.rule_id if first else "",
        legal_basis=first.legal_basis if first else "",
        probability=probability_of(result) if result else 0.0,
        sentences=texts_made(
            lambda language: sentence(
                result,
                language=language,
                category=text_in(issue.category.names, language),
                authorities=names_in(authorities, language),
            )
        ),
        notify=list(first.notify) if first else [],
        candidates=[asdict(candidate) for candidate in result.candidates] if result else [],
        trace=[asdict(tried) for tried in result.trace] if result else [],
        evidence={**evidence.to_json(), "doubts": list(result.doubts) if result else []},
        editions=dict(evidence.datasets),
        parcel_key=parcel.key if parcel else "",
        road=section.road if section else "",
        decided_at=timezone.now(),
    )


def probability_of(result: Result) -> float:
    """How likely it is that the first candidate's addressee has to act, over all its rules."""
    first = result.candidates[0].addressee
    return round(sum(one.probability for one in result.candidates if one.addressee == first), 4)
