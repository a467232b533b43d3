"""Checks of the cadastre that keep a load with a lost column from becoming active."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from gis_core.errors import LoadError
from mapui.geodata.contents import ATTRIBUTES
from parcels.importers.cadastre import PROFILES
from parcels.models import Parcel
from routing.importers.datasets import PROFILES as NETWORK_PROFILES
from tests.gis_core.geodata_factories import (
    KEYS,
    jurisdiction_make,
    load,
    parcels_gml,
    stage,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """A jurisdiction without any geodata."""
    return jurisdiction_make()


def errors(edition) -> list[str]:
    return list(edition.checks.filter(severity="error").values_list("code", flat=True))


def addresses(path, *numbers: str):
    rows = [f"{i};Am Markt;{number};{382900 + i};5712300" for i, number in enumerate(numbers)]
    return write(path, "\n".join(["oid;str;hnr;ostwert;nordwert", *rows]))


@pytest.mark.parametrize(
    ("numbers", "found"),
    [(("1", "2", "2"), ["suffixes"]), (("1", "2", "2", "3a"), []), (("1", "2", "3"), [])],
)
def test_numbers_that_repeat_without_any_letter_are_an_error(city, tmp_path, numbers, found):
    edition = stage(city, "addresses", addresses(tmp_path / "a.csv", *numbers))
    assert errors(edition) == found
    if found:
        assert "Am Markt 2" in edition.checks.get(code="suffixes").message


def owners(path, *classes: str):
    rows = [f"{key};{owner}" for key, owner in zip(KEYS, classes, strict=False)]
    return write(path, "\n".join(["flstkennz;eigentumsklasse", *rows]))


def test_owner_classes_that_are_all_gone_are_an_error(city, tmp_path):
    unknown = owners(tmp_path / "u.csv", "UNKNOWN", "UNKNOWN")
    assert errors(stage(city, "ownership", unknown)) == []
    load(city, "ownership", owners(tmp_path / "o.csv", "CITY", "UNKNOWN"))
    edition = stage(city, "ownership", unknown)
    assert errors(edition) == ["ownerless"]
    assert edition.checks.get(code="ownerless").params == {"before": 1}
    some = stage(city, "ownership", owners(tmp_path / "s.csv", "PRIV", "UNKNOWN"))
    assert errors(some) == []


def test_attribute_that_found_its_column_before_is_missed(city, tmp_path):
    header = "flstkennz;eigentumsklasse;stand"
    load(city, "ownership", write(tmp_path / "a.csv", f"{header}\n{KEYS[0]};CITY;2026-09-30"))
    edition = stage(city, "ownership", owners(tmp_path / "b.csv", "CITY"))
    assert edition.checks.get(code="columns").params == {"columns": ["source_date"]}


def test_every_column_of_a_profile_has_a_name_for_people():
    columns = {
        column
        for directory in (PROFILES, NETWORK_PROFILES)
        for path in directory.glob("*.json")
        for column in json.loads(path.read_text("utf-8"))["columns"]
    }
    assert columns == set(ATTRIBUTES)


def test_owner_classes_of_parcels_that_nobody_knows_are_told(city, tmp_path):
    """Most of them: another spelling or place of the keys, and every decision on an owner would go wrong."""
    everybody = owners(tmp_path / "o.csv", "CITY", "PRIV", "PRIV")
    assert not stage(city, "ownership", everybody).checks.exists()
    load(city, "parcels", write(tmp_path / "p.gml", parcels_gml(2)))
    edition = stage(city, "ownership", owners(tmp_path / "s.csv", "CITY", "PRIV", "PRIV"))
    found = edition.checks.get(code="parcels_unknown")
    assert (found.severity, found.count, KEYS[2] in found.message) == ("warning", 1, True)
    foreign = "".join(f"055287002{number:05d}______;PRIV\n" for number in range(1, 101))
    path = write(tmp_path / "f.csv", f"flstkennz;eigentumsklasse\n{KEYS[0]};CITY\n{foreign}")
    assert errors(stage(city, "ownership", path)) == ["parcels_unknown"]


def test_area_beyond_all_measure_is_unknown(city, tmp_path):
    path = write(tmp_path / "p.gml", parcels_gml(1, flaeche="1e14"))
    loaded = load(city, "parcels", path)
    assert Parcel.objects.active().get().official_area is None
    assert loaded.edition.checks.get(code="unknown").details["samples"][0]["value"] == "1e14"


def test_rows_of_a_table_are_called_lines_in_every_language(city, tmp_path):
    path = owners(tmp_path / "o.csv", "Stadt", "Kirche")
    with pytest.raises(LoadError) as caught, override("de"):
        stage(city, "ownership", path)
    with override("de"):
        assert "Zeile 2" in caught.value.shown()
        assert "line" not in caught.value.shown()
