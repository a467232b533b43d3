"""Real cadastre data that is not part of the project; skipped where it is not beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from gis_core.coordinates import crs_parse
from gis_core.errors import LoadError
from gis_core.models import Edition
from parcels.models import Building, LandUse, Parcel
from parcels.selectors import parcel_find_by_key, parcels_at_point
from tests.gis_core.geodata_factories import jurisdiction_make, load

DATA = Path(__file__).parents[3] / "shared" / "data" / "parcels"
DELIVERY = DATA / "mustermonzel"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DELIVERY.is_dir(), reason="needs ../shared/data/parcels"),
]


@pytest.fixture
def monzel():
    return jurisdiction_make(identifier="monzel.de", name="Monzel", municipality_key="07231103")


def test_nas_delivery_is_found_by_key_and_by_point(monzel):
    options = {"jurisdiction": "monzel.de", "json": True, "activate": True}
    call_command("load_geodata", DELIVERY, dataset="cadastral_districts", **options)
    call_command("load_geodata", DELIVERY, dataset="parcels", **options)
    edition = Edition.objects.get(dataset="parcels")
    assert (edition.report["rows"], edition.report["new"], edition.profile) == (2369, 2369, "nas")
    assert [note["text"] for note in edition.report["notes"]] == [
        "of 8 parts these did not come: 6, 7"
    ]
    parcels = list(Parcel.objects.active())
    assert len({(parcel.gemarkung_key, parcel.flur) for parcel in parcels}) == 24
    assert {parcel.gemarkung_name for parcel in parcels} == {"Monzel"}
    for parcel in parcels[::5]:
        assert parcel_find_by_key(jurisdiction=monzel, key=parcel.key.rstrip("_")) == parcel
        hits = parcels_at_point(jurisdiction=monzel, point=parcel.geometry.point_on_surface)
        assert [hit.parcel.key for hit in hits] == [parcel.key]


def test_nas_buildings_have_known_functions(monzel):
    assert load(monzel, "buildings", DELIVERY).rows == 827
    rows = Building.objects.active()
    assert not rows.filter(description="").exists()
    assert rows.exclude(name="").count() == 51
    again = load(monzel, "buildings", DELIVERY).difference
    assert (again.new, again.changed, again.vanished, again.unchanged) == (0, 0, 0, 827)


def test_truncated_wfs_answer_is_refused(monzel):
    path = DATA / "nrw-wfs" / "flurstueck_vereinfacht_truncated.xml"
    with pytest.raises(LoadError, match="is incomplete: numberReturned says 2803 features, 1 came"):
        load(monzel, "parcels", path)
    assert not Parcel.objects.exists()


def test_nas_7_parcel(monzel):
    load(monzel, "parcels", DATA / "bonn-nas7" / "AX_Flurstueck.xml")
    parcel = Parcel.objects.get()
    assert (parcel.key, parcel.official_area) == ("05432002500008______", 110397)
    assert parcel.geometry.area == pytest.approx(110425.82, abs=0.01)


@pytest.mark.parametrize(
    ("name", "usage"),
    [("Strassenverkehr", "ROAD"), ("Wald", "FOREST"), ("Wohnbauflaeche", "BUILT")],
)
def test_nas_7_land_use(monzel, name, usage):
    path = DATA / "bonn-nas7" / f"AX_{name}.xml"
    load(monzel, "land_use", path, crs=crs_parse("EPSG:25832"))
    assert LandUse.objects.get().usage == usage
