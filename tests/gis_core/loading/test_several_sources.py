"""Several sources of one dataset: a load replaces its own, and of two that are one object one counts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gis_core.coordinates import crs_parse
from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus, Severity
from gis_core.errors import CodedError, EditionError, LoadError
from gis_core.loading.stage.sources import source_place
from gis_core.loading.stage.staging import Staging
from gis_core.maps.attribution import attribution_own
from gis_core.models import Edition, Jurisdiction, MapService
from gis_core.services.editions import (
    edition_activate,
    edition_discard,
    edition_resume,
    edition_rollback,
)
from gis_core.services.exports import dataset_table
from gis_core.services.sources import source_can_lead, source_end, source_lead, source_rename
from parcels.models import Address
from routing.models import Area, Asset
from tests.gis_core import geodata_factories as factories
from tests.gis_core.geodata_factories import EAST, NORTH, square, table_write, write

pytestmark = pytest.mark.django_db
CITY, UTILITY = "Stadt", "Stadtwerke"


def stage(city: Jurisdiction, dataset: str, path: Path, **options) -> Edition:
    return factories.stage(city, dataset, path, crs=crs_parse("EPSG:25832"), **options)


def load(city: Jurisdiction, dataset: str, path: Path, **options) -> factories.Loaded:
    return factories.load(city, dataset, path, crs=crs_parse("EPSG:25832"), **options)


def lamps(path: Path, places: dict[str, float]) -> Path:
    """A register of lamps: number and metres east of the corner of the test ground."""
    lines = [f"lamp;{number};{EAST + east};{NORTH}" for number, east in places.items()]
    return write(path, "\n".join(["ART;NUMMER;OST;NORD", *lines]) + "\n")


def districts(path: Path, shapes: dict[str, shapely.Polygon]) -> Path:
    columns = {
        "ART": ["district"] * len(shapes),
        "SCHLUESSEL": list(shapes),
        "NAME": [f"Bezirk {code}" for code in shapes],
    }
    path.unlink(missing_ok=True)
    return table_write(path, columns, list(shapes.values()), layer="Gebiete")


def houses(path: Path, places: dict[str, tuple[str, float]]) -> Path:
    """By object identifier: the house number in one street and metres east."""
    head = "oid;str;hnr;ostwert;nordwert"
    lines = [
        f"{oid};Musterstr.;{number};{EAST + east};{NORTH}" for oid, (number, east) in places.items()
    ]
    return write(path, "\n".join([head, *lines]) + "\n")


def ordered(edition: Edition) -> Edition:
    """Loads and activates what was ordered of a source."""
    return edition_activate(edition=edition_resume(edition=edition))


def acting(model: type) -> list[str]:
    return sorted(model.objects.active().values_list("key", flat=True))


def of_source(city: Jurisdiction, dataset: str, name: str) -> list[tuple[str, bytes]]:
    """All rows of a source, whether they act or not."""
    probe = Edition(jurisdiction=city, dataset=dataset, source_name=name)
    staging = Staging(dataset_spec(dataset), probe)
    found = staging.execute("SELECT a.key, a.content_hash FROM {table} a WHERE {ours} ORDER BY 1")
    return [(key, bytes(content)) for key, content in found]


def codes(edition: Edition) -> dict[str, str]:
    found = edition.checks.filter(code__startswith="source_")
    return dict(found.values_list("code", "severity"))


def test_load_replaces_its_own_source_only(city, tmp_path):
    load(city, "areas", districts(tmp_path / "a.gpkg", {"01": square(0)}), source_name=CITY)
    load(city, "areas", districts(tmp_path / "b.gpkg", {"02": square(5)}), source_name="Kreis")
    assert acting(Area) == ["district/01", "district/02"]
    again = load(city, "areas", districts(tmp_path / "c.gpkg", {"03": square(1)}), source_name=CITY)
    assert acting(Area) == ["district/02", "district/03"]
    assert (again.difference.new, again.difference.vanished, again.difference.unchanged) == (
        1,
        1,
        0,
    )
    edition_rollback(edition=again.edition)
    assert acting(Area) == ["district/01", "district/02"]


def test_first_source_counts_and_the_other_comes_back(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0, "2": 50}), source_name=CITY)
    other = stage(
        city,
        "assets",
        # One number at another place, one other number beside a lamp, one lamp more.
        lamps(tmp_path / "b.csv", {"1": 12, "77": 51, "3": 90}),
        source_name=UTILITY,
    )
    assert codes(other) == {"source_twice": Severity.INFO, "source_apart": Severity.WARNING}
    apart = other.checks.get(code="source_apart")
    assert apart.details["samples"][0] | {"wkt": ""} == {
        "key": "lamp/1",
        "other": "lamp/1",
        "source": CITY,
        "distance_m": 12.0,
        "wkt": "",
    }
    assert apart.message.endswith(f": {CITY}, {UTILITY}")
    edition_activate(edition=other)
    assert acting(Asset) == ["lamp/1", "lamp/2", "lamp/3"]
    assert Asset.objects.active().get(key="lamp/1").geometry.x == EAST
    # Nothing stands before it any more.
    ended = ordered(source_end(edition=Edition.objects.get(source_name=CITY)))
    assert acting(Asset) == ["lamp/1", "lamp/3", "lamp/77"]
    assert (ended.report["vanished"], list(ended.checks.values_list("code", flat=True))) == (
        2,
        ["ended"],
    )
    edition_rollback(edition=ended)
    assert acting(Asset) == ["lamp/1", "lamp/2", "lamp/3"]
    assert len(of_source(city, "assets", UTILITY)) == 3


def test_source_can_come_first_and_be_put_back(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    second = load(city, "assets", lamps(tmp_path / "b.csv", {"1": 5}), source_name=UTILITY).edition
    with pytest.raises(EditionError, match="counts first already"):
        source_lead(edition=Edition.objects.get(source_name=CITY))
    leading = ordered(source_lead(edition=second))
    assert Asset.objects.active().get().geometry.x == EAST + 5
    assert leading.report["reordered"] is True
    # A later load of the same source keeps the place; so does what a roll-back of it restores.
    later = load(city, "assets", lamps(tmp_path / "c.csv", {"1": 6}), source_name=UTILITY).edition
    assert Asset.objects.active().get().geometry.x == EAST + 6
    restored = edition_rollback(edition=later)
    assert Asset.objects.active().get().geometry.x == EAST + 5
    assert restored.precedence == leading.precedence < 0


def test_roll_back_of_what_came_first_puts_it_back(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    second = load(city, "assets", lamps(tmp_path / "b.csv", {"1": 5}), source_name=UTILITY).edition
    restored = edition_rollback(edition=ordered(source_lead(edition=second)))
    assert Asset.objects.active().get().geometry.x == EAST
    assert restored.report["reordered"] is True


def test_one_key_far_apart_stops_the_load(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    other = stage(city, "assets", lamps(tmp_path / "b.csv", {"1": 500}), source_name=UTILITY)
    assert codes(other) == {"source_key": Severity.ERROR}


def test_address_of_two_sources_is_found_once(city, tmp_path):
    load(city, "addresses", houses(tmp_path / "a.csv", {"x1": ("2a", 0)}), source_name=CITY)
    other = load(
        city,
        "addresses",
        houses(tmp_path / "b.csv", {"y1": ("2 A", 14), "y2": ("4", 30), "y3": ("2a", 3000)}),
        source_name="Land",
    ).edition
    # A street of the same name at the other end of the city.
    assert acting(Address) == ["x1", "y2", "y3"]
    assert codes(other) == {"source_apart": Severity.WARNING}


def test_districts_that_overlap_a_little_are_named_and_both_count(city, tmp_path):
    load(city, "areas", districts(tmp_path / "a.gpkg", {"01": square(0)}), source_name=CITY)
    wide = shapely.box(EAST + 8, NORTH, EAST + 20, NORTH + 10)
    other = load(
        city,
        "areas",
        districts(tmp_path / "b.gpkg", {"02": wide, "91": square(0, size=8)}),
        source_name="Kreis",
    ).edition
    assert acting(Area) == ["district/01", "district/02"]
    assert codes(other) == {"source_twice": Severity.INFO, "source_overlaps": Severity.WARNING}
    assert other.checks.get(code="source_overlaps").details["samples"][0]["area_m2"] == 20.0


def test_data_from_before_are_the_source_without_a_name(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}))
    load(city, "assets", lamps(tmp_path / "b.csv", {"2": 50}), source_name=UTILITY)
    load(city, "assets", lamps(tmp_path / "c.csv", {"3": 90}))
    assert acting(Asset) == ["lamp/2", "lamp/3"]


def test_name_is_asked_for_where_several_have_one(city, tmp_path):
    file = lamps(tmp_path / "a.csv", {"1": 0})
    load(city, "assets", file, source_name=f"  {CITY} ")
    # Also of one: another office's data would replace what is there.
    with pytest.raises(LoadError, match=rf"is replaced \({CITY}\), or a new one"):
        stage(city, "assets", file)
    load(city, "assets", lamps(tmp_path / "b.csv", {"2": 50}), source_name=UTILITY)
    with pytest.raises(
        LoadError, match=rf"is replaced \({CITY}, {UTILITY}\), or a new one, for example a$"
    ):
        stage(city, "assets", file)
    with pytest.raises(LoadError, match=rf"say which one is meant \({CITY}, {UTILITY}\)$"):
        source_place(city, dataset_spec("assets"), "")
    with pytest.raises(LoadError, match="cannot be the name of a source"):
        stage(city, "assets", file, source_name="50%")
    with pytest.raises(LoadError, match="parcels has one source"):
        stage(city, "parcels", file, source_name=CITY)


def test_same_source_again_is_not_read_and_another_is(city, tmp_path):
    file = lamps(tmp_path / "a.csv", {"1": 0})
    load(city, "assets", file, source_name=CITY)
    again = stage(city, "assets", file, source_name=CITY)
    assert Staging(dataset_spec("assets"), again).execute("SELECT batch FROM {staging}") == [(0,)]
    edition_discard(edition=again)
    other = stage(city, "assets", file, source_name=UTILITY)
    assert Staging(dataset_spec("assets"), other).execute("SELECT batch FROM {staging}") == [(1,)]
    assert (other.report["new"], other.base) == (1, None)


def test_other_source_that_came_meanwhile_is_compared_with(city, tmp_path):
    waiting = stage(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    load(city, "assets", lamps(tmp_path / "b.csv", {"1": 5}), source_name=UTILITY)
    with pytest.raises(EditionError, match="compared anew"):
        edition_activate(edition=waiting)
    assert codes(waiting) == {"source_twice": Severity.INFO}
    edition_activate(edition=waiting)


def test_load_that_ends_half_way_leaves_the_other_source(city, tmp_path):
    load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    before = list(Asset.objects.order_by("pk").values_list())
    broken = write(tmp_path / "b.csv", "ART;NUMMER;OST;NORD\nlamp;2;x;y\n")
    with pytest.raises(LoadError):
        stage(city, "assets", broken, source_name=UTILITY)
    failed = Edition.objects.get(source_name=UTILITY)
    lamps(broken, {"2": 40})
    assert list(Asset.objects.order_by("pk").values_list()) == before
    edition_activate(edition=edition_resume(edition=failed))
    assert acting(Asset) == ["lamp/1", "lamp/2"]


def told(*args, **options) -> list[dict]:
    out = io.StringIO()
    call_command(*args, stdout=out, json=True, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_commands_name_end_and_order_sources(city, tmp_path):
    of = {"jurisdiction": city.identifier, "dataset": "assets", "activate": True}
    for name, east in ((CITY, 0), (UTILITY, 5)):
        lamps(tmp_path / f"{name}.csv", {"1": east})
    entries = [
        {"dataset": "assets", "source": name, "file": f"{name}.csv", "crs": "EPSG:25832"}
        for name in (CITY, UTILITY)
    ]
    manifest = write(tmp_path / "m.json", json.dumps({"datasets": entries}))
    loaded = told("load_geodata", manifest=manifest, jurisdiction=city.identifier, activate=True)
    assert [one["source_name"] for one in loaded] == [CITY, UTILITY]
    told("load_geodata", **of, source=UTILITY, first=True)
    assert Asset.objects.active().get().geometry.x == EAST + 5
    [ended] = told("load_geodata", **of, source=UTILITY, end=True)
    assert (ended["source_name"], ended["vanished"]) == (UTILITY, 1)
    assert Asset.objects.active().get().geometry.x == EAST
    for source, message in ((UTILITY, "die enden kann"), ("Bus", "no edition of this source")):
        with pytest.raises(CommandError, match=message):
            told("load_geodata", **of, source=source, end=True)
    with pytest.raises(CommandError, match="hat eine einzige Quelle"):
        told("load_geodata", **{**of, "dataset": "parcels"}, source=CITY, end=True)
    with pytest.raises(CommandError, match="--first does not go together with SOURCE"):
        told("load_geodata", tmp_path / "x.csv", **of, first=True)


def test_table_of_editions_names_the_source(city, tmp_path, capsys):
    edition = stage(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY)
    call_command("show_edition", edition.pk)
    assert f"Anlagen, {CITY}" in capsys.readouterr().out


def test_what_leaves_names_all_sources_and_the_source_of_each_object(city, tmp_path):
    of = {"licence": "dl-de/by-2-0", "as_of": date(2026, 5, 1)}
    MapService.objects.create(slug="background", url=settings.MAPSERVER_URL, attribution="Eigene")
    for name, places in ((CITY, {"1": 0}), (UTILITY, {"1": 3, "2": 50})):
        file = lamps(tmp_path / f"{name}.csv", places)
        edition = load(
            city, "assets", file, source_name=name, attribution=f"© {name}", **of
        ).edition
    table = dataset_table(dataset_spec("assets"), city)
    assert table.origin == {
        "licence": "dl-de/by-2-0",
        "attribution": f"© {CITY}; © {UTILITY}",
        "as_of": "2026-05-01",
    }
    names = [name for name, _kind in table.columns]
    rows = [dict(zip(names, values, strict=True)) for _shape, values in table.rows()]
    assert [(row["key"], row["source_name"]) for row in rows] == [
        ("lamp/1", CITY),
        ("lamp/2", UTILITY),
    ]
    assert MapService.objects.get().attribution == f"© {CITY}; © {UTILITY}"
    ordered(source_end(edition=edition))
    assert attribution_own() == f"© {CITY}"


STEP = st.one_of(
    st.tuples(
        st.just("load"),
        st.sampled_from([CITY, UTILITY]),
        st.dictionaries(st.sampled_from("123"), st.sampled_from([0, 1, 20]), min_size=1),
    ),
    st.tuples(st.sampled_from(["rollback", "end", "lead"]), st.sampled_from([CITY, UTILITY])),
)


def perform(city: Jurisdiction, path: Path, steps: Iterable[tuple]) -> None:
    for step, name, *rest in steps:
        active = Edition.objects.filter(
            jurisdiction=city, dataset="assets", source_name=name, status=EditionStatus.ACTIVE
        ).first()
        if step == "load":
            # Lamps of one number stand 100 m from those of another.
            places = {number: 100 * int(number) + east for number, east in rest[0].items()}
            staged = stage(city, "assets", lamps(path, places), source_name=name)
            edition_activate(edition=staged)
        elif active is not None and step == "rollback":
            edition_rollback(edition=active)
        elif active is not None and not active.request.get("ends") and step == "end":
            ordered(source_end(edition=active))
        elif active is not None and step == "lead" and source_can_lead(active):
            ordered(source_lead(edition=active))


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=3, max_size=6))
def test_sources_end_as_each_alone_united(city, tmp_path, steps):
    alone = {}
    for name in (CITY, UTILITY):
        with transaction.atomic():
            perform(city, tmp_path / "a.csv", [step for step in steps if step[1] == name])
            alone[name] = of_source(city, "assets", name)
            assert acting(Asset) == [key for key, _content in alone[name]]
            transaction.set_rollback(True)
    with transaction.atomic():
        perform(city, tmp_path / "a.csv", steps)
        active = Edition.objects.filter(status=EditionStatus.ACTIVE)
        order = [one.source_name for one in active.order_by("precedence", "source_name")]
        expected: dict[str, bytes] = {}
        for name in (CITY, UTILITY):
            assert of_source(city, "assets", name) == alone[name]
        for name in order:
            expected = {**dict(alone[name]), **expected}
        found = Asset.objects.active().values_list("key", "content_hash")
        assert {key: bytes(content) for key, content in found} == expected
        transaction.set_rollback(True)


def test_source_gets_another_name_and_keeps_its_rows(city, tmp_path):
    first = load(city, "assets", lamps(tmp_path / "a.csv", {"1": 0}), source_name=CITY).edition
    load(city, "assets", lamps(tmp_path / "b.csv", {"1": 1, "2": 50}), source_name=UTILITY)
    for name, code in (
        (UTILITY, "source_taken"),
        ("50%", "source_name_wrong"),
        (" ", "source_name_wrong"),
    ):
        with pytest.raises(CodedError) as refused:
            source_rename(edition=first, name=name)
        assert refused.value.message.code == code
    options = {"jurisdiction": city.identifier, "dataset": "assets", "source": CITY}
    out = io.StringIO()
    call_command("load_geodata", rename=" Tiefbauamt ", stdout=out, **options)
    assert out.getvalue() == "Tiefbauamt\n"
    assert acting(Asset) == ["lamp/1", "lamp/2"]
    again = load(
        city, "assets", lamps(tmp_path / "c.csv", {"3": 90}), source_name="Tiefbauamt"
    ).edition
    assert (again.base, again.report["vanished"]) == (first, 1)
    assert acting(Asset) == ["lamp/1", "lamp/2", "lamp/3"]
    edition_rollback(edition=again)
    assert acting(Asset) == ["lamp/1", "lamp/2"]
    with pytest.raises(CommandError, match="--rename does not go together with --first"):
        call_command("load_geodata", rename="x", first=True, **options)
