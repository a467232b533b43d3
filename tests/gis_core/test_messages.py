"""What the loader says is a code with parameters, and words are made of it for who reads."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from gis_core.errors import LoadError
from gis_core.messages import Message, Told, message_texts, told_from_json, told_text
from gis_core.models import Edition, EditionCheck
from tests.gis_core.geodata_factories import jurisdiction_make, parcels_gml, write

ROOT = Path(__file__).parents[2]
# Nothing but parameters: the same in every language.
SAME = {
    "row_fault",
    "profile_misfit",
    "csv_columns_missing",
    "key_shared",
    "edition_error",
    "service_attempt",
}
CODED = {
    *("LoadError", "LoadCancelled", "RowError", "GmlError", "GeometryError", "CoordinateError"),
    "RasterRefused",
    *("EditionError", "RetryLater", "CodedError", "Message", "finding", "_error"),
    *("AddressRefused", "AnswerTooLarge", "AnswerTooSlow"),
    *(
        "CapabilitiesError",
        "PickRefused",
        "PresetUnusable",
        "ServiceUnknown",
        "InfoUnavailable",
        "OwnerProfileError",
        "notes.add",
    ),
}


def codes_used() -> set[str]:
    """The codes that the apps' code names: first text among the arguments of what takes a code."""
    found: set[str] = set()
    for app in ("gis_core", "parcels", "routing", "mapui"):
        for path in (ROOT / app).glob("**/*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or ast.unparse(node.func) not in CODED:
                    continue
                prefix = "check_" if ast.unparse(node.func) == "finding" else ""
                texts = [
                    leaf.value
                    for argument in node.args[:3]
                    for leaf in (
                        (argument.body, argument.orelse)
                        if isinstance(argument, ast.IfExp)
                        else (argument,)
                    )
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                ]
                found |= {prefix + text for text in texts}
    return found


@pytest.mark.parametrize("code", sorted(message_texts()))
def test_message_has_a_german_text_with_the_same_parameters(code):
    english = message_texts()[code]
    with override("de"):
        german = gettext(english)
    assert german != english or code in SAME
    parameters = re.compile(r"%\((\w+)\)s|%%")
    assert sorted(parameters.findall(german)) == sorted(parameters.findall(english))


def test_every_code_in_the_program_is_known():
    used = codes_used()
    assert len(used) > 100
    assert used <= set(message_texts())


def test_no_text_is_left_that_nothing_says():
    through_tables = {
        *("guess_crs", "guess_crs_swapped", "no_number", "no_area", "no_date"),
        *("check_gemarkung_unknown", "check_flur_unknown", "check_versions", "check_taken_once"),
        "check_municipality_other",
        *("check_streets_missing", "check_locations_missing", "check_locations_stale"),
        *("check_source_twice", "check_source_apart", "check_source_key"),
    }
    assert set(message_texts()) - codes_used() == through_tables


def test_status_of_an_edition_is_worded_and_that_of_http_a_number():
    with override("de"):
        assert Message("wfs_http", {"status": 503}).shown() == "antwortet mit HTTP 503"


def test_message_speaks_the_language_of_the_reader():
    guess = Message("guess_crs_swapped", {"crs": "EPSG:31466"})
    error = LoadError(
        "extent_far", file="a.gml", feature="F 1", km=120, name="Castrop", guess=guess
    )
    assert str(error) == (
        "a.gml: F 1: lies 120 km outside Castrop; likely cause: the coordinates are in EPSG:31466 with swapped axes."
        " A source that holds more than the municipality is cut to it once its boundary is loaded (areas)"
    )
    with override("de"):
        assert error.shown() == (
            "a.gml: F 1: liegt 120 km außerhalb von Castrop; wahrscheinliche Ursache: die Koordinaten sind in"
            " EPSG:31466 mit vertauschten Achsen. Eine Quelle, die mehr als die Gemeinde enthält, wird auf sie"
            " zugeschnitten, sobald deren Grenze geladen ist (Gebiete)"
        )


def test_message_survives_json():
    gap = Message("profile_misfit", {"profile": "nas", "gap": Message("layers_none")})
    told = Told(Message("csv_columns_missing", {"gaps": [gap], "there": ["a", "b"]}), "x.csv")
    stored = json.loads(json.dumps(told.as_json()))
    assert told_from_json(stored) == told
    assert stored["text"] == "x.csv: nas: has no layers; there are a, b"
    with override("de"):
        assert told_text(stored) == "x.csv: nas: hat keine Ebenen; vorhanden: a, b"


def test_labels_stand_for_the_codes_of_datasets_and_states():
    message = Message("load_running", {"dataset": "parcels"})
    with override("de"):
        assert message.shown() == "ein anderer Ladevorgang für Flurstücke läuft"
    assert str(message) == "another load of parcels is running"


@pytest.mark.parametrize(
    "stored",
    [
        "words of before",
        {"text": "words of before"},
        {"code": "gone", "params": {}, "text": "words of before"},
    ],
)
def test_words_of_before_are_shown_as_they_are(stored):
    assert told_text(stored) == "words of before"


def test_finding_of_before_keeps_its_words():
    old = EditionCheck(code="share", params={"text": "30 % fewer"})
    assert old.message == "30 % fewer"


def test_code_that_nobody_knows_is_a_mistake():
    with pytest.raises(KeyError):
        Message("no_such_code")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "enthält kein Objekt für Tatsächliche Nutzung"),
        ("en", "holds no feature of Land use"),
    ],
)
def test_failed_load_is_told_in_the_language_of_the_reader(db, tmp_path, language, expected):
    jurisdiction_make()
    path = write(tmp_path / "a.gml", parcels_gml())
    options = {"jurisdiction": "castrop-rauxel.de", "dataset": "land_use"}
    with override(language), pytest.raises(CommandError, match=expected):
        call_command("load_geodata", path, **options)
    edition = Edition.objects.get()
    assert edition.error == {
        "code": "load_empty",
        "params": {"dataset": "land_use"},
        "file": "a.gml",
        "text": "a.gml: holds no feature of land_use",
    }
    with override(language):
        assert edition.error_text == f"a.gml: {expected}"
