"""Addresses by updates of the cadastre: house numbers come, change and end, streets are renamed, places move."""

from __future__ import annotations

import pytest

from gis_core.errors import LoadError
from parcels.models import Address
from tests.gis_core.geodata_factories import EAST, NORTH, load, polygon_gml, square, write
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = (f"DENW12340000003{i}" for i in range(3))


def replaced(text: str, name: str, begun: str = nas.BEGUN) -> str:
    """The element in its new version, instead of that which began then."""
    return (
        f'<wfsext:Replace vendorId="AdV" safeToIgnore="false">{text}<ogc:Filter>'
        f'<ogc:FeatureId fid="{name}{nas.stamp(begun)}"/></ogc:Filter></wfsext:Replace>'
    )


def ended(element: str, name: str) -> str:
    return (
        f'<wfs:Delete typeName="{element}"><ogc:Filter>'
        f'<ogc:FeatureId fid="{name}{nas.stamp(nas.BEGUN)}"/></ogc:Filter></wfs:Delete>'
    )


def building(refers: str, place: int, *, index: int = 1, begun: str = nas.BEGUN) -> str:
    """A house of four by four metres in the corner of a parcel."""
    return (
        f'<AX_Gebaeude gml:id="DENW12340000001{index}">{nas.life(begun)}'
        f"<position>{polygon_gml(square(place, size=4.0), srs='')}</position>"
        f'<gebaeudefunktion>2000</gebaeudefunktion><zeigtAuf xlink:href="urn:adv:oid:{refers}"/></AX_Gebaeude>'
    )


def coordinate(refers: str, x: float, *, begun: str = nas.BEGUN) -> str:
    """An official house coordinate."""
    return (
        f'<AX_GeoreferenzierteGebaeudeadresse gml:id="DENW123400000020">{nas.life(begun)}'
        f'<hatAuch xlink:href="urn:adv:oid:{refers}"/>'
        f"<position><gml:Point><gml:pos>{EAST + x} {NORTH + 5}</gml:pos></gml:Point></position>"
        "</AX_GeoreferenzierteGebaeudeadresse>"
    )


def whole(*more: str, street: str = "Musterstraße") -> str:
    """Number 12 lies at its house coordinate, number 14 in its building."""
    return nas.delivery(
        nas.insert(
            nas.location(FIRST, "12"),
            nas.location(SECOND, "14"),
            nas.street(street),
            coordinate(FIRST, 1),
            building(SECOND, 1),
            *more,
        )
    )


@pytest.fixture
def base(city, tmp_path):
    load(city, "addresses", write(tmp_path / "base.xml", whole()))
    return city


def update(city, folder, *operations, date=nas.CHANGED):
    path = write(folder / f"{date[:10]}.xml", nas.delivery(*operations, date=date))
    return load(city, "addresses", path)


def state() -> dict[str, float]:
    """Addresses and how far in the east they lie."""
    return {row.text: round(row.geometry.x - EAST, 3) for row in Address.objects.active()}


def counts(result) -> tuple[int, int, int, int]:
    difference = result.difference
    return difference.new, difference.changed, difference.vanished, difference.unchanged


def test_house_numbers_come_change_and_end(base, tmp_path):
    result = update(
        base,
        tmp_path,
        nas.insert(
            nas.location(THIRD, "16 A", begun=nas.CHANGED),
            building(THIRD, 2, index=2, begun=nas.CHANGED),
        ),
        replaced(nas.location(FIRST, "13", begun=nas.CHANGED), FIRST),
        ended("AX_LagebezeichnungMitHausnummer", SECOND),
    )
    assert counts(result) == (1, 1, 1, 0)
    assert state() == {"Musterstraße 13": 1, "Musterstraße 16a": 22}


