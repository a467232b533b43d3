"""A WFS as a source: a real MapServer that serves the model city, and services that misbehave."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapely

from config.benchmarks.fuzzing import bytes_damaged
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.coordinates import transform_geometry
from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.loading.fetch.client import number_read
from gis_core.loading.fetch.pages import directory_for
from gis_core.loading.sources import fetched_source
from gis_core.loading.wfs.features import wfs_fetch
from gis_core.models import Edition
from gis_core.services.editions import edition_activate
from gis_core.services.loads import edition_stage
from gis_core.services.service_sync import (
    GeodataService,
    service_sync,
    services_read,
    services_sync,
)
from gis_core.srids import ETRS89_UTM32, WGS84
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    jurisdiction_make,
    load,
    parcel_gml,
    polygon_gml,
    pos_list,
    square,
)
from tests.gis_core.loading.wfs_servers import (
    AVE,
    Answer,
    mapfile_write,
    mapserver,
    needs_mapserv,
    serving,
)

PARCELS = 1919


@pytest.fixture(autouse=True)
def allowed(settings, tmp_path):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"


@pytest.fixture(scope="module")
def model_city(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    generate(SCALES["small"], 1, folder)
    return folder / "alkis_vereinfacht.gpkg"


@pytest.fixture
def mapfile(model_city, tmp_path) -> Path:
    return mapfile_write(tmp_path, model_city)


def fetch(url: str, folder: Path, **options) -> list[Path]:
    options = {"type_names": ["Flurstueck"], "pauses_s": (), "progress": lambda *_: None, **options}
    return wfs_fetch(url, folder / "pages", **options)


# --- The real thing -------------------------------------------------------------------------------


@needs_mapserv
@pytest.mark.django_db
def test_model_city_is_synchronised(mapfile, settings):
    jurisdiction_make()
    with serving(mapserver(mapfile)) as url:
        service = GeodataService("castrop-rauxel.de", "parcels", url, activate=True)
        first = service_sync(service=service)
        assert (first.status, first.report["rows"]) == (EditionStatus.ACTIVE, PARCELS)
        assert Parcel.objects.active().count() == PARCELS
        assert first.source.startswith("http://127.0.0.1")
        Parcel.objects.active().filter(gemarkung_key="055119").delete()
        assert service_sync(service=service).report["new"] > 0
        again = service_sync(service=service)
    assert again.status == EditionStatus.DISCARDED
    assert [again.report[n] for n in ("new", "changed", "vanished")] == [0, 0, 0]
    # The answer was the same but for its time: it was not read.
    assert (again.progress["files"], again.report["rows"]) == ([], PARCELS)
    assert not any(settings.FETCH_ROOT.iterdir())


@needs_mapserv
@pytest.mark.django_db
def test_service_and_file_give_the_same_rows(mapfile, model_city):
    """Every row has the hash that it has from the file: the service changes nothing on the way."""
    city = jurisdiction_make()
    load(city, "parcels", model_city)
    with serving(mapserver(mapfile)) as url:
        edition = edition_stage(jurisdiction=city, dataset="parcels", sources=[fetched_source(url)])
    assert edition.report["unchanged"] == PARCELS


@needs_mapserv
@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_both_versions_page_by_page(mapfile, tmp_path, version):
    asked: list[str] = []
    answer = mapserver(mapfile)

    def only(query: dict[str, str]) -> Answer:
        asked.append(query.get("STARTINDEX", ""))
        return answer(
            {**query, "VERSION": version, "TYPENAME": query.get("TYPENAMES", "ave:Flurstueck")}
        )

    with serving(only if version == "1.1.0" else answer) as url:
        pages = fetch(url, tmp_path, page_features=500)
    assert [page.name for page in pages] == [
        f"page-{start:09d}.gml" for start in range(0, 2000, 500)
    ]
    if version == "1.1.0":
        assert asked[2:] == ["0", "500", "1000", "1500", str(PARCELS)]


@needs_mapserv
def test_server_that_gives_less_than_asked_for_is_read_whole(model_city, tmp_path):
    with serving(mapserver(mapfile_write(tmp_path, model_city, maxfeatures=700))) as url:
        pages = fetch(url, tmp_path)
    assert [page.name[5:14] for page in pages] == ["000000000", "000000700", "000001400"]


FETCHING = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
from django.conf import settings
settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
from pathlib import Path
from gis_core.loading.wfs.features import wfs_fetch
wfs_fetch(sys.argv[1], Path(sys.argv[2]), type_names=["Flurstueck"], page_features=200,
          progress=lambda file, features: print(features, flush=True))
"""


