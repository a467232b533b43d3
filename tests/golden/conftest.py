"""The model city at small scale, loaded through the importers as an administrator would load it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from gis_core.models import Jurisdiction
from routing.enums import ChannelKind
from routing.models import Authority, AuthorityContact

CITY = Path(__file__).resolve().parents[2] / "fixtures" / "castrop_rauxel"


@dataclass(frozen=True)
class ModelCity:
    jurisdiction: Jurisdiction
    places: list[dict[str, Any]]


def city_load(folder: Path) -> ModelCity:
    manifest = folder / "manifest.json"
    facts = json.loads(manifest.read_text("utf-8"))["jurisdiction"]
    call_command("load_jurisdiction", manifest, verbosity=0)
    call_command(
        "load_geodata", jurisdiction=facts["id"], manifest=manifest, activate=True, verbosity=0
    )
    for command in ("load_categories", "load_rules"):
        call_command(command, CITY, jurisdiction=facts["id"], verbosity=0)
    jurisdiction = Jurisdiction.objects.get(identifier=facts["id"])
    AuthorityContact.objects.bulk_create(
        AuthorityContact(
            authority=authority,
            channel=ChannelKind.MAIL,
            address=f"{authority.code.lower()}@authority.example",
        )
        for authority in Authority.objects.filter(jurisdiction=jurisdiction)
    )
    return ModelCity(
        jurisdiction=jurisdiction,
        places=json.loads((folder / "places.json").read_text("utf-8")),
    )


@pytest.fixture(scope="module")
def model_city(
    django_db_setup: None, django_db_blocker: Any, model_city_files: Path
) -> Iterator[ModelCity]:
    """Loaded once for the module and rolled back after it, so that no other test meets it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield city_load(model_city_files)
        transaction.set_rollback(True)