def test_update_again_changes_nothing(base, tmp_path):
    new = nas.insert(nas.location(THIRD, "16", begun=nas.CHANGED), building(THIRD, 2, index=2))
    update(base, tmp_path, new, nas.delete(9, nas.BEGUN))
    before = state()
    again = update(base, tmp_path, new, nas.delete(9, nas.BEGUN))
    assert (counts(again), state()) == ((0, 0, 0, 3), before)


def test_renamed_street_renames_its_addresses_and_moves_none(base, tmp_path):
    result = update(base, tmp_path, nas.replaced(nas.street("Neue Straße", begun=nas.CHANGED)))
    assert counts(result) == (0, 2, 0, 0)
    assert state() == {"Neue Straße 12": 1, "Neue Straße 14": 12}
    complete = load(base, "addresses", write(tmp_path / "w.xml", whole(street="Neue Straße")))
    assert counts(complete) == (0, 0, 0, 2)


def test_address_moves_with_what_placed_it_and_with_nothing_else(base, tmp_path):
    """A building does not move the number that a house coordinate placed, also in the update after the next."""
    moved = building(SECOND, 3, begun=nas.CHANGED)
    other = building(FIRST, 5, index=3, begun=nas.CHANGED)
    result = update(base, tmp_path, replaced(moved, "DENW123400000011"), nas.insert(other))
    assert counts(result) == (0, 1, 0, 1)
    assert state() == {"Musterstraße 12": 1, "Musterstraße 14": 32}
    later = (
        replaced(coordinate(FIRST, 2, begun=nas.LATER), "DENW123400000020"),
        replaced(building(FIRST, 6, index=3, begun=nas.LATER), "DENW123400000013", nas.CHANGED),
    )
    update(base, tmp_path, *later, date=nas.LATER)
    assert state() == {"Musterstraße 12": 2, "Musterstraße 14": 32}


def test_number_that_had_no_place_gets_one(city, tmp_path):
    first = load(city, "addresses", write(tmp_path / "b.xml", whole(nas.location(THIRD, "99"))))
    assert (first.rows, first.edition.checks.get(code="unplaced").count) == (2, 1)
    house = nas.insert(building(THIRD, 4, index=2, begun=nas.CHANGED))
    result = update(city, tmp_path, house, nas.delete(9, nas.BEGUN))
    assert counts(result) == (1, 0, 0, 2)
    assert state()["Musterstraße 99"] == 42


def test_base_and_updates_in_one_go(city, tmp_path):
    write(tmp_path / "z.xml", whole())
    moved = replaced(coordinate(FIRST, 3, begun=nas.CHANGED), "DENW123400000020")
    write(tmp_path / "a.xml", nas.delivery(moved, date=nas.CHANGED))
    load(city, "addresses", tmp_path)
    assert state() == {"Musterstraße 12": 3, "Musterstraße 14": 12}


def test_gap_is_noticed(base, tmp_path):
    later = replaced(nas.location(FIRST, "13", begun=nas.LATER), FIRST, nas.CHANGED)
    with pytest.raises(LoadError, match="a delivery is missing before this one"):
        update(base, tmp_path, later, date=nas.LATER)
    assert set(state()) == {"Musterstraße 12", "Musterstraße 14"}


def test_place_in_no_known_system_is_refused(base, tmp_path):
    moved = replaced(coordinate(FIRST, 3, begun=nas.CHANGED), "DENW123400000020")
    text = nas.delivery(moved, date=nas.CHANGED, crs="urn:adv:crs:LOKAL")
    with pytest.raises(LoadError, match=r"u\.xml.*unknown coordinate reference system"):
        load(base, "addresses", write(tmp_path / "u.xml", text))


def test_older_delivery_is_refused(base, tmp_path):
    update(base, tmp_path, nas.replaced(nas.street("Neue Straße", begun=nas.CHANGED)))
    with pytest.raises(LoadError, match="older than the active delivery"):
        update(base, tmp_path, nas.delete(9, nas.BEGUN), date="2026-01-20T00:00:00Z")
