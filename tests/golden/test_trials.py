"""A trial over the whole model city says of every issue exactly what single decisions say."""

from __future__ import annotations

from random import Random

import pytest
import shapely
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issues.enums import Channel
from issues.models import Category, Issue
from parcels.models import Parcel
from routing.deciding.decisions import decisions_compute
from routing.deciding.results import Sides, results_by
from routing.enums import TrialState
from routing.evidence import Asks, Question, evidence_of
from routing.models import Decision, RoadSection, RuleSet
from routing.trying.briefs import briefs_of
from routing.trying.trials import trial_start, trial_work
from routing.types import Result
from tests.golden.conftest import ModelCity
from tests.routing.trying.trial_factories import draft_make

pytestmark = pytest.mark.django_db


def issues_at_places(city: ModelCity) -> dict[int, Issue]:
    now = timezone.now()
    categories = {one.code: one for one in Category.objects.filter(jurisdiction=city.jurisdiction)}
    made = Issue.objects.bulk_create(
        Issue(
            jurisdiction=city.jurisdiction,
            category=categories[place["category"]],
            answers=place["attributes"],
            number=f"CAS-{number}-{accuracy}",
            point=Point(place["long"], place["lat"], srid=4326).transform(25832, clone=True),
            latitude=place["lat"],
            longitude=place["long"],
            accuracy_m=accuracy,
            channel=Channel.OPEN311,
            sender_key=f"{number}-{accuracy}",
            content_hash=b"0" * 32,
            received_at=now,
            status_changed_at=now,
        )
        for number, place in enumerate(city.places)
        for accuracy in (None, 60.0)
    )
    return {issue.pk: issue for issue in made}


def said(decision: Decision) -> tuple[str, str, str]:
    body = decision.candidates[0]["body"]
    area = decision.area_code
    return (f"{body}/{area}" if area else body, decision.rule_id, decision.outcome)


def test_trial_says_of_every_issue_what_single_decisions_say(model_city: ModelCity) -> None:
    city = model_city.jurisdiction
    issues = issues_at_places(model_city)
    # Rules for every kind of road and the neighbours, so that most places come out otherwise somewhere.
    draft = draft_make(city, R01="EUV", R04="KREIS66", R09="EUV", R12="STRNRW", X01="TRIAGE")
    trial = trial_start(jurisdiction=city, rule_set=draft)
    trial_work(trial_id=trial.pk)
    trial.refresh_from_db()
    assert (trial.state, trial.error) == (TrialState.DONE, "")
    expected = {}
    for pk, issue in issues.items():
        [present] = decisions_compute({pk: issue})
        [tried] = decisions_compute({pk: issue}, rule_set=draft)
        now, then = said(present), said(tried)
        if (now[0], now[2]) != (then[0], then[2]):
            expected[pk] = (now, then)
    found = {
        one.issue_id: (
            (one.from_body, one.from_rule, one.from_outcome),
            (one.to_body, one.to_rule, one.to_outcome),
        )
        for one in trial.changes.all()
    }
    assert found == expected
    assert len(found) > 5


def drawn(city: ModelCity, dice: Random, count: int) -> list[Question]:
    """Questions of all categories on corners and edges of parcels, on axes of roads, and a little beside them."""
    own = {"jurisdiction": city.jurisdiction, "edition_to": None}
    shapes = [
        *Parcel.objects.filter(**own).order_by("pk").values_list("geometry", flat=True),
        *RoadSection.objects.filter(**own).order_by("pk").values_list("geometry", flat=True),
    ]
    categories = list(Category.objects.filter(jurisdiction=city.jurisdiction).order_by("pk"))
    found = []
    for _n in range(count):
        points = shapely.get_coordinates(shapely.from_wkb(bytes(dice.choice(shapes).wkb)))
        at = dice.randrange(len(points) - 1)
        x, y = points[at] + dice.choice([0.0, 0.5, dice.random()]) * (points[at + 1] - points[at])
        beside = dice.choice([0.0, 0.0, 0.01, 4.0])
        found.append(
            Question(
                category_id=dice.choice(categories).pk,
                x=float(x) + beside,
                y=float(y) - beside,
                at=timezone.now(),
                answers={},
                accuracy_m=dice.choice([None, 0.0, 2.0, 12.0, 30.0, 120.0]),
            )
        )
    return found


ONE_CITY = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ONE_CITY
@given(dice=st.randoms(use_true_random=False))
def test_briefs_say_of_many_what_results_say_of_each(model_city: ModelCity, dice: Random) -> None:
    questions = drawn(model_city, dice, 12)
    active = RuleSet.objects.get(jurisdiction=model_city.jurisdiction, status="active")
    draft = draft_make(model_city.jurisdiction, R01="EUV", R04="KREIS66", R09="EUV", R12="STRNRW")
    stricter = draft_make(model_city.jurisdiction)
    RuleSet.objects.filter(pk=stricter.pk).update(assign_from=0.99)
    stricter.refresh_from_db()
    sides = [active, draft, stricter]
    many = {number: briefs for number, _datasets, briefs in briefs_of(questions, sides)}
    assert sorted(many) == list(range(len(questions)))
    for number, question in enumerate(questions):
        [(_facts, _evidence, results)] = results_by([question], rule_sets=sides)
        assert [tuple(one) for one in many[number] if one] == [
            (one.outcome, one.candidates[0].addressee, one.candidates[0].rule_id)
            for one in results
            if one
        ]


@ONE_CITY
@given(dice=st.randoms(use_true_random=False))
def test_what_rules_do_not_ask_for_decides_nothing(model_city: ModelCity, dice: Random) -> None:
    """Dividing the disc by more than the rules for the category ask for leads to the same candidates."""
    questions = drawn(model_city, dice, 25)
    sides = Sides([None])
    for question in questions:
        [(facts, asked)] = evidence_of([question], asking=sides.asks)
        [(_facts, all_told)] = evidence_of([question], asking=lambda _f, _c: Asks(True, True, None))
        for one, other in zip(
            sides.decide(facts, asked), sides.decide(facts, all_told), strict=True
        ):
            assert one is not None
            assert other is not None
            assert one.outcome == other.outcome
            assert told(one) == told(other)


def told(result: Result) -> list[tuple[object, ...]]:
    return [
        (one.addressee, one.rule_id, one.confidence, one.probability) for one in result.candidates
    ]