@needs_mapserv
def test_killed_fetch_goes_on_behind_its_last_page(mapfile, tmp_path):
    answer, asked = mapserver(mapfile), []

    def counted(query: dict[str, str]) -> Answer:
        if "STARTINDEX" in query:
            asked.append(int(query["STARTINDEX"]))
            time.sleep(0.05)
        return answer(query)

    with serving(counted) as url:
        command = [sys.executable, "-c", FETCHING, url, str(tmp_path / "pages")]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd(), env={**os.environ}
        ) as child:
            while "600" not in child.stdout.readline():
                pass
            child.send_signal(signal.SIGKILL)
            child.wait()
        before = len(asked)
        pages = fetch(url, tmp_path, page_features=200)
    assert asked[before] in {600, 800}
    assert len(pages) == 10
    text = "".join(page.read_text() for page in pages)
    assert len(set(re.findall(r'<ave:Flurstueck gml:id="([^"]+)"', text))) == PARCELS


@needs_mapserv
@pytest.mark.django_db
def test_failed_load_is_resumed_with_the_pages_it_has(mapfile):
    """MapServer dies in the middle; when it is back, the same edition goes on."""
    from gis_core.services.loads import edition_resume

    city, answer, asked = jurisdiction_make(), mapserver(mapfile), []
    dead = True

    def dying(query: dict[str, str]) -> Answer:
        if "STARTINDEX" in query:
            asked.append(query["STARTINDEX"])
            if dead and query["STARTINDEX"] != "0":
                return 404, "text/plain", b"gone"
        return answer(query)

    with serving(dying) as url:
        with pytest.raises(LoadError, match=r"127\.0\.0\.1:\d+: answers with HTTP 404"):
            edition_stage(jurisdiction=city, dataset="parcels", sources=[fetched_source(url)])
        edition = Edition.objects.get()
        assert edition.status == EditionStatus.FAILED
        dead = False
        edition_resume(edition=edition)
    assert (edition.status, edition.report["rows"]) == (EditionStatus.STAGED, PARCELS)
    assert asked == ["0", "1000", "1000", str(PARCELS)]
    assert not Parcel.objects.exists()


# --- Services that misbehave ----------------------------------------------------------------------

CAPABILITIES = f"""<?xml version="1.0"?>
<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:ave="{AVE}"><ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP/></ows:DCP>
 </ows:Operation></ows:OperationsMetadata><FeatureTypeList><FeatureType><Name>ave:Flurstueck</Name><Title>F</Title>
 <DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS></FeatureType></FeatureTypeList></WFS_Capabilities>"""


def key(index: int) -> str:
    return f"05528700100{index + 1:03d}______"


def collection(indexes, *, said: int | None = None, matched: str = "10") -> str:
    members = "".join(
        f"<wfs:member>{parcel_gml(key(i), polygon_gml(square(i))).replace(key(i)[:16], f'{i:016d}', 1)}</wfs:member>"
        for i in indexes
    )
    returned = len(list(indexes)) if said is None else said
    return (
        f'<wfs:FeatureCollection numberMatched="{matched}" numberReturned="{returned}" xmlns="{AVE}"'
        ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:wfs="http://www.opengis.net/wfs/2.0">'
        f"{members}</wfs:FeatureCollection>"
    )


