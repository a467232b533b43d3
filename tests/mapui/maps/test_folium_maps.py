"""Folium's page taken apart: nothing inline, nothing foreign, the same text each time."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from gis_core.models import MapService
from issues.enums import Pictogram
from mapui.maps.page import map_built
from mapui.site.enums import MapName
from routing.enums import AuthorityKind
from tests.mapui.factories import authority_create, category_create, decision_create, issue_create


@pytest.fixture
def services(db):
    common = {"url": "https://maps.example/wms", "layers": "a", "attribution": "© <b>Amt</b>"}
    MapService.objects.create(slug="base", title="Grund", is_background=True, **common)
    MapService.objects.create(
        slug="inner",
        title="<img src=x onerror=alert(1)>",
        visibility="staff",
        **common,
    )


@pytest.mark.parametrize("name", MapName)
def test_map_names_no_foreign_host(name, town, services):
    rendered = map_built(name, town, AnonymousUser())
    assert rendered.scripts
    assert all(one.startswith("/static/") for one in [*rendered.scripts, *rendered.styles])
    assert re.findall(r"https?://[^\s\"']+", rendered.script + rendered.style + rendered.html) == []


@pytest.mark.parametrize("name", MapName)
def test_map_same_data_same_text(name, town, services):
    first, second = map_built(name, town, AnonymousUser()), map_built(name, town, AnonymousUser())
    assert (first.script, first.style, first.html) == (second.script, second.style, second.html)


@pytest.mark.parametrize("name", MapName)
def test_map_page_has_nothing_inline(name, staff_client, town, services):
    pages = {"public": "/", "triage": "/triage/", "asking": "/responsibility/"}
    pages |= {"reporting": "/report/", "following": "/follow/?kind=area"}
    page = staff_client.get(pages[name]).content.decode()
    assert re.findall(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", page) == []
    assert re.findall(r'(?:src|href|action)="(?!/|#|tel:)[^"]*"', page) == []


def test_map_public_knows_no_staff_service(client, town, services):
    script = client.get("/maps/public.js").content.decode()
    assert "/map-services/base/wms" in script
    assert "inner" not in script


def test_map_service_names_are_escaped(staff_client, town, services):
    script = staff_client.get("/maps/triage.js").content.decode()
    assert "onerror" in script
    assert "<img" not in script
    # The attribution is HTML to Leaflet; everything else the list of layers sets as text.
    assert "\\u0026lt;b\\u0026gt;Amt" in script
    assert "\\u003cimg src=x" in script


def test_map_resources_have_types_and_etags(client, town):
    script, style = client.get("/maps/public.js"), client.get("/maps/public.css")
    assert script["Content-Type"] == "text/javascript; charset=utf-8"
    assert style["Content-Type"] == "text/css; charset=utf-8"
    again = client.get("/maps/public.js", headers={"If-None-Match": script["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_map_triage_resource_is_for_staff(client, staff_client, town):
    assert staff_client.get("/maps/triage.js")["Cache-Control"] == "private, no-cache"
    client.logout()
    assert client.get("/maps/triage.js").status_code == 403


def test_map_unknown_is_not_found(client, db):
    assert client.get("/maps/other.js").status_code == 404


def test_triage_legend_names_kinds_of_authorities_in_use(staff_client, town):
    authority_create(town, "UNUSED", kind=AuthorityKind.COUNTY)
    decision_create(issue_create(town), authority_create(town, kind=AuthorityKind.STATE))
    script = staff_client.get("/maps/triage.js").content.decode()
    assert "chip kind-state" in script
    assert "chip kind-county" not in script


def test_legend_names_topics_by_their_pictograms(client, town):
    category_create(town, "STREET_LIGHT", pictogram=Pictogram.LIGHT)
    hidden = {"groups": {"de": "Verborgenes"}, "pictogram": Pictogram.WASTE, "is_public": False}
    category_create(town, "HOMELESS", **hidden)
    script = client.get("/maps/public.js").content.decode()
    assert "pictogram-light" in script
    assert "pictogram-waste" not in script
