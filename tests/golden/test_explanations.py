"""Explanations for staff: JSON in the published shape for every outcome, the page, and what its map draws."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import shapely
import shapely.affinity
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator, FormatChecker

from routing.deciding import results
from routing.deciding.explaining.discs import disc_parts
from routing.deciding.overrule import decision_overrule
from routing.deciding.question_links import clarification_token
from routing.enums import Outcome, RuleSetStatus
from routing.models import Authority, Clarification, Decision
from routing.rulebook import shadows
from routing.types import Evidence
from tests.golden.conftest import ModelCity
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import decide_at
from tests.mapui.factories import PASSWORD, staff_create
from tests.routing.evidence.normal import CUT, SIGMA_95, share_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
    results.rule_set_compiled.cache_clear()
    shadows.precisions_demanded_kept.cache_clear()


@pytest.fixture
def staff(client: Client) -> Client:
    staff_create()
    assert client.login(username="sichtung", password=PASSWORD)
    return client


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(Client().get(reverse("explanation_schema")).content)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def decided(city: ModelCity, place: str, category: str, **fields: Any) -> Decision:
    answers = fields.pop("answers", "")
    case = {"place": place, "category": category, "answers": answers}
    return decide_at(city, place_of(case), **fields)


def explained(client: Client, about: Decision, **query: Any) -> dict[str, Any]:
    answer = client.get(reverse("explanation_json", args=[about.issue.number]), query)
    assert answer.status_code == 200
    return json.loads(answer.content)


def page(client: Client, about: Decision, **query: Any) -> str:
    answer = client.get(reverse("explanation", args=[about.issue.number]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_explanation_of_every_outcome_keeps_the_published_shape(
    model_city: ModelCity, staff: Client, validator: Draft202012Validator
) -> None:
    rule_set = model_city.jurisdiction.rule_sets.get()
    made = [
        decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE"),
        decided(model_city, "B-unbekannt-Fahrbahn", "ROAD_SURFACE", accuracy_m=12.0),
        decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=50.0),
        decided(model_city, "Haus-unbekannt", "ROAD_SURFACE"),
        decided(model_city, "L628-Vereinbarung-Radweg", "CYCLEPATH", answers="KIND=shared"),
        decided(model_city, "Jenseits-Herne", "ROAD_SURFACE"),
        decided(model_city, "Laterne-G", "STREET_LIGHT", answers="PLACE=street"),
    ]
    rule_set.rules.filter(rule_id="R10").update(precision_from=Decimal("0.90"))
    results.rule_set_compiled.cache_clear()
    shadows.precisions_demanded_kept.cache_clear()
    made.append(decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE"))
    person = staff_create("zweite")
    overruled = decision_overrule(
        issue_id=made[1].issue_id, authority="EUV", reason="Ortsbegehung", by=person, seen=1
    )
    made.append(overruled)
    model_city.jurisdiction.rule_sets.update(status=RuleSetStatus.RETIRED)
    made.append(decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE"))
    outcomes = set()
    for decision in made:
        answer = explained(staff, decision, decision=decision.number)
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
        assert errors == [], decision
        outcomes.add(answer["decision"]["outcome"])
        if answer["candidates"]:
            assert sum(one["probability"] for one in answer["candidates"]) == 1
        assert page(staff, decision, decision=decision.number)
    assert outcomes == set(Outcome.values)
    assert explained(staff, overruled)["decision"]["reason"] == "Ortsbegehung"


def test_explanation_tells_rules_data_and_doubts(model_city: ModelCity, staff: Client) -> None:
    case = {"place": "B-unbekannt-Fahrbahn", "category": "ROAD_SURFACE", "answers": ""}
    decision = decide_at(model_city, place_of(case), accuracy_m=None)
    answer = explained(staff, decision)
    assert [one["code"] for one in answer["doubts"]] == ["through_road_unknown"]
    assert [(one["rule_id"], one["hypothesis"]) for one in answer["candidates"]] == [
        ("R03", "out"),
        ("R04", "in"),
        # The garden beside the road, within the ten metres that coordinates are taken to be accurate to.
        ("P01", None),
    ]
    # A body's probability is the sum over its rules; each rule's reading of the law is three tenths less sure.
    out, inside, garden = answer["candidates"]
    assert answer["decision"]["probability"] == pytest.approx(
        out["probability"] + inside["probability"], abs=1e-4
    )
    stored = {one.rule_id: float(one.confidence) for one in decision.rule_set.rules.all()}
    for one in (out, inside):
        assert one["confidence"] == pytest.approx(stored[one["rule_id"]] - 0.3)
    assert garden["confidence"] == stored["P01"]
    assert garden["probability"] < 0.001
    tried = {one["rule_id"]: one for one in answer["rules"]}
    assert tried["X01"]["because"]["de"] == (
        "nicht erfüllt: der Ort liegt außerhalb des Stadtgebiets"
    )
    assert {one["dataset"] for one in answer["data"]} == set(decision.editions)
    ages = [
        (decision.decided_at.date() - date.fromisoformat(one["as_of"])).days
        for one in answer["data"]
    ]
    assert [one["age_days"] for one in answer["data"]] == ages
    shown = page(staff, decision)
    for text in ("B 235", "R04", "außerhalb der Grenzen", "Erklärung"):
        assert text in shown


def test_panel_and_explanation_show_one_figure_for_each_body(
    model_city: ModelCity, staff: Client
) -> None:
    """A body's rules are added up, as they are where the thresholds are asked."""
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=30.0)
    sums: dict[str, float] = {}
    for one in decision.candidates:
        sums[one["body"]] = sums.get(one["body"], 0.0) + one["probability"]
    assert len(sums) == 2
    panel = staff.get(reverse("triage_issue", args=[decision.issue.number])).content.decode()
    expected = [f"{round(100 * share)} %" for share in sums.values() if share >= 0.01]
    meter = re.compile(r"</meter> (?:<strong>)?(\d+ %)")
    assert meter.findall(panel)[1:] == expected
    assert meter.findall(panel)[0] == expected[0]
    assert meter.findall(page(staff, decision)) == expected