def scripted(page, *, hits: str | Answer = '<FeatureCollection numberMatched="10"/>'):
    """A service whose pages are made by a function of STARTINDEX and COUNT."""

    def answering(query: dict[str, str]) -> Answer:
        if query["REQUEST"] == "GetCapabilities":
            return 200, "text/xml", CAPABILITIES.encode()
        if query.get("RESULTTYPE") == "hits":
            return hits if isinstance(hits, tuple) else (200, "text/xml", hits.encode())
        made = page(int(query["STARTINDEX"]), int(query["COUNT"]))
        return made if isinstance(made, tuple) else (200, "text/xml", made.encode())

    return serving(answering)


def plain(start: int, count: int) -> str:
    return collection(range(start, min(start + count, 10)))


def refused(page, tmp_path, message: str, **options) -> None:
    hits = options.pop("hits", '<FeatureCollection numberMatched="10"/>')
    with (
        scripted(page, hits=hits) as url,
        pytest.raises(LoadError, match=rf"127\.0\.0\.1:\d+: {message}"),
    ):
        fetch(url, tmp_path, page_features=4, **options)


@pytest.mark.django_db
def test_overlapping_pages_are_one_state(tmp_path):
    """Each page begins one too early; the features that come twice are the same."""

    def overlapping(start: int, count: int) -> str:
        return collection(range(max(start - 1, 0), min(start + count, 10)))

    city = jurisdiction_make()
    with scripted(overlapping, hits="<FeatureCollection numberMatched='unknown'/>") as url:
        edition = edition_stage(jurisdiction=city, dataset="parcels", sources=[fetched_source(url)])
    assert edition.report["rows"] == 10


@pytest.mark.django_db
def test_service_that_answers_in_another_system_is_transformed():
    """As some do when they are asked for metres: degrees, latitude first."""

    def degrees(start: int, count: int) -> str:
        text = plain(start, count).replace("EPSG::25832", "EPSG::4326")
        for index in range(start, min(start + count, 10)):
            moved = transform_geometry(square(index), ETRS89_UTM32, WGS84)
            ring = shapely.get_coordinates(moved)[:, ::-1]
            there = " ".join(f"{value:.9f}" for value in ring.ravel())
            text = text.replace(pos_list(square(index).exterior), there)
        return text

    city = jurisdiction_make()
    with scripted(degrees) as url:
        edition = edition_stage(jurisdiction=city, dataset="parcels", sources=[fetched_source(url)])
    edition_activate(edition=edition)
    extent = Parcel.objects.active().get(key=key(3)).geometry.extent
    assert extent == pytest.approx((382930, 5712300, 382940, 5712310), abs=0.002)
    assert [o["source"] for o in edition.report["operations"].values()] == ["EPSG:4326"]


