"""A first edition has nothing to differ from: its page says so and its map shows what is in it."""

from __future__ import annotations

import pytest

from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_discard
from mapui.geodata import changes
from tests.gis_core.geodata_factories import jurisdiction_make, square, stage, table_write
from tests.mapui.geodata.geodata_factories import before, manager_create, parcels_write

KEYS = [f"055287001{number:05}______" for number in (1, 2, 3, 4)]


@pytest.fixture
def manager(client, db):
    client.force_login(manager_create())
    return client


@pytest.fixture
def edition(db, tmp_path) -> Edition:
    return stage(jurisdiction_make(), "parcels", parcels_write(tmp_path / "p.gpkg", before()))


def keys(client, edition: Edition, **asked: str) -> list[str]:
    answer = client.get(f"/api/geodata/{edition.pk}/changes.geojson", asked).json()
    return sorted(feature["properties"]["key"] for feature in answer["features"])


def test_page_says_that_everything_is_new_and_leads_to_the_map(manager, edition):
    page = manager.get(f"/geodata/{edition.pk}/").content.decode()
    assert "Es gibt nichts zu vergleichen" in page
    assert "<strong>4</strong> neu" in page
    assert f'href="/geodata/{edition.pk}/map/"' in page
    assert "kind=new" not in page


@pytest.mark.parametrize("is_active", [False, True])
def test_map_shows_the_rows_staged_and_active(manager, edition, is_active):
    if is_active:
        edition_activate(edition=edition)
    assert keys(manager, edition) == keys(manager, edition, kind="new") == KEYS
    assert keys(manager, edition, kind="vanished") == []
    assert keys(manager, edition, bbox="0,0,1,1") == []
    (south, west), (north, east) = changes.change_bounds(edition)
    assert keys(manager, edition, bbox=f"{west},{south},{east},{north}") == KEYS


def test_map_shows_a_sample_of_many_rows(manager, edition, monkeypatch):
    monkeypatch.setattr(changes, "CHANGE_LIMIT", 3)
    answer = manager.get(f"/api/geodata/{edition.pk}/changes.geojson").json()
    assert (len(answer["features"]), answer["truncated"]) == (3, True)


def test_discarded_first_edition_has_no_map(manager, edition):
    edition_discard(edition=edition)
    assert (
        f'href="/geodata/{edition.pk}/map/"'
        not in manager.get(f"/geodata/{edition.pk}/").content.decode()
    )


def test_dataset_without_geometry_has_no_map(manager, db, tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(f"flstkennz;eigentumsklasse\n{KEYS[0]};CITY\n", "utf-8")
    edition = stage(jurisdiction_make(), "ownership", path)
    assert keys(manager, edition) == []
    assert changes.change_bounds(edition) is None


def test_later_edition_shows_its_changes(manager, edition, tmp_path):
    edition_activate(edition=edition)
    columns = {"flstkennz": [KEYS[0]], "gemarkung": ["Castrop"]}
    path = table_write(tmp_path / "l.gpkg", columns, [square(9)], layer="Flurstueck")
    later = stage(edition.jurisdiction, "parcels", path)
    assert keys(manager, later, kind="vanished") == KEYS[1:]
    assert keys(manager, later, kind="new") == []
