"""load_jurisdiction and load_geodata as people call them: text, errors, manifest, boundary."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    jurisdiction_make,
    parcels_gml,
    square,
    table_write,
    write,
)

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "as_it_comes"
FACTS = {"id": "castrop-rauxel.de", "name": "Castrop-Rauxel", "ags": "05562004"}


def run(*args, **options) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_jurisdiction_is_created_then_updated(tmp_path):
    path = write(tmp_path / "j.json", json.dumps(FACTS))
    assert run("load_jurisdiction", path) == "castrop-rauxel.de created, no boundary yet\n"
    write(
        path, json.dumps({"jurisdiction": {**FACTS, "bears_through_roads": True}, "datasets": []})
    )
    assert run("load_jurisdiction", path) == "castrop-rauxel.de updated, no boundary yet\n"
    saved = Jurisdiction.objects.get()
    assert (saved.issue_prefix, saved.municipality_key, saved.bears_through_roads) == (
        "CR",
        "05562004",
        True,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "x"}', "the jurisdiction's facts lack name, ags"),
        ("{", "Expecting property name"),
        ("[]", "list"),
    ],
)
def test_bad_facts_are_a_clear_error(tmp_path, text, message):
    with pytest.raises(CommandError, match=message):
        run("load_jurisdiction", write(tmp_path / "j.json", text))
    assert not Jurisdiction.objects.exists()


def test_load_shows_a_table_and_sets_the_boundary(tmp_path):
    city = jurisdiction_make()
    path = write(tmp_path / "a.gml", parcels_gml())
    text = run(
        "load_geodata",
        path,
        jurisdiction="castrop-rauxel.de",
        dataset="parcels",
        as_of="2026-09-30",
        activate=True,
    )
    row = next(line for line in text.splitlines() if "Flurstücke" in line)
    assert [cell.strip() for cell in row.split("│")[2:9]] == [
        *("Flurstücke", "aktiv", "3", "3", "0", "0", "0")
    ]
    city.refresh_from_db()
    assert city.boundary.area == pytest.approx(300, rel=1e-6)
    assert str(Edition.objects.get().as_of) == "2026-09-30"


def test_json_is_one_object_a_dataset(tmp_path):
    jurisdiction_make()
    path = write(tmp_path / "a.gml", parcels_gml())
    line = run("load_geodata", path, jurisdiction="castrop-rauxel.de", dataset="parcels", json=True)
    result = json.loads(line)
    assert result.pop("seconds") > 0
    assert [check["code"] for check in result.pop("checks")] == ["points"]
    contents = result.pop("contents")
    assert [column["source"] for column in contents[0]["columns"]] == [
        *("flstkennz", "gemarkung", "flaeche", "aktualit")
    ]
    assert result == {
        "killed": False,
        "left_out": {},
        "faults": [],
        "dataset": "parcels",
        "edition": Edition.objects.get().pk,
        "jurisdiction": "castrop-rauxel.de",
        "status": "staged",
        "source": "a.gml",
        "source_name": "",
        "profile": "alkis_vereinfacht",
        "as_of": None,
        "licence": "",
        "attribution": "",
        "error": None,
        "difference": {"counts": {}, "districts": {}},
        "notes": [],
        "rows": 3,
        "new": 3,
        "changed": 0,
        "vanished": 0,
        "unchanged": 0,
    }
    assert not Parcel.objects.exists()


def test_manifest_loads_in_order_and_area_wins_over_hull(tmp_path):
    city = jurisdiction_make()
    write(tmp_path / "a.gml", parcels_gml())
    areas = {
        "ART": ["municipality", "municipality"],
        "SCHLUESSEL": ["05562004", "05916000"],
        "NAME": ["Castrop-Rauxel", "Herne"],
    }
    table_write(tmp_path / "g.gpkg", areas, [square(0, size=50), square(9)], layer="Gebiete")
    entries = [
        {
            "dataset": "parcels",
            "file": "a.gml",
            "layer": "Flurstueck",
            "profile": "alkis_vereinfacht",
        },
        {"dataset": "areas", "file": "g.gpkg", "layer": "Gebiete", "profile": "gebiete"},
    ]
    manifest = {"jurisdiction": FACTS, "as_of": "2026-09-30", "datasets": entries}
    path = write(tmp_path / "manifest.json", json.dumps(manifest))
    run("load_geodata", jurisdiction="castrop-rauxel.de", manifest=path, activate=True)
    city.refresh_from_db()
    assert city.boundary.area == 2500
    assert list(Edition.objects.order_by("pk").values_list("dataset", "profile")) == [
        ("parcels", "alkis_vereinfacht"),
        ("areas", "gebiete"),
    ]
    assert {str(edition.as_of) for edition in Edition.objects.all()} == {"2026-09-30"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dataset": "parcels"},
    ],
)
def test_manifest_or_dataset_with_sources(options):
    jurisdiction_make()
    with pytest.raises(CommandError, match="give either --manifest, or --dataset"):
        run("load_geodata", jurisdiction="castrop-rauxel.de", **options)


@pytest.mark.parametrize(
    ("sources", "options", "message"),
    [
        (
            ["a.gml"],
            {"dataset": "parcels", "manifest": "m.json"},
            "--manifest .* SOURCE, --dataset",
        ),
        ([], {"manifest": "m.json", "crs": "EPSG:25832"}, "--manifest .* --crs"),
        ([], {"manifest": "m.json", "profile": "nas"}, "--manifest .* --profile"),
        ([], {"manifest": "m.json", "layer": "x"}, "--manifest .* --layer"),
        ([], {"resume": 1, "licence": "x"}, "--resume .* --licence"),
        (["a.gml"], {"resume": 1}, "--resume .* SOURCE"),
    ],
)
def test_option_that_does_not_apply_is_refused(sources, options, message):
    with pytest.raises(CommandError, match=message):
        run("load_geodata", *sources, **options)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"datasets": [], "licence": "x"}, "unknown licence; known are as_of"),
        ({"datasets": [{"dataset": "parcels", "file": "a", "cols": 1}]}, "unknown cols; known are"),
        ({"datasets": [{"dataset": "parcels", "file": "a", "crs": "x"}]}, "'x'"),
    ],
)
def test_manifest_with_what_nobody_reads_is_refused(tmp_path, manifest, message):
    jurisdiction_make()
    path = write(tmp_path / "manifest.json", json.dumps(manifest))
    with pytest.raises(CommandError, match=message):
        run("load_geodata", manifest=path, jurisdiction="castrop-rauxel.de")


def test_manifest_says_crs_licence_and_attribution_of_a_source(tmp_path):
    jurisdiction_make()
    entry = {
        "dataset": "parcels",
        "file": str(CASES / "json_25832_unnamed.geojson"),
        "crs": "EPSG:25832",
        "licence": "dl-de/zero-2-0",
        "attribution": "Katasteramt",
    }
    path = write(tmp_path / "manifest.json", json.dumps({"datasets": [entry]}))
    run("load_geodata", manifest=path, jurisdiction="castrop-rauxel.de")
    edition = Edition.objects.get()
    assert (edition.status, edition.report["rows"]) == (EditionStatus.STAGED, 3)
    assert (edition.licence, edition.attribution) == ("dl-de/zero-2-0", "Katasteramt")


def test_fact_that_nobody_reads_is_refused(tmp_path):
    path = write(tmp_path / "j.json", json.dumps({**FACTS, "prefix": "CR"}))
    with pytest.raises(CommandError, match="unknown prefix; known: id"):
        run("load_jurisdiction", path)


def test_load_says_what_became_of_each_column():
    jurisdiction_make()
    options = {"jurisdiction": "castrop-rauxel.de", "dataset": "addresses"}
    text = " ".join(run("load_geodata", CASES / "hk_header.csv", **options).split())
    assert "oid → key (4), str → street (4), hnr → number (4)" in text
    assert "keine Spalte gefunden für postcode" in text
    assert "nicht gelesene Spalten: nba, qua, " in text


@pytest.mark.parametrize("text", ["[]", "{}", '{"datasets": [{"file": "a.gml"}]}', "no json"])
def test_bad_manifest_is_a_clear_error(tmp_path, text):
    jurisdiction_make()
    path = write(tmp_path / "manifest.json", text)
    with pytest.raises(CommandError, match=r"manifest\.json: "):
        run("load_geodata", jurisdiction="castrop-rauxel.de", manifest=path)


def test_unknown_jurisdiction_says_what_to_do(tmp_path):
    with pytest.raises(CommandError, match=r"no jurisdiction .*; load_jurisdiction makes one"):
        run("load_geodata", tmp_path, jurisdiction="x.de", dataset="parcels")


def test_bad_source_is_a_command_error_and_stores_nothing(tmp_path):
    jurisdiction_make()
    path = write(tmp_path / "cut.gml", parcels_gml()[:-50])
    with pytest.raises(
        CommandError,
        match=r"aus dieser Quelle wurde nichts geladen: cut\.gml: Flurstueck F0552\w+: kein wohlgeformtes XML",
    ):
        run("load_geodata", path, jurisdiction="castrop-rauxel.de", dataset="parcels")
    assert not Parcel.objects.exists()
    assert Edition.objects.get().status == EditionStatus.FAILED


def test_crs_layer_and_profile_are_passed_on(tmp_path):
    jurisdiction_make()
    path = table_write(
        tmp_path / "a.gpkg", {"flstkennz": [KEYS[0]]}, [square(0)], layer="eins", crs=None
    )
    options = {"jurisdiction": "castrop-rauxel.de", "dataset": "parcels", "layer": "eins"}
    with pytest.raises(
        CommandError,
        match=r"nennt kein Koordinatenreferenzsystem|unbekanntes Koordinatenreferenzsystem",
    ):
        run("load_geodata", path, **options)
    run(
        "load_geodata",
        path,
        crs="EPSG:25832",
        profile="alkis_vereinfacht",
        activate=True,
        **options,
    )
    assert Parcel.objects.get().key == KEYS[0]
    with pytest.raises(
        CommandError, match="keine Spaltenzuordnung 'nas' für Flurstücke liest table"
    ):
        run("load_geodata", path, crs="EPSG:25832", profile="nas", **options)
