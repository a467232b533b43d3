"""A foreign GeoJSON, a text without a header and an address are mapped in a real browser, up to ordering the load."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from gis_core.models import Edition, OwnProfile
from gis_core.services.profiles import draft_fetch
from tests.e2e.conftest import sign_in
from tests.gis_core.loading.wfs_servers import serving_paths
from tests.mapui.geodata.geodata_factories import manager_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [7.312 + one / 10_000, 51.55]},
                "properties": {"Wo": "Am Rathaus", "HausNr": str(one), "Zusatz": "a"},
            }
            for one in (1, 2, 3)
        ],
    }
)
TEXT = "N;Hauptstraße;1;382950,500;5712350,250\nN;Hauptstraße;2;382970,500;5712351,250\n"


@pytest.fixture
def manager_page(page: Page, live_server, town, settings, tmp_path) -> Page:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    sign_in(page.context, live_server, manager_create())
    page.goto("/geodata/")
    return page


def look(page: Page, name: str, text: str) -> None:
    page.goto("/geodata/")
    page.get_by_role("link", name="Spalten zuordnen").click()
    page.get_by_label("Datenart").select_option("addresses")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}
    page.get_by_label("Datei").set_input_files(file)
    page.get_by_role("button", name="Spalten ansehen").click()
    page.wait_for_url("**/geodata/mappings/*/")


def test_two_sources_that_nobody_knows_become_loads(manager_page: Page, settings) -> None:
    page = manager_page
    look(page, "stadt.geojson", GEOJSON)
    # "Wo" means nothing to the program, and "Am Rathaus" ends like no street that it knows.
    expect(page.locator("#id_column_number")).to_have_value("HausNr")
    page.locator("#id_column_street").select_option("Wo")
    page.get_by_role("button", name="Vorschau zeigen").click()
    expect(page.get_by_role("cell", name="1a", exact=True)).to_be_visible()
    expect(page.locator("path.sample")).to_have_count(3)
    expect(page.locator(".folium-map[data-map-ready=true]")).to_be_visible()
    page.get_by_label("Name der Zuordnung").fill("stadt")
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_role("row", name="stadt")).to_be_visible()

    look(page, "gebref.txt", TEXT)
    expect(page.get_by_label("Die erste Zeile nennt die Spalten")).not_to_be_checked()
    expect(page.get_by_label("Ostwert oder Länge")).to_have_value("4")
    expect(page.get_by_role("cell", name="Hauptstraße", exact=True).first).to_be_visible()
    page.get_by_label("Name der Zuordnung").fill("gebref-eigen")
    page.get_by_role("button", name="Speichern und Datei laden").click()
    page.wait_for_url("**/geodata/*/")
    assert set(OwnProfile.objects.values_list("name", flat=True)) == {"stadt", "gebref-eigen"}
    [source] = Edition.objects.latest("pk").request["sources"]
    assert source["profile"] == "gebref-eigen"

    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    with serving_paths(lambda *_: ((200, "text/plain", TEXT.encode()), {})) as base:
        page.goto("/geodata/mappings/")
        page.get_by_label("Datenart").select_option("addresses")
        page.get_by_label("oder Adresse").fill(f"{base}/gebref.txt")
        page.get_by_role("button", name="Spalten ansehen").click()
        expect(page.get_by_text(f"{base}/gebref.txt wird geholt")).to_be_visible()
        draft_fetch(OwnProfile.objects.latest("pk"))
        expect(page.get_by_label("Ostwert oder Länge")).to_have_value("4")
    page.set_viewport_size({"width": 320, "height": 800})
    look(page, "gebref.txt", TEXT)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