def test_order_that_changes_from_page_to_page_loses_features(tmp_path):
    refused(
        lambda start, count: collection(
            [(i * 7 + start // 4) % 9 for i in range(start, min(start + count, 10))]
        ),
        tmp_path,
        r"is incomplete: it counts 10 features, \d came; \d came twice",
    )


def test_page_with_less_than_it_says(tmp_path):
    refused(
        lambda start, _: collection(range(start, start + 2), said=4),
        tmp_path,
        "answers incompletely from feature 0 on: it says 4, 2 came",
    )


def test_state_with_less_than_it_counts(tmp_path):
    refused(
        lambda start, count: collection(range(start, min(start + count, 7))),
        tmp_path,
        "is incomplete: it counts 10 features, 7 came",
    )


def test_page_that_breaks_off(tmp_path):
    refused(
        lambda start, count: plain(start, count)[:-60],
        tmp_path,
        "answers with broken XML from feature 0 on",
    )


def test_broken_page_is_asked_for_again(tmp_path):
    tries: list[int] = []

    def moody(start: int, count: int):
        tries.append(start)
        return (503, "text/plain", b"") if len(tries) == 2 else plain(start, count)

    with scripted(moody) as url:
        assert len(fetch(url, tmp_path, page_features=4, pauses_s=(0.0,))) == 3
    assert tries == [0, 4, 4, 8, 10]


def test_exception_with_http_200(tmp_path):
    report = (
        '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1">'
        '<ows:Exception exceptionCode="NoApplicableCode">'
        "<ows:ExceptionText>too busy</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )
    refused(lambda *_: report, tmp_path, "answers with an exception: NoApplicableCode too busy")
    refused(
        lambda *_: "<html><body>Sorry</body></html>",
        tmp_path,
        "answers with html instead of features",
    )
    refused(plain, tmp_path, "answers with an exception: NoApplicableCode too busy", hits=report)


def test_document_type_in_an_answer(tmp_path):
    bomb = '<!DOCTYPE l [<!ENTITY a "ha">]>'
    refused(
        lambda *_: bomb + plain(0, 4),
        tmp_path,
        "answers with broken XML .*document type declaration",
    )
    refused(plain, tmp_path, "answers with no proper XML", hits=bomb + "<FeatureCollection/>")


def test_service_that_stalls(tmp_path):
    def stalling(start: int, count: int) -> str:
        time.sleep(1.0)
        return plain(start, count)

    refused(stalling, tmp_path, "stalls: nothing came for 0.3 seconds", stall_s=0.3)


def test_service_that_ignores_the_start(tmp_path):
    refused(
        lambda *_: collection(range(4)),
        tmp_path,
        "sends the same features again from 4 on",
    )


@pytest.mark.parametrize(
    "hits",
    ['<FeatureCollection numberMatched="10"/>', '<FeatureCollection numberMatched="unknown"/>'],
)
def test_service_without_pages_sends_everything_at_once(tmp_path, hits):
    """It knows neither COUNT nor STARTINDEX; that it was all, says its count, or that more came than were wanted."""
    matched = "10" if "10" in hits else "unknown"
    with scripted(lambda *_: collection(range(10), matched=matched), hits=hits) as url:
        assert len(fetch(url, tmp_path, page_features=4)) == 1


@pytest.mark.parametrize(
    "hits",
    [
        '<ExceptionReport><Exception exceptionCode="InvalidParameterValue"/></ExceptionReport>',
        (400, "text/plain", b"resultType?"),
        (200, "text/xml", b" " * (8 * 1024 * 1024 + 1)),
    ],
)
def test_service_that_cannot_count(tmp_path, hits):
    with scripted(plain, hits=hits) as url:
        assert len(fetch(url, tmp_path, page_features=4)) == 3


def test_exception_that_breaks_off(tmp_path):
    refused(
        lambda *_: "<ExceptionReport><Exception>too bu",
        tmp_path,
        "answers with broken XML from feature 0 on",
        pauses_s=(0.0,),
    )


def test_data_that_change_while_they_are_read(tmp_path):
    refused(
        lambda start, count: collection(
            range(start, min(start + count, 10)), matched=str(10 + start)
        ),
        tmp_path,
        "was changed while it was read: first 10 features, then 14",
    )


def test_pages_that_make_no_state_are_not_taken_up_again(tmp_path):
    size = [7, 10]

    def growing(start: int, count: int) -> str:
        return collection(range(start, min(start + count, size[0])))

    with scripted(growing) as url:
        with pytest.raises(LoadError, match="it counts 10 features, 7 came"):
            fetch(url, tmp_path, page_features=4)
        size.pop(0)
        assert len(fetch(url, tmp_path, page_features=4)) == 3


def test_private_address_is_refused_unless_allowed(settings, tmp_path):
    settings.PRIVATE_NETWORKS = {}
    with pytest.raises(
        LoadError, match=r"127\.0\.0\.1:9: 127\.0\.0\.1 leads to 127\.0\.0\.1, which must not"
    ):
        fetch("http://127.0.0.1:9/wfs", tmp_path)


def test_capabilities_that_are_damaged_are_refused_in_words(tmp_path):
    """Whatever OWSLib and the parsers raise becomes an error that names the service."""
    whole = (
        b'<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0" '
        b'xmlns:ows="http://www.opengis.net/ows/1.1"><ows:ServiceIdentification><ows:Title>a</ows:Title>'
        b"</ows:ServiceIdentification><FeatureTypeList><FeatureType><Name>Flurstueck</Name>"
        b"<DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS><ows:WGS84BoundingBox>"
        b"<ows:LowerCorner>7 51</ows:LowerCorner><ows:UpperCorner>8 52</ows:UpperCorner>"
        b"</ows:WGS84BoundingBox></FeatureType></FeatureTypeList></WFS_Capabilities>"
    )
    draw = random.Random(1)
    odd = [
        whole.replace(b"7 51", b""),
        whole.replace(b"7 51", b"7,2 51,5"),
        whole.replace(b"EPSG::25832", b"EPSG::"),
        whole.replace(b"urn:ogc:def:crs:EPSG::25832", b""),
        b'<?xml version="1.0" encoding="no-such"?>' + whole,
        *(bytes_damaged(whole, draw) for _turn in range(60)),
    ]

    def answer(query: dict[str, str]) -> Answer:
        is_first = query.get("REQUEST") == "GetCapabilities"
        return (200, "text/xml", odd[-1]) if is_first else (404, "text/plain", b"")

    with serving(answer) as url:
        while odd:
            with pytest.raises(LoadError, match=r"^127\.0\.0\.1"):
                fetch(url, tmp_path)
            odd.pop()


@pytest.mark.parametrize("count", ["\u00b2", "9" * 5000, "-1", "1e3", "unknown"])
def test_count_that_is_none_is_not_believed(count):
    assert number_read(count) is None
    assert number_read("1919") == 1919


def test_address_that_is_none_is_refused(tmp_path):
    with pytest.raises(LoadError, match="is no address"):
        fetch("http://[::1", tmp_path)


def test_address_that_is_no_wfs(tmp_path):
    with (
        serving(lambda _: (200, "text/html", b"<html/>")) as url,
        pytest.raises(LoadError, match="is no WFS: it answers with html"),
    ):
        fetch(url, tmp_path)


def test_unknown_feature_type_is_told_with_those_on_offer(tmp_path):
    with (
        scripted(plain) as url,
        pytest.raises(LoadError, match=r"offers no feature type Nutzung; there are ave:Flurstueck"),
    ):
        fetch(url, tmp_path, type_name="Nutzung")


# --- On a schedule --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_services_of_the_settings_one_fails_the_others_go_on(settings, tmp_path, caplog):
    jurisdiction_make()
    with scripted(plain) as url:
        path = tmp_path / "services.json"
        good = {
            "jurisdiction": "castrop-rauxel.de",
            "dataset": "parcels",
            "url": url,
            "licence": "dl-de/zero-2-0",
        }
        path.write_text(
            f"[{as_json({**good, 'url': url + '?x=1', 'type_name': 'Nix'})}, {as_json(good)}]"
        )
        settings.GEODATA_SERVICES = str(path)
        editions = services_sync()
    assert [edition.status for edition in editions] == [EditionStatus.STAGED]
    assert editions[0].licence == "dl-de/zero-2-0"
    assert "offers no feature type Nix" in caplog.text


def as_json(values: dict[str, str]) -> str:
    import json

    return json.dumps(values)


@pytest.mark.django_db
def test_state_that_nobody_activated_is_replaced_by_the_next(tmp_path):
    jurisdiction_make()
    with scripted(plain) as url:
        service = GeodataService("castrop-rauxel.de", "parcels", url)
        first, second = service_sync(service=service), service_sync(service=service)
    first.refresh_from_db()
    assert (first.status, second.status) == (EditionStatus.DISCARDED, EditionStatus.STAGED)


def test_file_of_services_that_is_none(tmp_path):
    from gis_core.errors import GisError

    path = tmp_path / "s.json"
    path.write_text('[{"adress": "x"}]')
    with pytest.raises(GisError, match=r"s\.json: unknown adress; known are jurisdiction, dataset"):
        services_read(path)
    path.write_text('[{"url": "x"}]')
    with pytest.raises(GisError, match=r"s\.json: is no list of services"):
        services_read(path)


def test_pages_of_long_ago_are_removed(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old.part").touch()
    for name in ("old", "old.part"):
        os.utime(tmp_path / name, (0, 0))
    directory_for(tmp_path, "http://x", "", time.time())
    assert not any(tmp_path.iterdir())


def test_every_night_on_the_schedule(settings):
    assert "gis_core.tasks.geodata_services_sync" in settings.CELERY_BEAT_SCHEDULE
