"""A click asks the map services that are on the map: who is offered, what is shown, who may."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache

from gis_core.messages import Message, Told
from parcels.enums import OwnerClass
from parcels.models import AskedOwnership, Ownership
from routing.models import ServiceAnswer
from tests.gis_core.maps.test_feature_info import HOSTILE, answering, service_make
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import (
    NOON,
    authority_create,
    decision_create,
    issue_create,
    staff_create,
)

PLACE = {"lat": "51.55", "lon": "7.31", "zoom": "17"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def host(settings, town):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    with fake_host() as fake:
        yield fake


def offered(client, **query) -> list[str]:
    page = client.get("/triage/parcel/", {**PLACE, **query})
    return [one.service.slug for one in page.context["services"]]


def test_click_offers_the_services_that_are_shown_and_can_be_asked(staff_client, host):
    service_make(host.url)
    service_make(f"{host.url}/b", slug="b")
    service_make(f"{host.url}/c", slug="c", query=False)
    service_make(f"{host.url}/d", slug="d", is_active=False)
    assert offered(staff_client) == ["a", "b"]
    assert offered(staff_client, services="b,c,d,e") == ["b"]
    assert offered(staff_client, services="") == []
    assert offered(staff_client, lat="x") == []


def test_panel_asks_each_service_by_a_request_of_its_own(staff_client, host):
    asked = answering(host, "{}")
    service_make(host.url)
    page = staff_client.get("/triage/parcel/", PLACE, headers=HTMX).content.decode()
    address = "/triage/map-services/a/?lat=51.55&amp;lon=7.31&amp;zoom=17"
    assert f'hx-get="{address}" hx-trigger="load"' in page
    assert "wird gefragt" in page
    without_script = staff_client.get("/triage/parcel/", PLACE).content.decode()
    assert f'<a href="{address}">Kartendienst fragen</a>' in without_script
    assert asked == []


def test_answer_is_a_table_of_texts(staff_client, host):
    properties = {"Eigentümer": "Stadt", "note": HOSTILE}
    answering(host, json.dumps({"features": [{"properties": properties}]}))
    service_make(host.url, attribution="© Amt & Co")
    page = staff_client.get("/triage/map-services/a/", PLACE, headers=HTMX).content.decode()
    assert '<th scope="row">Eigentümer</th><td>Stadt</td>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ${alert(2)}" in page
    assert "<script" not in page
    assert "© Amt &amp; Co" in page
    assert "<html" not in page
    whole = staff_client.get("/triage/map-services/a/", PLACE).content.decode()
    assert "<h1>A</h1>" in whole


def test_layers_are_named_where_there_are_several(staff_client, host):
    one = {"id": "trees.1", "properties": {"kind": "Linde"}}
    other = {"id": "lamps.1", "properties": {"number": "7"}}
    service_make(host.url)
    for features, named in [([one, one], False), ([one, other], True)]:
        answering(host, json.dumps({"features": features}))
        page = staff_client.get("/triage/map-services/a/", PLACE, headers=HTMX).content.decode()
        assert ("<h4>trees</h4>" in page) == named


@pytest.mark.parametrize(
    ("content", "status", "text"),
    [
        ('{"features": []}', 200, "Hier ist nichts verzeichnet."),
        ("<ServiceExceptionReport>nein</ServiceExceptionReport>", 200, "verweigert die Auskunft"),
        ("", 500, "Der Dienst antwortet mit HTTP 500."),
    ],
)
def test_what_went_wrong_stands_in_the_panel(staff_client, host, content, status, text):
    answering(host, content, status=status)
    service_make(host.url)
    response = staff_client.get("/triage/map-services/a/", PLACE, headers=HTMX)
    assert response.status_code == 200
    assert text in response.content.decode()


def test_service_is_closed_to_others_and_unknown_places_are_refused(client, staff_client, host):
    asked = answering(host, "{}")
    service_make(host.url)
    service_make(f"{host.url}/d", slug="d", is_active=False)
    address = "/triage/map-services/a/"
    assert staff_client.get(address, {"lat": 1}).status_code == 400
    assert staff_client.get("/triage/map-services/d/", PLACE).status_code == 404
    assert staff_client.post(address, PLACE).status_code == 405
    client.logout()
    assert client.get(address, PLACE).status_code == 302
    client.force_login(staff_create("fremd", permissions=()))
    assert client.get(address, PLACE).status_code == 403
    assert asked == []


def test_issue_and_explanation_show_what_services_told(staff_client, town):
    issue = issue_create(town)
    decision_create(issue, authority_create(town))
    address = f"/triage/issues/{issue.number}/"
    assert "Auskünfte der Kartendienste" not in staff_client.get(address).content.decode()
    values = {"issue": issue, "point": issue.point, "asked_at": NOON}
    ServiceAnswer.objects.create(
        **values, source="Eigentum", owner_class="CITY", objects_told=[[["Werteart", HOSTILE]]]
    )
    problem = Told(Message("info_status", {"code": 503})).as_json()
    ServiceAnswer.objects.create(
        **values, source="Andere", owner_class=OwnerClass.UNKNOWN, problem=problem
    )
    for shown in (address, f"{address}explanation/"):
        page = staff_client.get(shown).content.decode()
        assert "Kartendienst Eigentum, gefragt am 03.03.2026 13:00:" in page
        assert "Eigentümer: Stadt" in page
        assert '<th scope="row">Werteart</th><td>&lt;script&gt;alert(1)' in page
        assert "Der Dienst antwortet mit HTTP 503." in page


@pytest.mark.parametrize(
    ("cadastre", "told", "shown", "is_attributed"),
    [
        ("PRIV", "CITY", "privat", False),
        ("UNKNOWN", "CITY", "Stadt", True),
        (None, "CITY", "Stadt", True),
        (None, "UNKNOWN", "unbekannt", False),
    ],
)
def test_parcel_names_the_service_that_told_its_owner(
    staff_client, town, cadastre, told, shown, is_attributed
):
    [ownership] = Ownership.objects.filter(key__contains="00010")
    key = ownership.key
    if cadastre:
        Ownership.objects.filter(pk=ownership.pk).update(owner_class=cadastre)
    else:
        ownership.delete()
    AskedOwnership.objects.create(
        jurisdiction=town, key=key, owner_class=told, source="Eigentum", asked_at=NOON
    )
    page = staff_client.get("/triage/parcel/", {"q": key})
    assert page.context["cards"][0].owner == shown
    text = "laut Kartendienst Eigentum vom 03.03.2026"
    assert (text in page.content.decode()) == is_attributed
