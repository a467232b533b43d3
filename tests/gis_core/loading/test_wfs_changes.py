"""Of a WFS only what changed since the active edition: asked by a filter on the date, the vanished found by keys."""

from __future__ import annotations

import pytest

from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from gis_core.services.service_sync import GeodataService, service_sync
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    jurisdiction_make,
    municipality_draw,
    square,
    table_write,
)
from tests.gis_core.loading.wfs_servers import (
    Answer,
    mapfile_write,
    mapserver,
    needs_mapserv,
    serving,
)

pytestmark = [needs_mapserv, pytest.mark.django_db]
DATES = {1: "2026-01-05", 2: "2026-01-05", 3: "2026-02-10"}


def parcel_key(number: int) -> str:
    return f"055287001{number:05}______"


def source_write(path, dates: dict[int, str], *, shift: int = 0, address: str = "Am Markt"):
    path.unlink(missing_ok=True)
    columns = {
        "flstkennz": [parcel_key(number) for number in dates],
        "gemarkung": ["Castrop"] * len(dates),
        "aktualit": list(dates.values()),
        "lagebeztxt": [f"{address} {number}" for number in dates],
    }
    return table_write(
        path, columns, [square(number + shift) for number in dates], layer="Flurstueck"
    )


class Service:
    """A MapServer over a GeoPackage that the test rewrites; notes what is asked for."""

    def __init__(self, folder) -> None:
        self.source = folder / "source.gpkg"
        self.answer = mapserver(mapfile_write(folder, self.source))
        self.asked: list[dict[str, str]] = []

    def __call__(self, query: dict[str, str]) -> Answer:
        self.asked.append(query)
        answer = self.answer(query)
        if "PROPERTYNAME" in query:
            assert (
                b"flstkennz" in answer[2]
                or b'numberReturned="0"' in answer[2]
                or "RESULTTYPE" in query
            )
            assert b"posList" not in answer[2]
        return answer

    @property
    def features_asked(self) -> list[str]:
        """What kind of features was asked for, one for each fetch."""
        kinds = [
            "changed" if "FILTER" in query else "keys" if "PROPERTYNAME" in query else "all"
            for query in self.asked
            if query.get("STARTINDEX") == "0"
        ]
        self.asked.clear()
        return kinds


@pytest.fixture
def service(tmp_path, settings):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"
    jurisdiction_make()
    return Service(tmp_path)


def sync(url: str, *, changes: bool = True) -> Edition:
    return service_sync(
        service=GeodataService("castrop-rauxel.de", "parcels", url, activate=True, changes=changes)
    )


def counts(edition: Edition) -> dict[str, int]:
    names = ("new", "changed", "vanished", "unchanged")
    return {name: edition.report[name] for name in names if edition.report[name]}


def test_only_changes_are_fetched(service):
    source_write(service.source, DATES)
    with serving(service) as url:
        assert counts(sync(url)) == {"new": 3}
        assert service.features_asked == ["all"]
        # Parcel 1 vanishes, 2 stays, 3 is changed on the day of the last date, 4 is new.
        later = {2: DATES[2], 3: "2026-02-10", 4: "2026-03-01"}
        source_write(service.source, later)
        second = sync(url)
        assert service.features_asked == ["changed", "keys"]
        assert counts(second) == {"new": 1, "vanished": 1, "unchanged": 2}
        assert second.status == EditionStatus.ACTIVE
        keys = Parcel.objects.active().order_by("key").values_list("key", flat=True)
        assert list(keys) == [parcel_key(number) for number in later]
        third = sync(url)
        assert (third.status, counts(third)) == (EditionStatus.DISCARDED, {"unchanged": 3})


def test_changed_feature_is_told_by_its_date(service):
    source_write(service.source, DATES)
    with serving(service) as url:
        sync(url)
        municipality_draw(Jurisdiction.objects.get())
        source_write(service.source, {**DATES, 1: "2026-03-01"}, address="Neue Straße")
        edition = sync(url)
    # Parcel 2 has another address too, but keeps its old date: the service says that it is as it was.
    assert counts(edition) == {"changed": 2, "unchanged": 1}
    assert Parcel.objects.active().get(numerator=1).location_text == "Neue Straße 1"


def test_new_feature_with_an_old_date_makes_everything_be_fetched(service):
    source_write(service.source, DATES)
    with serving(service) as url:
        sync(url)
        service.asked.clear()
        source_write(service.source, {**DATES, 4: "2020-01-01"}, address="Neue Straße")
        edition = sync(url)
        assert service.features_asked == ["changed", "keys", "all"]
    assert counts(edition) == {"new": 1, "changed": 3}


def test_without_an_edition_of_this_service_everything_is_fetched(service):
    source_write(service.source, DATES)
    with serving(service) as url:
        sync(url)
        Edition.objects.update(request={"sources": [{"url": "https://other.example"}]})
        service.asked.clear()
        sync(url)
        assert service.features_asked == ["all"]


def test_it_has_to_be_asked_for(service):
    source_write(service.source, DATES)
    with serving(service) as url:
        sync(url, changes=False)
        sync(url, changes=False)
        assert service.features_asked == ["all", "all"]
