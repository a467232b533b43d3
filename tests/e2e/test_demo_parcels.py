"""The demo on somebody's parcels: what `./run demo --parcels` loads, and where it lets people report."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.demo import city
from config.demo.places import REPORTS_OF_PARCELS
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from issues.enums import Channel
from issues.models import Category
from issues.services.intake import issue_receive
from issues.types import LocationInput
from routing.deciding.decisions import decision_make


@pytest.mark.django_db
def test_reports_lie_on_the_parcels_they_name_and_are_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(SCALES["small"], 1, tmp_path, ("gml",))
    monkeypatch.setattr(city, "DEMO", tmp_path / "demo")
    monkeypatch.setenv("DEMO_PARTNER_ADDRESS", "127.0.0.1:1")
    jurisdiction, places = city.parcels_load(tmp_path / "alkis_vereinfacht.gml")
    assert len(places) == REPORTS_OF_PARCELS
    for place in places:
        key = place.label.rpartition(", ")[2]
        received = issue_receive(
            jurisdiction=jurisdiction,
            category=Category.objects.get(jurisdiction=jurisdiction, code=place.category),
            channel=Channel.OPEN311,
            location=LocationInput(long=place.longitude, lat=place.latitude, accuracy=0),
            description=place.label,
            sender_key=key,
        )
        decision = decision_make(issue_id=received.issue.pk)
        [situation] = decision.evidence["situations"]
        assert [one["key"].rstrip("_") for one in situation["parcels"]] == [key]