def test_explanation_of_a_persons_decision_names_the_rules_that_were_tried(
    model_city: ModelCity, staff: Client
) -> None:
    made = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE")
    decision = decision_overrule(
        issue_id=made.issue_id, authority="EUV", reason="Ort", by=staff_create("dritte"), seen=1
    )
    shown = page(staff, decision)
    tried = shown[shown.index('id="explained-rules"') : shown.index('id="explained-facts"')]
    assert "Zuständige Stelle" in tried
    assert "<td>–</td><td>–</td>" not in tried


def test_explanation_page_says_names_and_not_codes(model_city: ModelCity, staff: Client) -> None:
    """Clerks know neither the codes of the rules' columns nor those of bodies."""
    made = decided(model_city, "G-Gehweg", "ROAD_SURFACE", accuracy_m=15.0)
    shown = page(staff, made)
    tables = shown[shown.index('id="explained-candidates"') :]
    assert "≠" not in tables
    assert re.findall(r"\b(?:TRIAGE|NEIGH|ORD|CITY|PRIV|STRNRW)\b", tables) == []
    assert "Nachbargemeinde" in tables
    assert "Straßenklasse: Gemeindestraße; verlangt: Bundesstraße" in tables


def test_authority_that_does_not_act_on_the_day_is_told_by_its_name(
    model_city: ModelCity, staff: Client
) -> None:
    Authority.objects.filter(jurisdiction=model_city.jurisdiction, code="EUV").update(
        valid_to=date(2026, 1, 1)
    )
    decision = decided(model_city, "G-Fahrbahn-Klasse5", "ROAD_SURFACE")
    told = "EUV Stadtbetrieb Castrop-Rauxel ist an diesem Tag nicht zuständig"
    assert told in decision.sentences["de"]
    answer = explained(staff, decision)
    [doubt] = [one for one in answer["doubts"] if one["code"] == "authority_lapsed:EUV"]
    assert doubt["de"] == told
    [rule] = [one for one in answer["rules"] if one["rule_id"] == "R12"]
    assert rule["because"]["en"] == "EUV municipal services is not in charge on this day"
    assert told in page(staff, decision)


def test_former_decisions_stay_explained_as_they_were(model_city: ModelCity, staff: Client) -> None:
    first = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=50.0)
    question = Clarification.objects.get(issue=first.issue)
    staff.post(
        reverse("question", args=[clarification_token(question.public_id)]), {"answer": "ROAD"}
    )
    now = explained(staff, first)
    assert (now["decision"]["number"], now["decision"]["outcome"]) == (2, "assigned")
    assert now["clarifications"][0]["answer_text"]["de"].startswith("auf der Straße selbst")
    before = explained(staff, first, decision=1)
    assert (before["decision"]["outcome"], len(before["candidates"])) == ("asked", 3)
    assert [one["number"] for one in before["history"]] == [2, 1]
    assert 'href="?decision=1" aria-current="true"' in page(staff, first, decision=1)


