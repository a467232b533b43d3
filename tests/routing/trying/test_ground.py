"""What a rule set says on the city's own ground: places drawn, weights, holes."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO

import pytest
from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import FloatField, Sum
from django.db.models.functions import Cast

from gis_core.srids import storage_srid
from issues.models import Category
from parcels.enums import Usage
from parcels.models import LandUse
from routing import tasks
from routing.engine import RuleRow
from routing.enums import GroundVerdict, TrialState
from routing.errors import TrialRefused
from routing.models import Asset, GroundCoverage, RuleSet
from routing.rulebook import rule_store
from routing.trying import ground_runs
from routing.trying.ground import ground_places, ground_rows, ground_told
from routing.trying.ground_runs import (
    HOLES,
    coverage_start,
    coverage_work,
    coverages_unfinished,
    holes_of,
    shares_by_category,
)
from tests.routing.trying.trial_factories import draft_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(city):
    """Four parcels in a row, green space: two are the city's, two private."""
    LandUse.objects.filter(jurisdiction=city, key__in=("use0", "use5", "use6")).delete()
    return city


def rows_of(city, rule_set, *codes: str):
    categories = [Category.objects.get(jurisdiction=city, code=code) for code in codes]
    places = ground_places(city, count=4, seed=1)
    return ground_rows(rule_set, ground_told(rule_set, places, categories=categories))


def ground_of(row):
    return (row.road_class, row.through_road, row.part, row.usage, row.owner)


def told(coverage):
    """All that a measurement says, without its own ids."""
    columns = ("category", "verdict", "bodies", "share", "places", "examples")
    return [
        (*ground_of(row), *(getattr(row, column) for column in columns))
        for row in coverage.rows.order_by("pk")
    ]


def measured(rule_set, **given) -> GroundCoverage:
    coverage = coverage_start(rule_set=rule_set, places_per_kind=2, **given)
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    return coverage


def test_places_are_drawn_alike_for_a_seed_and_stand_for_all_ground(city):
    places = ground_places(city, count=4, seed=1)
    assert places == ground_places(city, count=4, seed=1)
    assert places != ground_places(city, count=4, seed=2)
    total = LandUse.objects.filter(jurisdiction=city, edition_to=None).aggregate(
        all=Sum(Cast(Area("geometry"), FloatField()))
    )
    assert sum(one.size for one in places) == pytest.approx(total["all"])
    assert Counter((one.usage, one.owner) for one in places) == {
        ("GREEN", "CITY"): 2,
        ("GREEN", "PRIV"): 2,
    }
    assert len(ground_places(city, count=1, seed=1)) == 2


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
    clear = [one for one in rows if one.verdict == GroundVerdict.CLEAR]
    assert clear
    assert all(len(one.bodies) == 1 for one in clear)
    assert all(not one.bodies for one in rows if one.verdict == GroundVerdict.NOBODY)


def test_ground_weighs_as_much_as_reports_come_from_it(city):
    """The two parcels of the city are railway now, and three times as many reports come from railways."""
    LandUse.objects.filter(jurisdiction=city, key__in=("use1", "use2")).update(usage=Usage.RAIL)
    draft = draft_make(city)
    draft.priors.all().delete()
    draft.priors.create(category="WASTE_DUMP", usage=Usage.RAIL, weight=3.0)
    shares = {Usage.RAIL: 0.0, Usage.GREEN: 0.0}
    for row in rows_of(city, draft, "WASTE_DUMP"):
        shares[Usage(row.usage)] += row.share
    assert shares == pytest.approx({Usage.RAIL: 3 / 4, Usage.GREEN: 1 / 4})


def test_category_with_assets_is_asked_about_where_they_stand(city):
    """Three lamps on the city's green space, of which two are drawn; without lamps, the ground is asked."""
    assert len(rows_of(city, draft_make(city), "STREET_LIGHT")) == 2
    edition = LandUse.objects.filter(jurisdiction=city).first().edition_from
    ground = LandUse.objects.get(jurisdiction=city, key="use1").geometry
    west, south, _east, _north = ground.extent
    points = [Point(west + 10 * n, south + 10, srid=storage_srid()) for n in (1, 2, 3)]
    Asset.objects.bulk_create(
        Asset(
            jurisdiction=city,
            edition_from=edition,
            key=f"lamp{n}",
            content_hash=b"",
            kind="street_light",
            geometry=point,
        )
        for n, point in enumerate(points)
    )
    places = ground_places(city, count=2, seed=1)
    assert [one.size for one in places if one.asset == "street_light"] == [1.5, 1.5]
    category = Category.objects.get(jurisdiction=city, code="STREET_LIGHT")
    told_at = ground_told(draft_make(city), places, categories=[category])
    [row] = ground_rows(draft_make(city), told_at)
    assert (row.usage, row.owner, row.places, row.share) == ("GREEN", "CITY", 2, 1.0)
    assert {one.coords for one in row.examples} < {one.coords for one in points}


def test_example_places_lie_on_the_row_s_ground(city):
    LandUse.objects.filter(jurisdiction=city, key="use1").update(usage=Usage.RAIL)
    rows = rows_of(city, draft_make(city), "WASTE_DUMP")
    assert {row.usage for row in rows} == {Usage.RAIL, Usage.GREEN}
    for row in rows:
        assert 1 <= len(row.examples) <= row.places
        for place in row.examples:
            here = LandUse.objects.filter(jurisdiction=city, geometry__covers=place)
            assert [one.usage for one in here] == [row.usage]


def test_rule_that_leaves_it_to_a_person_on_purpose_makes_no_hole(city):
    rows = rows_of(city, draft_make(city), "OTHER")
    assert {(row.verdict, *row.bodies) for row in rows} == {(GroundVerdict.PERSON,)}


