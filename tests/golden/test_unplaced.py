"""A report with an address that nobody knows: triage with a reason in words, and nothing leaves the house."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from issues.enums import Channel
from issues.models import Category
from issues.services import issue_move, issue_receive
from issues.types import LocationInput
from routing.deciding.decisions import decision_renew
from routing.deciding.overrule import decision_confirm, decision_overrule
from routing.enums import Outcome
from routing.errors import PlaceMissing
from routing.models import Clarification, Decision, Delivery
from routing.trying.briefs import briefs_of
from routing.types import Evidence
from tests.golden.conftest import ModelCity
from tests.mapui.factories import staff_create

pytestmark = pytest.mark.django_db


def receive(model_city: ModelCity, code: str):
    return issue_receive(
        jurisdiction=model_city.jurisdiction,
        category=Category.objects.get(jurisdiction=model_city.jurisdiction, code=code),
        channel=Channel.OPEN311,
        location=LocationInput(address_string="Nirgendsweg 1"),
        description=code,
    ).issue


def test_every_category_goes_to_triage_and_is_sent_to_nobody(model_city):
    for category in Category.objects.filter(jurisdiction=model_city.jurisdiction):
        issue = receive(model_city, category.code)
        decision = decision_renew(issue_id=issue.pk)
        assert decision.outcome == Outcome.TRIAGE, category.code
        assert list(decision.evidence["situations"]) == []
        assert "no_place" in decision.evidence["doubts"]
        assert "noch nicht bekannt" in decision.sentences["de"] or not decision.candidates
    assert not Delivery.objects.exists()
    assert not Clarification.objects.exists()


def test_sentence_says_that_the_place_is_not_known(model_city):
    decision = decision_renew(issue_id=receive(model_city, "ROAD_SURFACE").pk)
    assert "der Ort der Meldung ist noch nicht bekannt" in decision.sentences["de"]
    assert "the place of the report is not known yet" in decision.sentences["en"]
    assert Evidence.from_json(decision.evidence).situations == ()


def test_trial_says_the_same_as_the_decision(model_city):
    issue = receive(model_city, "ROAD_SURFACE")
    decision = decision_renew(issue_id=issue.pk)
    [(_number, _editions, (brief,))] = briefs_of([issue.pk], [None])
    assert brief.outcome == decision.outcome


def test_nobody_is_told_before_the_issue_is_on_the_map(model_city):
    issue = receive(model_city, "ROAD_SURFACE")
    number = decision_renew(issue_id=issue.pk).number
    person = staff_create()
    with pytest.raises(PlaceMissing):
        decision_overrule(issue_id=issue.pk, authority="EUV", reason="x", by=person, seen=number)
    with pytest.raises(PlaceMissing):
        decision_confirm(issue_id=issue.pk, seen=number, by=person)
    place = model_city.places[0]
    issue_move(issue=issue, location=LocationInput(lat=place["lat"], long=place["long"]))
    placed = decision_renew(issue_id=issue.pk)
    assert list(placed.evidence["situations"]) != []
    assert "no_place" not in placed.evidence["doubts"]


def test_pages_show_it_without_a_place(model_city, client):
    issue = receive(model_city, "ROAD_SURFACE")
    decision_renew(issue_id=issue.pk)
    client.force_login(staff_create())
    page = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Das Kataster kennt diese Adresse nicht" in page
    listed = client.get(reverse("triage")).context["rows"]
    [row] = [one for one in listed if one.issue.number == issue.number]
    assert row.marks == ("ohne Ort",)
    tile = json.loads(client.get(reverse("triage_issues", args=[0, 0, 0])).content)
    assert tile["features"] == []
    for name in ("triage", "explanation_json"):
        arguments = [issue.number] if name != "triage" else []
        assert client.get(reverse(name, args=arguments)).status_code == 200
    for name in ("explanation", "explanation_feed", "explanation_script", "explanation_style"):
        assert client.get(reverse(name, args=[issue.number])).status_code == 200, name
    assert Decision.objects.filter(issue=issue).exists()
