"""Each preset against the shape that its office answers in, served on loopback; the file of presets itself."""

from __future__ import annotations

import re
from dataclasses import fields
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus, FetchKind
from gis_core.errors import GisError, LoadError
from gis_core.loading.read.profiles import profiles_of
from gis_core.models import Edition, Jurisdiction
from gis_core.services.geodata_presets import PresetUnusable, preset_named, presets_read
from gis_core.services.service_sync import (
    GeodataService,
    service_sync,
    services_read,
    services_sync,
)
from tests.gis_core.geodata_factories import KEYS, jurisdiction_make, municipality_draw
from tests.gis_core.loading.wfs_servers import serving_paths
from tests.gis_core.preset_servers import GRU, Offices

SHIPPED = presets_read(Path(configured.GEODATA_PRESETS))
DISTRICTS = {("055287", "Castrop"), ("055287001", "001")}
PARCELS = {(key, f"DENW36AL0000000{i}", "Castrop", 100) for i, key in enumerate(KEYS)}
USES = {(f"DENW36AL0000000{i}TN", "Straßenverkehr") for i in range(len(KEYS))}
ADDRESSES = {("Prüfweg", "1"), ("Prüfweg", "2a")}
# By dataset: what is looked at of the rows, and what has to be there whatever it was loaded from.
STORED = {
    "areas": (("kind", "code", "name"), {("municipality", "05562004", "Castrop-Rauxel")}),
    "cadastral_districts": (("key", "name"), DISTRICTS),
    "parcels": (("key", "object_id", "gemarkung_name", "official_area"), PARCELS),
    "land_use": (("key", "use_type"), USES),
    "buildings": (("key", "description"), {("DENW36AL0000000BGE", "Wohnhaus")}),
    "addresses": (("street", "number"), ADDRESSES),
    "through_roads": (
        ("section_key", "from_station", "to_station", "status"),
        {("4410001O4410002O", 0.0, 60.0, "fixed")},
    ),
    "road_sections": (("road_class", "road_number"), {("B", "235"), ("L", "645")}),
}


@pytest.fixture(scope="module")
def offices(tmp_path_factory):
    return Offices(tmp_path_factory.mktemp("offices"))


@pytest.fixture(scope="module")
def address(offices):
    with serving_paths(offices) as base:
        yield base


@pytest.fixture(autouse=True)
def served(address, offices, settings, tmp_path):
    """The shipped presets with the offices' hosts behind the server on loopback."""
    text = Path(configured.GEODATA_PRESETS).read_text("utf-8")
    path = tmp_path / "presets.csv"
    path.write_text(re.sub(r"https://([a-z.-]+/)", rf"{address}/\1", text), "utf-8")
    settings.GEODATA_PRESETS = str(path)
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"
    offices.asked.clear()


def city() -> Jurisdiction:
    return municipality_draw(jurisdiction_make())


@pytest.mark.django_db
@pytest.mark.parametrize("preset", SHIPPED, ids=lambda one: one.name)
def test_preset_loads_what_its_office_has(preset, offices):
    city()
    service = GeodataService("castrop-rauxel.de", preset=preset.name, activate=True)
    edition = service_sync(service=service)
    assert edition.status == EditionStatus.ACTIVE
    names, expected = STORED[preset.dataset]
    assert {*dataset_spec(preset.dataset).model.objects.active().values_list(*names)} == expected
    assert (edition.licence, edition.attribution) == (preset.licence, preset.attribution)
    assert edition.profile == preset.profile
    path, query = offices.asked[-1]
    if preset.kind == "wfs":
        box = (
            "372800,5702200,393800,5723200"
            if preset.dataset == "areas"
            else "382550,5711950,384050,5713450"
        )
        assert query["BBOX"] == f"{box},urn:ogc:def:crs:EPSG::25832"
    elif preset.kind == "ogc_features":
        assert query["bbox"].startswith("7.3")
    else:
        assert path.endswith(".zip")


@pytest.mark.django_db
def test_rows_of_other_municipalities_are_left_out_and_counted():
    city()
    edition = service_sync(service=GeodataService("castrop-rauxel.de", preset="nrw-adressen"))
    assert edition.report["left_out"] == {"municipality ≠ 05562004": 1}


@pytest.mark.django_db
def test_service_of_the_land_is_not_asked_before_the_boundary_is_known(offices):
    jurisdiction_make()
    with pytest.raises(PresetUnusable) as caught:
        service_sync(service=GeodataService("castrop-rauxel.de", preset="nrw-flurstuecke"))
    assert caught.value.message.code == "preset_without_boundary"
    first = caught.value.message.params["first"]
    assert first == ["Gemeinden (VG250) – de-gemeinden", "Gemeinden (WFS) – nrw-gemeinden"]
    assert not offices.asked
    assert not Edition.objects.exists()
    service_sync(service=GeodataService("castrop-rauxel.de", preset="nrw-gemeinden", activate=True))
    service_sync(service=GeodataService("castrop-rauxel.de", preset="nrw-flurstuecke"))
    assert Edition.objects.filter(status=EditionStatus.STAGED).count() == 1