def test_explanation_is_for_staff(model_city: ModelCity, client: Client) -> None:
    number = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE").issue.number
    assert client.get(reverse("explanation", args=[number])).status_code == 302
    for name in ("json", "feed", "script", "style"):
        assert client.get(reverse(f"explanation_{name}", args=[number])).status_code == 403
    schema = client.get(reverse("explanation_schema"))
    assert (schema.status_code, schema["Content-Type"]) == (200, "application/schema+json")
    assert client.post(reverse("explanation_schema")).status_code == 405


@pytest.mark.parametrize("wanted", ["9", "0", "-1", "x", "99999999999", "²"])
def test_explanation_of_a_decision_that_is_none_is_not_found(
    model_city: ModelCity, staff: Client, wanted: str
) -> None:
    number = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE").issue.number
    answer = staff.get(reverse("explanation_json", args=[number]), {"decision": wanted})
    assert answer.status_code == 404
    assert staff.get(reverse("explanation_json", args=["NOPE"])).status_code == 404


def test_explanation_of_an_issue_without_a_decision_says_so(
    model_city: ModelCity, staff: Client
) -> None:
    decision = decided(model_city, "Haus-unbekannt", "ROAD_SURFACE")
    decision.delete()
    assert "Über die Zuständigkeit ist noch nicht entschieden." in page(staff, decision)


def test_disc_is_drawn_by_body_with_its_shares(model_city: ModelCity) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=30.0)
    parts = disc_parts(decision)
    found: dict[str, float] = {}
    for one in decision.candidates:
        found[one["body"]] = found.get(one["body"], 0.0) + one["probability"]
    # The figures are those of the list, priors and all.
    assert {part.body: part.share for part in parts} == pytest.approx(found, abs=1e-6)
    assert sum(part.share for part in parts) == pytest.approx(1)
    # Drawn is where the places are: together the disc out to three standard deviations, each part in its share.
    sigma = 30 * SIGMA_95
    disc = math.pi * (CUT * sigma) ** 2
    assert sum(part.shape.area for part in parts) == pytest.approx(disc, rel=0.002)
    centre = shapely.Point(decision.issue.point.x, decision.issue.point.y)
    by_places: dict[str, float] = {"EUV": 0.0, "UAB": 0.0}
    for one in Evidence.from_json(decision.evidence).situations:
        parcel = one.parcels[0]
        is_private = parcel.usage == "BUILT" and parcel.owner == "PRIV"
        by_places["UAB" if is_private else "EUV"] += one.weight
    for part in parts:
        around = shapely.affinity.translate(part.shape, -centre.x, -centre.y)
        assert share_in(around, sigma) == pytest.approx(by_places[part.body], abs=0.02)
    assert [part.body for part in parts if part.shape.covers(centre)] == ["EUV"]


def test_disc_is_no_larger_than_what_was_looked_at(model_city: ModelCity) -> None:
    vague = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=5000.0)
    areas = sum(part.shape.area for part in disc_parts(vague))
    assert areas == pytest.approx(math.pi * 250.0**2, rel=0.002)


def test_disc_after_an_answer_leaves_out_where_it_is_not(
    model_city: ModelCity, staff: Client
) -> None:
    first = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=50.0)
    question = Clarification.objects.get(issue=first.issue)
    staff.post(
        reverse("question", args=[clarification_token(question.public_id)]), {"answer": "ROAD"}
    )
    parts = disc_parts(first.issue.decisions.latest("number"))
    assert {part.body for part in parts} == {"EUV", ""}
    assert math.fsum(part.share for part in parts) == pytest.approx(1, abs=1e-12)


def test_map_of_the_explanation_names_bodies_beside_their_colours(
    model_city: ModelCity, staff: Client
) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=30.0)
    feed = staff.get(reverse("explanation_feed", args=[decision.issue.number])).json()
    kinds: dict[str, list[dict[str, Any]]] = {}
    for feature in feed["features"]:
        kinds.setdefault(feature["properties"]["kind"], []).append(feature)
    assert {kind: len(found) for kind, found in kinds.items() if kind != "parcel"} == {
        "section": 1,
        "part": 2,
        "place": 1,
    }
    assert {one["properties"]["label"] for one in kinds["part"]} == {
        "EUV Stadtbetrieb Castrop-Rauxel",
        "Kreis Recklinghausen, Untere Abfallwirtschaftsbehörde",
    }
    assert 99 <= sum(one["properties"]["percent"] for one in kinds["part"]) <= 101
    assert decision.parcel_key in {one["properties"]["key"] for one in kinds["parcel"]}
    exact = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE", accuracy_m=0.0)
    feed = staff.get(reverse("explanation_feed", args=[exact.issue.number])).json()
    assert "part" not in {one["properties"]["kind"] for one in feed["features"]}


