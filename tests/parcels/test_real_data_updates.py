"""The real NAS delivery once it is loaded: its parcels and addresses, the same again, altered and updated.

Skipped where it is not beside the checkout.
"""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import transaction

from gis_core.models import Jurisdiction
from gis_core.services import jurisdiction_boundary_refresh
from parcels.addresses import address_parse, address_search_text
from parcels.models import Address, Parcel
from parcels.selectors import parcels_search
from tests.gis_core.geodata_factories import jurisdiction_make, load, write

DELIVERY = Path(__file__).parents[3] / "shared" / "data" / "parcels" / "mustermonzel"
PART = "NBA-Mustermonzel_20100520T144438_2von8_32350000_5525000.gml.gz"
BEGUN, CHANGED = "2010-05-20T13:58:47Z", "2010-06-01T08:00:00Z"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DELIVERY.is_dir(), reason="needs ../shared/data/parcels"),
]


@pytest.fixture(scope="module")
def _monzel_stands(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), transaction.atomic():
        city = jurisdiction_make(identifier="monzel.de", name="Monzel", municipality_key="07231103")
        load(city, "parcels", DELIVERY)
        yield city.pk
        transaction.set_rollback(True)


@pytest.fixture
def monzel(_monzel_stands: int, db: None) -> Jurisdiction:
    """With the parcels of the delivery, loaded once for all tests."""
    return Jurisdiction.objects.get(pk=_monzel_stands)


def counts(result) -> tuple[int, int, int, int]:
    difference = result.difference
    return difference.new, difference.changed, difference.vanished, difference.unchanged


def parcels_of(text: str) -> list[str]:
    return re.findall(r"<AX_Flurstueck gml:id.*?</AX_Flurstueck>", text, re.DOTALL)


def test_nas_delivery_again_changes_nothing(monzel):
    again = load(monzel, "parcels", DELIVERY).difference
    assert (again.new, again.changed, again.vanished, again.unchanged) == (0, 0, 0, 2369)


def test_nas_parcels_keep_parts_holes_and_slivers(monzel):
    shapes = shapely.from_wkb([bytes(parcel.geometry.wkb) for parcel in Parcel.objects.active()])
    assert (shapely.get_num_geometries(shapes) > 1).sum() == 2
    interiors = [sum(len(part.interiors) for part in shape.geoms) for shape in shapes]
    assert sum(count > 0 for count in interiors) == 4
    assert round(shapely.area(shapes).min(), 3) == 0.055
    assert shapely.is_valid(shapes).all()


def test_nas_boundary_is_the_hull_of_the_parcels(monzel):
    assert jurisdiction_boundary_refresh(jurisdiction=monzel) == "parcels"
    total = sum(parcel.geometry.area for parcel in Parcel.objects.active())
    assert monzel.boundary.area == pytest.approx(total, rel=0.02)


def test_nas_addresses_lie_on_the_parcels_that_name_them(monzel):
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


def test_parts_in_an_archive_in_another_order_change_nothing(monzel, tmp_path):
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as archive:
        for number, path in enumerate(sorted(DELIVERY.iterdir(), reverse=True)):
            archive.write(path, f"{number}/{path.name}")
    assert counts(load(monzel, "parcels", tmp_path / "delivery.zip")) == (0, 0, 0, 2369)


def test_one_altered_part_gives_the_exact_difference(monzel, tmp_path):
    for path in DELIVERY.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = gzip.decompress((DELIVERY / PART).read_bytes()).decode()
    first, second = parcels_of(text)[:2]
    area = re.search(r"<amtlicheFlaeche[^>]*>([^<]*)", first)[1]
    text = text.replace(first, first.replace(f">{area}<", ">4711.00<")).replace(second, "")
    (tmp_path / PART).write_bytes(gzip.compress(text.encode()))
    assert counts(load(monzel, "parcels", tmp_path)) == (0, 1, 1, 2367)
    assert Parcel.objects.active().filter(official_area=4711).count() == 1


def test_streets_and_house_numbers_are_found(monzel):
    texts = list(Parcel.objects.exclude(location_text="").values_list("location_text", flat=True))
    assert len(texts) > 2000
    assert any(re.search(r" \d+ ?[A-Z]?$", text) for text in texts)


def test_update_made_of_real_parcels(monzel, tmp_path):
    """One replaced, one ended; the same update again changes nothing."""
    text = gzip.decompress((DELIVERY / PART).read_bytes()).decode()
    first, second = parcels_of(text)[:2]
    names = [re.search(r'gml:id="(\w+)"', parcel)[1] for parcel in (first, second)]
    fids = [name + re.sub("[-:]", "", BEGUN) for name in names]
    changed = re.sub("(<amtlicheFlaeche[^>]*>)[^<]*", r"\g<1>4711.00", first)
    operations = (
        f'<wfsext:Replace vendorId="AdV" safeToIgnore="false">{changed.replace(BEGUN, CHANGED)}'
        f'<ogc:Filter><ogc:FeatureId fid="{fids[0]}"/></ogc:Filter></wfsext:Replace>'
        f'<wfs:Delete typeName="AX_Flurstueck"><ogc:Filter><ogc:FeatureId fid="{fids[1]}"/>'
        "</ogc:Filter></wfs:Delete>"
    )
    head, tail = text[: text.index("<wfs:Insert>")], text[text.rindex("</wfs:Insert>") + 13 :]
    tail = tail.replace("2010-05-20T14:44:38Z", CHANGED).replace(">2</lauf", ">1</lauf")
    tail = re.sub(r"<gesamtzahl>8<", "<gesamtzahl>1<", tail)
    before = Parcel.objects.active().get(object_id=names[0]).location_text
    path = write(tmp_path / "update.xml", head + operations + tail)
    assert counts(load(monzel, "parcels", path)) == (0, 1, 1, 2367)
    parcel = Parcel.objects.active().get(object_id=names[0])
    assert (parcel.official_area, parcel.location_text) == (4711, before)
    assert counts(load(monzel, "parcels", path)) == (0, 0, 0, 2368)
