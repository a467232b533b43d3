"""Updates of the cadastre: operations in order, repeatable, and a gap between deliveries is noticed."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date

import pytest

from gis_core.enums import EditionStatus
from gis_core.errors import EditionError, LoadError
from gis_core.models import EditionLocations
from gis_core.services.editions import edition_activate, edition_rollback
from parcels.models import LandUse, Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    load,
    polygon_gml,
    square,
    stage,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(city, tmp_path):
    """A complete delivery of three parcels, active."""
    load(
        city,
        "parcels",
        write(tmp_path / "base.xml", nas.delivery(nas.insert(*map(nas.parcel, range(3))))),
    )
    return city


def state() -> dict[str, int]:
    return {
        key: int(area) for key, area in Parcel.objects.active().values_list("key", "official_area")
    }


def counts(result) -> tuple[int, int, int, int]:
    difference = result.difference
    return difference.new, difference.changed, difference.vanished, difference.unchanged


def change(on: str = nas.CHANGED) -> str:
    """Replaces the first parcel, ends the second by Delete."""
    return nas.delivery(
        nas.replace(nas.parcel(0, area=90, begun=nas.CHANGED), 0, nas.BEGUN),
        nas.delete(1, nas.BEGUN),
        date=on,
    )


def test_replace_and_delete_leave_the_rest(base, tmp_path):
    result = load(base, "parcels", write(tmp_path / "update.xml", change()))
    assert counts(result) == (0, 1, 1, 1)
    assert state() == {KEYS[0]: 90, KEYS[2]: 100}
    assert result.edition.report["delivery"] == {"profile": "Castrop", "date": nas.CHANGED}
    hole = result.edition.checks.get(code="uncovered")
    assert (hole.params, hole.details["samples"][0]["key"]) == ({"count": 1, "area": 100}, KEYS[1])


def test_insert_in_an_update_adds(city, tmp_path):
    load(city, "parcels", write(tmp_path / "a.xml", nas.delivery(nas.insert(nas.parcel(0)))))
    text = nas.delivery(
        nas.insert(nas.parcel(1, begun=nas.CHANGED)),
        nas.replace(nas.parcel(0, area=90, begun=nas.CHANGED), 0, nas.BEGUN),
        date=nas.CHANGED,
    )
    assert counts(load(city, "parcels", write(tmp_path / "b.xml", text))) == (1, 1, 0, 0)


def test_update_again_changes_nothing(base, tmp_path):
    path = write(tmp_path / "update.xml", change())
    load(base, "parcels", path)
    assert counts(load(base, "parcels", path)) == (0, 0, 0, 2)


def test_geoinfodok_7_and_versioned_identifiers(base, tmp_path):
    text = nas.delivery(
        nas.replace_7(nas.parcel(0, area=90, begun=nas.CHANGED, versioned=True), 0, nas.BEGUN),
        date=nas.CHANGED,
        namespace="http://www.adv-online.de/namespaces/adv/gid/7.1",
    )
    load(base, "parcels", write(tmp_path / "update.xml", text))
    assert state()[KEYS[0]] == 90
    assert Parcel.objects.active().get(key=KEYS[0]).object_id == nas.identifier(0)


def test_update_that_ends_a_life(base, tmp_path):
    text = nas.delivery(nas.update(2, nas.BEGUN), date=nas.CHANGED)
    assert counts(load(base, "parcels", write(tmp_path / "update.xml", text))) == (0, 0, 1, 2)


def test_update_of_another_property_is_refused_by_name(base, tmp_path):
    text = nas.delivery(nas.update(2, nas.BEGUN, name="anlass"), date=nas.CHANGED)
    with pytest.raises(
        LoadError, match=r"update\.xml: Update AX_Flurstueck: changes single properties"
    ):
        load(base, "parcels", write(tmp_path / "update.xml", text))


def test_new_key_of_the_same_object_replaces_the_old_one(base, tmp_path):
    text = nas.replace(nas.parcel(0, begun=nas.CHANGED), 0, nas.BEGUN).replace(
        KEYS[0], "05528700100009______"
    )
    load(base, "parcels", write(tmp_path / "u.xml", nas.delivery(text, date=nas.CHANGED)))
    assert set(state()) == {"05528700100009______", KEYS[1], KEYS[2]}


def test_base_and_updates_in_one_go_whatever_the_names(city, tmp_path):
    write(tmp_path / "z_base.xml", nas.delivery(nas.insert(*map(nas.parcel, range(3)))))
    write(tmp_path / "m_first.xml", change())
    last = nas.replace(nas.parcel(0, area=80, begun=nas.LATER), 0, nas.CHANGED)
    (tmp_path / "a_second.xml.gz").write_bytes(
        gzip.compress(nas.delivery(last, date=nas.LATER).encode())
    )
    assert load(city, "parcels", tmp_path).rows == 2
    assert state() == {KEYS[0]: 80, KEYS[2]: 100}


def test_all_versions_in_one_delivery_end_in_the_last(base, tmp_path):
    text = nas.delivery(
        nas.replace(nas.parcel(0, area=90, begun=nas.CHANGED), 0, nas.BEGUN),
        nas.replace(nas.parcel(0, area=80, begun=nas.LATER), 0, nas.CHANGED),
        nas.insert(nas.parcel(1, area=70, begun=nas.LATER)),
        nas.delete(1, nas.LATER),
        date=nas.LATER,
    )
    load(base, "parcels", write(tmp_path / "u.xml", text))
    assert state() == {KEYS[0]: 80, KEYS[2]: 100}


def test_gap_between_deliveries_of_one_load(city, tmp_path):
    write(tmp_path / "1.xml", nas.delivery(nas.insert(nas.parcel(0))))
    missing = nas.replace(nas.parcel(0, area=80, begun=nas.LATER), 0, nas.CHANGED)
    write(tmp_path / "2.xml", nas.delivery(missing, date=nas.LATER))
    with pytest.raises(
        LoadError,
        match=r"2\.xml: Replace AX_Flurstueck DENW123400000000: a delivery is missing before this one: it follows"
        r" on the version of 20260210T093000Z, known is that of 20260105T080000Z",
    ):
        load(city, "parcels", tmp_path)


def test_gap_to_the_active_state(base, tmp_path):
    text = nas.delivery(nas.replace(nas.parcel(0, begun=nas.LATER), 0, nas.CHANGED), date=nas.LATER)
    before = state()
    with pytest.raises(
        LoadError, match=r"u\.xml: AX_Flurstueck DENW\d+: a delivery is missing before this one"
    ):
        load(base, "parcels", write(tmp_path / "u.xml", text))
    assert state() == before


@pytest.mark.parametrize("ending", [nas.delete, nas.update])
def test_end_of_another_version_is_a_gap(base, tmp_path, ending):
    """What was between, and maybe changed others too, is missing."""
    text = nas.delivery(ending(0, nas.CHANGED), date=nas.LATER)
    with pytest.raises(
        LoadError, match=r"u\.xml: AX_Flurstueck DENW\d+: a delivery is missing before this one"
    ):
        load(base, "parcels", write(tmp_path / "u.xml", text))


def test_replaced_object_that_is_not_active_is_a_gap(base, tmp_path):
    Parcel.objects.filter(object_id=nas.identifier(0)).delete()
    with pytest.raises(LoadError, match="the object is not among the active ones"):
        load(base, "parcels", write(tmp_path / "u.xml", change()))


def test_older_delivery_after_a_younger_one(base, tmp_path):
    load(base, "parcels", write(tmp_path / "u.xml", change()))
    old = nas.delivery(nas.delete(2, nas.BEGUN), date="2026-01-20T00:00:00Z")
    with pytest.raises(LoadError, match="older than the active delivery of 2026-02-10T09:30:00Z"):
        load(base, "parcels", write(tmp_path / "old.xml", old))


def test_update_of_a_state_that_is_no_longer_active_is_refused(base, tmp_path):
    update = stage(base, "parcels", write(tmp_path / "u.xml", change()))
    whole = nas.delivery(nas.insert(*map(nas.parcel, range(2))))
    load(base, "parcels", write(tmp_path / "whole.xml", whole))
    active = sorted(Parcel.objects.active().values_list("key", flat=True))
    with pytest.raises(EditionError, match="no longer active: discard it and load it again"):
        edition_activate(edition=update)
    update.refresh_from_db()
    assert update.status == EditionStatus.STAGED
    assert sorted(Parcel.objects.active().values_list("key", flat=True)) == active


def test_update_with_a_missing_part(base, tmp_path):
    text = nas.delivery(nas.delete(2, nas.BEGUN), date=nas.CHANGED, part=1, total=2)
    with pytest.raises(
        LoadError, match=r"u\.xml: is an update, and of 2 parts these did not come: 2"
    ):
        load(base, "parcels", write(tmp_path / "u.xml", text))


def test_end_of_an_object_that_was_never_there_is_a_gap(base, tmp_path):
    text = nas.delivery(nas.delete(7, nas.BEGUN), date=nas.CHANGED)
    with pytest.raises(LoadError) as caught:
        stage(base, "parcels", write(tmp_path / "u.xml", text))
    assert caught.value.message.code == "nba_gap_inactive"
    assert len(state()) == 3


def test_missing_part_of_a_complete_delivery_stops_the_activation(base, tmp_path):
    """Inserts alone are taken for the whole: as a part they would end all that the other parts hold."""
    text = nas.delivery(
        nas.insert(nas.parcel(0, begun=nas.BEGUN)), date=nas.CHANGED, part=1, total=2
    )
    with pytest.raises(EditionError, match="parts"):
        load(base, "parcels", write(tmp_path / "u.xml", text))
    assert len(state()) == 3


def test_update_without_anything_active(city, tmp_path):
    with pytest.raises(LoadError, match="nothing is active: load a complete delivery first"):
        load(city, "parcels", write(tmp_path / "u.xml", change()))


def test_same_part_twice_is_read_once(base, tmp_path):
    directory = tmp_path / "parts"
    directory.mkdir()
    for name in ("u.xml", "u_again.xml"):
        write(directory / name, change())
    result = load(base, "parcels", directory)
    assert counts(result) == (0, 1, 1, 1)
    notes = [note["text"] for note in result.edition.report["notes"]]
    assert "u_again.xml: is the same part as u.xml, read once" in notes


def test_versions_of_the_past_are_left_out(city, tmp_path):
    old = nas.parcel(0, area=5, begun="2020-01-01T00:00:00Z", ended=nas.BEGUN, versioned=True)
    path = write(tmp_path / "a.xml", nas.delivery(nas.insert(old, nas.parcel(0, versioned=True))))
    result = load(city, "parcels", path)
    assert state() == {KEYS[0]: 100}
    assert result.edition.report["counts"]["versions of the past left out"] == 1


def test_parts_in_a_zip(city, tmp_path):
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(3):
            text = nas.delivery(nas.insert(nas.parcel(part)), part=part + 1, total=3)
            archive.writestr(f"NBA/part{part + 1}.xml", text)
    result = load(city, "parcels", tmp_path / "delivery.zip")
    assert result.rows == 3
    assert result.edition.report["notes"] == []


# --- Streets and house numbers --------------------------------------------------------------------

FIRST, SECOND = "DENW1234000000L1", "DENW1234000000L2"


@pytest.fixture
def addressed(city, tmp_path):
    text = nas.delivery(
        nas.insert(
            nas.parcel(0, refers=(FIRST, SECOND)),
            nas.parcel(1),
            nas.location(FIRST, "10"),
            nas.location(SECOND, "10 A"),
            nas.street("Brunnenstraße"),
        )
    )
    load(city, "parcels", write(tmp_path / "base.xml", text))
    return city


def test_location_texts_come_from_other_objects(addressed):
    texts = dict(Parcel.objects.values_list("key", "location_text"))
    assert texts == {KEYS[0]: "Brunnenstraße 10; Brunnenstraße 10 A", KEYS[1]: ""}


def test_update_that_does_not_bring_the_streets_keeps_the_text(addressed, tmp_path):
    moved = nas.parcel(0, area=90, begun=nas.CHANGED, refers=(FIRST, SECOND))
    text = nas.delivery(nas.replace(moved, 0, nas.BEGUN), date=nas.CHANGED)
    load(addressed, "parcels", write(tmp_path / "u.xml", text))
    parcel = Parcel.objects.active().get(key=KEYS[0])
    assert (parcel.official_area, parcel.location_text) == (
        90,
        "Brunnenstraße 10; Brunnenstraße 10 A",
    )


def texts() -> dict[str, str]:
    return dict(Parcel.objects.active().values_list("key", "location_text"))


def test_update_of_a_house_number_alone_changes_the_text_of_its_parcel(addressed, tmp_path):
    text = nas.delivery(
        nas.insert(nas.location(FIRST, "12", begun=nas.CHANGED)),
        nas.delete(1, nas.BEGUN),
        date=nas.CHANGED,
    )
    result = load(addressed, "parcels", write(tmp_path / "u.xml", text))
    assert counts(result) == (0, 1, 1, 0)
    assert texts() == {KEYS[0]: "Brunnenstraße 12; Brunnenstraße 10 A"}


def renamed(path):
    """An update that renames the street and brings nothing else."""
    street = nas.street("Neue Straße", begun=nas.CHANGED)
    return write(path, nas.delivery(nas.replaced(street), date=nas.CHANGED))


def test_renamed_street_changes_all_that_refer_to_it_and_nothing_else(addressed, tmp_path):
    before = Parcel.objects.active().get(key=KEYS[0])
    result = load(addressed, "parcels", renamed(tmp_path / "u.xml"))
    assert counts(result) == (0, 1, 0, 1)
    assert texts() == {KEYS[0]: "Neue Straße 10; Neue Straße 10 A", KEYS[1]: ""}
    after = Parcel.objects.active().get(key=KEYS[0])
    same = ("object_id", "official_area", "source_date", "location_ids", "gemarkung_key")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert after.geometry.wkb == before.geometry.wkb


def test_renamed_street_of_a_complete_delivery_is_the_row_of_the_update(addressed, tmp_path):
    """The row that an update makes anew is what a complete delivery would bring."""
    load(addressed, "parcels", renamed(tmp_path / "u.xml"))
    whole = nas.delivery(
        nas.insert(
            nas.parcel(0, refers=(FIRST, SECOND)),
            nas.parcel(1),
            nas.location(FIRST, "10"),
            nas.location(SECOND, "10 A"),
            nas.street("Neue Straße"),
        )
    )
    assert counts(load(addressed, "parcels", write(tmp_path / "w.xml", whole))) == (0, 0, 0, 2)


def test_new_parcel_gets_the_house_number_of_an_earlier_delivery(addressed, tmp_path):
    load(addressed, "parcels", renamed(tmp_path / "1.xml"))
    new = nas.insert(nas.parcel(2, begun=nas.LATER, refers=(SECOND,)))
    moved = nas.replace(nas.parcel(0, begun=nas.LATER, refers=(FIRST,)), 0, nas.BEGUN)
    text = nas.delivery(new, moved, date=nas.LATER)
    result = load(addressed, "parcels", write(tmp_path / "2.xml", text))
    assert texts() == {KEYS[0]: "Neue Straße 10", KEYS[1]: "", KEYS[2]: "Neue Straße 10 A"}
    assert not result.edition.checks.filter(code__contains="missing").exists()


def test_renaming_that_was_rolled_back_does_not_count(addressed, tmp_path):
    edition_rollback(edition=load(addressed, "parcels", renamed(tmp_path / "1.xml")).edition)
    new = nas.delivery(
        nas.insert(nas.parcel(2, begun=nas.LATER, refers=(FIRST,))),
        nas.delete(1, nas.BEGUN),
        date=nas.LATER,
    )
    load(addressed, "parcels", write(tmp_path / "2.xml", new))
    assert texts()[KEYS[2]] == "Brunnenstraße 10"


def test_base_that_kept_no_locations_asks_for_a_complete_delivery(addressed, tmp_path):
    """As it was loaded before locations were kept."""
    EditionLocations.objects.all().delete()
    result = load(addressed, "parcels", renamed(tmp_path / "1.xml"))
    assert counts(result) == (0, 0, 0, 2)
    stale = result.edition.checks.get(code="locations_stale")
    assert stale.params == {"names": ["0556200400306"]}
    new = nas.delivery(
        nas.insert(
            nas.parcel(2, begun=nas.LATER, refers=(FIRST,)),
            nas.location(SECOND, "11", begun=nas.LATER),
        ),
        nas.delete(1, nas.BEGUN),
        date=nas.LATER,
    )
    result = load(addressed, "parcels", write(tmp_path / "2.xml", new))
    found = {check.code: check.params.get("names") for check in result.edition.checks.all()}
    assert found["locations_missing"] == [FIRST]
    assert found["locations_stale"] == [SECOND]


def test_missing_entry_of_the_catalogue_is_found(city, tmp_path):
    text = nas.delivery(
        nas.insert(nas.parcel(0, refers=(FIRST,)), nas.location(FIRST, "10")),
    )
    edition = stage(city, "parcels", write(tmp_path / "base.xml", text))
    assert edition.checks.get(code="streets_missing").params == {"names": ["0556200400306"]}


@pytest.mark.parametrize("key", ["05562004  306", "05 5 62 004 00306"])
def test_blanks_in_the_key_of_a_street(city, tmp_path, key):
    text = nas.delivery(
        nas.insert(
            nas.parcel(0, refers=(FIRST,)),
            nas.location(FIRST, "10", street="306"),
            nas.street("Brunnenstraße", key=key),
        )
    )
    load(city, "parcels", write(tmp_path / "base.xml", text))
    assert texts() == {KEYS[0]: "Brunnenstraße 10"}


def test_location_of_the_later_delivery_counts_whatever_the_order_of_files(city, tmp_path):
    base = nas.insert(
        nas.parcel(0, refers=(FIRST,)), nas.location(FIRST, "10"), nas.street("Brunnenstraße")
    )
    write(tmp_path / "z.xml", nas.delivery(base))
    renamed(tmp_path / "a.xml")
    load(city, "parcels", tmp_path)
    assert texts() == {KEYS[0]: "Neue Straße 10"}


# --- Empty updates --------------------------------------------------------------------------------


def test_empty_update_moves_the_date_on(base, tmp_path):
    load(base, "parcels", write(tmp_path / "u.xml", change()))
    empty = write(tmp_path / "e.xml", nas.delivery(date=nas.LATER))
    result = load(base, "parcels", empty)
    assert counts(result) == (0, 0, 0, 2)
    assert result.edition.as_of == date(2026, 3, 15)
    finding = result.edition.checks.get(code="nothing_changed")
    assert (finding.severity, finding.params) == ("info", {"date": "2026-03-15"})
    with pytest.raises(LoadError, match="older than the active delivery"):
        load(base, "parcels", write(tmp_path / "old.xml", nas.delivery(date=nas.CHANGED)))


def test_empty_update_before_another_one_in_one_go(base, tmp_path):
    write(tmp_path / "1.xml", nas.delivery(date=nas.BEGUN))
    write(tmp_path / "2.xml", change())
    assert counts(load(base, "parcels", tmp_path)) == (0, 1, 1, 1)


def test_complete_delivery_without_the_dataset_is_no_empty_update(base, tmp_path):
    text = nas.delivery(nas.insert(nas.street("Brunnenstraße")))
    with pytest.raises(LoadError, match="holds no feature of parcels"):
        load(base, "parcels", write(tmp_path / "u.xml", text))


# --- Other datasets -------------------------------------------------------------------------------


def land_use(name: str, oid: str, place: int, begun: str = nas.BEGUN) -> str:
    return f'<{name} gml:id="{oid}">{nas.life(begun)}<position>{polygon_gml(square(place), srs="")}</position></{name}>'


def test_land_use_is_updated_by_its_identifier(city, tmp_path):
    objects = [
        land_use("AX_Wald", nas.identifier(0), 0),
        land_use("AX_Platz", nas.identifier(1), 1),
    ]
    load(city, "land_use", write(tmp_path / "base.xml", nas.delivery(nas.insert(*objects))))
    text = nas.delivery(
        nas.replace(land_use("AX_Gehoelz", nas.identifier(0), 0, nas.CHANGED), 0, nas.BEGUN),
        date=nas.CHANGED,
    )
    load(city, "land_use", write(tmp_path / "u.xml", text))
    assert set(LandUse.objects.active().values_list("key", "use_type")) == {
        (nas.identifier(0), "Gehölz"),
        (nas.identifier(1), "Platz"),
    }


def test_districts_cannot_be_updated(city, tmp_path):
    text = nas.delivery('<wfs:Delete typeName="AX_Gemarkung"/>')
    with pytest.raises(
        LoadError, match="cadastral_districts can only be loaded from a complete one"
    ):
        load(city, "cadastral_districts", write(tmp_path / "u.xml", text))
