"""What a rule set says on the city's own ground: places drawn, weights, holes."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command
from django.db.models import FloatField, Sum
from django.db.models.functions import Cast

from issues.models import Category
from parcels.enums import Usage
from parcels.models import LandUse
from routing.models import RuleSet
from routing.trying.ground import Verdict, ground_coverage, ground_places
from tests.mapui.geodata.geodata_factories import city_make
from tests.routing.trying.trial_factories import draft_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db, tmp_path):
    return city_make(tmp_path)


def rows_of(city, rule_set, *codes: str):
    categories = [Category.objects.get(jurisdiction=city, code=code) for code in codes]
    places = ground_places(city, count=4, seed=1)
    return list(ground_coverage(rule_set, places, categories=categories))


def test_places_are_drawn_alike_for_a_seed_and_stand_for_all_ground(city):
    places = ground_places(city, count=4, seed=1)
    assert places == ground_places(city, count=4, seed=1)
    assert places != ground_places(city, count=4, seed=2)
    total = LandUse.objects.filter(jurisdiction=city, edition_to=None).aggregate(
        all=Sum(Cast(Area("geometry"), FloatField()))
    )
    assert sum(one.area for one in places) == pytest.approx(total["all"])
    kinds = {(one.usage, one.owner) for one in places}
    assert len(kinds) >= 2
    assert all(sum((one.usage, one.owner) == kind for one in places) <= 4 for kind in kinds)


def test_place_is_drawn_in_a_sliver_as_well(city):
    sliver = LandUse.objects.filter(jurisdiction=city).first()
    west, south, _east, _north = sliver.geometry.extent
    sliver.pk, sliver.key, sliver.usage = None, "sliver", Usage.RAIL
    sliver.geometry = MultiPolygon(Polygon.from_bbox((west, south, west + 1e-6, south + 10)))
    sliver.save()
    [place] = [one for one in ground_places(city, count=4, seed=1) if one.usage == Usage.RAIL]
    assert place.x == pytest.approx(west, abs=1e-5)
    assert south < place.y < south + 10


def test_shares_of_a_category_sum_to_one_and_the_greatest_goes_first(city):
    active = RuleSet.objects.get(jurisdiction=city)
    rows = rows_of(city, active, "WASTE_DUMP", "RATS")
    for code in ("WASTE_DUMP", "RATS"):
        shares = [one.share for one in rows if one.category == code]
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)
    clear = [one for one in rows if one.verdict == Verdict.CLEAR]
    assert clear
    assert all(len(one.bodies) == 1 for one in clear)
    assert all(not one.bodies for one in rows if one.verdict == Verdict.NOBODY)


def test_rule_taken_away_leaves_a_hole_where_it_decided(city):
    active = RuleSet.objects.get(jurisdiction=city)
    before = [one for one in rows_of(city, active, "WASTE_DUMP") if one.bodies == ("EUV",)]
    assert [one.verdict for one in before] == [Verdict.CLEAR]
    draft = draft_make(city)
    draft.rules.filter(rule_id="A06").delete()
    after = {
        (one.road_class, one.usage, one.owner): one for one in rows_of(city, draft, "WASTE_DUMP")
    }
    hole = after[before[0].road_class, before[0].usage, before[0].owner]
    assert hole.verdict != Verdict.CLEAR
    assert hole.share == pytest.approx(before[0].share)


def test_command_prints_and_writes_what_it_found(city, tmp_path):
    out, file = StringIO(), tmp_path / "ground.csv"
    call_command(
        "coverage_on_ground",
        jurisdiction=city.identifier,
        category="WASTE_DUMP",
        csv=file,
        stdout=out,
    )
    assert "WASTE_DUMP" in out.getvalue()
    assert "places, version 1 of the rules." in out.getvalue()
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";"))
    assert sum(float(one["share"]) for one in rows) == pytest.approx(1, abs=1e-4)
    assert {one["verdict"] for one in rows} <= {"clear", "doubt", "nobody"}
    with pytest.raises(CommandError, match="no category NONE"):
        call_command("coverage_on_ground", jurisdiction=city.identifier, category="NONE")
    LandUse.objects.filter(jurisdiction=city).delete()
    with pytest.raises(CommandError, match="no land use loaded"):
        call_command("coverage_on_ground", jurisdiction=city.identifier)
