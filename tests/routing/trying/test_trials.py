"""Trial runs: what would change, without anything of it counting."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from gis_core.services.editions import edition_activate
from issues.enums import IssueStatus
from issues.models import Issue
from parcels.models import Ownership, Parcel
from routing.deciding import results
from routing.deciding.decisions import decision_make, decisions_compute
from routing.engine import decide
from routing.enums import Outcome, TrialState
from routing.errors import RuleSetError, TrialRefused
from routing.models import Decision, Delivery, Proposal, RuleSet, Trial, TrialChange
from routing.rulebook import draft_import
from routing.rulebook.listed import rule_set_content
from routing.trying import chunks as trial_chunks
from routing.trying import trials
from routing.trying.listed import (
    changes_by_authority,
    changes_by_rule,
    changes_chosen,
    trial_progress,
)
from routing.trying.sides import trial_sides
from routing.trying.trials import (
    trial_cancel,
    trial_resume,
    trial_start,
    trial_work,
    trials_unattended,
)
from tests.gis_core.geodata_factories import stage, write
from tests.mapui.factories import jurisdiction_create
from tests.mapui.geodata.geodata_factories import OWNERS, parcel_key
from tests.routing.settled_factories import prior, settled_city, settled_make
from tests.routing.trying.trial_factories import draft_make, found, issues_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of three issues, so that a handful of issues is several chunks."""
    monkeypatch.setattr(trials, "CHUNK", 3)


def owners_stage(city, tmp_path, **changes):
    """The owners as they are, but some of them others."""
    owners = OWNERS | {int(number[1:]): owner for number, owner in changes.items()}
    lines = ["flstkennz;eigentumsklasse"] + [f"{parcel_key(n)};{o}" for n, o in owners.items()]
    return stage(city, "ownership", write(tmp_path / "owners.csv", "\n".join(lines) + "\n"))


def stored() -> list[list[tuple]]:
    models = (Decision, Delivery, Proposal, Ownership, Parcel, Issue, RuleSet)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def run(trial: Trial) -> Trial:
    assert trial_work(trial_id=trial.pk) is False
    trial.refresh_from_db()
    return trial


def test_trial_of_a_draft_finds_what_single_decisions_give_and_writes_nothing(city, small_chunks):
    issues = {issue.pk: issue for issue in issues_make(city, 16)}
    for pk in issues:
        decision_make(issue_id=pk)
    draft = draft_make(city, A06="UNB", A22a="TRIAGE")
    before = stored()
    trial = run(trial_start(jurisdiction=city, rule_set=draft))
    assert stored() == before
    assert (trial.state, trial.issues_total, trial.error) == (TrialState.DONE, 16, "")
    assert trial_progress(trial).percent == 100
    expected = [
        (
            now.issue_id,
            [(one.candidates[0]["body"], one.rule_id, one.outcome) for one in (now, then)],
        )
        for now, then in zip(
            decisions_compute(Issue.objects.select_related("category").in_bulk(list(issues))),
            decisions_compute(
                Issue.objects.select_related("category").in_bulk(list(issues)), rule_set=draft
            ),
            strict=True,
        )
        if (now.candidates[0]["body"], now.outcome) != (then.candidates[0]["body"], then.outcome)
    ]
    assert [
        (issue, [(b1.partition("/")[0], r1, o1), (b2.partition("/")[0], r2, o2)])
        for issue, b1, r1, o1, b2, r2, o2, _kept in found(trial)
    ] == expected
    assert len(expected) == 8


def test_trial_groups_from_whom_to_whom_and_by_rule(city):
    issues_make(city, 16)
    trial = run(trial_start(jurisdiction=city, rule_set=draft_make(city, A06="UNB", A22a="TRIAGE")))
    groups = [(g.from_body, g.to_body, g.to_outcome, g.count) for g in changes_by_authority(trial)]
    assert ("EUV", "UNB", Outcome.ASSIGNED, 3) in groups
    assert ("EUV", "TRIAGE", Outcome.TRIAGE, 3) in groups
    assert sum(one[-1] for one in groups) == trial.changes.count()
    assert {("A06", "A06"), ("A22a", "A22a")} <= {
        (one.from_rule, one.to_rule) for one in changes_by_rule(trial)
    }
    chosen = changes_chosen(trial, from_body="EUV", to_body="UNB", rule="A06")
    assert {change.issue.category.code for change in chosen} == {"WASTE_DUMP"}


def test_trial_of_the_present_rules_changes_nothing(city):
    issues_make(city, 8)
    trial = run(trial_start(jurisdiction=city, rule_set=RuleSet.objects.get(jurisdiction=city)))
    assert (trial.state, found(trial)) == (TrialState.DONE, [])


def test_trial_limit_takes_the_newest(city, small_chunks):
    issues = issues_make(city, 10)
    draft = draft_make(city, A06="UNB", A22a="UNB", A19="UNB")
    trial = run(trial_start(jurisdiction=city, rule_set=draft, limit=4))
    assert trial.issues_total == 4
    assert {change.issue_id for change in trial.changes.all()} <= {one.pk for one in issues[-4:]}
    assert trial.changes.exists()


