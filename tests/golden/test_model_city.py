"""Golden decisions at real places of the model city, among them every regression case."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gis_core.dataset_names import dataset_names
from issues.enums import Channel
from issues.models import Category, Issue
from routing.deciding import decisions
from routing.deciding.decisions import decision_make, decisions_make_missing
from routing.engine import decide
from routing.enums import Outcome, RuleSetStatus
from routing.errors import RuleSetError
from routing.models import AuthorityContact, Decision, Delivery
from routing.rulebook.compiled import rule_set_compiled
from routing.types import Evidence
from tests.golden.conftest import ModelCity

pytestmark = pytest.mark.django_db

CASES = Path(__file__).resolve().parents[3] / "shared" / "domain" / "regression_cases.csv"


def decide_at(
    city: ModelCity, place: dict[str, Any], *, accuracy_m: float | None = 0, **fields: Any
) -> Decision:
    """A new issue exactly at a labelled place, decided; a drawn place brings its `point` in the storage CRS."""
    point = place.get("point") or Point(place["long"], place["lat"], srid=4326).transform(
        25832, clone=True
    )
    now = timezone.now()
    issue = Issue.objects.create(
        jurisdiction=city.jurisdiction,
        category=Category.objects.get(jurisdiction=city.jurisdiction, code=place["category"]),
        answers=place["attributes"],
        number=f"CAS-{Issue.objects.count() + 1}",
        point=point,
        latitude=place["lat"],
        longitude=place["long"],
        channel=Channel.OPEN311,
        accuracy_m=accuracy_m,
        sender_key=str(Issue.objects.count()),
        content_hash=b"0" * 32,
        received_at=now,
        status_changed_at=now,
        **fields,
    )
    return decision_make(issue_id=issue.pk)


def came_out(decision: Decision) -> str:
    """The authority, or TRIAGE where a person has to decide."""
    if decision.outcome != Outcome.ASSIGNED or decision.authority is None:
        return "TRIAGE"
    return decision.authority.code


def place_named(city: ModelCity, label: str) -> dict[str, Any]:
    [place] = [place for place in city.places if place["label"] == label]
    return place


def test_places_come_out_as_expected(model_city: ModelCity) -> None:
    wrong = []
    for place in model_city.places:
        model_city.jurisdiction.bears_through_roads = place["regression_case"] == 26
        model_city.jurisdiction.save(update_fields=["bears_through_roads"])
        decision = decide_at(model_city, place)
        expected = place["expect"]
        found = came_out(decision)
        if found != expected["body"] or (
            expected["notify"] is not None
            and found != "TRIAGE"
            and decision.notify != expected["notify"]
        ):
            wrong.append(
                (
                    place["label"],
                    expected,
                    found,
                    decision.rule_id,
                    decision.notify,
                    decision.sentences["de"],
                )
            )
    assert not wrong, "\n".join(map(str, wrong))


def test_every_regression_case_has_its_place_and_authority(model_city: ModelCity) -> None:
    if not CASES.exists():
        pytest.skip("../shared/domain/regression_cases.csv is not here")
    with CASES.open(encoding="utf-8", newline="") as file:
        cases = {int(row["case"]): row for row in csv.DictReader(file, delimiter=";")}
    places = {place["regression_case"]: place for place in model_city.places}
    assert set(cases) == {case for case in places if case is not None}
    for case, row in cases.items():
        assert places[case]["category"] == row["category"]
        assert row["authority"].startswith(places[case]["expect"]["body"])


def test_unknown_through_road_names_both_rules(model_city: ModelCity) -> None:
    [place] = [place for place in model_city.places if place["regression_case"] == 25]
    decision = decide_at(model_city, place)
    assert decision.outcome == Outcome.TRIAGE
    assert [(one["body"], one["rule_id"]) for one in decision.candidates] == [
        ("STRNRW", "R03"),
        ("STRNRW", "R04"),
    ]
    assert "die Grenzen der Ortsdurchfahrt sind hier unbekannt" in decision.sentences["de"]


def test_decision_keeps_all_that_explains_it(model_city: ModelCity) -> None:
    decision = decide_at(model_city, place_named(model_city, "B 235 im Ort, Fahrbahn"))
    assert decision.road == "B 235"
    assert decision.rule_set is not None
    assert set(decision.editions) == set(dataset_names())
    assert [tried["rule_id"] for tried in decision.trace if tried["matched"]] == ["R04"]
    evidence = Evidence.from_json(decision.evidence)
    compiled = rule_set_compiled(
        decision.rule_set_id,
        frozenset(model_city.jurisdiction.authorities.values_list("code", flat=True)),
    )
    assert decide(evidence, compiled).candidates[0].rule_id == "R04"


def test_decision_is_made_once(model_city: ModelCity) -> None:
    decision = decide_at(model_city, place_named(model_city, "K 14 im Ort, Fahrbahn"))
    assert decision_make(issue_id=decision.issue_id) == decision
    assert decision.deliveries.count() == 1


def test_decision_without_a_contact_goes_to_triage(model_city: ModelCity) -> None:
    AuthorityContact.objects.filter(authority__code="KREIS66").delete()
    decision = decide_at(model_city, place_named(model_city, "K 14 im Ort, Fahrbahn"))
    assert decision.outcome == Outcome.TRIAGE
    assert decision.sentences["de"].endswith("Für KREIS66 ist kein Kontakt hinterlegt.")
    assert decision.deliveries.count() == 0


def test_decision_without_a_rule_set_goes_to_triage(model_city: ModelCity) -> None:
    model_city.jurisdiction.rule_sets.update(status=RuleSetStatus.RETIRED)
    decision = decide_at(model_city, place_named(model_city, "K 14 im Ort, Fahrbahn"))
    assert (decision.outcome, decision.authority, decision.rule_set) == (Outcome.TRIAGE, None, None)


def test_missing_decisions_are_found_by_the_sweep(model_city: ModelCity) -> None:
    decision = decide_at(model_city, place_named(model_city, "K 14 im Ort, Fahrbahn"))
    decision.deliveries.all().delete()
    decision.delete()
    assert decisions_make_missing() == 1
    assert Issue.objects.filter(decisions__isnull=True).count() == 0


def test_an_issue_that_cannot_be_decided_does_not_hold_up_the_others(
    model_city: ModelCity, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = place_named(model_city, "K 14 im Ort, Fahrbahn")
    first, second = (decide_at(model_city, place).issue_id for _ in range(2))
    Delivery.objects.all().delete()
    Decision.objects.all().delete()

    def fails_for_the_first(*, issue_id: int) -> Decision:
        if issue_id == first:
            raise RuleSetError("broken")
        return decision_make(issue_id=issue_id)

    monkeypatch.setattr(decisions, "decision_make", fails_for_the_first)
    with caplog.at_level("ERROR"):
        assert decisions_make_missing() == 1
    assert Decision.objects.get().issue_id == second
    assert f"issue {first} could not be decided" in caplog.text


def test_decision_without_accuracy_takes_few_queries(model_city: ModelCity) -> None:
    place = place_named(model_city, "K 14 im Ort, Fahrbahn")
    decide_at(model_city, place)
    with CaptureQueriesContext(connection) as queries:
        decide_at(model_city, place)
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 10
