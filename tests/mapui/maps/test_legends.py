"""Legends through the proxy, and what the map is told of services that do not answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from PIL import Image

from gis_core.enums import ServiceKind, Visibility
from gis_core.maps.legends import legend_address
from gis_core.maps.registry import service_change
from gis_core.models import MapService
from mapui.maps.layer_panel import LICENCES, failure_told, service_about
from mapui.maps.page import map_built
from mapui.site.enums import MapName
from tests.mapui.factories import staff_create
from tests.mapui.maps.fake_wms import TILE, png

LEGEND = "/map-services/official/legend"
STATES = "/map-services/states.json"


def style_of(service, legend_url: str, name: str = "grau") -> None:
    layer = service.source.layer_named("parcels")
    layer["styles"] = [{"name": name, "title": name, "legend_url": legend_url}]
    service.source.save()


def test_legend_that_the_service_names_is_asked_for_once(client, service, wms):
    style_of(service, wms.url.partition("?")[0] + "?legende=1")
    for _turn in range(2):
        response = client.get(LEGEND)
        assert (response.status_code, response["Content-Type"]) == (200, "image/png")
        assert response["X-Map-Service"] == "ok"
    assert wms.asked[1:] == [{"legende": ["1"]}]


def test_legend_is_drawn_by_the_service_where_it_names_none(client, service, wms):
    client.get(LEGEND)
    assert wms.asked[-1]["REQUEST"] == ["GetLegendGraphic"]
    assert wms.asked[-1]["LAYER"] == ["parcels"]


@pytest.mark.parametrize("url", ["http://elsewhere.example/l.png", "http://127.0.0.1:1/l.png"])
def test_legend_on_another_host_is_not_asked_for(service, wms, url):
    style_of(service, url)
    assert "GetLegendGraphic" in legend_address(service)


def test_legend_of_the_chosen_style(service, wms):
    style_of(service, wms.url + "&grau=1")
    service.style = "grau"
    assert legend_address(service).endswith("grau=1")
    service.style = "farbe"
    assert "STYLE=farbe" in legend_address(service)


def test_own_map_server_has_none_of_its_own(service, settings):
    style_of(service, service.url + "&legende=1")
    settings.MAPSERVER_URL = service.url
    assert legend_address(service) == ""


def test_tiles_have_a_legend_only_if_they_name_one(service, wms):
    service.kind = ServiceKind.XYZ
    assert legend_address(service) == ""
    assert service_about(service)["legend"] == ""


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", b"<script>alert(1)</script>"),
        (200, "image/svg+xml", b"<svg/>"),
        (200, "image/png", b"\x89PNG"),
        (200, "image/png", png((4000, 4000))),
        (404, "text/plain", b""),
    ],
)
def test_legend_that_is_no_picture_is_refused(client, service, wms, answer, caplog):
    wms.answer = answer
    response = client.get(LEGEND)
    assert (response.status_code, response["X-Map-Service"]) == (200, "unavailable")
    assert Image.open(BytesIO(response.content)).size == (1, 1)
    assert "Legend of map service official" in caplog.text


def test_legend_is_seen_by_those_who_see_the_service(client, service):
    service_change(service=service, visibility=Visibility.STAFF)
    assert client.get(LEGEND).status_code == 403
    client.force_login(staff_create())
    assert client.get(LEGEND)["Cache-Control"].startswith("private")
    assert client.get("/map-services/nobody/legend").status_code == 404


def test_states_tell_since_when_a_service_does_not_answer(client, service, wms):
    assert client.get(STATES).json() == {"services": {}}
    wms.answer = (503, "text/plain", b"later")
    client.get("/map-services/official/wms", TILE)
    told = client.get(STATES).json()["services"]
    assert told == {"official": failure_told(datetime.fromtimestamp(time.time(), UTC))}
    assert told["official"].startswith("Kartendienst antwortet seit ")
    assert client.get(STATES)["Cache-Control"].find("no-store") >= 0


def test_states_tell_what_the_hourly_look_found_and_only_to_those_who_see_it(client, service):
    service.source.failing_since = datetime(2026, 11, 28, 9, 42, tzinfo=UTC)
    service.source.save()
    assert "10:42" in client.get(STATES).json()["services"]["official"]
    service_change(service=service, visibility=Visibility.STAFF)
    assert client.get(STATES).json() == {"services": {}}


def test_layer_list_tells_group_legend_source_and_licence_as_data(service, town):
    hostile = "</script><img src=x> ${1} `"
    MapService.objects.update(
        title=hostile, group=hostile, attribution=hostile, licence="dl-de/by-2-0"
    )
    script = map_built(MapName.PUBLIC, town, AnonymousUser()).script
    assert "flurpost.layerPanel(" in script
    assert "L.control.layers" not in script
    assert "</script>" not in script
    assert "<img" not in script
    assert LICENCES["dl-de/by-2-0"] in script
    assert '"legend": "/map-services/official/legend"' in script


@pytest.mark.parametrize(
    ("licence", "leads_to"),
    [
        ("https://amt.example/nutzung", "https://amt.example/nutzung"),
        ("javascript:alert(1)", ""),
        ("frei nach https://a.example/", ""),
        ("CC BY 4.0", LICENCES["CC BY 4.0"]),
    ],
)
def test_licence_leads_to_its_words(service, licence, leads_to):
    service.licence = licence
    assert service_about(service)["licenceUrl"] == leads_to