def test_trial_chunks_hold_each_issue_once_and_neighbours_together(city, small_chunks):
    issues = issues_make(city, 12)
    first, last = issues[0].point, issues[-1].point
    for n, issue in enumerate(issues):
        Issue.objects.filter(pk=issue.pk).update(point=(first, last)[n % 2])
    trial = trial_start(jurisdiction=city, rule_set=draft_make(city))
    chunks = [set(chunk.issue_ids) for chunk in trial.chunks.all()]
    assert sorted(map(len, chunks)) == [3, 3, 3, 3]
    assert set.union(*chunks) == {issue.pk for issue in issues}
    halves = [{issue.pk for issue in issues[n::2]} for n in range(2)]
    assert all(any(chunk <= half for half in halves) for chunk in chunks)


def test_trial_without_issues_is_done_at_once(city):
    trial = run(trial_start(jurisdiction=city, rule_set=draft_make(city)))
    assert (trial.state, trial_progress(trial).percent) == (TrialState.DONE, 100)


def test_trial_leaves_other_jurisdictions_alone(city, small_chunks):
    other = jurisdiction_create()
    issues = issues_make(city, 6)
    Issue.objects.filter(pk=issues[2].pk).update(jurisdiction=other)
    trial = run(trial_start(jurisdiction=city, rule_set=draft_make(city)))
    assert (trial.issues_total, trial_progress(trial).done) == (5, 5)


def test_trial_of_faulty_or_foreign_rules_does_not_begin(city):
    draft = draft_make(city, A06="NOBODY")
    with pytest.raises(RuleSetError, match="A06"):
        trial_start(jurisdiction=city, rule_set=draft)
    with pytest.raises(TrialRefused):
        trial_start(jurisdiction=jurisdiction_create(), rule_set=draft)
    with pytest.raises(TrialRefused):
        trial_start(jurisdiction=city)
    assert not Trial.objects.exists()


def test_draft_edited_meanwhile_fails_the_trial(city, small_chunks):
    issues_make(city, 6)
    draft = draft_make(city, A06="UNB")
    trial = trial_start(jurisdiction=city, rule_set=draft)
    assert trial_chunks.chunk_try(trial)
    RuleSet.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
    run(trial)
    assert trial.state == TrialState.FAILED
    assert "Entwurf" in trial.error
    assert trial.chunks.filter(is_done=True).count() == 1


def test_edition_activated_in_the_middle_fails_the_trial(city, tmp_path, small_chunks):
    issues_make(city, 6)
    trial = trial_start(jurisdiction=city, rule_set=draft_make(city, A06="UNB"))
    assert trial_chunks.chunk_try(trial)
    edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV"))
    run(trial)
    assert trial.state == TrialState.FAILED
    assert "Geodaten" in trial.error


def test_rules_activated_in_the_middle_do_not_mix_the_sides(city, small_chunks):
    issues_make(city, 6)
    draft = draft_make(city, A06="UNB")
    whole = run(trial_start(jurisdiction=city, rule_set=draft))
    trial = trial_start(jurisdiction=city, rule_set=draft)
    assert trial_chunks.chunk_try(trial)
    RuleSet.objects.filter(pk=draft.pk).update(status="active", valid_from="2026-01-01")
    run(trial)
    assert (trial.state, found(trial)) == (TrialState.DONE, found(whole))


def test_cancelled_trial_stops_and_can_be_resumed(city, small_chunks):
    issues_make(city, 9)
    draft = draft_make(city, A06="UNB", A22a="UNB")
    whole = run(trial_start(jurisdiction=city, rule_set=draft))
    trial = trial_start(jurisdiction=city, rule_set=draft)
    assert trial_work(trial_id=trial.pk, seconds=0) is True
    trial_cancel(trial=trial)
    run(trial)
    assert (trial.state, trial_progress(trial).done) == (TrialState.CANCELLED, 3)
    assert trials_unattended() == []
    trial_resume(trial=trial)
    assert trials_unattended() == [trial.pk]
    run(trial)
    assert (trial.state, found(trial)) == (TrialState.DONE, found(whole))


def test_edition_trial_finds_what_activation_would_change(city, tmp_path, small_chunks):
    issues = issues_make(city, 16)
    edition = owners_stage(city, tmp_path, n1="PRIV")
    before = stored()
    trial = run(trial_start(jurisdiction=city, edition=edition))
    assert (trial.state, trial.error) == (TrialState.DONE, "")
    assert stored() == before
    by_id = Issue.objects.select_related("category").in_bulk([one.pk for one in issues])
    now = {one.issue_id: one for one in decisions_compute(by_id)}
    edition_activate(edition=edition)
    then = {one.issue_id: one for one in decisions_compute(by_id)}
    expected = [
        (pk, then[pk].rule_id, then[pk].outcome, then[pk].sentences["de"])
        for pk in sorted(by_id)
        if (now[pk].candidates[0]["body"], now[pk].outcome)
        != (then[pk].candidates[0]["body"], then[pk].outcome)
    ]
    assert len(expected) >= 2
    assert [
        (issue, rule, outcome, kept["sentences"]["de"])
        for issue, _b, _r, _o, _body, rule, outcome, kept in found(trial)
    ] == expected


