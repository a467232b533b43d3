"""Stored decisions replayed: exactly the same by their own rule set, named differences by another."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from routing.models import Decision, RuleSet
from routing.selectors.replays import decisions_replayed
from routing.services.rules import rule_set_load
from tests.golden.conftest import CITY, ModelCity
from tests.golden.test_model_city import decide_at, place_named

pytestmark = pytest.mark.django_db


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
    # By the versions they were made with, nothing differs: an old version is never edited.
    call_command("replay_decisions", stdout=printed)
    assert "2 decisions replayed, 0 differ." in printed.getvalue()
    assert RuleSet.objects.count() == 2


def test_replay_by_a_version_that_does_not_exist_says_so(model_city: ModelCity) -> None:
    with pytest.raises(CommandError, match="no rule set of version 99"):
        call_command(
            "replay_decisions", jurisdiction=model_city.jurisdiction.identifier, rule_set=99
        )
