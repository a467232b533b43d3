"""The demo's data: the model city, generated and loaded once, or the parcels of a path."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from django.core.management import CommandError, call_command

from config import env
from config.demo.places import Place, places_of_city, places_of_parcels
from config.demo.surroundings import DEMO, city_directory, partner_address
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from routing.enums import ChannelKind
from routing.models import AuthorityContact

FIXTURES = env.ROOT / "fixtures"
RULES = FIXTURES / "castrop_rauxel"
SEED = 1
# What a delivery of parcels may hold beside them; a delivery without is loaded all the same.
BESIDE_PARCELS = ("cadastral_districts", "land_use")


def city_scale() -> str:
    """The model city's scale; the tests take the small one."""
    return env.text("DEMO_SCALE", "city")


def city_version() -> str:
    """Scale, seed and generator: another of any of them is another city."""
    digest = hashlib.sha256()
    for path in sorted((FIXTURES / "modelcity").glob("*.py")):
        digest.update(path.read_bytes())
    return f"{city_scale()}-{SEED}-{digest.hexdigest()[:12]}"


def city_generate() -> Path:
    """The directory with the generated city; an unfinished one of an interrupted run does not count."""
    from fixtures.modelcity.detail import SCALES
    from fixtures.modelcity.generate import FORMATS, generate

    directory = city_directory(city_version())
    if not directory.exists():
        unfinished = directory.with_suffix(".new")
        unfinished.mkdir(parents=True, exist_ok=True)
        generate(SCALES[city_scale()], SEED, unfinished, FORMATS)
        unfinished.rename(directory)
    return directory


def city_load(directory: Path) -> tuple[Jurisdiction, list[Place]]:
    """The loaded city and the places of its reports; geodata are loaded once a version."""
    manifest = directory / "manifest.json"
    call_command("load_jurisdiction", manifest)
    facts = json.loads(manifest.read_text("utf-8"))["jurisdiction"]
    jurisdiction = Jurisdiction.objects.get(identifier=facts["id"])
    if not _is_loaded(jurisdiction, directory.name):
        call_command(
            "load_geodata",
            jurisdiction=jurisdiction.identifier,
            manifest=manifest,
            activate=True,
        )
        _loaded_note(jurisdiction, directory.name)
    _rules_load(jurisdiction)
    jurisdiction.refresh_from_db()
    return jurisdiction, places_of_city(directory / "places.json")


def parcels_load(path: Path) -> tuple[Jurisdiction, list[Place]]:
    """Any delivery of parcels as a jurisdiction of its own, with the model city's rules and authorities."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "parcels"
    facts = {"id": f"{slug}.example", "name": slug.title(), "ags": "00000000"}
    file = DEMO / f"{slug}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(facts), encoding="utf-8")
    call_command("load_jurisdiction", file)
    jurisdiction = Jurisdiction.objects.get(identifier=facts["id"])
    version = f"{path.resolve()}"
    if not _is_loaded(jurisdiction, version):
        options = {"jurisdiction": jurisdiction.identifier, "activate": True}
        call_command("load_geodata", path, dataset="parcels", **options)
        for dataset in BESIDE_PARCELS:
            try:
                call_command("load_geodata", path, dataset=dataset, **options)
            except CommandError as error:
                print(f"  without {dataset}: {error}")
        _loaded_note(jurisdiction, version)
    _rules_load(jurisdiction)
    jurisdiction.refresh_from_db()
    return jurisdiction, places_of_parcels(jurisdiction)


def _rules_load(jurisdiction: Jurisdiction) -> None:
    """Categories, authorities, rules and contacts; whoever takes Open311 is in the demo our partner."""
    for command in ("load_categories", "load_rules", "load_contacts"):
        call_command(command, RULES, jurisdiction=jurisdiction.identifier)
    # A mail of an earlier run came back, and broke the address.
    AuthorityContact.objects.filter(authority__jurisdiction=jurisdiction).update(broken_address="")
    AuthorityContact.objects.filter(
        authority__jurisdiction=jurisdiction, channel=ChannelKind.OPEN311, is_active=True
    ).update(address=f"http://{partner_address()}/open311/v2")


def _note(jurisdiction: Jurisdiction) -> Path:
    return DEMO / f"{jurisdiction.identifier}.loaded.json"


def _edition_ids(jurisdiction: Jurisdiction) -> list[int]:
    active = Edition.objects.filter(jurisdiction=jurisdiction, status=EditionStatus.ACTIVE)
    return list(active.order_by("pk").values_list("pk", flat=True))


def _is_loaded(jurisdiction: Jurisdiction, version: str) -> bool:
    """Whether the database still holds exactly the editions that were made of this version."""
    with suppress(FileNotFoundError):
        noted = json.loads(_note(jurisdiction).read_text("utf-8"))
        return bool(noted == {"version": version, "editions": _edition_ids(jurisdiction)})
    return False


def _loaded_note(jurisdiction: Jurisdiction, version: str) -> None:
    noted = {"version": version, "editions": _edition_ids(jurisdiction)}
    _note(jurisdiction).write_text(json.dumps(noted), encoding="utf-8")
