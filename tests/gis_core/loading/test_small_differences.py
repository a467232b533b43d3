"""What follows from a small difference: rows that are touched, land that moves, what parcels cover together."""

from __future__ import annotations

import pytest
import shapely
from django.db import connection

from gis_core.services.editions import activation_rehearse, edition_activate
from parcels.importers.cadastre import _united
from tests.gis_core.geodata_factories import load, square, stage, table_write

pytestmark = pytest.mark.django_db
COLUMNS, ROWS = 100, 100
CHANGED = 10


def parcels(path, shapes, streets=None):
    keys = [f"055287001{number:05}______" for number in range(1, len(shapes) + 1)]
    columns = {
        "flstkennz": keys,
        "gemarkung": ["Castrop"] * len(keys),
        "lagebeztxt": streets or ["Am Markt"] * len(keys),
    }
    return table_write(path, columns, shapes, layer="Flurstueck")


def parcels_touched() -> int:
    """Rows of parcels that this transaction read, wrote or closed so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch + n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables"
            " WHERE relname = 'parcels_parcel'"
        )
        return int(cursor.fetchone()[0])


def test_activation_and_impact_touch_what_the_difference_touches(city, tmp_path):
    shapes = [square(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    load(city, "parcels", parcels(tmp_path / "a.gpkg", shapes))
    streets = ["Am Markt"] * len(shapes)
    streets[:: len(shapes) // CHANGED] = ["Neue Straße"] * CHANGED
    edition = stage(city, "parcels", parcels(tmp_path / "b.gpkg", shapes, streets))
    assert edition.report["changed"] == CHANGED
    before = parcels_touched()
    with activation_rehearse(edition):
        pass
    rehearsed = parcels_touched()
    edition_activate(edition=edition)
    assert rehearsed - before <= 10 * CHANGED
    assert parcels_touched() - rehearsed <= 10 * CHANGED


@pytest.mark.parametrize(
    ("after", "is_moved"),
    [
        # Parcels 0 to 3 in a row: the middle divided, a vertex put into an edge, the last left out, one moved.
        ([square(0), square(1), square(2, size=5), "rest", square(3)], False),
        ([square(0), square(1), "vertex", square(3)], False),
        ([square(0), square(1), square(2)], True),
        ([square(0), square(1), square(2), square(4)], True),
    ],
)
def test_boundary_follows_the_land_of_the_parcels(city, tmp_path, after, is_moved):
    third = square(2)
    west, south, east, north = third.bounds
    drawn = {
        "rest": third.difference(square(2, size=5)),
        "vertex": shapely.Polygon(
            [(west, south), (west + 5, south + 0.001), (east, south), (east, north), (west, north)]
        ),
    }
    shapes = [drawn[one] if isinstance(one, str) else one for one in after]
    load(city, "parcels", parcels(tmp_path / "a.gpkg", [square(n) for n in range(4)]))
    city.refresh_from_db()
    before = city.boundary
    edition = load(city, "parcels", parcels(tmp_path / "b.gpkg", shapes)).edition
    city.refresh_from_db()
    assert edition.report.get("boundary_moved", False) is is_moved
    assert city.boundary.equals_exact(before) is not is_moved
    if is_moved:
        assert city.boundary.area == pytest.approx(sum(shape.area for shape in shapes))


@pytest.mark.parametrize(
    "shapes",
    [
        [square(0), square(1)],
        # Overlapping; with an edge that the neighbour has in two pieces; the same twice; one within another.
        [square(0), shapely.affinity.translate(square(0), 5)],
        [square(0, size=20), square(2), square(2, 1)],
        [square(0), square(0), square(1)],
        [square(0, size=30), square(1, 1)],
        [square(0), square(5)],
    ],
)
def test_shapes_are_united_as_one_by_one(shapes):
    united = _united(shapes)
    assert united.is_valid
    assert united.equals(shapely.union_all(shapes))
