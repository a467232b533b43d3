"""An installation of another Land as its administrators set it up, and what it says about places in it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio
from django.core.management import call_command
from django.test import Client

from gis_core.coordinates import storage_to_wgs84
from gis_core.models import Edition, Jurisdiction
from issues.enums import Channel
from issues.models import Category
from issues.services import issue_receive
from issues.types import LocationInput
from routing.deciding.decisions import decision_make
from routing.enums import ChannelKind, Outcome
from routing.models import Authority, AuthorityContact, Decision
from tests.laender.town import Town
from tests.mapui.factories import staff_create

HERE = Path(__file__).parent
PROFILES = HERE / "profiles"
ZOOM = 16
# What only North Rhine-Westphalia, or the model city, has.
OF_NRW = re.compile(r"NRW|Nordrhein|Castrop|Recklinghausen|EUV|StrWG|StrReinG|Ruhr|Emscher")


@dataclass(frozen=True)
class Place:
    """A report in the town, and who has to act: authority, copy, rule, and words that the sentence holds."""

    category: str
    x: float
    y: float
    body: str
    notify: list[str]
    rule: str
    told: tuple[str, ...]


def installation_begin(land: str) -> Jurisdiction:
    """The facts, categories and rules of a Land's folder, and a contact for each authority."""
    folder = HERE / land
    call_command("load_jurisdiction", folder / "jurisdiction.json", verbosity=0)
    city = Jurisdiction.objects.get()
    call_command("load_categories", HERE / "categories", jurisdiction=city.identifier, verbosity=0)
    call_command("load_rules", folder, jurisdiction=city.identifier, verbosity=0)
    AuthorityContact.objects.bulk_create(
        AuthorityContact(
            authority=one, channel=ChannelKind.MAIL, address=f"{one.code.lower()}@land.example"
        )
        for one in Authority.objects.filter(jurisdiction=city)
    )
    return city


def manifest_load(city: Jurisdiction, manifest: Path) -> None:
    """By the command, activated; no finding is an error."""
    call_command(
        "load_geodata", jurisdiction=city.identifier, manifest=manifest, activate=True, verbosity=0
    )
    city.refresh_from_db()
    errors = Edition.objects.filter(checks__severity="error")
    assert not errors.exists(), list(errors.values_list("dataset", "checks__code"))


def decided(city: Jurisdiction, town: Town, place: Place) -> Decision:
    longitude, latitude = storage_to_wgs84(*town.at(place.x, place.y))
    received = issue_receive(
        jurisdiction=city,
        category=Category.objects.get(jurisdiction=city, code=place.category),
        channel=Channel.STAFF,
        location=LocationInput(lat=latitude, long=longitude, accuracy=1),
        description="Gemeldet",
    )
    return decision_make(issue_id=received.issue.pk)


def public_reason(town: Town, place: Place) -> str:
    longitude, latitude = storage_to_wgs84(*town.at(place.x, place.y))
    asked = {"category": place.category, "lat": latitude, "long": longitude, "accuracy": 1}
    answer = Client().get("/api/responsibility/", asked)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["reason_de"])


def places_check(city: Jurisdiction, town: Town, places: list[Place]) -> list[str]:
    """That each place is decided so, by sentences in the words of this Land; the reasons for the public."""
    reasons = []
    for place in places:
        decision = decided(city, town, place)
        sentence = decision.sentences["de"]
        if place.body == "TRIAGE":
            assert decision.outcome == Outcome.TRIAGE, sentence
        else:
            assert decision.authority is not None, sentence
            came = (decision.outcome, decision.authority.code, decision.notify, decision.rule_id)
            assert came == (Outcome.ASSIGNED, place.body, place.notify, place.rule), sentence
        for words in place.told:
            assert words in sentence, sentence
        reasons.append(public_reason(town, place))
        assert not OF_NRW.search(f"{sentence} {reasons[-1]}"), (sentence, reasons[-1])
    return reasons


def tile_get(town: Town, x: float, y: float, layer: str = "base") -> bytes:
    """The tile that holds the place."""
    longitude, latitude = storage_to_wgs84(*town.at(x, y))
    column = int((longitude + 180) / 360 * 2**ZOOM)
    row = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**ZOOM)
    client = Client()
    client.force_login(staff_create("geo", permissions=("manage_geodata", "see_issue")))
    answer = client.get(f"/tiles/{layer}/{ZOOM}/{column}/{row}.mvt")
    assert answer.status_code == 200
    return answer.content


def exported(city: Jurisdiction, dataset: str, path: Path) -> dict[str, Any]:
    call_command("export_geodata", path, jurisdiction=city.identifier, dataset=dataset, verbosity=0)
    return pyogrio.read_info(path, force_total_bounds=True)
