"""The proxy for map services: what it asks, what it refuses, what it does when the service fails."""

from __future__ import annotations

import time
from contextlib import ExitStack
from io import BytesIO, StringIO

import pytest
from django.core.cache.backends.redis import RedisCache
from django.core.management import CommandError, call_command
from PIL import Image

from gis_core.enums import Visibility
from gis_core.maps.politeness import HostBusy, host_place
from gis_core.maps.registry import map_service_register
from gis_core.maps.services import MapServiceError
from gis_core.models import MapService
from gis_core.net.outgoing import AddressRefused
from routing.enums import NetworkDataset
from tests.mapui.factories import edition_create
from tests.mapui.maps.fake_wms import CAPABILITIES, GET_MAP, TILE, png


def test_register_reads_capabilities(service, wms):
    assert (service.title, service.version, service.image_format) == (
        "Amtliche Karte",
        "1.3.0",
        "image/png",
    )
    assert wms.asked == [{"map": ["city"], "SERVICE": ["WMS"], "REQUEST": ["GetCapabilities"]}]


@pytest.mark.parametrize(
    ("layer", "text"),
    [("nothing", "offers: parcels"), ("swiss", "together offered in no system known here")],
)
def test_register_refuses_layers_it_cannot_show(db, wms, layer, text):
    with pytest.raises(MapServiceError, match=text):
        map_service_register(slug="official", url=wms.url, layers=[layer])
    assert not MapService.objects.exists()


def test_register_of_a_layer_in_another_system_asks_in_that(db, wms):
    assert map_service_register(slug="official", url=wms.url, layers=["utm"]).crs == "EPSG:25832"


@pytest.mark.parametrize(
    "document",
    [
        b"no xml",
        b"<html><body>Not found</body></html>",
        b'<!DOCTYPE a [<!ENTITY b "boom">]><WMS_Capabilities version="1.3.0">&b;</WMS_Capabilities>',
        b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><WMS_Capabilities version="1.3.0"/>',
    ],
)
def test_register_refuses_what_is_no_wms(db, wms, document):
    wms.capabilities = document
    with pytest.raises(MapServiceError):
        map_service_register(slug="official", url=wms.url, layers=["parcels"])


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("image/png; mode=8bit|image/jpeg", "image/png; mode=8bit"),
        ("image/png;mode=24bit|image/png", "image/png"),
        (" image/PNG ", "image/PNG"),
        ("image/jpeg|image/webp", "image/webp"),
        (f"image/png; {'x' * 40}|image/webp", "image/webp"),
    ],
)
def test_register_takes_a_kind_of_png_where_there_is_no_plain_one(db, wms, offered, chosen):
    formats = "".join(f"<Format>{one}</Format>" for one in offered.split("|"))
    document = CAPABILITIES.replace("<Format>image/png</Format>", formats)
    wms.capabilities = document.encode()
    service = map_service_register(slug="official", url=wms.url, layers=["parcels"])
    assert service.image_format == chosen


def test_register_without_a_format_that_maps_can_show_is_refused(db, wms):
    wms.capabilities = CAPABILITIES.replace("image/png", "image/tiff").encode()
    with pytest.raises(MapServiceError, match="none of the formats"):
        map_service_register(slug="official", url=wms.url, layers=["parcels"])


def test_register_of_a_service_without_a_name_takes_the_short_one(db, wms):
    head, _service, tail = CAPABILITIES.partition("<Service>")
    wms.capabilities = (head + tail.partition("</Service>")[2]).encode()
    service = map_service_register(slug="official", url=wms.url, layers=["parcels"])
    assert (service.title, service.attribution) == ("official", "")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"url": "http://[::1"}, "is no address"),
        ({"url": "http://a.example/" + "x" * 500}, "url has 517 characters; at most 500"),
        ({"layers": ["x" * 301]}, "layers has 301"),
        ({"slug": "x" * 51}, "slug has 51"),
    ],
)
def test_register_of_what_cannot_be_stored_is_refused_in_words(db, wms, values, text):
    given = {"slug": "official", "url": wms.url, "layers": ["parcels"], **values}
    with pytest.raises(MapServiceError, match=text):
        map_service_register(**given)


