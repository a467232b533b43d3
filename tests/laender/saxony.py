"""A town in Saxony, whose geometry is stored in zone 33. `test_saxony.py` runs this in a process with that setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from gis_core.models import Jurisdiction
from mapui.triage.search import suggestions
from parcels.keys import parcel_label
from parcels.models import Parcel
from tests.laender.installation import (
    PROFILES,
    Place,
    exported,
    installation_begin,
    manifest_load,
    places_check,
    tile_get,
)
from tests.laender.town import Town
from tests.mapui.factories import staff_create

TOWN = Town(25833, 411_000, 5_656_000, "S")
PLACES = [
    Place("ROAD_SURFACE", 90, 107, "BAUHOF", [], "S03", ("S 177", "§ 44 Abs. 2 SächsStrG")),
    Place("ROAD_SURFACE", 450, 107, "LRA", ["LASUV"], "S04", ("eine Staatsstraße außerhalb",)),
    Place("ROAD_SURFACE", 90, 307, "LRA", ["LASUV"], "S02", ("B 7 innerhalb", "§ 5 Abs. 1 FStrG")),
    Place("ROAD_SURFACE", 90, 207, "BAUHOF", [], "S03", ("K 12", "eine Kreisstraße innerhalb")),
    Place("ROAD_SURFACE", 450, 162, "BAUHOF", [], "S06", ("Feldweg", "§ 44 Abs. 1 SächsStrG")),
    Place("SIDEWALK", 90, 110, "BAUHOF", [], "S08", ("Flurstück 1)",)),
    Place("WASTE_DUMP", 450, 130, "PRIV", ["ORD"], "S11", ("in privatem Eigentum",)),
]


def key(number: int) -> str:
    """Saxony has no Fluren."""
    return f"142999___{number:05d}______"


@pytest.fixture(scope="module")
def _installed(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The town, loaded once for these tests; the folder of its delivery."""
    folder = tmp_path_factory.mktemp("sachsen")
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.GEODATA_PROFILES", PROFILES)
        city = installation_begin("sachsen")
        lots = TOWN.lots
        shapes = [lot.shape for lot in lots]
        parcels = {
            "flstkennz": [key(lot.number) for lot in lots],
            "gemarkung": ["Musterau"] * len(lots),
            "flaeche": [round(lot.shape.area) for lot in lots],
            "lagebeztxt": [lot.location for lot in lots],
        }
        uses = {
            "oid": [f"DESNTN{lot.number:010d}" for lot in lots],
            "nutzart": [lot.use for lot in lots],
            "bez": [""] * len(lots),
            "flstkennz": parcels["flstkennz"],
        }
        TOWN.table(folder / "alkis.gpkg", "Flurstueck", parcels, shapes)
        TOWN.table(folder / "alkis.gpkg", "NutzungFlurstueck", uses, shapes)
        TOWN.roads_write(folder)
        TOWN.stretches_write(folder)
        TOWN.areas_write(folder, city.municipality_key, city.name)
        TOWN.owners_write(folder / "eigentum.csv", key)
        cadastre = [
            {"dataset": "parcels", "file": "alkis.gpkg", "layer": "Flurstueck"},
            {"dataset": "land_use", "file": "alkis.gpkg", "layer": "NutzungFlurstueck"},
        ]
        manifest_load(city, TOWN.manifest_write(folder, *cadastre))
        call_command("check_installation", jurisdiction=city.identifier)
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def town(_installed: Path, db: None) -> Jurisdiction:
    return Jurisdiction.objects.get()


def test_town_in_saxony_from_delivery_to_decision(town, tmp_path):
    assert Parcel.objects.active().get(numerator=1).geometry.srid == 25833
    label = parcel_label(Parcel.objects.active().get(numerator=8).key, "Musterau")
    assert label == "Gemarkung Musterau, Flurstück 8"
    reasons = places_check(town, TOWN, PLACES)
    assert "S 177" in reasons[0]
    assert "Straßenmeisterei des Landkreises" in reasons[1]
    info = exported(town, "parcels", tmp_path / "parcels.gpkg")
    assert (info["crs"], info["features"]) == ("EPSG:25833", len(TOWN.lots))
    assert info["total_bounds"] == pytest.approx((411_000, 5_656_000, 411_600, 5_656_400))


def test_road_is_found_by_what_stands_on_its_sign(town):
    asked = {"category": "ROAD_SURFACE", "place": "Staatsstraße 177 bei km 0,09"}
    assert Client().get("/api/responsibility/", asked).json()["reason_de"].count("S 177") == 1
    found = suggestions(staff_create("sachsen"), town, "s177")
    assert "S 177" in [one.label for one in found]
    assert re.search(rb"letters.*S.*", tile_get(TOWN, 290, 107), re.DOTALL)