@pytest.mark.django_db
def test_hull_of_parcels_is_no_boundary(offices):
    jurisdiction_make()
    parcels = GeodataService("castrop-rauxel.de", preset="nrw-flurstuecke-datei", activate=True)
    service_sync(service=parcels)
    assert Jurisdiction.objects.get().boundary is not None
    with pytest.raises(PresetUnusable):
        service_sync(service=GeodataService("castrop-rauxel.de", preset="nrw-flurstuecke"))


@pytest.mark.django_db
def test_file_that_is_not_the_only_one_to_fit_is_refused(offices, monkeypatch):
    city()
    service = GeodataService("castrop-rauxel.de", preset="nrw-flurstuecke-datei")
    monkeypatch.setitem(offices.files, f"{GRU}_2_EPSG25832_GeoPackage.zip", b"")
    with pytest.raises(LoadError) as caught:
        service_sync(service=service)
    assert caught.value.message.code == "download_not_one"
    assert len(caught.value.message.params["there"]) == 2


@pytest.mark.django_db
def test_every_night_presets_are_loaded_too(settings, tmp_path):
    city()
    settings.GEODATA_SERVICES = str(tmp_path / "services.json")
    Path(settings.GEODATA_SERVICES).write_text(
        '[{"jurisdiction": "castrop-rauxel.de", "preset": "nrw-unbekannt"},'
        ' {"jurisdiction": "castrop-rauxel.de", "preset": "nrw-strassen", "activate": true}]'
    )
    assert [edition.status for edition in services_sync()] == [EditionStatus.ACTIVE]


@pytest.mark.parametrize(
    "entry",
    [
        '{"jurisdiction": "a", "preset": "nrw-gebaeude", "url": "https://a.example"}',
        '{"jurisdiction": "a", "preset": "nrw-gebaeude", "licence": ""}',
        '{"jurisdiction": "a", "dataset": "parcels"}',
        '{"jurisdiction": "a", "dataset": "parcels", "url": "https://a.example", "kind": "wms"}',
    ],
)
def test_entry_with_what_does_not_apply_is_refused(tmp_path, entry):
    path = tmp_path / "services.json"
    path.write_text(f"[{entry}]")
    with pytest.raises(GisError, match=r"services\.json"):
        services_read(path)


# --- By command -----------------------------------------------------------------------------------


def test_command_lists_them_all():
    out = StringIO()
    call_command("list_presets", stdout=out)
    lines = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [line[0] for line in lines] == [one.name for one in SHIPPED]
    assert {line[4] for line in lines} == {*FetchKind.values}


@pytest.mark.django_db
def test_command_loads_by_name():
    city()
    out = StringIO()
    asked = {"preset": "nrw-gebaeude-ogc", "jurisdiction": "castrop-rauxel.de", "activate": True}
    call_command("sync_geodata", stdout=out, **asked)
    edition = Edition.objects.get(dataset="buildings")
    assert edition.status == EditionStatus.ACTIVE
    assert str(edition.pk) in out.getvalue()


@pytest.mark.parametrize(
    "asked",
    [
        {"preset": "nrw-gebaeude"},
        {"preset": "nrw-gebaeude", "jurisdiction": "a", "dataset": "parcels"},
        {"preset": "nrw-gebaeude", "jurisdiction": "a", "kind": "wfs"},
        {"preset": "nrw-gebaeude", "jurisdiction": "a", "url": "https://a.example"},
        {"changes": True},
    ],
)
def test_command_refuses_what_does_not_apply(asked):
    with pytest.raises(CommandError):
        call_command("sync_geodata", **asked)


# --- The file -------------------------------------------------------------------------------------


def test_shipped_presets_say_all_there_is_to_say():
    names = [one.name for one in SHIPPED]
    assert len({*names}) == len(names)
    for one in SHIPPED:
        assert one.profile in {p.name for p in profiles_of(dataset_spec(one.dataset))}
        empty = [field.name for field in fields(one) if not getattr(one, field.name)]
        assert {*empty} <= {"layer"}


def test_file_that_is_none_is_told(settings, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("name,kind\na,wms\n")
    with pytest.raises(GisError, match="is no list of sources"):
        presets_read(path)
    settings.GEODATA_PRESETS = ""
    with pytest.raises(PresetUnusable) as caught:
        preset_named("nrw-gebaeude")
    assert caught.value.message.code == "preset_unknown"
