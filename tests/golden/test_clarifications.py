"""The one question to the reporter: asked where an answer settles it, answered once, never about owners."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import shapely
import shapely.affinity
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issues.enums import Channel
from issues.models import Issue
from issues.services.keys import api_key_create
from parcels.enums import OwnerClass
from parcels.models import LandUse
from routing.deciding.clarifications import clarifications_expire
from routing.deciding.decisions import decision_renew
from routing.deciding.question_links import clarification_token, question_url
from routing.engine.questions import question_best
from routing.enums import DecisionCause, DeliveryState, Outcome
from routing.models import Authority, Clarification, Decision, Delivery
from routing.rulebook.compiled import rule_set_compiled
from routing.trying.replays import decisions_replayed
from routing.types import Evidence
from tests.golden.conftest import ModelCity
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import decide_at
from tests.mapui.factories import staff_create
from tests.mapui.reporting.forms import Reporter
from tests.routing.evidence.normal import SIGMA_95, share_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def requests_uncounted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def asked(city: ModelCity, place: str, category: str, **fields: Any) -> Decision:
    answers = fields.pop("answers", "")
    case = {"place": place, "category": category, "answers": answers}
    return decide_at(city, place_of(case), **fields)


def waste(city: ModelCity, **fields: Any) -> Decision:
    """Waste somewhere around a footway: on the street or, less likely, in a garden beside it."""
    return asked(city, "G-Gehweg", "WASTE_DUMP", accuracy_m=50.0, **fields)


def answer(client: Client, question: Clarification, code: str) -> Any:
    address = reverse("question", args=[clarification_token(question.public_id)])
    return client.post(address, {"answer": code}, follow=True)


def test_doubt_between_street_and_garden_is_asked_by_use(model_city: ModelCity) -> None:
    decision = waste(model_city)
    question = Clarification.objects.get(issue=decision.issue)
    assert (decision.outcome, question.kind) == (Outcome.ASKED, "ground")
    assert question.texts["de"] == (
        "Auf der Straße selbst (Fahrbahn, Geh- oder Radweg)"
        " oder auf einem Grundstück neben der Straße (Haus, Hof, Garten)?"
    )
    # As many places lie in gardens, but far more waste lies on streets: the likelier answer goes first.
    assert [one["code"] for one in question.options] == ["ROAD", "BUILT", "unknown"]
    shares = ground_shares(decision)
    assert shares["BUILT"] > shares["ROAD"]
    assert decision.sentences["de"].endswith(
        f"Rückfrage an die meldende Person: „{question.texts['de']}“"
    )
    assert question.expires_at - question.asked_at == timedelta(hours=48)
    assert not decision.deliveries.exists()


def ground_shares(decision: Decision) -> dict[str, float]:
    """How much of the location alone has which land use, before any prior."""
    shares: dict[str, float] = {}
    for one in Evidence.from_json(decision.evidence).situations:
        usage = one.parcels[0].usage
        shares[usage] = shares.get(usage, 0.0) + one.weight
    return shares


def test_nothing_is_asked_where_the_prior_leaves_little_doubt(model_city: ModelCity) -> None:
    """Half of the places lie in gardens, and one of ten reports of waste: the street is likely enough."""
    decision = asked(model_city, "G-Gehweg", "WASTE_DUMP", accuracy_m=15.0)
    point = decision.issue.point
    near = LandUse.objects.active().filter(usage="BUILT", geometry__dwithin=(point, 50))
    gardens = shapely.union_all([shapely.from_wkb(bytes(one.geometry.wkb)) for one in near])
    around = shapely.affinity.translate(gardens, -point.x, -point.y)
    assert ground_shares(decision)["BUILT"] == pytest.approx(
        share_in(around, 15 * SIGMA_95), abs=0.02
    )
    found: dict[str, float] = {}
    for one in decision.candidates:
        found[one["body"]] = found.get(one["body"], 0.0) + one["probability"]
    assert found["EUV"] >= 0.90
    assert decision.outcome == Outcome.ASSIGNED
    assert not Clarification.objects.exists()


@pytest.mark.parametrize(
    ("place", "category", "accuracy", "kind", "options"),
    [
        ("G-Gehweg", "VALVE_COVER", None, "attribute:MEDIUM", ["water", "hydrant", "gas"]),
        (
            "L-in-Radweg-gemeinsam",
            "CYCLEPATH",
            0.0,
            "attribute:KIND",
            ["own", "shared", "express"],
        ),
        ("Ampel-L-G", "ROAD_SURFACE", 6.0, "road", ["L 511", "Amselstraße"]),
        ("Ampel-L-G", "ROAD_SURFACE", 30.0, "road", ["L 511", "Amselstraße", "L 628", "none"]),
    ],
)
def test_question_is_the_one_that_tells_most(
    model_city: ModelCity,
    place: str,
    category: str,
    accuracy: float | None,
    kind: str,
    options: list[str],
) -> None:
    question = Clarification.objects.get(
        issue=asked(model_city, place, category, accuracy_m=accuracy).issue
    )
    assert question.kind == kind
    assert [one["code"] for one in question.options] == [*options, "unknown"]


def test_question_of_roads_names_them_as_people_do(model_city: ModelCity) -> None:
    decision = asked(model_city, "Ampel-L-G", "ROAD_SURFACE", accuracy_m=6.0)
    question = Clarification.objects.get(issue=decision.issue)
    assert question.texts["de"] == "Auf der L 511 oder an der Amselstraße?"
    assert question.texts["en"] == "On the L 511 or on Amselstraße?"
    # A metre or two more, and the next lot is among the places.
    decision = asked(model_city, "Ampel-L-G", "ROAD_SURFACE", accuracy_m=8.0)
    question = Clarification.objects.get(issue=decision.issue)
    assert question.texts["de"] == (
        "Auf der L 511, an der Amselstraße oder auf keiner dieser Straßen?"
    )


def test_question_does_not_depend_on_the_order_of_the_evidence(model_city: ModelCity) -> None:
    decision = asked(model_city, "Ampel-L-G", "ROAD_SURFACE", accuracy_m=30.0)
    assert decision.rule_set_id is not None
    rules = rule_set_compiled(
        decision.rule_set_id,
        frozenset(model_city.jurisdiction.authorities.values_list("code", flat=True)),
    )
    evidence = Evidence.from_json(decision.evidence)
    turned = replace(
        evidence,
        situations=tuple(
            replace(one, sections=one.sections[::-1], parts=one.parts[::-1])
            for one in evidence.situations[::-1]
        ),
    )
    found, again = question_best(evidence, rules), question_best(turned, rules)
    assert found is not None
    assert again is not None
    assert (found.kind, found.options) == (again.kind, again.options)
    assert found.information == pytest.approx(again.information, abs=1e-9)
    assert question_best(replace(evidence, clarifications=(("road", "unknown"),)), rules) is None


def test_nothing_is_asked_where_no_answer_would_settle_it(model_city: ModelCity) -> None:
    for place, category in (
        ("B-unbekannt-Fahrbahn", "ROAD_SURFACE"),
        ("Haus-unbekannt", "ROAD_SURFACE"),
        ("Haus-privat", "PLAYGROUND"),
    ):
        assert asked(model_city, place, category).outcome == Outcome.TRIAGE
    assert not Clarification.objects.exists()


def test_nothing_is_asked_where_nothing_is_in_doubt_or_nobody_could_answer(
    model_city: ModelCity,
) -> None:
    assert asked(model_city, "Park", "WASTE_DUMP", accuracy_m=30.0).outcome == Outcome.ASSIGNED
    by_mail = waste(model_city)
    Clarification.objects.all().delete()
    Issue.objects.filter(pk=by_mail.issue_id).update(channel=Channel.MAIL)
    again = decision_renew(issue_id=by_mail.issue_id)
    assert again.outcome == Outcome.TRIAGE
    assert not Clarification.objects.exists()


def test_emergencies_are_never_held_up_by_a_question(model_city: ModelCity) -> None:
    decision = asked(model_city, "G-Gehweg", "FLOODED_ROAD", accuracy_m=30.0)
    model_city.jurisdiction.categories.filter(code="WASTE_DUMP").update(is_emergency=True)
    assert waste(model_city).outcome == Outcome.TRIAGE
    # Waiting costs more than a wrong call: 86 % suffice for an emergency, and 90 % would have been needed otherwise.
    assert decision.outcome == Outcome.ASSIGNED
    assert 0.60 < decision.candidates[0]["probability"] < 0.90
    assert not Clarification.objects.exists()


def test_answer_decides_at_once_and_is_part_of_the_reason(
    model_city: ModelCity, client: Client
) -> None:
    issue = waste(model_city).issue
    question = Clarification.objects.get(issue=issue)
    page = answer(client, question, "ROAD")
    decision = issue.decisions.latest("number")
    assert (decision.number, decision.cause) == (2, DecisionCause.ANSWERED)
    assert (decision.outcome, decision.authority.code) == (Outcome.ASSIGNED, "EUV")
    assert decision.deliveries.get(kind="responsible").state == DeliveryState.QUEUED
    assert "Auf Rückfrage angegeben: auf der Straße selbst" in decision.sentences["de"]
    assert "EUV Stadtbetrieb" in page.content.decode()
    assert sum(one["probability"] for one in decision.candidates) == 1
    # All of it on the street now, wherever: a body's probability is the sum over its rules.
    assert {one["body"] for one in decision.candidates} == {"EUV"}
    assert decision.probability == 1
    assert [replay.is_same for replay in decisions_replayed()] == [True, True]


def test_answer_after_something_was_sent_makes_a_proposal(
    model_city: ModelCity, client: Client
) -> None:
    issue = waste(model_city).issue
    question = Clarification.objects.get(issue=issue)
    sent = Decision.objects.get(issue=issue)
    Delivery.objects.create(
        decision=sent,
        authority=Authority.objects.get(code="UAB"),
        contact=Authority.objects.get(code="UAB").contacts.get(),
        kind="responsible",
        state=DeliveryState.SENT,
        idempotency_key="0" * 64,
        due_at=timezone.now(),
        sent_at=timezone.now(),
        attempts=1,
    )
    answer(client, question, "BUILT")
    assert issue.decisions.count() == 1
    assert issue.proposals.get().cause == DecisionCause.ANSWERED


def test_not_knowing_goes_to_triage_and_nothing_more_is_asked(
    model_city: ModelCity, client: Client
) -> None:
    issue = waste(model_city).issue
    page = answer(client, Clarification.objects.get(issue=issue), "unknown")
    decision = issue.decisions.latest("number")
    assert (decision.outcome, issue.clarifications.count()) == (Outcome.TRIAGE, 1)
    assert "Um Ihre Meldung kümmert sich: Stadt Castrop-Rauxel." in page.content.decode()


def test_no_answer_in_time_goes_to_triage(model_city: ModelCity, client: Client) -> None:
    issue = waste(model_city).issue
    assert clarifications_expire() == 0
    Clarification.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert clarifications_expire() == 1
    assert clarifications_expire() == 0
    question = Clarification.objects.get(issue=issue)
    assert (question.answer, issue.decisions.latest("number").outcome) == (
        "expired",
        Outcome.TRIAGE,
    )
    assert answer(client, question, "ROAD").status_code == 410
    assert issue.decisions.count() == 2


def test_a_later_decision_withdraws_the_question(model_city: ModelCity) -> None:
    issue = waste(model_city).issue
    again = decision_renew(issue_id=issue.pk, by=staff_create())
    question = Clarification.objects.get(issue=issue)
    assert (question.answer, again.outcome) == ("withdrawn", Outcome.TRIAGE)


def test_trap_3_looking_at_the_link_changes_nothing(model_city: ModelCity, client: Client) -> None:
    question = Clarification.objects.get(issue=waste(model_city).issue)
    token = clarification_token(question.public_id)
    for name in ("question", "question_api"):
        for code in ("ROAD", "BUILT"):
            assert client.get(reverse(name, args=[token]), {"answer": code}).status_code == 200
    question.refresh_from_db()
    assert (question.answered_at, Decision.objects.count()) == (None, 1)


def test_trap_2_no_authority_is_accepted_as_an_answer(
    model_city: ModelCity, client: Client
) -> None:
    question = Clarification.objects.get(issue=waste(model_city).issue)
    for code in ("EUV", "UAB", "Straßen.NRW", "", "ROAD ", "x" * 5000):
        assert answer(client, question, code).status_code == 400
    address = reverse("question_api", args=[clarification_token(question.public_id)])
    for body in ('{"answer": "EUV"}', '{"authority": "EUV"}', "[]", "{", '{"answer": ["ROAD"]}'):
        assert client.post(address, body, content_type="application/json").status_code == 400
    question.refresh_from_db()
    assert question.answered_at is None


def test_trap_4_links_cannot_be_made_up_and_end(model_city: ModelCity, client: Client) -> None:
    question = Clarification.objects.get(issue=waste(model_city).issue)
    token = clarification_token(question.public_id)
    for wrong in (question.public_id.hex, token[:-1], f"{'0' * 32}:{token[33:]}", "x", "a:b"):
        assert client.get(reverse("question", args=[wrong])).status_code == 404
    Clarification.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("question", args=[token])).status_code == 410


def test_question_is_answered_once_by_page_or_api(model_city: ModelCity, client: Client) -> None:
    issue = waste(model_city).issue
    question = Clarification.objects.get(issue=issue)
    address = reverse("question_api", args=[clarification_token(question.public_id)])
    shown = client.get(address).json()
    assert shown["is_open"] is True
    assert [one["code"] for one in shown["options"]] == ["ROAD", "BUILT", "unknown"]
    told = client.post(address, {"answer": "ROAD"}, content_type="application/json").json()
    assert (told["answer"], told["is_open"]) == ("ROAD", False)
    assert told["agency_responsible"] == "EUV Stadtbetrieb"
    again = client.post(address, {"answer": "BUILT"}, content_type="application/json")
    assert again.status_code == 409
    assert answer(client, question, "BUILT").status_code == 200
    question.refresh_from_db()
    assert (question.answer, issue.decisions.count()) == ("ROAD", 2)


def test_answering_needs_the_form_of_the_page(model_city: ModelCity) -> None:
    question = Clarification.objects.get(issue=waste(model_city).issue)
    strict = Client(enforce_csrf_checks=True)
    assert answer(strict, question, "ROAD").status_code == 403


def test_questions_never_speak_of_owners(model_city: ModelCity, client: Client) -> None:
    for place, category in (
        ("G-Gehweg", "WASTE_DUMP"),
        ("G-Gehweg", "TREE_DANGER"),
        ("Ampel-B-L", "WASTE_DUMP"),
        ("Park", "SIDEWALK"),
    ):
        asked(model_city, place, category, accuracy_m=60.0 if place == "Park" else 30.0)
    told = " ".join(
        json.dumps([one.texts["de"], one.texts["en"], one.options], ensure_ascii=False)
        for one in Clarification.objects.all()
    )
    told = re.sub(r"Privatweg (?:am|an der)", "", told)
    told = told.replace('"unknown"', "")
    words = ["privat", "eigen", "owner", "property", *(f'"{one}"' for one in OwnerClass)]
    assert [word for word in words if word.lower() in told.lower()] == []


def test_sender_of_a_report_learns_the_question_and_nobody_else(
    model_city: ModelCity, client: Client
) -> None:

    key, clear = api_key_create(jurisdiction=model_city.jurisdiction, name="App")
    issue = waste(model_city, api_key=key, released_at=timezone.now()).issue
    question = Clarification.objects.get(issue=issue)
    address = f"/open311/v2/requests/{issue.number}.json"
    where = {"jurisdiction_id": model_city.jurisdiction.identifier}
    [own] = client.get(address, {**where, "api_key": clear}).json()
    assert own["extended_attributes"]["question"] == question.texts["de"]
    assert own["extended_attributes"]["question_url"] == question_url(question)
    [public] = client.get(address, where).json()
    assert set(public.get("extended_attributes", {})) <= {"accuracy"}
    assert "question" not in json.dumps(public)


def test_enquiry_carries_the_question_and_takes_the_answer(
    model_city: ModelCity, client: Client
) -> None:
    place = place_of({"place": "G-Gehweg", "category": "WASTE_DUMP", "answers": ""})
    given = {"category": "WASTE_DUMP", "lat": place["lat"], "long": place["long"], "accuracy": 30}
    address = reverse("responsibility_api")
    first = client.get(address, given).json()
    assert first["is_clear"] is False
    assert [one["code"] for one in first["question"]["options"]] == ["ROAD", "BUILT", "unknown"]
    answered = {**given, "question": first["question"]["kind"], "answer": "ROAD"}
    second = client.get(address, answered).json()
    assert (second["is_clear"], second["authorities"][0]["code"]) == (True, "EUV")
    assert second["question"] is None
    page = client.get(reverse("responsibility"), given).content.decode()
    assert 'name="answer" value="ROAD"' in page
    for wrong in ({"answer": "EUV"}, {"question": "owner"}, {"answer": "x" * 300}):
        assert client.get(address, {**answered, **wrong}).json()["is_clear"] is False


def test_citizen_answers_while_reporting_and_is_not_asked_again(
    model_city: ModelCity, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of({"place": "G-Gehweg", "category": "WASTE_DUMP", "answers": ""})
    # The decision follows the commit, which a test's transaction never sees.
    monkeypatch.setattr("issues.services.intake.transaction.on_commit", lambda made: made())
    given = {"lat": str(place["lat"]), "long": str(place["long"]), "accuracy": "50"}
    reporter = Reporter(client)
    reporter.post(**given, to="what")
    reporter.post(choose="WASTE_DUMP")
    asked_for = [one.get("value") for one in reporter.form.xpath(".//input[@name='answer']")]
    assert asked_for == ["ROAD", "BUILT", "unknown"]
    reporter.press("ask", "1", answer="ROAD", text="Sperrmüll")
    assert "Das geht an: EUV Stadtbetrieb" in reporter.text
    reporter.press("to", "send")
    page = client.get(reporter.press("to", "sent")["Location"]).content.decode()
    question = Clarification.objects.get()
    assert (question.answer, question.issue.channel) == ("ROAD", Channel.WEB)
    decision = question.issue.decisions.latest("number")
    assert (decision.outcome, decision.authority.code) == (Outcome.ASSIGNED, "EUV")
    assert "Eine Frage hilft uns weiter" not in page
