"""Golden cases: pinned by people, held against rules and editions, kept as a file."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from routing.deciding.overrule import decision_overrule
from routing.enums import DecisionCause, Outcome
from routing.errors import TrialRefused
from routing.models import Authority, Decision, GoldenCase
from routing.trying.golden import golden_check, golden_deactivate, golden_pin, golden_summary
from routing.trying.golden_files import golden_export, golden_import
from tests.gis_core.geodata_factories import stage, write
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import OWNERS, parcel_key, report_make
from tests.routing.trying.trial_factories import draft_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return staff_create()


def pinned(city, person, number: int = 1, code: str = "EUV", name: str = "") -> GoldenCase:
    """A case that expects this authority, whatever the rules say."""
    issue = report_make(city, number)
    if Decision.objects.get(issue=issue).authority_id != Authority.objects.get(code=code).pk:
        decision_overrule(issue_id=issue.pk, authority=code, reason="So ist es", by=person, seen=1)
    else:
        Decision.objects.filter(issue=issue).update(
            cause=DecisionCause.OVERRULED, decided_by=person, reason="So ist es"
        )
    return golden_pin(issue=issue, by=person, name=name)


def statuses(findings) -> list[tuple[str, str, str, bool, bool]]:
    return [(one.expected, one.present, one.tried, one.holds, one.breaks) for one in findings]


def test_pin_keeps_place_and_authority_and_nothing_of_the_reporter(city, person):
    case = pinned(city, person, code="UNB")
    assert (case.authority.code, case.reason, case.created_by) == ("UNB", "So ist es", person)
    assert case.point.equals_exact(case.issue.point)
    assert case.name.startswith(case.issue.number)
    assert case.answers == {}


def test_pin_only_what_a_person_decided_and_once(city, person):
    with pytest.raises(TrialRefused, match="Person"):
        golden_pin(issue=report_make(city, 1), by=person)
    case = pinned(city, person, number=2)
    with pytest.raises(TrialRefused, match="Prüffall"):
        golden_pin(issue=case.issue, by=person)
    golden_deactivate(case=case)
    assert golden_pin(issue=case.issue, by=person).pk != case.pk


def test_pin_of_a_decision_that_waits_expects_triage(city, person):
    issue = report_make(city, 1)
    Decision.objects.filter(issue=issue).update(outcome=Outcome.TRIAGE, decided_by=person)
    assert golden_pin(issue=issue, by=person).authority is None


def test_check_tells_what_a_draft_breaks_mends_and_what_fails_already(city, person):
    pinned(city, person, 1, "EUV", "a")
    pinned(city, person, 2, "UNB", "b")
    assert statuses(golden_check(jurisdiction=city)) == [
        ("EUV", "EUV", "EUV", True, False),
        ("UNB", "EUV", "EUV", False, False),
    ]
    findings = golden_check(jurisdiction=city, rule_set=draft_make(city, A06="UNB"))
    assert statuses(findings) == [
        ("EUV", "EUV", "UNB", False, True),
        ("UNB", "EUV", "UNB", True, False),
    ]
    assert golden_summary(findings) == {"holds": 0, "breaks": 1, "mends": 1, "fails": 0}


def test_check_of_an_edition_rehearses_it(city, person, tmp_path):
    pinned(city, person, 1, "EUV")
    lines = ["flstkennz;eigentumsklasse"] + [
        f"{parcel_key(n)};{'PRIV' if n == 1 else owner}" for n, owner in OWNERS.items()
    ]
    edition = stage(city, "ownership", write(tmp_path / "o.csv", "\n".join(lines) + "\n"))
    [finding] = golden_check(jurisdiction=city, edition=edition)
    assert (finding.present, finding.tried, finding.breaks) == ("EUV", "TRIAGE", True)
    assert statuses(golden_check(jurisdiction=city)) == [("EUV", "EUV", "EUV", True, False)]


def test_check_survives_a_category_deleted_since(city, person):
    case = pinned(city, person, 1, "EUV")
    case.category.is_active = False
    case.category.save()
    assert [one.holds for one in golden_check(jurisdiction=city)] == [True]


def test_check_without_cases_is_empty(city):
    assert golden_check(jurisdiction=city) == []


def test_file_brings_the_same_cases_back(city, person):
    pinned(city, person, 1, "EUV", "=1+1")
    pinned(city, person, 3, "UNB", 'Müll; "am" Feld')
    text = golden_export(city)
    assert text.splitlines()[0] == "name;category;lat;long;accuracy;answers;authority;reason"
    before = [
        (one.name, one.category_id, one.authority_id, one.reason, one.point.coords)
        for one in GoldenCase.objects.order_by("name")
    ]
    assert "'=1+1;" in text
    again = golden_import(jurisdiction=city, text=text)
    assert (again.added, again.changed) == (0, 2)
    GoldenCase.objects.all().delete()
    fresh = golden_import(jurisdiction=city, text="\ufeff" + text, by=person)
    assert (fresh.added, fresh.changed) == (2, 0)
    after = [
        (one.name, one.category_id, one.authority_id, one.reason, one.point.coords)
        for one in GoldenCase.objects.order_by("name")
    ]
    assert [one[:4] for one in after] == [one[:4] for one in before]
    for old, new in zip(before, after, strict=True):
        assert new[4] == pytest.approx(old[4], abs=0.02)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a;NOTHING;51.55;7.31;;;EUV;x", "Zeile 2: .*NOTHING"),
        ("a;WASTE_DUMP;51.55;7.31;;;NOBODY;x", "NOBODY"),
        ("a;WASTE_DUMP;51.55;7.31;9999;;EUV;x", "accuracy"),
        ("a;WASTE_DUMP;0;0;;;EUV;x", "Zeile 2"),
        ("a;WASTE_DUMP;51.55;7.31;;[1];EUV;x", "JSON"),
        ('a;WASTE_DUMP;51.55;7.31;;{"x": "y"};EUV;x', "Frage x"),
        (";WASTE_DUMP;51.55;7.31;;;EUV;x", "Name"),
        ("a;WASTE_DUMP;51.55;7.31;;;EUV;x\na;WASTE_DUMP;51.55;7.31;;;EUV;x", "Zeile 3"),
        ("short", "Zeile 2"),
    ],
)
def test_file_with_a_fault_stores_nothing(city, line, fault):
    good = "gut;WASTE_DUMP;51.55;7.31;;;EUV;x"
    text = f"name;category;lat;long;accuracy;answers;authority;reason\n{line}\n{good}\n"
    city.boundary = None
    with pytest.raises(TrialRefused, match=fault):
        golden_import(jurisdiction=city, text=text)
    assert not GoldenCase.objects.exists()


def test_file_without_columns_is_refused(city):
    with pytest.raises(TrialRefused, match="authority"):
        golden_import(jurisdiction=city, text="name;category\n")


def test_commands_check_print_and_load(city, person, tmp_path):
    pinned(city, person, 1, "EUV", "a")
    draft = draft_make(city, A06="UNB")
    options = {"jurisdiction": city.identifier}
    printed = StringIO()
    call_command("check_golden", **options, stdout=printed)
    assert "1 golden cases: 1 hold" in printed.getvalue()
    printed = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("check_golden", **options, rule_set=draft.version, json=True, stdout=printed)
    facts = json.loads(printed.getvalue())
    assert (facts["breaks"], facts["cases"][0]["then"]) == (1, "UNB")
    printed = StringIO()
    call_command("golden_cases", **options, stdout=printed)
    path = write(tmp_path / "cases.csv", printed.getvalue())
    loaded = StringIO()
    call_command("golden_cases", **options, load=path, stdout=loaded)
    assert "0 added, 1 changed" in loaded.getvalue()
    with pytest.raises(CommandError):
        call_command("golden_cases", **options, load=tmp_path / "missing.csv")