def test_rule_taken_away_leaves_a_hole_that_the_missing_row_closes(city):
    draft = draft_make(city)
    [before] = [one for one in rows_of(city, draft, "WASTE_DUMP") if one.bodies == ["EUV"]]
    assert before.verdict == GroundVerdict.CLEAR
    draft.rules.filter(rule_id="A06").delete()
    [hole] = [
        one for one in rows_of(city, draft, "WASTE_DUMP") if ground_of(one) == ground_of(before)
    ]
    assert hole.verdict in HOLES
    assert hole.share == pytest.approx(before.share)
    rule_store(
        draft=draft,
        revision=draft.revision,
        replaces=None,
        row=RuleRow(
            rule_id="NEW",
            priority=60,
            category=hole.category,
            road_class=hole.road_class,
            through_road="*",
            part="*",
            usage=hole.usage,
            owner=hole.owner,
            condition="",
            body="EUV",
            notify="",
            confidence=0.9,
            legal_basis="StrWG 47",
        ),
    )
    [after] = [
        one for one in rows_of(city, draft, "WASTE_DUMP") if ground_of(one) == ground_of(before)
    ]
    assert (after.verdict, after.bodies) == (GroundVerdict.CLEAR, ["EUV"])


# --- Stored ------------------------------------------------------------------------------------------


def test_measurement_is_stored_and_replaces_the_former_one(city):
    draft = draft_make(city)
    first = measured(draft)
    assert (first.state, first.error) == (TrialState.DONE, "")
    assert first.places == first.done == len(ground_places(city, count=2, seed=1))
    assert first.seconds > 0
    shares = shares_by_category(first)
    assert len(shares) == Category.objects.filter(jurisdiction=city, is_active=True).count()
    assert all(sum(one.values()) == pytest.approx(1) for one in shares.values())
    assert shares["OTHER"][GroundVerdict.PERSON] == pytest.approx(1)
    holes = list(holes_of(first))
    assert holes
    assert {one.verdict for one in holes} <= set(HOLES)
    assert [one.share for one in holes] == sorted((one.share for one in holes), reverse=True)
    said = told(first)
    second = measured(draft)
    assert list(GroundCoverage.objects.all()) == [second]
    assert told(second) == said


def test_one_measurement_of_a_rule_set_at_a_time(city):
    draft = draft_make(city)
    coverage_start(rule_set=draft)
    with pytest.raises(TrialRefused, match="gerade schon gemessen"):
        coverage_start(rule_set=draft)
    coverage_start(rule_set=draft.drafted_from)


def test_measurement_leaves_alone_what_another_worker_is_at(city):
    coverage = coverage_start(rule_set=draft_make(city), places_per_kind=1)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ground_runs.LOCK, coverage.pk])
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    assert coverage.state == TrialState.WAITING
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [ground_runs.LOCK, coverage.pk])
    other.close()
    tasks.ground_run(coverage.pk)
    coverage.refresh_from_db()
    assert coverage.state == TrialState.DONE


def test_killed_worker_leaves_the_measurement_to_the_next_one(city, monkeypatch):
    draft = draft_make(city)
    coverage = coverage_start(rule_set=draft, places_per_kind=2)

    def killed(*args, **kwargs):
        yield next(iter(ground_told(*args, **kwargs)))
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(ground_runs, "ground_told", killed)
        with pytest.raises(SystemExit):
            coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    assert (coverage.state, coverage.done) == (TrialState.RUNNING, 1)
    assert not coverage.rows.exists()
    sent = []
    monkeypatch.setattr(ground_runs, "coverage_nudge", sent.append)
    tasks.trials_go_on()
    assert sent == [coverage.pk]
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    assert coverage.state == TrialState.DONE
    assert coverages_unfinished() == []
    assert told(coverage) == told(measured(draft))


def test_draft_edited_meanwhile_ends_the_measurement(city):
    draft = draft_make(city)
    coverage = coverage_start(rule_set=draft, places_per_kind=1)
    RuleSet.objects.filter(pk=draft.pk).update(revision=draft.revision + 1)
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    assert coverage.state == TrialState.FAILED
    assert coverage.error.startswith("Regeln oder Geodaten haben sich")
    assert not coverage.rows.exists()


# --- The command -------------------------------------------------------------------------------------


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
    assert "Version 1 of the rules." in out.getvalue()
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";"))
    assert sum(float(one["share"]) for one in rows) == pytest.approx(1, abs=1e-4)
    assert {one["verdict"] for one in rows} <= set(GroundVerdict.values)
    assert not GroundCoverage.objects.exists()
    with pytest.raises(CommandError, match="no category NONE"):
        call_command("coverage_on_ground", jurisdiction=city.identifier, category="NONE")
    LandUse.objects.filter(jurisdiction=city).delete()
    with pytest.raises(CommandError, match="no land use loaded"):
        call_command("coverage_on_ground", jurisdiction=city.identifier)


def test_command_keeps_the_result_where_it_is_told_to(city):
    call_command(
        "coverage_on_ground", jurisdiction=city.identifier, places=1, store=True, stdout=StringIO()
    )
    coverage = GroundCoverage.objects.get()
    assert (coverage.state, coverage.places_per_kind) == (TrialState.DONE, 1)
    with pytest.raises(CommandError, match="about all categories"):
        call_command(
            "coverage_on_ground", jurisdiction=city.identifier, category="RATS", store=True
        )
    LandUse.objects.filter(jurisdiction=city).delete()
    with pytest.raises(CommandError, match="keine tatsächliche Nutzung geladen"):
        call_command("coverage_on_ground", jurisdiction=city.identifier, store=True)