def test_register_refuses_private_networks(db, wms, settings):
    settings.PRIVATE_NETWORKS = {}
    with pytest.raises(MapServiceError) as caught:
        map_service_register(slug="official", url=wms.url, layers=["parcels"])
    assert isinstance(caught.value.__cause__.__cause__, AddressRefused)
    assert wms.asked == []


def test_register_command_says_what_is_wrong(db, wms):
    with pytest.raises(CommandError, match="no layer 'x'"):
        call_command("register_map_service", "official", wms.url, "x")


def test_register_command_knows_what_a_preset_says(db, wms, settings, tmp_path):
    """Where nobody could read its layers, the service itself names them."""
    path = tmp_path / "presets.csv"
    head = "name,url,layers,background,attribution,licence,keep_days\n"
    settings.MAP_SERVICE_PRESETS = str(path)
    path.write_text(f"{head}Eigentum,{wms.url},,,© Amt,dl-de/zero-2-0,\n", "utf-8")
    with pytest.raises(CommandError, match=r"at least one layer; .* offers: .*parcels"):
        call_command("register_map_service", "official", wms.url)
    path.write_text(f"{head}Eigentum,{wms.url},parcels,,© Amt,dl-de/zero-2-0,\n", "utf-8")
    call_command("register_map_service", "official", wms.url, "--staff-only", stdout=StringIO())
    found = MapService.objects.values_list("layers", "attribution", "licence", "visibility")
    assert list(found) == [("parcels", "© Amt", "dl-de/zero-2-0", "staff")]


def test_proxy_asks_only_what_the_registry_names(client, service, wms):
    response = client.get("/map-services/official/wms", GET_MAP)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert (response.content, response["X-Map-Service"]) == (png(), "ok")
    assert wms.asked[-1] == {
        "map": ["city"],
        "SERVICE": ["WMS"],
        "VERSION": ["1.3.0"],
        "REQUEST": ["GetMap"],
        "LAYERS": ["parcels"],
        "CRS": ["EPSG:3857"],
        "BBOX": ["814000.0000,6721000.0000,815000.0000,6722000.0000"],
        "WIDTH": ["64"],
        "HEIGHT": ["32"],
        "FORMAT": ["image/png"],
        "TRANSPARENT": ["TRUE"],
    }


def test_proxy_asks_once_for_the_same_tile(client, service, wms):
    for _ in range(3):
        client.get("/map-services/official/wms", TILE)
    assert len(wms.asked) == 2  # capabilities, image


def test_proxy_keeps_no_other_images(client, service, wms):
    """There are endless bounds: whoever asks for them must not fill the cache."""
    for _ in range(2):
        client.get("/map-services/official/wms", GET_MAP)
    assert len(wms.asked) == 3


def test_proxy_nonsense_of_one_does_not_stop_the_map_of_others(client, service, wms):
    wms.answer = (200, "text/xml", b"<ServiceExceptionReport/>")
    assert client.get("/map-services/official/wms", GET_MAP)["X-Map-Service"] == "unavailable"
    wms.answer = None
    assert client.get("/map-services/official/wms", GET_MAP)["X-Map-Service"] == "ok"


@pytest.mark.parametrize(("is_own", "asked"), [(True, 3), (False, 2)])
def test_proxy_new_edition_outdates_pictures_of_the_own_server(
    client, service, wms, town, settings, is_own, asked
):
    settings.MAPSERVER_URL = service.url if is_own else "http://127.0.0.1:1/wms"
    client.get("/map-services/official/wms", TILE)
    edition_create(town, NetworkDataset.ASSETS)
    client.get("/map-services/official/wms", TILE)
    assert len(wms.asked) == asked


