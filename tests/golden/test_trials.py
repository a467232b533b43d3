"""A trial over the whole model city says of every issue exactly what single decisions say."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from issues.enums import Channel
from issues.models import Category, Issue
from routing.enums import TrialState
from routing.models import Decision
from routing.services.decisions import decisions_compute
from routing.services.trials import trial_start, trial_work
from tests.golden.conftest import ModelCity
from tests.routing.trial_factories import draft_make

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
