"""Rule sets as files: what is written can be read again, and what cannot be read is named."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import RuleRow
from routing.engine.checks.content import RuleSetContent, difference_of
from routing.engine.priors import PriorRow
from routing.engine.ruleset import ThresholdRow
from routing.enums import AuthorityKind
from routing.errors import RuleSetError
from routing.models import Authority, RuleSet
from routing.rulebook import authorities_load, content_read, draft_create, rule_store
from routing.rulebook.listed import rule_set_content, rule_set_in_effect
from routing.rulebook.reading import priors_read
from routing.rulebook.written import content_csv, content_json, priors_csv
from routing.sentences import legal_basis_shown
from routing.types import PRIOR_MAX, PRIOR_MIN
from tests.routing.delivery_factories import jurisdiction_make
from tests.routing.rule_factories import FOLDER, city_rules_load, draft_make, row_make

CITY = "castrop-rauxel.de"
HEADER = "rule_id;prio;category;class;od;part;usage;owner;cond;body;notify;c;basis\n"
LINE = "R1;10;ROAD_SURFACE;*;*;*;*;*;;EUV;;0.9;StrWG 47\n"

texts = st.text(st.characters(exclude_categories=["C"]), max_size=20).map(str.strip)
shares = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
rule_rows = st.builds(
    RuleRow,
    rule_id=texts,
    priority=st.integers(0, 32_767),
    category=texts,
    road_class=texts,
    through_road=texts,
    part=texts,
    usage=texts,
    owner=texts,
    condition=texts,
    body=texts,
    notify=texts,
    confidence=shares,
    legal_basis=texts,
    note=st.lists(texts, max_size=3).map(" \n".join).map(str.strip),
    precision_from=st.none() | shares,
)
threshold_rows = st.builds(
    ThresholdRow,
    category=texts,
    body=texts,
    assign_from=shares,
    assign_margin=shares,
    is_proposed_only=st.booleans(),
)
prior_rows = st.builds(
    PriorRow,
    category=texts,
    road_class=texts,
    usage=texts,
    part=texts,
    built_up=texts,
    weight=st.floats(PRIOR_MIN, PRIOR_MAX),
    settled=st.none() | st.integers(0, 10_000),
)
contents = st.builds(
    RuleSetContent,
    rows=st.lists(rule_rows, max_size=4).map(tuple),
    thresholds=st.lists(threshold_rows, max_size=3).map(tuple),
    priors=st.lists(prior_rows, max_size=3).map(tuple),
    assign_from=shares,
    assign_margin=shares,
)


@settings(max_examples=100)
@given(content=contents)
def test_csv_is_read_as_it_was_written(content: RuleSetContent) -> None:
    written = content_csv(content)
    rows = content_read(written.encode(), name="rules.csv")["rows"]
    assert tuple(rows) == content.rows
    again = RuleSetContent(rows=tuple(rows), assign_from=0.7, assign_margin=0.3)
    assert content_csv(again) == written


@settings(max_examples=50)
@given(content=contents)
def test_priors_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, content: RuleSetContent
) -> None:
    path = tmp_path_factory.mktemp("priors") / "priors.csv"
    path.write_text(priors_csv(content), encoding="utf-8", newline="")
    assert priors_read(path) == list(content.priors)


@settings(max_examples=100)
@given(content=contents)
def test_json_is_read_as_it_was_written(content: RuleSetContent) -> None:
    written = json.dumps(content_json(content))
    assert content_read(written.encode(), name="rules.json") == {
        "rows": list(content.rows),
        "thresholds": list(content.thresholds),
        "priors": list(content.priors),
        "assign_from": content.assign_from,
        "assign_margin": content.assign_margin,
    }


@given(content=contents)
def test_nothing_differs_from_itself(content: RuleSetContent) -> None:
    assert not difference_of(content, content)


def test_matrix_of_the_model_city_has_its_own_shape() -> None:
    """Only the columns of the decision matrix, as nothing needs the others; numbers in their shortest form."""
    data = (FOLDER / "rules.csv").read_bytes()
    rows = content_read(data, name="rules.csv")["rows"]
    content = RuleSetContent(rows=tuple(rows), assign_from=0.7, assign_margin=0.3)
    assert content_csv(content) == data.decode().replace("TRIAGE;;0.0;-", "TRIAGE;;0;-")


def test_rule_whose_basis_is_open_never_sends_by_itself() -> None:
    """What the sources leave open ends in ", open" and stays below the share from which a report is sent."""
    data = (FOLDER / "rules.csv").read_bytes()
    rows = content_read(data, name="rules.csv")["rows"]
    unsettled = [row for row in rows if row.legal_basis.endswith(", open")]
    assert unsettled
    assert [row.rule_id for row in unsettled if row.confidence >= 0.7] == []
    for row in unsettled:
        assert legal_basis_shown(row.legal_basis, "de").endswith("noch zu klären)")
        assert legal_basis_shown(row.legal_basis, "en").endswith("to be settled)")


def test_csv_of_a_spreadsheet_is_understood() -> None:
    """A byte order mark, Windows line ends, decimal commas, empty cells beside and below."""
    empty = ";" * LINE.count(";")
    written = f"{HEADER}{LINE.strip()};;\n{empty}\n{empty};;\n\n"
    text = "\ufeff" + written.replace("0.9", "0,9").replace("\n", "\r\n")
    assert content_read(text.encode(), name="rules.csv")["rows"] == [row_make()]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "rules.csv is not in UTF-8"),
        ((HEADER + LINE.replace("R1", "R\0")).encode(), "rules.csv is no text file"),
        (b"", "rules.csv lacks the columns basis, body, c, category"),
        ((HEADER.replace(";od", "") + LINE).encode(), "rules.csv lacks the columns od"),
        ((HEADER + LINE + LINE.replace(";10;", ";ten;")).encode(), "line 3: prio: “ten”"),
        ((HEADER + LINE.replace(";10;", ";-1;")).encode(), "line 2: prio: “-1”"),
        ((HEADER + LINE.replace(";10;", ";40000;")).encode(), "line 2: prio: “40000”"),
        ((HEADER + LINE.replace("0.9", "x")).encode(), "line 2: c: “x” is no number"),
        ((HEADER + LINE.replace("0.9", "nan")).encode(), "line 2: c: “nan” is no number"),
        ((HEADER + LINE.replace("0.9", "0.955")).encode(), "line 2: c: “0.955” is not between"),
        ((HEADER + LINE.replace("0.9", "1e9999999")).encode(), "“1e9999999” is not between"),
        ((HEADER + LINE.replace("0.9", "1e-9999999")).encode(), "“1e-9999999” is not between"),
        ((HEADER + LINE.replace("0.9", "1.1")).encode(), "line 2: c: “1.1” is not between"),
        ((HEADER + LINE.replace("R1", "R" * 21)).encode(), "line 2: rule_id: this is longer"),
        ((HEADER + LINE.strip() + ";x\n").encode(), "line 2: too many columns"),
        ((HEADER + 'R1;"10\n').encode(), "rules.csv cannot be read"),
        ((HEADER + LINE * 10_001).encode(), "rules.csv has more than 10000 rows"),
    ],
)
def test_csv_that_cannot_be_used_is_named(data: bytes, told: str) -> None:
    with override("en"), pytest.raises(RuleSetError) as error:
        content_read(data, name="rules.csv")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{", "rules.json cannot be read"),
        ("[" * 100_000, "rules.json cannot be read"),
        ("[]", "rules.json has no list of objects called rules"),
        ('{"rules": {}}', "rules.json has no list of objects called rules"),
        ('{"rules": ["R1"]}', "rules.json has no list of objects called rules"),
        ('{"rules": [{"rule_id": "R1"}]}', "rules.json, rules, entry 1: there is no basis, body"),
        ('{"rules": [], "assign_from": 2}', "assign_from: “2” is not between"),
        ('{"rules": [], "assign_from": true}', "assign_from: “True” is no number"),
        ('{"rules": [], "thresholds": [{}]}', "thresholds, entry 1: there is no assign_from"),
    ],
)
def test_json_that_cannot_be_used_is_named(written: str, told: str) -> None:
    with override("en"), pytest.raises(RuleSetError) as error:
        content_read(written.encode(), name="rules.json")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [("usage", 1, "usage: this is no text"), ("prio", 1.5, "prio: “1.5”"), ("c", [], "c: “[]”")],
)
def test_json_cell_of_another_type_is_named(cell: str, value: object, told: str) -> None:
    content = RuleSetContent(rows=(row_make(),), assign_from=0.7, assign_margin=0.3)
    written = content_json(content)
    written["rules"][0][cell] = value
    with override("en"), pytest.raises(RuleSetError) as error:
        content_read(json.dumps(written).encode(), name="rules.json")
    assert f"rules.json, rules, entry 1: {told}" in str(error.value)


@pytest.mark.django_db
def test_rules_twice_in_a_file_make_no_draft() -> None:
    with pytest.raises(RuleSetError, match="R1"):
        draft_make(row_make("R1"), row_make("R1"))
    assert not RuleSet.objects.exists()


@pytest.mark.django_db
def test_difference_names_each_cell() -> None:
    draft = draft_make(
        row_make("R1"), row_make("R2"), thresholds=[ThresholdRow("*", "EUV", 0.8, 0.2)]
    )
    before = rule_set_content(draft)
    rule_store(
        draft=draft,
        revision=0,
        row=row_make("R1", body="STRNRW", usage="ROAD"),
        replaces=draft.rules.get(rule_id="R1"),
    )
    rule_store(draft=draft, revision=1, row=row_make("R3"), replaces=draft.rules.get(rule_id="R2"))
    draft.thresholds.update(assign_from="0.85")
    draft.refresh_from_db()
    difference = difference_of(before, rule_set_content(draft))
    assert [(one.name, one.kind) for one in difference.rules] == [
        ("R1", "changed"),
        ("R2", "removed"),
        ("R3", "added"),
    ]
    assert [(one.field, one.before, one.after) for one in difference.rules[0].changes] == [
        ("usage", "*", "ROAD"),
        ("body", "EUV", "STRNRW"),
    ]
    [threshold] = difference.thresholds
    assert [(one.field, one.after) for one in threshold.changes] == [("assign_from", 0.85)]
    assert difference.to_json()["rules"][0] == {
        "name": "R1",
        "kind": "changed",
        "changes": [
            {"field": "usage", "before": "*", "after": "ROAD"},
            {"field": "body", "before": "EUV", "after": "STRNRW"},
        ],
    }


def printed(command: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(command, *args, jurisdiction=CITY, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_commands_lead_from_draft_to_activation(tmp_path: Path) -> None:
    jurisdiction = city_rules_load()
    file = tmp_path / "rules.json"
    printed("export_rules", format="json", output=file)
    written = json.loads(file.read_text("utf-8"))
    written["rules"][0]["note"] = "geprüft"
    written["thresholds"].append(
        {"category": "*", "body": "EUV", "assign_from": 0.8, "assign_margin": 0.3}
    )
    [changed] = [
        one
        for one in written["priors"]
        if one["category"] == "BUS_STOP_POLE" and one["weight"] == 6
    ]
    changed |= {"weight": 4.5, "settled": 210}
    file.write_text(json.dumps(written), "utf-8")
    assert "0 errors, 0 warnings." in printed("validate_rules", file)
    assert printed("draft_rules", file) == "Version 2 is a draft with 436 rules.\n"
    assert printed("diff_rules", 1, 2).splitlines() == [
        "~ X01a",
        "    note:  → geprüft",
        "+ */EUV",
        "~ BUS_STOP_POLE/*/ROAD|PATH|SQUARE/*/*",
        "    weight: 6.0 → 4.5",
        "    settled: None → 210",
        "1 rules, 1 thresholds and 1 priors differ.",
    ]
    found = jurisdiction.rule_sets.get(version=2)
    assert printed("export_rules", rule_set=2, format="priors") == priors_csv(
        rule_set_content(found)
    )
    assert json.loads(printed("diff_rules", 1, 2, json=True))["rules"][0]["name"] == "X01a"
    day = timezone.localdate() + timedelta(days=2)
    assert printed("activate_rules", rule_set=2, start=day) == f"Version 2 counts from {day}.\n"
    assert rule_set_in_effect(jurisdiction, on=day).version == 2
    assert printed("export_rules", rule_set=2).splitlines()[0].endswith(";basis;note")
    with pytest.raises(CommandError):
        printed("activate_rules", rule_set=2)
    with pytest.raises(CommandError, match="no rule set of version 9"):
        printed("export_rules", rule_set=9)


@pytest.mark.django_db
def test_command_refuses_a_set_with_errors(tmp_path: Path) -> None:
    city_rules_load()
    file = tmp_path / "rules.csv"
    file.write_text(
        (FOLDER / "rules.csv").read_text("utf-8").replace("FOREST|AGRI|WATER;CITY", "GRÜN;CITY"),
        "utf-8",
    )
    with pytest.raises(SystemExit):
        printed("validate_rules", file)
    printed("draft_rules", file)
    with pytest.raises(CommandError, match=r"R17: .*GRÜN"):
        printed("activate_rules", rule_set=2)
    with pytest.raises(CommandError, match=r"cannot be read|No such file"):
        printed("draft_rules", tmp_path / "nothing.csv")


@pytest.mark.django_db
def test_loading_rules_keeps_the_thresholds(tmp_path: Path) -> None:
    jurisdiction = city_rules_load()
    current = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    current.thresholds.create(category="*", body="EUV", assign_from="0.8", assign_margin="0.3")
    kept = current.thresholds.count()
    assert draft_create(jurisdiction=jurisdiction).thresholds.count() == kept
    for name in ("authorities.csv", "rules.csv"):
        text = (FOLDER / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("StrWG 47", "StrWG 47 I"), "utf-8")
    call_command("load_rules", tmp_path, jurisdiction=CITY, verbosity=0)
    loaded = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    assert (loaded.version, loaded.thresholds.count()) == (3, kept)


@pytest.mark.django_db
def test_coverage_is_written_down() -> None:
    city_rules_load()
    lines = printed("export_coverage").splitlines()
    assert lines[0] == (
        "category;part;class;od;usage;owner;built_up;beside_road;state;rules;bodies"
    )
    assert "ROAD_SURFACE;;A;;;;;;body;R01;AUTOBAHN" in lines
    rows = json.loads(printed("export_coverage", format="json"))
    assert len(rows) == len(lines) - 1
    [found] = [
        one for one in rows if one["category"] == "ROAD_SURFACE" and one["road_class"] == ["A"]
    ]
    assert found["answers"] == [{"rule": "R01", "body": "AUTOBAHN", "condition": ""}]


@pytest.mark.django_db
def test_authorities_load_takes_validity_and_public_contact(tmp_path: Path) -> None:
    file = tmp_path / "authorities.csv"
    header = "code;name_de;name_en;public_name_de;public_name_en;colour;acts_through"
    names = "Bauhof;Works;Bauhof;Works;#112233;"
    file.write_text(
        f"{header};website;phone;public_mail;valid_from;valid_to\n"
        f"OLD;{names};https://alt.example/;02305 1;alt@city.example;;2026-12-31\n"
        f"NEW;{names};;;;2027-01-01;\n",
        "utf-8",
    )
    assert authorities_load(jurisdiction=jurisdiction_make(), path=file) == 2
    old = Authority.objects.get(code="OLD")
    assert (old.phone, str(old.valid_to), old.valid_from) == ("02305 1", "2026-12-31", None)
    file.write_text(f"{header}\nOLD;{names}\n", "utf-8")
    authorities_load(jurisdiction=jurisdiction_make(), path=file)
    old.refresh_from_db()
    assert (old.phone, str(old.valid_to)) == ("02305 1", "2026-12-31")
    file.write_text(f"{header};is_city_works\nOLD;{names};1\nNEW;{names};\n", "utf-8")
    authorities_load(jurisdiction=jurisdiction_make(), path=file)
    works = Authority.objects.filter(is_city_works=True)
    assert [one.code for one in works] == ["OLD"]
    file.write_text(f"{header}\nOLD;{names}\n", "utf-8")
    authorities_load(jurisdiction=jurisdiction_make(), path=file)
    assert works.count() == 1
    file.write_text(f"{header};is_city_works\nOLD;{names};ja\n", "utf-8")
    with pytest.raises(RuleSetError, match=r"authorities\.csv, line 2, is_city_works: “ja” is"):
        authorities_load(jurisdiction=jurisdiction_make(), path=file)
    file.write_text(f"{header};kind\nOLD;{names};county\n", "utf-8")
    authorities_load(jurisdiction=jurisdiction_make(), path=file)
    old.refresh_from_db()
    assert old.kind == AuthorityKind.COUNTY
    file.write_text(f"{header};kind\nOLD;{names};realm\n", "utf-8")
    with pytest.raises(RuleSetError, match=r"authorities\.csv, line 2: .*kind"):
        authorities_load(jurisdiction=jurisdiction_make(), path=file)
    file.write_text(f"{header};valid_from\nOLD;{names};morgen\n", "utf-8")
    with pytest.raises(RuleSetError, match=r"authorities.csv, line 2: .*valid_from"):
        authorities_load(jurisdiction=jurisdiction_make(), path=file)
