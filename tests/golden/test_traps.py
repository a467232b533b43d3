"""Traps that comparable systems fell into while deciding; each test is named after its number in the list of peers.

Traps 2, 3 and 4 (names taken from forms, GET that changes, tokens that never end) are in test_clarifications.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.db.prepared import prepared_name
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from parcels.enums import CadastreDataset, OwnerClass
from parcels.models import Ownership
from routing.deciding import results
from routing.deciding.decisions import decision_make, decision_renew, decisions_make_missing
from routing.engine import CompiledRuleSet, decide
from routing.enums import Outcome
from routing.errors import RuleSetError
from routing.evidence.statement import STORED
from routing.models import Area, Decision
from routing.rulebook.listed import rule_rows
from routing.types import Evidence
from tests.golden.conftest import ModelCity
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import decide_at, place_named

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def decided(city: ModelCity, place: str, category: str, answers: str = "") -> Decision:
    return decide_at(city, place_of({"place": place, "category": category, "answers": answers}))


def test_trap_1_missing_data_is_never_taken_for_nothing_there(model_city: ModelCity) -> None:
    assert decided(model_city, "S-aus", "ROAD_SURFACE").outcome == Outcome.ASSIGNED
    Edition.objects.filter(dataset=CadastreDataset.OWNERSHIP, status=EditionStatus.ACTIVE).update(
        status=EditionStatus.SUPERSEDED
    )
    blind = decided(model_city, "S-aus", "ROAD_SURFACE")
    assert (blind.outcome, blind.deliveries.count()) == (Outcome.TRIAGE, 0)
    assert {"no_data:ownership", "rests_on_missing_data"} <= set(blind.evidence["doubts"])
    assert "Eigentumsklassen sind nicht geladen" in blind.sentences["de"]


def test_trap_9_no_geodata_is_kept_between_decisions(model_city: ModelCity) -> None:
    first = decided(model_city, "Haus-privat", "WASTE_DUMP")
    assert first.authority is not None
    assert first.authority.code == "UAB"
    Ownership.objects.filter(key=first.parcel_key).update(owner_class=OwnerClass.CITY)
    again = decision_renew(issue_id=first.issue_id)
    assert again.authority is not None
    assert (again.outcome, again.authority.code) == (Outcome.ASSIGNED, "EUV")


def test_trap_10_loading_the_same_again_replaces_no_row(
    model_city: ModelCity, tmp_path: Path
) -> None:
    before = set(Area.objects.values_list("pk", "key", "edition_from", "edition_to"))
    decision = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE")
    generate(SCALES["small"], 1, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    manifest["datasets"] = [one for one in manifest["datasets"] if one["dataset"] == "areas"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    call_command(
        "load_geodata",
        jurisdiction=model_city.jurisdiction.identifier,
        manifest=tmp_path / "manifest.json",
        activate=True,
        verbosity=0,
    )
    assert set(Area.objects.values_list("pk", "key", "edition_from", "edition_to")) == before
    again = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE")
    assert again.authority == decision.authority


def test_trap_11_a_faulty_rule_is_an_error_that_a_person_sees(
    model_city: ModelCity, caplog: pytest.LogCaptureFixture
) -> None:
    decision = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE")
    issue_id = decision.issue_id
    decision.deliveries.all().delete()
    decision.delete()
    rule_set = model_city.jurisdiction.rule_sets.get()
    rule_set.rules.filter(rule_id="X01").update(condition="no_such_predicate")
    results.rule_set_compiled.cache_clear()
    try:
        with pytest.raises(RuleSetError, match=r"X01: .*no_such_predicate"):
            decision_make(issue_id=issue_id)
        with caplog.at_level("ERROR"):
            assert decisions_make_missing() == 0
        assert f"issue {issue_id} could not be decided" in caplog.text
        assert not Decision.objects.filter(issue_id=issue_id).exists()
    finally:
        results.rule_set_compiled.cache_clear()


def test_trap_12_every_look_up_goes_through_an_index(model_city: ModelCity) -> None:
    decision = decided(model_city, "K-in-Fahrbahn", "ROAD_SURFACE")
    types, statement = STORED
    name = prepared_name(statement, types)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode TO force_generic_plan")
        cursor.execute("SET LOCAL enable_bitmapscan TO off")
        cursor.execute(
            f"EXPLAIN EXECUTE {name} (ARRAY[%s]::bigint[], 250, 30, 15, 3, '{{}}', 'UTC', 25832)",
            [decision.issue_id],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    geodata = ("parcels_parcel", "parcels_landuse", "routing_roadsection", "routing_asset")
    for table in geodata:
        assert re.search(rf"Index (Only )?Scan using \w+ on {table}\b", plan), table
        assert f"Seq Scan on {table} " not in plan, plan


def test_trap_21_a_place_on_an_edge_belongs_to_both_sides(model_city: ModelCity) -> None:
    edge = decided(model_city, "Grenze-Straße-privat", "WASTE_DUMP")
    [situation] = edge.evidence["situations"]
    assert {one["usage"] for one in situation["parcels"]} == {"ROAD", "BUILT"}
    # A dump lies beside the road far more often than behind the fence; the owner is named all the same.
    assert edge.authority is not None
    assert edge.authority.code == "EUV"
    assert {one["body"] for one in edge.candidates} == {"EUV", "UAB"}
    border = decide_at(model_city, place_named(model_city, "Gasgeruch genau auf der Stadtgrenze"))
    assert border.evidence["situations"][0]["inside"] is True


def test_trap_22_neither_names_of_rules_nor_their_order_decide(model_city: ModelCity) -> None:
    for place in model_city.places:
        decide_at(model_city, place)
    rule_set = model_city.jurisdiction.rule_sets.get()
    codes = frozenset(model_city.jurisdiction.authorities.values_list("code", flat=True))
    rows = rule_rows(rule_set)
    renamed = [replace(row, rule_id=f"Z{999 - number:03d}") for number, row in enumerate(rows)]

    def compiled(given: list) -> CompiledRuleSet:
        return CompiledRuleSet.compile(given, bodies=codes, assign_from=0.7, assign_margin=0.3)

    sets = [compiled(rows), compiled(renamed), compiled(renamed[::-1])]
    for stored in Decision.objects.all():
        evidence = Evidence.from_json(stored.evidence)
        answers = {
            tuple(
                (one.body, one.confidence, one.probability)
                for one in decide(evidence, rules).candidates
            )
            for rules in sets
        }
        assert len(answers) == 1, stored.sentences["de"]


# Identifiers and parcels as examples in help texts; nothing is decided by them.
EXAMPLES = re.compile(r"castrop-rauxel\.de|Castrop,? (Flur )?\d+", re.IGNORECASE)
CITY_NAMES = re.compile(r"castrop|rauxel|recklinghausen|\beuv\b|stadtwerke|\b05562", re.IGNORECASE)


def texts_of(path: Path) -> Iterator[str]:
    """What a program says or compares with: of Python the strings without docstrings, else every line."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from source.splitlines()
        return
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield str(node.value)


def test_trap_23_no_city_is_written_into_the_program() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for app in ("gis_core", "parcels", "issues", "routing", "mapui")
        for path in (ROOT / app).rglob("*")
        if path.suffix in {".py", ".sql", ".html", ".js"}
        and not {"migrations", "node_modules"} & set(path.parts)
        for text in texts_of(path)
        if CITY_NAMES.search(EXAMPLES.sub("", text))
    ]
    assert found == []


def test_a_disc_beyond_the_border_has_an_answer(model_city: ModelCity) -> None:
    """Most of the disc lies in a neighbour's area, its centre inside: named, and left to a person."""
    place = place_of({"place": "G-Fahrbahn-Klasse3", "category": "ROAD_SURFACE", "answers": ""})
    decision = decide_at(model_city, place, accuracy_m=5000.0)
    assert decision.outcome == Outcome.TRIAGE
