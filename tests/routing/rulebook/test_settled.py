"""Priors proposed from settled issues: near the truth, never from few, never zero, and only ever a draft."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, LocationSource
from routing.deciding.decisions import decision_make
from routing.enums import RuleSetStatus
from routing.errors import RuleSetError
from routing.rulebook import rule_set_activate, settled
from routing.rulebook.listed import rule_set_content, rule_set_in_effect
from routing.rulebook.settled import (
    LEAST_ISSUES,
    CategoryProposal,
    priors_draft,
    priors_proposed,
)
from routing.trying.replays import decisions_replayed
from tests.mapui.factories import authority_create, decision_create, staff_create
from tests.routing.settled_factories import (
    CARRIAGEWAY,
    DUMP,
    EXPERT,
    FOOTWAY,
    LENGTH,
    VERGE,
    YARD,
    prior,
    settled_city,
    settled_make,
)

pytestmark = pytest.mark.django_db

STRIPS = {"yard": YARD, "footway": FOOTWAY, "carriageway": CARRIAGEWAY, "verge": VERGE}
# Reports per square metre as they really come, relative to the yard.
TRUTH = {"yard": 1.0, "footway": 40.0, "carriageway": 5.0, "verge": 2.0}


def drawn(city, count: int, rates: dict[str, float] = TRUTH) -> None:
    """Settled reports at places drawn from these rates; the same ones each time."""
    random = np.random.default_rng(20261129)
    masses = np.array([rates[name] * (STRIPS[name][1] - STRIPS[name][0]) for name in STRIPS])
    for name in random.choice(list(STRIPS), size=count, p=masses / masses.sum()):
        south, north = STRIPS[name]
        settled_make(city, random.uniform(south, north), east=random.uniform(0, LENGTH))


def of_dumps(city) -> CategoryProposal:
    [found] = priors_proposed(city)
    assert found.category == DUMP
    return found


def by_name(proposal: CategoryProposal) -> dict[str, settled.ProposedPrior]:
    names = {row: name for name, row in EXPERT.items()}
    return {names[one.row]: one for one in proposal.priors}


def test_proposal_comes_near_the_rates_that_issues_were_drawn_from():
    city = settled_city()
    drawn(city, 1500)
    found = by_name(of_dumps(city))
    weights = {name: one.weight for name, one in found.items()}
    for name, rate in TRUTH.items():
        # The verge's 2 of 234 parts are about 13 issues, and the expert called it five times as frequent.
        within = 0.8 if name == "verge" else 0.2
        assert weights[name] / weights["yard"] == pytest.approx(rate, rel=within), name
    # Nearer to the truth than the expert's value, for each of them.
    for name, rate in TRUTH.items():
        expert = EXPERT[name].weight / EXPERT["yard"].weight
        off = abs(np.log(weights[name] / weights["yard"] / rate))
        assert off <= abs(np.log(expert / rate)), name


def test_areas_are_those_of_the_drawn_strips():
    found = by_name(of_dumps(settled_city()))
    assert {name: round(one.area) for name, one in found.items()} == {
        name: LENGTH * (north - south) for name, (south, north) in STRIPS.items()
    }


def test_mean_over_the_area_stays():
    city = settled_city()
    drawn(city, 400)
    found = of_dumps(city).priors
    before = sum(one.area * one.row.weight for one in found)
    # Up to the rounding to two digits.
    assert sum(one.area * one.weight for one in found) == pytest.approx(before, rel=0.05)


def test_below_the_least_number_nothing_is_proposed():
    city = settled_city()
    drawn(city, LEAST_ISSUES - 1)
    found = of_dumps(city)
    assert (found.issues, found.missing) == (LEAST_ISSUES - 1, 1)
    assert {one.weight for one in found.priors} == {None}
    with pytest.raises(RuleSetError):
        priors_draft(jurisdiction=city)
    settled_make(city, 10)
    assert of_dumps(city).missing == 0
    assert all(one.weight is not None for one in of_dumps(city).priors)


def test_ground_without_any_issue_keeps_a_weight():
    city = settled_city()
    drawn(city, LEAST_ISSUES, {**TRUTH, "verge": 0.0, "carriageway": 0.0})
    found = by_name(of_dumps(city))
    for name in ("verge", "carriageway"):
        assert found[name].issues == 0
        assert 0 < found[name].weight < EXPERT[name].weight


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"accuracy_m": 10.0}, True),
        ({"accuracy_m": 10.1}, False),
        ({"accuracy_m": None}, False),
        ({"status": IssueStatus.FORWARDED}, False),
        ({"status": IssueStatus.REJECTED}, False),
        (
            {"location_source": LocationSource.UNPLACED, "accuracy_m": None, "released": False},
            False,
        ),
    ],
)
def test_what_is_settled_and_placed_well_counts(fields, counts):
    city = settled_city()
    settled_make(city, 81, **fields)
    assert by_name(of_dumps(city))["footway"].issues == counts


@pytest.mark.parametrize(("by_person", "counts"), [(True, True), (False, False)])
def test_place_and_answer_of_a_person_count(by_person, counts):
    city = settled_city()
    by = staff_create() if by_person else None
    issue = settled_make(city, 81, accuracy_m=None, status=IssueStatus.FORWARDED)
    issue.events.create(kind=EventKind.MOVED, at=timezone.now(), by=by)
    decision_create(issue, authority_create(city), decided_by=by)
    assert by_name(of_dumps(city))["footway"].issues == counts


def test_issues_count_on_the_ground_whose_row_counts_in_a_decision():
    """The narrower row; on two parts at once the one that most reports come from."""
    wide = prior(3.0, usage="ROAD")
    narrow = prior(9.0, usage="ROAD", part="carriageway")
    for_all = prior(50.0, category="*", part="footway")
    city = settled_city([wide, narrow, for_all])
    for north in (81, 84, 85, 89.5, 40):
        settled_make(city, north)
    assert [(one.row, one.issues) for one in of_dumps(city).priors] == [(narrow, 2), (wide, 2)]


def test_what_is_taken_is_a_draft_and_changes_nothing_that_counts():
    """Rows for several categories are divided: the other category keeps its expert's value."""
    both = replace(EXPERT["footway"], category=f"{DUMP}|GRAFFITI")
    city = settled_city([EXPERT["yard"], both, EXPERT["carriageway"], EXPERT["verge"]])
    drawn(city, 200)
    active = rule_set_in_effect(city, on=timezone.localdate())
    before = rule_set_content(active)
    proposed = {one.category: one for one in priors_proposed(city)}
    draft = priors_draft(jurisdiction=city, by=staff_create())
    assert (draft.status, draft.drafted_from, draft.version) == (RuleSetStatus.DRAFT, active, 2)
    assert rule_set_in_effect(city, on=timezone.localdate()) == active
    assert rule_set_content(active) == before
    content = rule_set_content(draft)
    assert (content.rows, content.thresholds) == (before.rows, before.thresholds)
    assert proposed["GRAFFITI"].missing == LEAST_ISSUES
    assert set(content.priors) == {
        replace(both, category="GRAFFITI"),
        *(
            replace(one.row, category=DUMP, weight=one.weight, settled=200)
            for one in proposed[DUMP].priors
        ),
    }


