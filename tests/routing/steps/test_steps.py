"""Steps on one report and on many: looked at before, taken, held, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from issues.enums import IssueStatus, Priority, StepState
from issues.errors import IssueChanged, IssuesError, MergeRefused, ReleaseRefused
from issues.models import Issue, IssueEvent, Reply, Reporter, Step, StepIssue
from issues.public_view import release_proposal
from issues.services import issue_release
from issues.services.work import issue_prioritise, note_write
from routing.enums import DeliveryState, Outcome
from routing.errors import AuthorityRefused
from routing.forwarding.sending import deliveries_send_due
from routing.models import Decision, Delivery
from routing.steps.taking import CHUNK, step_begin, step_foresee, step_take
from routing.steps.undoing import step_last, step_undo
from routing.steps.working import steps_work
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import report_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db) -> User:
    return staff_create()


@pytest.fixture
def proposed(city) -> Issue:
    """Its authority is only proposed, so that a person has to say yes."""
    issue = report_make(city, 1)
    Delivery.objects.all().delete()
    issue.decisions.update(outcome=Outcome.PROPOSED)
    return issue


def deliveries(issue: Issue) -> list[tuple[int, str]]:
    """To whom has to act; copies beside it are as they are."""
    rows = Delivery.objects.filter(decision__issue=issue, kind="responsible").order_by("pk")
    return [(one.decision.number, one.state) for one in rows]


def bulk(verb: str, issues: list[Issue], data: dict, person: User) -> Step:
    step = step_begin(
        verb=verb,
        issues=[one.pk for one in issues],
        data=data,
        by=person,
        jurisdiction_id=issues[0].jurisdiction_id,
    )
    while steps_work():
        pass
    step.refresh_from_db()
    return step


def told(step: Step) -> dict[str, tuple[str, str]]:
    return {row.issue.number: (row.state, row.told) for row in step.issues.all()}


# --- One report ----------------------------------------------------------------------------------------
def test_confirmed_report_is_held_and_then_sent(proposed, person):
    step = step_take(verb="confirm", issue=proposed, data={"seen": 1}, by=person)
    assert deliveries(proposed) == [(2, DeliveryState.QUEUED)]
    assert Delivery.objects.get(kind="responsible").due_at == pytest.approx(
        step.holds_until, abs=timedelta(seconds=2)
    )
    assert deliveries_send_due() == 0


def test_taken_back_the_proposal_stands_again(proposed, person):
    step = step_take(verb="confirm", issue=proposed, data={"seen": 1}, by=person)
    assert step_last(person) == step
    step_undo(step=step, by=person)
    assert step_last(person) is None
    standing = proposed.decisions.get(is_current=True)
    former = proposed.decisions.get(number=1)
    assert (standing.number, standing.outcome) == (3, Outcome.PROPOSED)
    assert (standing.authority, standing.sentences) == (former.authority, former.sentences)
    assert deliveries(proposed) == [(2, DeliveryState.WITHDRAWN)]
    # And it can be confirmed again.
    step_take(verb="confirm", issue=proposed, data={"seen": 3}, by=person)
    assert deliveries(proposed)[-1] == (4, DeliveryState.QUEUED)


def test_overruled_before_it_was_sent_the_former_message_goes_out_after_all(city, person):
    issue = report_make(city, 1)
    step = step_take(
        verb="overrule",
        issue=issue,
        data={"authority": "UNB", "reason": "Schutzgebiet"},
        by=person,
    )
    step_undo(step=step, by=person)
    assert deliveries(issue) == [
        (1, DeliveryState.WITHDRAWN),
        (2, DeliveryState.WITHDRAWN),
        (3, DeliveryState.QUEUED),
    ]
    former, _second, again = Decision.objects.filter(issue=issue).order_by("number")
    assert (again.authority, again.is_current) == (former.authority, True)


def test_time_ends_and_only_the_person_may(proposed, person):
    step = step_take(verb="confirm", issue=proposed, data={"seen": 1}, by=person)
    with pytest.raises(IssueChanged, match=r"Nur wer|Only whoever"):
        step_undo(step=step, by=staff_create("andere"))
    Step.objects.update(holds_until=timezone.now())
    with pytest.raises(IssueChanged):
        step_undo(step=step, by=person)
    assert proposed.decisions.get(is_current=True).number == 2


def test_not_taken_back_where_somebody_has_acted_since(proposed, person):
    step = step_take(verb="confirm", issue=proposed, data={"seen": 1}, by=person)
    note_write(issue=proposed, text="rufe an", by=person)
    step_undo(step=step, by=person)
    [(state, why)] = told(step).values()
    assert state == StepState.DONE
    assert why
    assert proposed.decisions.get(is_current=True).number == 2


def test_refused_step_leaves_nothing(city, person):
    issue = report_make(city, 1)  # assigned: nothing to confirm
    with pytest.raises(AuthorityRefused):
        step_take(verb="confirm", issue=issue, data={"seen": 1}, by=person)
    with pytest.raises(IssuesError):
        step_take(verb="delete", issue=issue, data={}, by=person)
    assert not Step.objects.exists()


def test_closed_and_taken_back(city, person):
    issue = report_make(city, 1)
    Reporter.objects.create(issue=issue, email="maria@example.org")
    data = {"status": "done", "reason": "cleaned"}
    step = step_take(verb="move", issue=issue, data=data, by=person)
    issue.refresh_from_db()
    assert issue.status == IssueStatus.DONE
    assert Reply.objects.get().due_at == step.holds_until
    step_undo(step=step, by=person)
    issue.refresh_from_db()
    assert (issue.status, Reply.objects.get().state) == (IssueStatus.RECEIVED, "cancelled")


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("priority", {"priority": 3}, "priority"),
        ("follow_up", {"day": "2026-12-24"}, "follow_up_on"),
    ],
)
def test_work_is_taken_back(city, person, verb, data, field):
    issue = report_make(city, 1)
    before = getattr(issue, field)
    step = step_take(verb=verb, issue=issue, data=data, by=person)
    issue.refresh_from_db()
    assert getattr(issue, field) != before
    step_undo(step=step, by=person)
    issue.refresh_from_db()
    assert getattr(issue, field) == before


def test_assigned_and_taken_back(city, person):
    issue = report_make(city, 1)
    step = step_take(verb="assign", issue=issue, data={"assignee": person.pk}, by=person)
    issue.refresh_from_db()
    assert (issue.assignee, issue.status) == (person, IssueStatus.TRIAGE)
    step_undo(step=step, by=person)
    issue.refresh_from_db()
    assert (issue.assignee, issue.status) == (None, IssueStatus.RECEIVED)


# --- Many ------------------------------------------------------------------------------------------------
def test_many_are_taken_and_who_cannot_says_why(city, person):
    issues = [report_make(city, number) for number in (1, 2, 3)]
    issue_release(issue=issues[1], by=person)
    shown = Issue.objects.filter(pk__in=[one.pk for one in issues[:2]])
    looked_at = {one.number: release_proposal(one).seen for one in shown}
    step = bulk("release", issues, {"looked_at": looked_at}, person)
    assert [state for state, _why in told(step).values()] == [
        StepState.DONE,
        StepState.REFUSED,
        StepState.REFUSED,
    ]
    assert step.finished_at is not None
    assert [one.released_at is not None for one in Issue.objects.order_by("pk")] == [
        True,
        True,
        False,
    ]
    step_undo(step=step, by=person)
    first, second, third = Issue.objects.order_by("pk")
    assert (first.released_at, third.released_at) == (None, None)
    assert second.released_at is not None


def test_nothing_becomes_public_that_nobody_looked_at(city, person):
    issue = report_make(city, 1)
    with pytest.raises(ReleaseRefused):
        step_take(verb="release", issue=issue, data={}, by=person)
    assert Issue.objects.get().released_at is None


def test_foreseen_and_not_changed(city, person):
    issues = [report_make(city, number) for number in (1, 2)]
    issue_release(issue=issues[0], by=person)
    events = IssueEvent.objects.count()
    rows = Issue.objects.select_related("category").order_by("pk")
    foreseen = list(step_foresee(verb="release", issues=rows, data={}))
    assert [bool(one.told) for one in foreseen] == [True, False]
    assert IssueEvent.objects.count() == events


def test_merged_in_bulk_and_taken_apart_again(city, person):
    main, *others = [report_make(city, number) for number in (1, 2, 3)]
    step = bulk("merge", [main, *others], {"into": main.number}, person)
    assert [state for state, _why in told(step).values()] == ["refused", "done", "done"]
    assert main.duplicates.count() == 2
    step_undo(step=step, by=person)
    assert main.duplicates.count() == 0
    assert set(Issue.objects.values_list("status", flat=True)) == {IssueStatus.RECEIVED}


def test_many_are_taken_back_by_a_worker(city, person):
    issues = [report_make(city, number) for number in range(1, CHUNK + 2)]
    step = bulk("priority", issues, {"priority": 3}, person)
    issue_prioritise(issue=issues[0], priority=Priority.LOW, by=None)
    undone = step_undo(step=step, by=person)
    assert undone.finished_at is None
    assert Issue.objects.filter(priority=3).count() == CHUNK
    while steps_work(seconds=0):
        pass
    undone.refresh_from_db()
    assert undone.finished_at is not None
    assert Issue.objects.filter(priority=2).count() == CHUNK
    states = told(step)
    assert states[issues[0].number] == (StepState.DONE, "Seitdem hat jemand etwas daran getan.")
    assert sum(state == StepState.UNDONE for state, _why in states.values()) == CHUNK
    with pytest.raises(IssueChanged):
        step_undo(step=step, by=person)


def test_taken_back_while_a_worker_is_at_it(city, person):
    issue = report_make(city, 1)
    step = step_begin(
        verb="priority",
        issues=[issue.pk],
        data={"priority": 3},
        by=person,
        jurisdiction_id=city.pk,
    )
    step_undo(step=step, by=person)
    assert not steps_work()
    assert told(step)[issue.number][0] == StepState.REFUSED
    issue.refresh_from_db()
    assert issue.priority == 2


@pytest.mark.parametrize("count", [0, 10_001])
def test_none_and_too_many_are_refused(person, city, count):
    with pytest.raises(IssuesError):
        step_begin(
            verb="priority",
            issues=list(range(count)),
            data={"priority": 3},
            by=person,
            jurisdiction_id=city.pk,
        )
    assert not StepIssue.objects.exists()


# --- Put together ----------------------------------------------------------------------------------------
def test_merged_report_is_not_sent_and_taken_out_it_is(
    city, person, django_capture_on_commit_callbacks
):
    main, other = report_make(city, 1), report_make(city, 2)
    with django_capture_on_commit_callbacks(execute=True):
        step_take(verb="merge", issue=other, data={"into": main.number}, by=person)
    assert deliveries(other) == [(1, DeliveryState.WITHDRAWN)]
    assert deliveries(main) == [(1, DeliveryState.QUEUED)]
    with pytest.raises((IssueChanged, MergeRefused)):
        step_take(verb="merge", issue=other, data={"into": main.number}, by=person)
    with django_capture_on_commit_callbacks(execute=True):
        step_undo(step=Step.objects.get(), by=person)
    assert deliveries(other)[-1] == (2, DeliveryState.QUEUED)


def test_latest_step_is_named_and_no_longer_the_latest_once_something_else_was_done(city, person):
    first, second = (report_make(city, number) for number in (1, 2))
    step_take(verb="priority", issue=first, data={"priority": 3}, by=person)
    last = step_last(person)
    assert (last.number, last.is_latest) == (first.number, True)
    note_write(issue=second, text="Ortstermin", by=person)
    assert not step_last(person).is_latest
