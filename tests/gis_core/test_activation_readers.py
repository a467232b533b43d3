"""Readers beside an activation and a roll-back: the former state or the new one, at once and never a mixture."""

from __future__ import annotations

from threading import Event, Thread
from time import perf_counter

import pytest
from django.db import connection, connections
from shapely.affinity import translate

from gis_core.services.editions import edition_activate, edition_rollback
from tests.gis_core.geodata_factories import (
    collection_gml,
    jurisdiction_make,
    load,
    parcel_gml,
    polygon_gml,
    square,
    stage,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 2000


def parcels_write(path, size: float):
    features = (
        parcel_gml(
            f"055287001{n + 1:05}______",
            polygon_gml(translate(square(n % 50, size=size), 0, n // 50 * 10)),
            flaeche=str(size * size),
        )
        for n in range(COUNT)
    )
    return write(path, collection_gml(*features))


class Reader(Thread):
    """Counts active parcels and the editions they are of, all the time."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[int, int]] = set()
        self.longest = 0.0
        self.stop = Event()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                while not self.stop.is_set():
                    began = perf_counter()
                    cursor.execute(
                        "SELECT count(*), min(edition_from_id), max(edition_from_id)"
                        " FROM parcels_parcel WHERE edition_to_id IS NULL"
                    )
                    count, first, last = cursor.fetchone()
                    self.longest = max(self.longest, perf_counter() - began)
                    self.seen.add((count, first if first == last else -1))
        finally:
            connections.close_all()


def test_readers_see_whole_states_only_and_are_not_held_up(tmp_path):
    city = jurisdiction_make()
    former = load(city, "parcels", parcels_write(tmp_path / "a.gml", 10)).edition
    edition = stage(city, "parcels", parcels_write(tmp_path / "b.gml", 9))
    assert edition.report["changed"] == COUNT
    reader = Reader()
    reader.start()
    try:
        edition_activate(edition=edition)
        restoring = edition_rollback(edition=edition)
        reader.stop.wait(0.2)
    finally:
        reader.stop.set()
        reader.join()
    assert reader.seen <= {(COUNT, one.pk) for one in (former, edition, restoring)}
    assert (COUNT, restoring.pk) in reader.seen
    assert reader.longest < 1