def test_decision_of_before_replays_as_it_was():
    city = settled_city()
    drawn(city, LEAST_ISSUES)
    issue = settled_make(city, 79, accuracy_m=8.0, status=IssueStatus.RECEIVED)
    decision_make(issue_id=issue.pk)
    draft = priors_draft(jurisdiction=city)
    rule_set_activate(draft=draft, revision=0, valid_from=timezone.localdate(), by=None)
    [replayed] = decisions_replayed(jurisdiction=city)
    assert replayed.is_same
    probabilities = [one["probability"] for one in replayed.found.candidates]
    assert len(probabilities) == 2
    # By the new weights it would say something else.
    [renewed] = decisions_replayed(jurisdiction=city, rule_set=draft)
    assert [one["probability"] for one in renewed.found.candidates] != probabilities


def test_command_prints_what_is_proposed_and_makes_a_draft_on_demand():
    city = settled_city()
    settled_make(city, 81)

    def printed(**options: object) -> str:
        out = StringIO()
        call_command("propose_priors", jurisdiction=city.identifier, stdout=out, **options)
        return out.getvalue()

    assert f"{LEAST_ISSUES - 1} missing" in printed()
    with pytest.raises(CommandError, match="in keiner Kategorie genug"):
        printed(draft=True)
    drawn(city, LEAST_ISSUES)
    told = printed()
    assert f"{DUMP}/G/ROAD/footway/*" in told
    assert city.rule_sets.count() == 1
    assert "Version 2 is a draft." in printed(draft=True)
    assert city.rule_sets.get(version=2).status == RuleSetStatus.DRAFT
