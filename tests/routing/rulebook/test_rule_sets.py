"""The life of a rule set: draft, edits, activation from a day, taking back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from routing.engine.ruleset import ThresholdRow
from routing.enums import RuleSetPhase, RuleSetStatus
from routing.errors import RuleSetChanged, RuleSetError, RuleSetInvalid
from routing.evidence import Question, evidence_of
from routing.models import RuleSet
from routing.rulebook import (
    draft_create,
    draft_describe,
    draft_discard,
    rule_delete,
    rule_set_activate,
    rule_set_retire,
    rule_store,
    threshold_delete,
    threshold_store,
)
from routing.rulebook.checked import basis_is_outdated, rule_set_findings
from routing.rulebook.listed import rule_set_content, rule_set_in_effect, rule_sets_listed
from tests.mapui.factories import category_create
from tests.routing.delivery_factories import EASTING, NORTHING, authority_make, jurisdiction_make
from tests.routing.rule_factories import active_make, city_rules_load, draft_make, row_make

pytestmark = pytest.mark.django_db
THRESHOLD = ThresholdRow("*", "EUV", 0.8, 0.4)


def today() -> date:
    return timezone.localdate()


def phases() -> dict[int, RuleSetPhase]:
    return {
        one.rule_set.version: one.phase for one in rule_sets_listed(jurisdiction_make(), on=today())
    }


def activate(draft: RuleSet, valid_from: date | None = None) -> RuleSet:
    return rule_set_activate(
        draft=draft,
        revision=draft.revision,
        valid_from=valid_from or today(),
        by=User.objects.get_or_create(username="recht")[0],
    )


def test_draft_copies_the_set_in_effect() -> None:
    active = active_make(row_make(note="geprüft", precision_from=0.9))
    draft = draft_create(jurisdiction=jurisdiction_make())
    assert rule_set_content(draft) == rule_set_content(active)
    assert (draft.status, draft.version, draft.drafted_from) == (
        RuleSetStatus.DRAFT,
        active.version + 1,
        active,
    )
    assert rule_set_in_effect(jurisdiction_make(), on=today()) == active


def test_draft_without_any_set_is_empty_and_cannot_count() -> None:
    draft = draft_create(jurisdiction=jurisdiction_make())
    with pytest.raises(RuleSetInvalid, match="empty"):
        activate(draft)


def test_draft_is_edited_row_by_row() -> None:
    draft = draft_make()
    changed = row_make(usage="ROAD|PATH", confidence=0.55, note="neu", precision_from=0.95)
    rule_store(draft=draft, revision=0, row=changed, replaces=draft.rules.get())
    rule_store(draft=draft, revision=1, row=row_make("R2"), replaces=None)
    threshold = threshold_store(draft=draft, revision=2, row=THRESHOLD, replaces=None)
    wider = ThresholdRow("ROAD_SURFACE", "*", 0.9, 0.2, is_proposed_only=True)
    threshold_store(draft=draft, revision=3, row=wider, replaces=threshold)
    draft_describe(
        draft=draft,
        revision=4,
        note="Entwurf",
        assign_from=Decimal("0.75"),
        assign_margin=Decimal("0.25"),
    )
    draft.refresh_from_db()
    content = rule_set_content(draft)
    assert (content.rows, content.thresholds) == ((changed, row_make("R2")), (wider,))
    assert (content.assign_from, content.assign_margin, draft.revision) == (0.75, 0.25, 5)
    rule_delete(draft=draft, revision=5, rule=draft.rules.get(rule_id="R1"))
    threshold_delete(draft=draft, revision=6, threshold=draft.thresholds.get())
    assert rule_set_content(draft).rows == (row_make("R2"),)
    draft_discard(draft=draft, revision=7)
    assert not RuleSet.objects.exists()


def test_edit_of_another_revision_changes_nothing() -> None:
    draft = draft_make()
    rule_store(draft=draft, revision=0, row=row_make("R2"), replaces=None)
    for edit in (
        lambda: rule_store(draft=draft, revision=0, row=row_make("R3"), replaces=None),
        lambda: rule_delete(draft=draft, revision=0, rule=draft.rules.first()),
        lambda: threshold_store(draft=draft, revision=0, row=THRESHOLD, replaces=None),
        lambda: draft_discard(draft=draft, revision=0),
        lambda: rule_set_activate(draft=draft, revision=0, valid_from=today(), by=None),
    ):
        with pytest.raises(RuleSetChanged):
            edit()
    assert [rule.rule_id for rule in draft.rules.all()] == ["R1", "R2"]


def test_rule_id_and_threshold_stand_once() -> None:
    draft = draft_make(row_make("R1"), row_make("R2"))
    with pytest.raises(RuleSetError, match="R1"):
        rule_store(
            draft=draft, revision=0, row=row_make("R1"), replaces=draft.rules.get(rule_id="R2")
        )
    threshold_store(draft=draft, revision=0, row=THRESHOLD, replaces=None)
    with pytest.raises(RuleSetError):
        threshold_store(draft=draft, revision=1, row=THRESHOLD, replaces=None)


def test_active_set_is_never_edited() -> None:
    active = active_make()
    for edit in (
        lambda: rule_store(draft=active, revision=0, row=row_make("R2"), replaces=None),
        lambda: rule_delete(draft=active, revision=0, rule=active.rules.get()),
        lambda: draft_discard(draft=active, revision=0),
        lambda: activate(active),
    ):
        with pytest.raises(RuleSetError):
            edit()


def test_set_counts_from_its_day_until_a_later_one_does() -> None:
    first = active_make(since=today() - timedelta(days=30))
    second = activate(draft_make(row_make("R2")))
    third = activate(draft_make(row_make("R3")), today() + timedelta(days=7))
    jurisdiction = jurisdiction_make()
    for days, expected in [(-31, None), (-1, first), (0, second), (6, second), (7, third)]:
        found = rule_set_in_effect(jurisdiction, on=today() + timedelta(days=days))
        assert found == expected
    assert phases() == {
        1: RuleSetPhase.SUPERSEDED,
        2: RuleSetPhase.IN_EFFECT,
        3: RuleSetPhase.SCHEDULED,
    }
    listed = rule_sets_listed(jurisdiction, on=today())
    assert [one.rule_set.version for one in listed] == [3, 2, 1]
    until = {one.rule_set: one.until for one in listed}
    assert until == {
        first: today() - timedelta(days=1),
        second: today() + timedelta(days=6),
        third: None,
    }
    assert (second.activated_by.username, second.valid_from) == ("recht", today())


def test_set_never_counts_from_the_past() -> None:
    with pytest.raises(RuleSetError):
        activate(draft_make(), today() - timedelta(days=1))


def test_set_that_another_would_hide_is_refused() -> None:
    lower, higher = draft_make(), draft_make()
    day = today() + timedelta(days=3)
    activate(higher, day)
    with pytest.raises(RuleSetError, match=str(higher.version)):
        activate(lower, day)
    activate(lower, day - timedelta(days=1))
    assert rule_set_in_effect(jurisdiction_make(), on=day) == higher


def test_set_with_an_error_is_refused_and_stays_a_draft() -> None:
    draft = draft_make(row_make(usage="STREET"), thresholds=[ThresholdRow("*", "NOBODY", 0.5, 0.1)])
    with pytest.raises(RuleSetInvalid) as error:
        activate(draft)
    assert {one.code for one in error.value.findings} == {
        "value_unknown",
        "threshold_authority_unknown",
    }
    draft.refresh_from_db()
    assert draft.status == RuleSetStatus.DRAFT


def test_category_deleted_since_is_an_error_of_the_draft() -> None:
    category = category_create(jurisdiction_make(), "ROAD_SURFACE")
    category_create(jurisdiction_make(), "SIDEWALK")
    active_make()
    category.delete()
    draft = draft_create(jurisdiction=jurisdiction_make())
    assert [one.code for one in rule_set_findings(draft)] == ["category_unknown"]
    with pytest.raises(RuleSetInvalid):
        activate(draft)


def test_set_of_the_model_city_counts() -> None:
    jurisdiction = city_rules_load()
    active = rule_set_in_effect(jurisdiction, on=today())
    assert active.rules.count() == 436
    assert not [one for one in rule_set_findings(active) if one.severity == "error"]


def test_taking_back_brings_the_former_set_back() -> None:
    first = active_make(since=today() - timedelta(days=3))
    second = activate(draft_make(row_make("R2")))
    scheduled = activate(draft_make(row_make("R3")), today() + timedelta(days=3))
    jurisdiction = jurisdiction_make()
    with pytest.raises(RuleSetError):
        rule_set_retire(rule_set=first, by=None)
    retired = rule_set_retire(rule_set=second, by=User.objects.get(username="recht"))
    assert (retired.retired_by.username, retired.status) == ("recht", RuleSetStatus.RETIRED)
    assert rule_set_in_effect(jurisdiction, on=today()) == first
    rule_set_retire(rule_set=scheduled, by=None)
    assert rule_set_in_effect(jurisdiction, on=today() + timedelta(days=9)) == first
    for gone in (second, scheduled):
        with pytest.raises(RuleSetError):
            rule_set_retire(rule_set=gone, by=None)
    with pytest.raises(RuleSetError):
        rule_set_retire(rule_set=draft_make(), by=None)


def test_draft_made_from_what_counts_no_more_is_noticed() -> None:
    active_make(since=today() - timedelta(days=3))
    draft = draft_create(jurisdiction=jurisdiction_make())
    assert basis_is_outdated(draft, on=today()) is None
    newer = activate(draft_make(row_make("R2")), today() + timedelta(days=2))
    assert basis_is_outdated(draft, on=today()) is None
    assert basis_is_outdated(draft, on=today() + timedelta(days=2)) == newer


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Midnight in Berlin, on the nights when the clock is changed and on others.
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_set_counts_from_local_midnight(moment: datetime, day: date) -> None:
    first = active_make(since=day - timedelta(days=5))
    second = active_make(row_make("R2"), since=day)
    third = active_make(row_make("R3"), since=day + timedelta(days=1))
    assert third.valid_from > day
    found = rule_set_in_effect(jurisdiction_make(), on=timezone.localdate(moment))
    assert found == second != first
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s AT TIME ZONE %s)::date", [moment, "Europe/Berlin"])
        assert cursor.fetchone() == (day,)


def test_evidence_names_the_same_set_as_the_selector() -> None:
    """The statement that gathers evidence chooses the rule set itself; both must agree on every day."""
    category = category_create(jurisdiction_make(), "ROAD_SURFACE")
    question = Question(category.pk, EASTING, NORTHING, timezone.now(), {})

    def asked() -> int | None:
        [(facts, _evidence)] = evidence_of([question])
        return facts.rule_set_id

    assert asked() is None
    active_make(since=today() - timedelta(days=2))
    current = activate(draft_make(row_make("R2")))
    activate(draft_make(row_make("R3")), today() + timedelta(days=1))
    draft_make(row_make("R4"))
    assert asked() == rule_set_in_effect(jurisdiction_make(), on=today()).pk == current.pk
    again = activate(draft_make(row_make("R5")))
    assert asked() == rule_set_in_effect(jurisdiction_make(), on=today()).pk == again.pk
    rule_set_retire(rule_set=again, by=None)
    assert asked() == current.pk


@pytest.mark.django_db(transaction=True)
def test_set_is_activated_once_by_many_at_once() -> None:
    authority_make("EUV")
    draft = draft_make()

    def attempt(_number: int) -> bool:
        try:
            rule_set_activate(draft=draft, revision=0, valid_from=today(), by=None)
        except RuleSetError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]


@pytest.mark.django_db(transaction=True)
def test_edit_and_activation_at_once_leave_one_of_them() -> None:
    draft = draft_make()

    def attempt(number: int) -> str:
        try:
            if number % 2:
                rule_set_activate(draft=draft, revision=0, valid_from=today(), by=None)
                return "activated"
            rule_store(draft=draft, revision=0, row=row_make(f"R{number}x"), replaces=None)
        except RuleSetError:
            return "refused"
        else:
            return "edited"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(attempt, range(4)))
    assert done.count("refused") == 3
    draft.refresh_from_db()
    assert (draft.status == RuleSetStatus.ACTIVE) == ("activated" in done)
    assert draft.rules.count() == (1 if "activated" in done else 2)
