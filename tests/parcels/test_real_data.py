"""Real cadastre data that is not part of the project; skipped where it is not beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from django.core.management import call_command

from gis_core.coordinates import crs_parse
from gis_core.errors import LoadError
from gis_core.models import Edition
from gis_core.services import jurisdiction_boundary_refresh
from parcels.addresses import address_parse, address_search_text
from parcels.models import Address, Building, LandUse, Parcel
from parcels.selectors import parcel_find_by_key, parcels_at_point, parcels_search
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


def test_nas_delivery_again_changes_nothing(monzel):
    load(monzel, "parcels", DELIVERY)
    again = load(monzel, "parcels", DELIVERY).difference
    assert (again.new, again.changed, again.vanished, again.unchanged) == (0, 0, 0, 2369)


def test_nas_parcels_keep_parts_holes_and_slivers(monzel):
    load(monzel, "parcels", DELIVERY)
    shapes = shapely.from_wkb([bytes(parcel.geometry.wkb) for parcel in Parcel.objects.active()])
    assert (shapely.get_num_geometries(shapes) > 1).sum() == 2
    interiors = [sum(len(part.interiors) for part in shape.geoms) for shape in shapes]
    assert sum(count > 0 for count in interiors) == 4
    assert round(shapely.area(shapes).min(), 3) == 0.055
    assert shapely.is_valid(shapes).all()


def test_nas_boundary_is_the_hull_of_the_parcels(monzel):
    load(monzel, "parcels", DELIVERY)
    assert jurisdiction_boundary_refresh(jurisdiction=monzel) == "parcels"
    total = sum(parcel.geometry.area for parcel in Parcel.objects.active())
    assert monzel.boundary.area == pytest.approx(total, rel=0.02)


def test_nas_addresses_lie_on_the_parcels_that_name_them(monzel):
    load(monzel, "parcels", DELIVERY)
    assert load(monzel, "addresses", DELIVERY).rows == 302
    for address in Address.objects.active():
        found = parcels_search(jurisdiction=monzel, text=address.text)
        named = [
            address_search_text(known.street, known.number)
            for parcel in found
            for text in parcel.location_text.split(";")
            if (known := address_parse(text))
        ]
        assert len(found) == 1
        assert address.search_text in named


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
