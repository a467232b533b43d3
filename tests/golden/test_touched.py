"""Whom a difference touches: of all other issues of the model city the evidence stays the same to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
import shapely
import shapely.affinity
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.datasets import dataset_spec, dataset_specs
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from issues.enums import Channel, LocationSource
from issues.models import ApiKey, Category, Issue
from parcels.models import Parcel
from routing.evidence import Asks, evidence_of
from routing.evidence.touched import LOOKS, issues_touched
from routing.types import Situation
from tests.golden.conftest import ModelCity

pytestmark = pytest.mark.django_db

ISSUES = 100
# What may be said otherwise of a row, apart from where it lies.
OTHERWISE: dict[str, dict[str, list[Any]]] = {
    "parcels": {"location_text": ["Anderswo 1"], "gemarkung_name": ["Anderswo"]},
    "land_use": {"usage": ["ROAD", "BUILT", "GREEN", "RAIL"], "parcel_key": [""]},
    "ownership": {"owner_class": ["CITY", "PRIV", "DB", "LAND"]},
    "road_sections": {"road_class": list("ABLKGSP"), "name": ["Andere Straße"]},
    "road_parts": {"part": ["carriageway", "footway", "parking"], "section_key": [""]},
    "through_roads": {"status": ["fixed", "unknown"], "from_station": [0.0], "to_station": [50.0]},
    "assets": {"kind": ["lamp", "bridge", "construction_site"], "owner": ["SWE"], "note": ["x"]},
    "areas": {"kind": ["built_up", "neighbour"], "code": ["x"]},
    "agreements": {"body": ["EUV"], "categories": [["*"]]},
    "tracks": {"kind": ["rail", "tram"]},
}


@pytest.fixture(scope="module")
def issues(model_city: ModelCity, django_db_blocker: Any) -> list[int]:
    """At drawn places and on and beside roads, of all categories, sources and accuracies."""
    dice = Random(7)
    city = model_city.jurisdiction
    with django_db_blocker.unblock():
        categories = list(Category.objects.filter(jurisdiction=city).order_by("pk"))
        exact = ApiKey.objects.create(
            jurisdiction=city,
            name="exact",
            key_hash="0" * 64,
            accuracy_m=1.5,
            accuracy_confidence=0.68,
        )
        places = [
            Point(place["long"], place["lat"], srid=4326).transform(25832, clone=True)
            for place in model_city.places
        ]
        made = Issue.objects.bulk_create(
            Issue(
                jurisdiction=city,
                category=dice.choice(categories),
                number=f"T-{number}",
                point=Point(at.x + dice.uniform(-40, 40), at.y + dice.uniform(-40, 40), srid=25832),
                latitude=51.5,
                longitude=7.3,
                accuracy_m=None if source == LocationSource.UNPLACED else accuracy,
                location_source=source,
                api_key=dice.choice([None, exact]),
                channel=Channel.OPEN311,
                sender_key=f"t{number}",
                content_hash=b"0" * 32,
                received_at=timezone.now(),
                status_changed_at=timezone.now(),
            )
            for number, (at, source, accuracy) in enumerate(
                zip(
                    dice.choices(places, k=ISSUES),
                    dice.choices(LocationSource.values, k=ISSUES),
                    dice.choices([None, None, 0.0, 5.0, 30.0, 400.0], k=ISSUES),
                    strict=True,
                )
            )
        )
        return [one.pk for one in made]


@pytest.fixture(scope="module")
def evidence(issues: list[int], django_db_blocker: Any) -> dict[int, tuple[Situation, ...]]:
    with django_db_blocker.unblock():
        return gathered(issues)


def gathered(issues: list[int]) -> dict[int, tuple[Situation, ...]]:
    """All that any rule could ask for."""
    return {
        facts.issue_id: found.situations
        for facts, found in evidence_of(issues, asking=lambda _f, _c: Asks(True, True, None))
    }


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def edition_make(city: ModelCity, dataset: str) -> Edition:
    """An edition takes the place of the active one; its rows are still the same."""
    base = Edition.objects.get(
        jurisdiction=city.jurisdiction, dataset=dataset, status=EditionStatus.ACTIVE
    )
    base.status = EditionStatus.SUPERSEDED
    base.save(update_fields=["status"])
    return Edition.objects.create(
        jurisdiction=city.jurisdiction,
        dataset=dataset,
        base=base,
        status=EditionStatus.ACTIVE,
        activated_at=timezone.now(),
    )


def rows_near(dataset: str, at: Point, dice: Random) -> list[Any]:
    """Up to three active rows of the dataset, most of them near a place, some anywhere."""
    rows = dataset_spec(dataset).model.objects.active().order_by("pk")
    if dice.random() < 0.2:
        near = rows
    elif dataset == "ownership":
        parcels = Parcel.objects.active().filter(geometry__dwithin=(at, 60.0))
        near = rows.filter(key__in=parcels.values("key"))
    else:
        near = rows.filter(geometry__dwithin=(at, 60.0))
    found = list(near) or list(rows)
    return dice.sample(found, min(len(found), dice.randint(1, 3)))


def row_change(edition: Edition, row: Any, dice: Random) -> None:
    """The row vanishes, is told otherwise, is moved, or gets a neighbour of its kind."""
    what = dice.choice(["vanished", "told", "told", "moved", "new"])
    if what != "new":
        type(row).objects.filter(pk=row.pk).update(edition_to=edition)
    if what == "vanished":
        return
    row.pk, row.edition_from = None, edition
    row._state.adding = True
    if what == "new":
        row.key = f"{row.key[:50]}-new"
    if what == "told" or not getattr(row, "geometry", None):
        for field, values in OTHERWISE[edition.dataset].items():
            if dice.random() < 0.7:
                setattr(row, field, dice.choice(values))
    else:
        shape = shapely.from_wkb(bytes(row.geometry.wkb))
        moved = shapely.affinity.translate(shape, dice.uniform(-50, 50), dice.uniform(-50, 50))
        row.geometry = GEOSGeometry(memoryview(shapely.to_wkb(moved)), srid=row.geometry.srid)
    row.save()


@pytest.mark.parametrize("dataset", sorted(LOOKS))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False))
def test_evidence_of_untouched_issues_stays(
    dataset: str,
    dice: Random,
    model_city: ModelCity,
    issues: list[int],
    evidence: dict[int, tuple[Situation, ...]],
) -> None:
    """So an impact that is worked out of the touched ones is that over all."""
    at = Issue.objects.get(pk=dice.choice(issues)).point
    with undone():
        edition = edition_make(model_city, dataset)
        for row in rows_near(dataset, at, dice):
            row_change(edition, row, dice)
        touched = issues_touched(issues, [edition])
        then = gathered(issues)
    assert {pk for pk in issues if then[pk] != evidence[pk]} <= touched
    assert len(touched) < len(issues)


def test_every_dataset_that_decisions_rest_on_has_its_looks() -> None:
    assert set(LOOKS) == {spec.dataset for spec in dataset_specs() if spec.is_evidence}


def test_dataset_that_appears_or_goes_touches_every_issue(
    model_city: ModelCity, issues: list[int]
) -> None:
    """Whether its facts are known changes everywhere, and so for issues without a place."""
    with undone():
        edition = edition_make(model_city, "assets")
        assert issues_touched(issues, [edition]) == set()
        Edition.objects.filter(pk=edition.pk).update(status=EditionStatus.SUPERSEDED)
        assert issues_touched(issues, [edition]) == set(issues)
    with undone():
        edition = edition_make(model_city, "assets")
        edition.base = None
        assert issues_touched(issues, [edition]) == set(issues)