# --- What the priors did ------------------------------------------------------------------------------


def test_explanation_tells_what_priors_did(model_city: ModelCity, staff: Client) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=8.0)
    grounds = explained(staff, decision)["grounds"]
    for name in ("by_location", "probability"):
        assert sum(one[name] for one in grounds) == pytest.approx(1), name
    # A ground's probability is its share by the location times its weight, over those of all.
    total = sum(one["by_location"] * one["weight"] for one in grounds)
    for one in grounds:
        expected = one["by_location"] * one["weight"] / total
        assert one["probability"] == pytest.approx(expected, abs=1e-9)
    # On the street the city's works act, and nowhere else.
    works = sum(one["probability"] for one in decision.candidates if one["body"] == "EUV")
    street = sum(one["probability"] for one in grounds if one["usage"] == "ROAD")
    assert street == pytest.approx(works, abs=1e-4)
    assert works < 1
    footway = next(one for one in grounds if one["part"] == "footway")
    stored = decision.rule_set.priors.get(category="WASTE_DUMP", part="footway")
    assert (footway["weight"], footway["weight_from"]) == (stored.weight, "expert")
    assert footway["settled"] is None
    assert (footway["usage"], footway["road_class"]) == ("ROAD", "G")
    assert footway["probability"] > footway["by_location"]
    shown = page(staff, decision)
    assert "Wo es wahrscheinlich ist" in shown
    assert "Straße (Gehweg, Gemeindestraße)" in shown
    assert "Erfahrungswert" in shown
    assert "Beides zusammen ergibt" in shown


def test_priors_from_settled_issues_are_labelled_so(model_city: ModelCity, staff: Client) -> None:
    model_city.jurisdiction.rule_sets.get().priors.filter(part="footway").update(settled=231)
    results.rule_set_compiled.cache_clear()
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=8.0)
    footway = next(one for one in explained(staff, decision)["grounds"] if one["part"] == "footway")
    assert (footway["weight_from"], footway["settled"]) == ("settled", 231)
    assert "aus 231 erledigten Meldungen" in page(staff, decision)


def test_explanation_at_a_point_has_one_ground_and_no_table(
    model_city: ModelCity, staff: Client
) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=0.0)
    [ground] = explained(staff, decision)["grounds"]
    assert (ground["part"], ground["by_location"], ground["probability"]) == ("footway", 1, 1)
    assert "Wo es wahrscheinlich ist" not in page(staff, decision)


def test_ground_of_a_person_s_decision_is_what_the_rules_weighed(
    model_city: ModelCity, staff: Client
) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=8.0)
    before = explained(staff, decision)["grounds"]
    overruled = decision_overrule(
        issue_id=decision.issue_id,
        authority="STRNRW",
        reason="Ortsbegehung",
        by=staff_create("zweite"),
        seen=1,
    )
    assert explained(staff, overruled)["grounds"] == before


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (8.0, "zu 95 % im Umkreis von 8 m"),
        (None, "Keine Genauigkeit angegeben; angenommen: zu 95 % im Umkreis von 10 m"),
        (5000.0, "was im Umkreis von 250 m liegt"),
    ],
)
def test_explanation_says_how_sure_an_accuracy_is(
    model_city: ModelCity, staff: Client, given: float | None, told: str
) -> None:
    decision = decided(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=given)
    evidence = explained(staff, decision)["evidence"]
    assert (evidence["accuracy_m"], evidence["accuracy_confidence"]) == (given or 10.0, 0.95)
    shown = page(staff, decision)
    assert told in shown
    assert ("Darin liegt der Ort zu 99 %" in shown) == (given != 5000.0)


def test_place_beside_the_rails_is_explained(model_city: ModelCity, staff: Client) -> None:
    """The zone of the rails is no part that a category could be about, but a fact of the place."""
    decision = decided(model_city, "Bahnübergang", "WASTE_DUMP", accuracy_m=8.0)
    parts = {one["part"] for place in decision.evidence["situations"] for one in place["parts"]}
    assert "rail" in parts
    assert "Streifen neben den Schienen" in page(staff, decision)
