"""An OGC API Features as a source: pages by their links, place, CRS, resumed fetches, services that misbehave."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import shapely

from config.benchmarks.fuzzing import bytes_damaged
from gis_core.coordinates import transform_geometry
from gis_core.enums import EditionStatus, FetchKind
from gis_core.errors import LoadError
from gis_core.loading.fetch.pages import Box
from gis_core.loading.ogcapi.features import ogcapi_fetch
from gis_core.models import Edition
from gis_core.services.geodata_presets import PresetUnusable
from gis_core.services.loads import edition_resume
from gis_core.services.service_sync import GeodataService, service_sync
from gis_core.srids import ETRS89_UTM32, WGS84
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    jurisdiction_make,
    municipality_draw,
    square,
)
from tests.gis_core.loading.ogc_apis import CRS84, UTM32, Api
from tests.gis_core.loading.wfs_servers import serving_paths


@pytest.fixture(autouse=True)
def allowed(settings, tmp_path):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"


def parcels(crs: int = ETRS89_UTM32) -> list[dict]:
    """Three parcels side by side, with the properties that Geobasis NRW gives them."""
    return [
        {
            "type": "Feature",
            "id": key,
            "geometry": json.loads(
                shapely.to_geojson(transform_geometry(square(place), ETRS89_UTM32, crs))
            ),
            "properties": {
                "flstkennz": key,
                "flurstid": f"DENW36AL0000000{place}",
                "flaeche": 100,
                "gemarkung": "Castrop",
                "aktualit": "2026-09-30",
                "gebaeuderef": [{"title": "Gebäude", "href": "…"}],
            },
        }
        for place, key in enumerate(KEYS)
    ]


def fetch(base: str, folder: Path, box: Box | None = None, **options) -> tuple[list[Path], str]:
    options = {"names": ["Flurstueck"], "pauses_s": (), "progress": lambda *_: None, **options}
    return ogcapi_fetch(f"{base}/lika/v1", folder / "pages", box=box, **options)


def test_pages_are_followed_to_the_last(tmp_path):
    api = Api({"flurstueck_punkt": [], "flurstueck": parcels()})
    box = (EAST, NORTH, EAST + 1000, NORTH + 1000)
    with serving_paths(api) as base:
        pages, crs = fetch(base, tmp_path, box)
    assert [page.name for page in pages] == ["page-000000000.geojson", "page-000000002.geojson"]
    assert crs == UTM32
    assert [query.get("offset") for query in api.asked] == [None, "2"]
    first = api.asked[0]
    assert (first["limit"], first["crs"], first.get("bbox-crs")) == ("1000", UTM32, None)
    west, south, east, north = map(float, first["bbox"].split(","))
    corners = [
        (EAST, NORTH),
        (EAST + 1000, NORTH),
        (EAST, NORTH + 1000),
        (EAST + 1000, NORTH + 1000),
    ]
    for corner in corners:
        at = transform_geometry(shapely.Point(corner), ETRS89_UTM32, WGS84)
        assert west - 1e-6 <= at.x <= east + 1e-6
        assert south - 1e-6 <= at.y <= north + 1e-6
    assert (east - west, north - south) == pytest.approx((0.0147, 0.0092), abs=3e-4)


@pytest.mark.parametrize(
    "address",
    [
        "/lika/v1/",
        "/lika/v1/collections/flurstueck",
        "/lika/v1/collections/flurstueck/items?f=html",
    ],
)
def test_address_may_be_any_page_of_the_service(tmp_path, address):
    api = Api({"flurstueck": parcels(), "nutzung": []})
    with serving_paths(api) as base:
        found, _ = ogcapi_fetch(
            f"{base}{address}",
            tmp_path / "pages",
            names=["Flurstueck"],
            pauses_s=(),
            progress=lambda *_: None,
        )
    assert len(found) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("crs", [(CRS84, UTM32), (CRS84,)])
def test_edition_holds_what_the_service_has(crs):
    """In the storage CRS where the service knows it, else transformed from degrees."""
    api = Api({"flurstueck": parcels(ETRS89_UTM32 if UTM32 in crs else WGS84)}, crs=crs)
    city = jurisdiction_make()
    with serving_paths(api) as base:
        service = GeodataService(
            "castrop-rauxel.de",
            "parcels",
            f"{base}/lika/v1",
            kind=FetchKind.OGC_FEATURES,
            activate=True,
        )
        edition = service_sync(service=service)
        municipality_draw(city)
        again = service_sync(service=service)
    assert (edition.status, edition.report["rows"]) == (EditionStatus.ACTIVE, 3)
    stored = Parcel.objects.active().order_by("key")
    assert {one.object_id[:4] for one in stored} == {"DENW"}
    drawn = {key: square(place) for place, key in enumerate(KEYS)}
    for one in stored:
        assert shapely.from_wkt(one.geometry.wkt).symmetric_difference(drawn[one.key]).area < 0.1
    assert [again.report[name] for name in ("new", "changed", "vanished")] == [0, 0, 0]
    assert again.status == EditionStatus.DISCARDED
    # The second time the municipality is among the areas.
    assert ["bbox" in query for query in api.asked] == [False, False, True, True]


@pytest.mark.django_db
def test_load_that_failed_goes_on_behind_its_last_whole_page():
    api = Api({"flurstueck": parcels()})
    api.spoil = lambda answer, page: {} if page and len(api.asked) == 2 else answer
    jurisdiction_make()
    made: list[Edition] = []
    with serving_paths(api) as base:
        service = GeodataService(
            "castrop-rauxel.de", "parcels", f"{base}/lika/v1", kind=FetchKind.OGC_FEATURES
        )
        with pytest.raises(LoadError) as caught:
            service_sync(service=service, created=made.append)
        assert caught.value.message.code == "wfs_no_features"
        edition = edition_resume(edition=made[0])
    assert (edition.status, edition.report["rows"]) == (EditionStatus.STAGED, 3)
    assert [query.get("offset") for query in api.asked] == [None, "2", "2"]


# --- Services that misbehave ----------------------------------------------------------------------


def lacking(answer: dict, _: int) -> dict:
    return {**answer, "links": []}


def short(answer: dict, _: int) -> dict:
    return {**answer, "features": answer["features"][1:]}


def elsewhere(answer: dict, _: int) -> dict:
    return {**answer, "links": [{"rel": "next", "href": "http://10.0.0.1/items"}]}


def nowhere(answer: dict, _: int) -> dict:
    return {**answer, "links": [{"rel": "next", "href": "http://[items"}]}


def repeating(answer: dict, _: int) -> dict:
    links = [
        {**link, "href": link["href"].replace("offset=4", "offset=2")} for link in answer["links"]
    ]
    return {**answer, "links": links}


def changing(answer: dict, page: int) -> dict:
    return {**answer, "numberMatched": 4 if page else 5}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lacking, "wfs_incomplete"),
        (short, "wfs_short"),
        (elsewhere, "ogc_foreign_page"),
        (nowhere, "address_none"),
        (repeating, "ogc_repeats"),
        (changing, "wfs_changed"),
        (lambda *_: [1], "wfs_no_features"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_service_that_gives_less_than_it_has_is_refused(tmp_path, spoil, code):
    features = [*parcels(), {**parcels()[0], "id": "4"}, {**parcels()[0], "id": "5"}]
    with (
        serving_paths(Api({"flurstueck": features}, spoil=spoil)) as base,
        pytest.raises(LoadError) as caught,
    ):
        fetch(base, tmp_path)
    assert (caught.value.message.code, caught.value.file) == (code, base.removeprefix("http://"))
    if code in {"wfs_incomplete", "ogc_repeats", "wfs_changed"}:
        # Pages that make no state are not taken up again.
        assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize(
    ("api", "wanted", "code"),
    [
        (Api({"flurstueck": []}), "gebaeude", "ogc_collection_missing"),
        (Api({"strassen": []}), "", "ogc_collection_missing"),
        (
            Api({"flurstueck": parcels()}, headers={"Content-Crs": f"<{CRS84}>"}),
            "",
            "ogc_other_crs",
        ),
        (Api({"flurstueck": parcels()}, status={0: 400}), "", "wfs_http_told"),
        (Api({"flurstueck": parcels()}, status={0: 503}), "", "wfs_http"),
        (lambda *_: ((200, "text/html", b"<html/>"), {}), "", "ogc_no_json"),
        (lambda *_: ((200, "application/json", b"[]"), {}), "", "ogc_no_json"),
        (lambda *_: ((200, "application/json", b"{}"), {}), "", "ogc_no_collections"),
    ],
)
def test_what_is_no_such_service_is_refused_in_words(tmp_path, api, wanted, code):
    with serving_paths(api) as base, pytest.raises(LoadError) as caught:
        fetch(base, tmp_path, name=wanted)
    assert caught.value.message.code == code


def test_page_that_breaks_off_is_asked_for_again(tmp_path):
    api = Api({"flurstueck": parcels()})
    whole = api.__call__
    broken = [True]

    def answering(path, query):
        (status, media, body), headers = whole(path, query)
        if "offset" in query and broken:
            broken.clear()
            body = body[:40]
        return (status, media, body), headers

    with serving_paths(answering) as base:
        pages, _ = fetch(base, tmp_path, pauses_s=(0.01,))
        assert len(pages) == 2
        broken.append(True)
        with pytest.raises(LoadError) as caught:
            fetch(base, tmp_path / "second")
    assert caught.value.message.code == "ogc_broken"


def test_answers_that_are_damaged_are_refused_in_words(tmp_path):
    """Whatever is done to them, nothing but an error comes that names the service."""
    draw, api = random.Random(1), Api({"flurstueck": parcels()}, most=3)
    which = ["collections"]
    odd = [b"[" * 100_000, b'{"collections": [{"id": {}}, 1]}', b"\xff"]

    def answering(path, query):
        (status, media, body), headers = api(path, query)
        if path.endswith(which[0]):
            body = odd[-1] if odd else bytes_damaged(body, draw)
        return (status, media, body), headers

    refused: list[str] = []
    with serving_paths(answering) as base:
        for turn in range(24):
            which[0] = "items" if turn % 2 else "collections"
            try:
                fetch(base, tmp_path / str(turn))
            except LoadError as error:
                refused.append(str(error))
            if odd and turn % 2:
                odd.pop()
    assert len(refused) > 12
    assert all(told.startswith("127.0.0.1") for told in refused)


def test_private_address_is_refused_unless_allowed(settings, tmp_path):
    settings.PRIVATE_NETWORKS = {}
    with serving_paths(Api({"flurstueck": parcels()})) as base, pytest.raises(LoadError) as caught:
        fetch(base, tmp_path)
    assert caught.value.message.code == "address_refused"


@pytest.mark.django_db
def test_only_a_wfs_can_be_asked_for_changes():
    jurisdiction_make()
    service = GeodataService(
        "castrop-rauxel.de", "parcels", "http://a.example/v1", kind="ogc_features", changes=True
    )
    with pytest.raises(PresetUnusable) as caught:
        service_sync(service=service)
    assert caught.value.message.code == "changes_of_wfs"
