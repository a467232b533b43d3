"""Editions drawn by hand: staged with changes, checks and an impact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from django.core.management import call_command

from gis_core.coordinates import storage_to_wgs84
from gis_core.enums import ChangeKind, EditionStatus, Severity
from gis_core.models import Edition, EditionChange, EditionCheck, Jurisdiction
from issues.enums import Channel
from issues.models import Category, Issue
from issues.services import issue_receive
from issues.types import LocationInput
from parcels.enums import CadastreDataset
from routing.deciding.decisions import decision_make
from routing.enums import ChannelKind
from routing.models import Authority, AuthorityContact
from tests.gis_core.geodata_factories import EAST, NORTH, jurisdiction_make, load, table_write
from tests.mapui.factories import square, staff_create

HOSTILE = "<script>alert(1)</script>"


def manager_create(name: str = "gis"):
    return staff_create(name, permissions=("manage_geodata", "triage_issue"))


def staged_create(jurisdiction: Jurisdiction, **fields: Any) -> Edition:
    base = Edition.objects.filter(
        jurisdiction=jurisdiction, dataset=CadastreDataset.PARCELS, status=EditionStatus.ACTIVE
    ).first()
    defaults = {
        "status": EditionStatus.STAGED,
        "source": f"delivery {HOSTILE}.xml.gz",
        "profile": "nas",
        "licence": "dl-de/zero-2-0",
        "attribution": "Katasteramt Musterkreis",
        "base": base,
        "report": {"rows": 1234, "unchanged": 1230, "notes": ["a note"], "operations": {}},
    }
    return Edition.objects.create(
        jurisdiction=jurisdiction, dataset=CadastreDataset.PARCELS, **{**defaults, **fields}
    )


def change_create(edition: Edition, kind: ChangeKind, number: int, **fields: Any) -> EditionChange:
    defaults = {
        "key": f"059999001{number:05d}______",
        "district": "059999",
        "geometry": square(number % 5, number // 5),
    }
    return EditionChange.objects.create(edition=edition, kind=kind, **{**defaults, **fields})


def check_create(edition: Edition, severity: Severity, code: str, **fields: Any) -> EditionCheck:
    defaults = {"params": {"text": f"finding {code}"}, "count": 3}
    return EditionCheck.objects.create(
        edition=edition, severity=severity, code=code, **{**defaults, **fields}
    )


CITY = Path(__file__).resolve().parents[3] / "fixtures" / "castrop_rauxel"
OWNERS = {1: "CITY", 2: "CITY", 3: "PRIV", 4: "PRIV"}


def parcel_key(number: int) -> str:
    return f"055287001{number:05}______"


def parcels_write(path: Path, shapes: dict[int, shapely.Polygon]) -> Path:
    """A GeoPackage of parcels by number."""
    columns = {
        "flstkennz": [parcel_key(number) for number in shapes],
        "gemarkung": ["Castrop"] * len(shapes),
        "lagebeztxt": [f"Am Markt {number}" for number in shapes],
    }
    return table_write(path, columns, list(shapes.values()), layer="Flurstueck")


def before(size: float = 40.0) -> dict[int, shapely.Polygon]:
    """Four squares in a row."""
    return {
        n: shapely.box(EAST + size * n, NORTH, EAST + size * (n + 1), NORTH + size)
        for n in (1, 2, 3, 4)
    }


def after(size: float = 40.0) -> dict[int, shapely.Polygon]:
    """Parcel 1 was split into 5 and 6, the border between 3 and 4 moved, 2 stayed, 7 is new."""
    west, south, north = EAST + size, NORTH, NORTH + size
    return {
        2: before(size)[2],
        3: shapely.box(EAST + 3 * size, south, EAST + 3.9 * size, north),
        4: shapely.box(EAST + 3.9 * size, south, EAST + 5 * size, north),
        5: shapely.box(west, south, west + size / 2, north),
        6: shapely.box(west + size / 2, south, west + size, north),
        7: shapely.box(EAST + 5 * size, south, EAST + 6 * size, north),
    }


def city_make(folder: Path) -> Jurisdiction:
    """Parcels, land use and owners through the pipeline, with the model city's categories and rules."""
    city = jurisdiction_make()
    shapes = before()
    uses = {
        "oid": [f"use{number}" for number in range(7)],
        "nutzart": ["Sport-, Freizeit- und Erholungsfläche"] * 7,
        "bez": [""] * 7,
        "flstkennz": [""] * 7,
    }
    land = [shapely.box(EAST + 40 * n, NORTH, EAST + 40 * (n + 1), NORTH + 40) for n in range(7)]
    owners = ["flstkennz;eigentumsklasse"] + [
        f"{parcel_key(n)};{owner}" for n, owner in OWNERS.items()
    ]
    load(city, "parcels", parcels_write(folder / "before.gpkg", shapes))
    load(city, "land_use", table_write(folder / "use.gpkg", uses, land, layer="NutzungFlurstueck"))
    (folder / "owners.csv").write_text("\n".join(owners) + "\n", "utf-8")
    load(city, "ownership", folder / "owners.csv")
    for command in ("load_categories", "load_rules"):
        call_command(command, CITY, jurisdiction=city.identifier, verbosity=0)
    AuthorityContact.objects.bulk_create(
        AuthorityContact(
            authority=authority, channel=ChannelKind.MAIL, address="somebody@authority.example"
        )
        for authority in Authority.objects.filter(jurisdiction=city)
    )
    city.refresh_from_db()
    return city


def report_make(city: Jurisdiction, number: int = 1) -> Issue:
    """Dumped waste in the middle of the left half of a parcel, received and decided."""
    longitude, latitude = storage_to_wgs84(EAST + 40 * number + 10, NORTH + 20)
    received = issue_receive(
        jurisdiction=city,
        category=Category.objects.get(jurisdiction=city, code="WASTE_DUMP"),
        channel=Channel.STAFF,
        location=LocationInput(lat=latitude, long=longitude),
        description="Sperrmüll",
    )
    decision_make(issue_id=received.issue.pk)
    return received.issue