@pytest.mark.parametrize(
    "change",
    [
        {"REQUEST": "GetFeatureInfo"},
        {"CRS": "EPSG:4326"},
        {"WIDTH": "4096"},
        {"HEIGHT": "0"},
        {"WIDTH": "a"},
        {"BBOX": "1,2,3"},
        {"BBOX": "nan,1,2,3"},
        {"BBOX": "815000,6721000,814000,6722000"},
        {"BBOX": "0,0,inf,1"},
    ],
)
def test_proxy_refuses_other_requests(client, service, wms, change):
    assert client.get("/map-services/official/wms", {**GET_MAP, **change}).status_code == 400
    assert len(wms.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, "text/html", b"broken"),
        (200, "application/vnd.ogc.se_xml", b"<ServiceExceptionReport/>"),
        (200, "text/html", b"<script>alert(1)</script>"),
        (200, "image/svg+xml", b"<svg/>"),
    ],
)
def test_proxy_failing_service_gives_transparent_tile(client, service, wms, answer):
    wms.answer = answer
    response = client.get("/map-services/official/wms", GET_MAP)
    assert (response.status_code, response["X-Map-Service"]) == (200, "unavailable")
    assert response["Cache-Control"] == "no-store"
    assert Image.open(BytesIO(response.content)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_proxy_leaves_failing_service_alone_for_a_while(client, service, wms):
    wms.answer = (503, "text/plain", b"later")
    for width in ("10", "11", "12"):
        client.get("/map-services/official/wms", {**GET_MAP, "WIDTH": width})
    assert len(wms.asked) == 2


def test_proxy_shows_old_tiles_while_the_service_is_down(client, service, wms, monkeypatch):
    client.get("/map-services/official/wms", TILE)
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    wms.answer = (503, "text/plain", b"later")
    for _ in range(2):
        response = client.get("/map-services/official/wms", TILE)
        assert (response.content, response["X-Map-Service"]) == (png((512, 512)), "stale")
        assert response["Cache-Control"] == "no-store"
        assert 0 <= int(response["Age"]) - 2 * 24 * 3600 < 60
    # The second one was spared the service.
    assert len(wms.asked) == 3


def test_proxy_asks_anew_for_what_is_older_than_a_day(client, service, wms, monkeypatch):
    client.get("/map-services/official/wms", TILE)
    later = time.time() + 25 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    wms.answer = (200, "image/png", png((512, 512), "#ff0000"))
    for _ in range(2):
        response = client.get("/map-services/official/wms", TILE)
        assert (response.content, response["X-Map-Service"]) == (wms.answer[2], "ok")
    assert len(wms.asked) == 3


def test_host_gets_four_requests_at_a_time_and_the_fifth_waits(wms, monkeypatch):
    monkeypatch.setattr("gis_core.maps.politeness.WAIT_S", 0.1)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(host_place(wms.url, held_s=9))
        with pytest.raises(HostBusy), host_place(wms.url, held_s=9):
            pass
        with host_place("http://other.example/", held_s=9):
            pass
    with host_place(wms.url, held_s=9):
        pass


def test_proxy_busy_host_is_not_down(client, service, wms, monkeypatch):
    monkeypatch.setattr("gis_core.maps.politeness.WAIT_S", 0.1)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(host_place(wms.url, held_s=9))
        assert client.get("/map-services/official/wms", TILE)["X-Map-Service"] == "unavailable"
    assert client.get("/map-services/official/wms", TILE)["X-Map-Service"] == "ok"


def test_proxy_staff_service_is_closed_to_the_public(client, service):
    MapService.objects.update(visibility=Visibility.STAFF)
    assert client.get("/map-services/official/wms", GET_MAP).status_code == 403
    MapService.objects.update(is_active=False)
    assert client.get("/map-services/official/wms", GET_MAP).status_code == 404


def test_proxy_works_without_a_cache(client, service, monkeypatch):
    """Redis is down: the real client of a socket that nobody listens on."""
    dead = RedisCache("unix:///nonexistent/redis.sock", {})
    monkeypatch.setattr("gis_core.maps.outages.cache", dead)
    monkeypatch.setattr("gis_core.maps.politeness.cache", dead)
    response = client.get("/map-services/official/wms", GET_MAP)
    assert (response.content, response["X-Map-Service"]) == (png(), "ok")
