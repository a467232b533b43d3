"""The real NAS delivery: in an archive, altered, and updated; skipped where it is not beside the checkout."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

import pytest

from parcels.models import Parcel
from tests.gis_core.geodata_factories import jurisdiction_make, load, write

DELIVERY = Path(__file__).parents[3] / "shared" / "data" / "parcels" / "mustermonzel"
PART = "NBA-Mustermonzel_20100520T144438_2von8_32350000_5525000.gml.gz"
BEGUN, CHANGED = "2010-05-20T13:58:47Z", "2010-06-01T08:00:00Z"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DELIVERY.is_dir(), reason="needs ../shared/data/parcels"),
]


@pytest.fixture
def monzel():
    city = jurisdiction_make(identifier="monzel.de", name="Monzel", municipality_key="07231103")
    load(city, "parcels", DELIVERY)
    return city


def counts(result) -> tuple[int, int, int, int]:
    difference = result.difference
    return difference.new, difference.changed, difference.vanished, difference.unchanged


def parcels_of(text: str) -> list[str]:
    return re.findall(r"<AX_Flurstueck gml:id.*?</AX_Flurstueck>", text, re.DOTALL)


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
