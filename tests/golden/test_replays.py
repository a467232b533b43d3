"""Stored decisions replayed: exactly the same by their own rule set, named differences by another."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gis_core.models import Jurisdiction
from routing.deciding.decisions import decision_renew
from routing.deciding.overrule import decision_overrule
from routing.models import AuthorityContact, Decision, RuleSet
from routing.rulebook import rule_set_load
from routing.trying.replays import decisions_replayed
from tests.golden.conftest import CITY, ModelCity
from tests.golden.test_model_city import decide_at, place_named

pytestmark = pytest.mark.django_db

NEW_IN_EVIDENCE = ("clarifications", "shadowed", "lapsed")
NEW_IN_CANDIDATES = ("probability", "via")


def changed_rules(folder: Path) -> Path:
    text = (CITY / "rules.csv").read_text("utf-8")
    path = folder / "rules.csv"
    path.write_text(
        text.replace(
            "R10;11;ROAD_SURFACE;K;in;carriageway;*;*;opt80=0;KREIS66",
            "R10;11;ROAD_SURFACE;K;in;carriageway;*;*;opt80=0;EUV",
        ),
        "utf-8",
    )
    return path


def test_replay_by_the_recorded_rule_set_is_exact(model_city: ModelCity) -> None:
    for place in model_city.places:
        decide_at(model_city, place)
    replays = list(decisions_replayed())
    assert len(replays) == len(model_city.places) == Decision.objects.count()
    assert [replay.decision.issue.category_id for replay in replays if not replay.is_same] == []


def test_replay_by_another_rule_set_names_what_changes(
    model_city: ModelCity, tmp_path: Path
) -> None:
    for label in ("K 14 im Ort, Fahrbahn", "B 235 im Ort, Fahrbahn"):
        decide_at(model_city, place_named(model_city, label))
    draft = rule_set_load(jurisdiction=model_city.jurisdiction, path=changed_rules(tmp_path))
    assert [
        (replay.stored.body, replay.found.body)
        for replay in decisions_replayed(rule_set=draft)
        if not replay.is_same
    ] == [("KREIS66", "EUV")]
    printed = StringIO()
    call_command(
        "replay_decisions",
        jurisdiction=model_city.jurisdiction.identifier,
        rule_set=draft.version,
        stdout=printed,
    )
    assert "2 decisions replayed, 1 differ." in printed.getvalue()
    # Also what the table has no column for: the same body by the same rule may rest on another basis.
    assert "body, candidates" in " ".join(printed.getvalue().split())
    # By the versions they were made with, nothing differs: an old version is never edited.
    call_command("replay_decisions", stdout=printed)
    assert "2 decisions replayed, 0 differ." in printed.getvalue()
    assert RuleSet.objects.count() == 2


def test_replay_of_one_jurisdiction_leaves_the_others_out(model_city: ModelCity) -> None:
    decide_at(model_city, place_named(model_city, "B 235 im Ort, Fahrbahn"))
    other = Jurisdiction.objects.create(identifier="other.example", name="Other")
    assert list(decisions_replayed(jurisdiction=other)) == []
    assert len(list(decisions_replayed(jurisdiction=model_city.jurisdiction))) == 1
    with pytest.raises(CommandError, match="no jurisdiction nowhere"):
        call_command("replay_decisions", jurisdiction="nowhere")
    with pytest.raises(CommandError, match="needs --jurisdiction"):
        call_command("replay_decisions", rule_set=1)


@pytest.mark.parametrize("command", ["replay_decisions", "try_rules"])
@pytest.mark.parametrize("count", ["0", "-3", "ten"])
def test_limit_that_is_no_count_is_refused(command: str, count: str) -> None:
    with pytest.raises(CommandError, match="is no number from 1 on"):
        call_command(command, "--limit", count)


def test_replay_by_a_version_that_does_not_exist_says_so(model_city: ModelCity) -> None:
    with pytest.raises(CommandError, match="no rule set of version 99"):
        call_command(
            "replay_decisions", jurisdiction=model_city.jurisdiction.identifier, rule_set=99
        )


def test_many_decisions_with_doubt_replay_exactly_also_in_their_old_form(
    model_city: ModelCity,
) -> None:
    for number, place in enumerate(model_city.places):
        decide_at(model_city, place, accuracy_m=(8.0, 60.0)[number % 2])
    replays = list(decisions_replayed())
    assert len(replays) == len(model_city.places)
    assert [replay.decision.pk for replay in replays if not replay.is_same] == []
    # What decisions of before did not keep yet.
    for decision in Decision.objects.all():
        for name in NEW_IN_EVIDENCE:
            decision.evidence.pop(name, None)
        for candidate in decision.candidates:
            for name in NEW_IN_CANDIDATES:
                candidate.pop(name, None)
        decision.save(update_fields=["evidence", "candidates"])
    assert [one.decision.pk for one in decisions_replayed() if not one.is_same] == []


def test_decision_that_nobody_could_be_told_of_replays_exactly(model_city: ModelCity) -> None:
    place = place_named(model_city, "B 235 im Ort, Fahrbahn")
    AuthorityContact.objects.filter(authority__code="STRNRW").delete()
    decision = decide_at(model_city, place)
    assert (decision.outcome, decision.evidence["unreachable"]) == ("triage", ["STRNRW"])
    assert [one.is_same for one in decisions_replayed()] == [True]
    del decision.evidence["unreachable"]
    decision.save()
    assert [one.is_same for one in decisions_replayed()] == [True]


def test_decision_of_a_person_is_no_rules_and_not_replayed(model_city: ModelCity) -> None:
    decision = decide_at(model_city, place_named(model_city, "B 235 im Ort, Fahrbahn"))
    person = User.objects.create_user("sichtung")
    decision_overrule(
        issue_id=decision.issue_id, authority="EUV", reason="Vereinbarung", by=person, seen=1
    )
    decision_renew(issue_id=decision.issue_id, by=person)
    assert [(one.decision.number, one.is_same) for one in decisions_replayed()] == [
        (3, True),
        (1, True),
    ]
