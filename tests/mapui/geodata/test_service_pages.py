"""Pages of the registry of map services: who may open them, what they show, what they refuse."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from gis_core.maps.capabilities.ogc_api import ogc_api_describe
from gis_core.maps.capabilities.wms import wms_describe
from gis_core.maps.registry import Shown, layers_pick
from gis_core.maps.sources import source_keep, source_order
from gis_core.models import MapService, MapSource
from mapui.maps.layer_panel import service_about
from tests.gis_core.maps.test_registry import document
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import manager_create

HOSTILE = "</script><script>alert(1)</script>${x}"


@pytest.fixture
def ordered(monkeypatch):
    """What pages order of the workers."""
    orders: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "mapui.geodata.service_views.job_order", lambda task, pk: orders.append((task, pk)) or True
    )
    return orders


@pytest.fixture
def source(db) -> MapSource:
    hostile = HOSTILE.replace("<", "&lt;")
    content = document("flurkarte", "luftbild").replace("<Title>flurkarte", f"<Title>{hostile}")
    described = wms_describe(content.replace("<Name>luftbild", "<Name>luft,bild").encode())
    return source_keep(url="https://karte.example/wms", described=described)


@pytest.fixture
def entry(source) -> MapService:
    return layers_pick(source=source, names=["flurkarte"], shown=Shown())[0]


@pytest.fixture
def manager(client, town, ordered):
    client.force_login(manager_create())
    return client


def pages(entry: MapService) -> list[str]:
    return [
        reverse("services"),
        reverse("services_source", args=[entry.source.pk]),
        reverse("services_progress", args=[entry.source.pk]),
        reverse("services_entry", args=[entry.slug]),
    ]


def actions(entry: MapService) -> list[str]:
    return [
        reverse("services_source_again", args=[entry.source.pk]),
        reverse("services_source_remove", args=[entry.source.pk]),
        *(reverse("services_act", args=[entry.slug, one]) for one in ("check", "extent", "remove")),
    ]


def test_pages_are_for_administrators(client, town, entry):
    for address in (*pages(entry), *actions(entry)):
        assert client.post(address)["Location"].startswith("/login/")
    client.force_login(staff_create())
    for address in (*pages(entry), *actions(entry)):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403


def test_pages_write_nothing_when_they_are_looked_at(manager, entry, ordered):
    before = (list(MapService.objects.values()), list(MapSource.objects.values()))
    for address in pages(entry):
        assert manager.get(address).status_code in {200, 204}
    for address in actions(entry):
        assert manager.get(address).status_code == 405
    assert (list(MapService.objects.values()), list(MapSource.objects.values())) == before
    assert ordered == []


def test_titles_of_strangers_are_text(manager, entry):
    for address in pages(entry):
        content = manager.get(address).content.decode()
        assert "<script>alert" not in content


def test_pasted_address_is_ordered_and_shown_when_it_has_come(manager, ordered):
    response = manager.post(
        reverse("services"), {"address": "https://neu.example/wms?REQUEST=GetMap&SLD=x&map=a"}
    )
    source = MapSource.objects.get(url="https://neu.example/wms?map=a")
    assert response["Location"] == reverse("services_source", args=[source.pk])
    assert ordered == [("map_source_harvest", source.pk)]
    assert "wird gefragt" in manager.get(response["Location"]).content.decode()
    assert manager.get(reverse("services_progress", args=[source.pk])).status_code == 204
    MapSource.objects.update(ordered_at=None)
    refreshed = manager.get(reverse("services_progress", args=[source.pk]))
    assert refreshed["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kein",
        "ftp://a.example/",
        "javascript:alert(1)",
        "http://[::1",
        "https://a.example/" + "x" * 600,
    ],
)
def test_what_is_no_address_is_refused_beside_the_field(manager, ordered, address):
    response = manager.post(reverse("services"), {"address": address})
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert (ordered, MapSource.objects.count()) == ([], 0)


def test_broker_that_is_down_is_told_and_nothing_is_lost(client, town, monkeypatch):
    client.force_login(manager_create())
    monkeypatch.setattr("mapui.geodata.service_views.job_order", lambda *_order: False)
    response = client.post(reverse("services"), {"address": "https://a.example/wms"}, follow=True)
    assert "Warteschlange" in response.content.decode()
    assert MapSource.objects.get().is_waiting


def test_layers_are_chosen_and_what_cannot_be_shown_says_why(manager, source, ordered):
    address = reverse("services_source", args=[source.pk])
    content = manager.get(address).content.decode()
    assert 'value="flurkarte"' in content
    assert 'value="luft,bild"' not in content
    assert "Komma" in content
    response = manager.post(address, {"layer": ["flurkarte"], "group": "Kataster"})
    entry = MapService.objects.get()
    assert response["Location"] == reverse("services_entry", args=[entry.slug])
    assert (entry.group, entry.is_active) == ("Kataster", False)
    assert ordered == [("map_service_check", entry.pk)]


def test_objects_of_a_service_are_loaded_by_the_form_filled_in(manager):
    listed = {"collections": [{"id": "flurstueck", "title": "Flurstücke"}]}
    url = "https://daten.example/v1?token=a&b"
    source = source_keep(url=url, described=ogc_api_describe(listed))
    page = manager.get(reverse("services_source", args=[source.pk])).content.decode()
    address = unescape(re.search(r'href="([^"]+)">Flurstücke als Geodaten laden', page)[1])
    form = manager.get(address).context["form"]
    filled = {name: form[name].value() for name in ("url", "kind", "layer", "dataset")}
    assert filled == {
        "url": url,
        "kind": "ogc_features",
        "layer": "flurstueck",
        "dataset": "parcels",
    }


@pytest.mark.parametrize("layers", [[], ["nichts"], ["luft,bild"]])
def test_choice_that_cannot_be_is_refused(manager, source, layers):
    response = manager.post(reverse("services_source", args=[source.pk]), {"layer": layers})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not MapService.objects.exists()


def values(**change: str) -> dict[str, str]:
    return {
        "title": "Flurkarte",
        "group": "Kataster",
        "visibility": "public",
        "keep_days": "30",
        "is_active": "on",
        "order": "3",
        "opacity": "60",
        "min_zoom": "15",
        "max_zoom": "20",
        "style": "",
        "attribution": "© Amt",
        "licence": "dl-de/zero-2-0",
        **change,
    }


def test_entry_is_changed_and_comes_onto_the_map(manager, entry):
    address = reverse("services_entry", args=[entry.slug])
    assert manager.post(address, values()).status_code == 302
    script = manager.get("/maps/public.js").content.decode()
    assert '"group": "Kataster"' in script
    assert '"opacity": 0.6' in script
    assert '"minZoom": 15' in script


@pytest.mark.parametrize(
    "change",
    [
        {"opacity": "101"},
        {"opacity": "-1"},
        {"min_zoom": "20", "max_zoom": "3"},
        {"max_zoom": "21"},
        {"style": "fremd"},
        {"title": ""},
        {"order": "99999"},
    ],
)
def test_entry_refuses_what_cannot_be(manager, entry, change):
    before = MapService.objects.values().get()
    response = manager.post(reverse("services_entry", args=[entry.slug]), values(**change))
    assert response.status_code == 422
    assert MapService.objects.values().get() == before


def test_entry_is_tried_and_taken_out(manager, entry, ordered):
    check, _extent, remove = actions(entry)[2:]
    assert manager.post(check).status_code == 302
    assert ordered == [("map_service_check", entry.pk)]
    assert manager.post(reverse("services_act", args=[entry.slug, "anders"])).status_code == 404
    assert manager.post(remove)["Location"] == reverse("services")
    assert not MapService.objects.exists()
    assert MapSource.objects.exists()


def test_source_is_forgotten_only_while_nothing_of_it_is_chosen(manager, entry):
    address = reverse("services_source_remove", args=[entry.source.pk])
    assert address not in manager.get(pages(entry)[1]).content.decode()
    assert manager.post(address).status_code == 404
    entry.delete()
    assert address in manager.get(pages(entry)[1]).content.decode()
    assert manager.post(address)["Location"] == reverse("services")
    assert not MapSource.objects.exists()


def test_preview_is_for_administrators_only_while_it_is_off_the_map(
    manager, client, entry, monkeypatch
):
    from gis_core.maps.store import MapImage

    monkeypatch.setattr(
        "mapui.maps.proxy.map_image_fetch",
        lambda *_asked: MapImage(b"x", "image/png", fresh_until=2e10),
    )
    content = manager.get(reverse("services_entry", args=[entry.slug])).content.decode()
    address = (
        content.partition('<img src="/map-services')[2].partition('"')[0].replace("&amp;", "&")
    )
    response = manager.get("/map-services" + address)
    assert (response.content, response["Cache-Control"]) == (b"x", "private, max-age=3600")
    client.logout()
    assert client.get("/map-services" + address).status_code == 404
    client.force_login(staff_create())
    assert client.get("/map-services" + address).status_code == 404


def test_map_says_since_when_a_service_does_not_answer(entry):
    from datetime import UTC, datetime

    entry.source.failing_since = datetime(2026, 11, 29, 9, 42, tzinfo=UTC)
    assert "10:42" in service_about(entry)["note"]


def test_presets_are_suggested(manager, settings):
    assert "basemap.de" in manager.get(reverse("services")).content.decode()
    settings.MAP_SERVICE_PRESETS = ""
    assert "basemap.de" not in manager.get(reverse("services")).content.decode()


def test_source_that_is_ordered_twice_is_one(db):
    assert source_order(pasted="https://a.example/wms") == source_order(
        pasted="https://a.example/wms?"
    )


PROFILE = "attribute;value;owner_class\nWerteart;5500;CITY"


@pytest.fixture
def askable(source) -> MapService:
    content = document("eigentum", query=1)
    source_keep(url=source.url, described=wms_describe(content.encode()))
    source.refresh_from_db()
    return layers_pick(source=source, names=["eigentum"], shown=Shown())[0]


def saved(manager, entry: MapService, profile: str):
    address = reverse("services_entry", args=[entry.slug])
    return manager.post(address, values(evidence_profile=profile))


def test_entry_becomes_evidence_by_its_profile(manager, askable):
    assert saved(manager, askable, f"  {PROFILE}\n\n").status_code == 302
    askable.refresh_from_db()
    assert askable.evidence_profile == PROFILE
    assert saved(manager, askable, "").status_code == 302
    askable.refresh_from_db()
    assert askable.evidence_profile == ""


def test_profile_that_cannot_be_is_refused_beside_the_field(manager, askable):
    response = saved(manager, askable, f"{PROFILE}\nWerteart;1;STADT")
    assert response.status_code == 422
    assert "Eigentumsklasse STADT gibt es nicht" in response.content.decode()
    askable.refresh_from_db()
    assert askable.evidence_profile == ""


def test_entry_that_cannot_be_asked_can_be_no_evidence(manager, entry):
    page = manager.get(reverse("services_entry", args=[entry.slug]))
    assert "evidence_profile" not in page.context["form"].fields