def test_edition_that_is_not_ready_is_refused(city, tmp_path):
    edition = owners_stage(city, tmp_path, n1="PRIV")
    edition_activate(edition=edition)
    with pytest.raises(TrialRefused):
        trial_start(jurisdiction=city, edition=edition)


def test_edition_trial_that_another_worker_has_is_left_alone(city, tmp_path, small_chunks):
    issues_make(city, 3)
    trial = trial_start(jurisdiction=city, edition=owners_stage(city, tmp_path, n1="PRIV"))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(20731, %s)", [trial.pk])
        run(trial)
        assert (trial.state, trial_progress(trial).done) == (TrialState.RUNNING, 0)
    finally:
        other.close()
    assert run(trial).state == TrialState.DONE


def test_sides_explain_both_and_say_when_they_are_no_longer_true(city):
    issues_make(city, 8)
    trial = run(trial_start(jurisdiction=city, rule_set=draft_make(city, A06="UNB")))
    change = trial.changes.filter(to_body="UNB").first()
    sides = trial_sides(change)
    assert (sides.present.authority.code, sides.tried.authority.code) == ("EUV", "UNB")
    assert sides.is_current
    assert sides.present.sentence != sides.tried.sentence != ""
    TrialChange.objects.filter(pk=change.pk).update(from_body="DB")
    change.refresh_from_db()
    assert not trial_sides(change).is_current


def test_command_tries_a_draft_and_prints_json(city):
    issues_make(city, 8)
    draft = draft_make(city, A06="UNB")
    printed = StringIO()
    call_command(
        "try_rules",
        jurisdiction=city.identifier,
        rule_set=draft.version,
        json=True,
        stdout=printed,
        stderr=StringIO(),
    )
    facts = json.loads(printed.getvalue())
    assert (facts["state"], facts["issues"]) == ("done", 8)
    assert facts["changed"] == Trial.objects.get().changes.count() > 0
    assert facts["by_authority"][0]["to_body"] == "UNB"
    table = StringIO()
    call_command(
        "try_rules",
        jurisdiction=city.identifier,
        rule_set=draft.version,
        stdout=table,
        stderr=StringIO(),
    )
    assert f"8 issues, {facts['changed']} would change." in table.getvalue()


def test_command_says_what_cannot_be_tried(city):
    with pytest.raises(CommandError, match="no rule set of version 99"):
        call_command("try_rules", jurisdiction=city.identifier, rule_set=99)
    with pytest.raises(CommandError):
        call_command("try_rules", jurisdiction="nowhere.example", rule_set=1)


def test_category_whose_rules_are_the_same_is_decided_once(city, monkeypatch):
    issues = issues_make(city, 8)
    draft = draft_make(city, A06="UNB")
    decided = []

    def counting(evidence, ruleset):
        decided.append(evidence.category)
        return decide(evidence, ruleset)

    monkeypatch.setattr(results, "decide", counting)
    found = list(results.results_by([one.pk for one in issues], rule_sets=[None, draft]))
    # Eight by the present rules; the two of the category that the draft changes by these as well.
    assert (len(decided), decided.count("WASTE_DUMP")) == (10, 4)
    alone = [
        two for _f, _e, (two,) in results.results_by([i.pk for i in issues], rule_sets=[draft])
    ]
    assert [two for _facts, _evidence, (_one, two) in found] == alone


def test_duty_that_rests_on_other_rules_is_not_taken_for_the_same(city):
    present = RuleSet.objects.get(jurisdiction=city, status="active")
    bodies = frozenset(city.authorities.values_list("code", flat=True))
    one, same, other = (
        results.rule_set_compile(rules, bodies)
        for rules in (present, draft_make(city), draft_make(city, R15="KREIS66"))
    )
    assert results._alike(one, same, "RATS")
    assert not results._alike(one, other, "RATS")
    draft = draft_make(city)
    draft.assign_from = 0.8
    assert not results._alike(one, results.rule_set_compile(draft, bodies), "RATS")


def test_draft_with_other_priors_is_tried_with_them():
    """A report a metre before the footway, known to 8 m: by the priors in effect it is on the street."""
    town = settled_city()
    issue = settled_make(town, 79, accuracy_m=8.0, status=IssueStatus.RECEIVED)
    content = rule_set_content(RuleSet.objects.get(jurisdiction=town))
    yards = prior(100.0, usage="BUILT")
    draft = draft_import(
        jurisdiction=town, content={"rows": content.rows, "priors": [yards]}, name="yards"
    )
    trial = run(trial_start(jurisdiction=town, rule_set=draft))
    [change] = trial.changes.all()
    assert change.issue == issue
    assert (change.from_rule, change.to_rule) == ("R2", "R3")
