"""The pages on which columns are mapped: proposal, preview, storing, loading, export, removal, and what is refused."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from gis_core import tasks
from gis_core.coordinates import storage_to_wgs84
from gis_core.datasets import dataset_spec
from gis_core.loading.stage.staging import Staging
from gis_core.models import Edition, OwnProfile
from gis_core.services.editions import edition_resume
from gis_core.services.profiles import drafts_remove_stale
from mapui.geodata.contents import contents_shown, left_out_shown
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.gis_core.loading.wfs_servers import serving, serving_paths
from tests.mapui.factories import jurisdiction_create, staff_create
from tests.mapui.geodata.geodata_factories import HOSTILE, manager_create

pytestmark = pytest.mark.django_db
TEXT = (
    f"N;1;Hauptstraße;1;;{EAST + 5:.1f};{NORTH + 5:.1f}\n"
    f"N;2;Hauptstraße;2;a;{EAST + 9:.1f};{NORTH + 5:.1f}\n"
)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    settings.FETCH_ROOT = tmp_path / "fetched"
    return settings.UPLOAD_ROOT


@pytest.fixture
def manager(client, town):
    client.force_login(manager_create())
    return client


APP = "http://www.deegree.org/app"


def lights_wfs(query):
    """Axes as EPSG:25832 has them, coordinates with the CRS in each place."""
    if query["REQUEST"] == "GetCapabilities":
        types = "".join(
            f'<FeatureType><Name xmlns:app="{APP}">app:{name}</Name><Title>x</Title>'
            "<DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS></FeatureType>"
            for name in ("leuchten", "maste")
        )
        body = (
            '<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0"'
            ' xmlns:ows="http://www.opengis.net/ows/1.1"><ows:ServiceIdentification>'
            "<ows:Title>WFS</ows:Title><ows:ServiceType>WFS</ows:ServiceType></ows:ServiceIdentification>"
            '<ows:OperationsMetadata><ows:Operation name="GetFeature"/></ows:OperationsMetadata>'
            f"<FeatureTypeList>{types}</FeatureTypeList></WFS_Capabilities>"
        )
        return 200, "text/xml", body.encode()
    start, numbers = int(query.get("STARTINDEX", "0")), [1, 2, 3]
    shown = [] if query.get("RESULTTYPE") else numbers[start : start + 2]
    members = "".join(
        f'<wfs:member><app:leuchten gml:id="L{n}"><app:nummer>{n}</app:nummer><app:baulast><app:betreiber>Netz {n}'
        "</app:betreiber></app:baulast><app:geom>"
        f'<gml:Point srsName="urn:ogc:def:crs:EPSG::25832"><gml:pos>{EAST + n} {NORTH}</gml:pos></gml:Point>'
        "</app:geom></app:leuchten></wfs:member>"
        for n in shown
    )
    body = (
        f'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:app="{APP}"'
        ' xmlns:gml="http://www.opengis.net/gml/3.2"'
        f' numberMatched="3" numberReturned="{len(shown)}">{members}</wfs:FeatureCollection>'
    )
    return 200, "text/xml", body.encode()


def staging_rows(staged):
    return staged.execute(
        "SELECT key, owner, ST_X(geometry), ST_Y(geometry) FROM {staging} ORDER BY key"
    )


def upload(client, text: str = TEXT, name: str = "gebref.txt", dataset: str = "addresses"):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(reverse("mappings"), {"dataset": dataset, "uploads": file})


def order(client, url: str, **more: str) -> str:
    """The page of a draft for an address."""
    answer = client.post(reverse("mappings"), {"dataset": "addresses", "url": url, **more})
    return str(answer["Location"])


def map_of(client, address: str) -> str:
    """What Folium wrote for the map of the page."""
    return str(client.get(client.get(address).context["map_scripts"][-1]).text)


def places(client, address: str) -> list[dict[str, Any]]:
    """The objects on the map of the page."""
    [url] = re.findall(r'"(/api/geodata/mappings/[^"]*)"', map_of(client, address))
    return list(client.get(url.encode().decode("unicode_escape")).json()["features"])


def fields(client, address: str) -> dict[str, Any]:
    """What the form proposes."""
    form = client.get(address).context["form"]
    return {one.name: "" if one.value() is None else one.value() for one in form}


def test_proposal_is_shown_with_values_rows_and_places(manager):
    address = upload(manager)["Location"]
    page = manager.get(address).content.decode()
    shown = fields(manager, address)
    assert (shown["column_street"], shown["column_number"], shown["x"], shown["y"]) == (
        *("3", "4", "6", "7"),
    )
    assert "<td>Hauptstraße</td><td>2a</td>" in page
    assert "Die ersten 2 Objekte der Quelle auf der Karte, davon 2 in der Gemeinde." in page
    assert "flurpost.sampleLayer" in map_of(manager, address)
    first, second = places(manager, address)
    assert first["geometry"]["type"] == "Point"
    assert first["geometry"]["coordinates"] == pytest.approx(storage_to_wgs84(EAST + 5, NORTH + 5))
    assert second["geometry"]["coordinates"] == pytest.approx(storage_to_wgs84(EAST + 9, NORTH + 5))


def test_mapping_is_stored_exported_loaded_and_removed(manager, uploads):
    address = upload(manager)["Location"]
    said = fields(manager, address) | {"name": "gebref-eigen", "source_name": "50%"}
    refused = manager.post(address, {**said, "act": "load"}, follow=True).content.decode()
    assert "kann keine Quelle heißen" in refused
    answer = manager.post(address, {**said, "source_name": "Land", "act": "load"})
    edition = Edition.objects.latest("pk")
    assert answer["Location"] == reverse("geodata_edition", args=[edition.pk])
    assert edition.source_name == "Land"
    [source] = edition.request["sources"]
    assert source["profile"] == "gebref-eigen"
    assert Path(source["path"]).exists()
    stored = OwnProfile.objects.get()
    listed = manager.get(reverse("mappings")).content.decode()
    assert "gebref-eigen" in listed
    content = manager.get(reverse("mapping_export", args=[stored.pk])).json()
    assert (content["name"], content["header"][:3]) == ("gebref-eigen", ["1", "2", "3"])
    assert "gebref-eigen" in manager.get(reverse("geodata_new")).content.decode()
    manager.post(reverse("mapping_remove", args=[stored.pk]))
    assert not OwnProfile.objects.exists()


def test_what_is_missing_is_told_beside_the_field(manager):
    address = upload(manager)["Location"]
    said = fields(manager, address)
    answer = manager.post(address, {**said, "column_street": "", "act": "preview"})
    assert answer.status_code == 422
    assert "Eine Spalte oder ein fester Wert ist nötig." in answer.content.decode()
    answer = manager.post(address, {**said, "constant_street": "Markt", "act": "preview"})
    assert "Entweder eine Spalte oder ein fester Wert." in answer.content.decode()
    answer = manager.post(address, {**said, "name": "", "act": "save"})
    assert answer.status_code == 422
    assert "Zum Speichern braucht die Zuordnung einen Namen." in answer.content.decode()
    assert not OwnProfile.objects.exclude(name="").exists()
    manager.post(
        address, {**said, "column_street": "", "constant_street": "Markt", "act": "preview"}
    )
    assert "<td>Markt</td><td>2a</td>" in manager.get(address).content.decode()


def test_lamps_of_a_foreign_file_become_assets(manager):
    """The page names what is missing, keeps the name through the preview, and a fixed value is no lost column."""
    text = f"Leuchte;Rechts;Hoch\nL1;{EAST};{NORTH}\nL2;{EAST + 5};{NORTH}\n"
    address = upload(manager, text, "lampen.csv", "assets")["Location"]
    assert "Noch ohne Spalte und ohne festen Wert: Art" in manager.get(address).content.decode()
    said = fields(manager, address) | {
        "column_number": "Leuchte",
        "constant_kind": "street_light",
        "name": "lampen",
    }
    answer = manager.post(address, {**said, "act": "preview"}, follow=True)
    assert answer.context["form"]["name"].value() == "lampen"
    assert "<td>street_light/L1</td>" in answer.content.decode()
    manager.post(address, {**said, "act": "load"})
    edition = edition_resume(edition=Edition.objects.latest("pk"))
    [content] = contents_shown(edition)
    assert ("= street_light", "Art", 2) in content.columns


def test_rows_without_a_needed_value_are_left_out_where_somebody_says_so(manager):
    text = f"Leuchte;Art;Rechts;Hoch\nL1;street_light;{EAST};{NORTH}\nL2;;{EAST + 5};{NORTH}\n"
    address = upload(manager, text, "lampen.csv", "assets")["Location"]
    said = fields(manager, address) | {"column_number": "Leuchte", "name": "lampen"}
    assert not said["leave_out"]
    manager.post(address, {**said, "act": "preview"})
    assert manager.get(address).content.decode().count("Zeile 3") == 1
    manager.post(address, {**said, "leave_out": ["kind"], "act": "load"})
    edition = edition_resume(edition=Edition.objects.latest("pk"))
    assert (edition.report["rows"], left_out_shown(edition)) == (1, [("ohne Art", 1)])


def test_values_get_a_meaning(manager):
    square = [[[7.31, 51.55], [7.32, 51.55], [7.32, 51.56], [7.31, 51.55]]]
    areas = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": square},
            "properties": {"art": art},
        }
        for art in ("Ortslage", "district")
    ]
    text = json.dumps({"type": "FeatureCollection", "features": areas})
    address = upload(manager, text, name="gebiete.geojson", dataset="areas")["Location"]
    said = fields(manager, address)
    assert said["codes_kind"] == "Ortslage = \ndistrict = district"
    answer = manager.post(address, {**said, "act": "preview"})
    assert "Jeder Wert braucht eine dieser Bedeutungen" in answer.content.decode()
    said["codes_kind"] = "Ortslage = built_up\ndistrict = district"
    manager.post(address, {**said, "act": "preview"})
    page = manager.get(address).content.decode()
    assert "<td>built_up</td>" in page
    assert [one["geometry"]["type"] for one in places(manager, address)] == ["Polygon"] * 2


def test_first_line_is_what_somebody_says(manager):
    address = upload(manager, "Straße;Nr\n", name="kurz.csv", dataset="ownership")["Location"]
    manager.post(address, {"act": "look"})
    assert '<th scope="row">1</th>' in manager.get(address).content.decode()
    manager.post(address, {"act": "look", "has_header": "on"})
    assert '<th scope="row">Straße</th>' in manager.get(address).content.decode()


def test_get_writes_nothing_and_text_of_files_is_escaped(manager):
    text = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [7.31, 51.55]},
                    "properties": {HOSTILE: HOSTILE, "strasse": HOSTILE, "hnr": "1"},
                }
            ],
        }
    )
    address = upload(manager, text, name="a.geojson")["Location"]
    before = OwnProfile.objects.values().get()
    page = manager.get(address).content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert OwnProfile.objects.values().get() == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.gml", "<x/>"),
        ("a.geojson", '{"type": "Feature'),
        ("a.csv", "a;b\n\x00;1\n"),
        ("../../a.zip", "PK\x03\x04"),
    ],
)
def test_hostile_file_is_refused_and_gone(manager, uploads, name, text):
    answer = upload(manager, text, name=name)
    assert answer.status_code == 422
    assert not OwnProfile.objects.exists()
    assert list(uploads.iterdir()) == []


def test_only_managers_of_the_city_map_its_columns(client, manager, town):
    address = upload(manager)["Location"]
    other = jurisdiction_create("andere.example", "Andere")
    profile = OwnProfile.objects.create(
        jurisdiction=other, dataset="addresses", name="fremd", content={}
    )
    assert "fremd" not in manager.get(reverse("mappings")).content.decode()
    told = map_of(manager, address)
    [feed] = re.findall(r'"(/api/geodata/mappings/[^"]*)"', told)
    client.force_login(staff_create("sichtung"))
    for one in (address, feed, reverse("mappings"), reverse("mapping_export", args=[profile.pk])):
        assert client.get(one).status_code == 403


def test_forgotten_draft_goes_with_its_file(manager, uploads):
    upload(manager)
    drafts_remove_stale()
    assert OwnProfile.objects.exists()
    OwnProfile.objects.update(created_at="2026-01-01T00:00:00Z")
    drafts_remove_stale()
    assert not OwnProfile.objects.exists()
    assert list(uploads.iterdir()) == []


def test_address_is_fetched_mapped_loaded_and_filled_in_again(manager, uploads, settings):
    """The page waits for the worker; the mapping keeps the address, by which a load fetches again."""
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    asked: list[str] = []

    def answer(path, _query):
        asked.append(path)
        return (200, "text/plain", TEXT.encode()), {}

    with serving_paths(answer) as base:
        url = f"{base}/gebref.txt"
        address = order(manager, url)
        draft = OwnProfile.objects.get()
        progress = reverse("mapping_progress", args=[draft.pk])
        assert f"{url} wird geholt" in manager.get(address).content.decode()
        assert f'hx-get="{progress}"' in manager.get(progress, headers={"HX-Request": "true"}).text
        assert not asked
        tasks.geodata_draft_fetch(draft.pk)
        tasks.geodata_draft_fetch(draft.pk)
        assert asked == ["/gebref.txt"]
        assert manager.get(progress, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
        said = fields(manager, address)
        assert (said["column_street"], said["x"]) == ("3", "6")
        manager.post(address, {**said, "name": "gebref-netz", "act": "load"})
        edition = edition_resume(edition=Edition.objects.latest("pk"))
    assert (edition.report["rows"], edition.request["sources"][0]["url"]) == (2, url)
    assert list(uploads.iterdir()) == []
    [stored] = OwnProfile.objects.all()
    assert stored.content["address"] == {"url": url, "kind": "file", "layer": ""}
    listed = manager.get(reverse("mappings")).content.decode()
    [link] = re.findall(r'href="(/geodata/new/\?[^"]*gebref-netz[^"]*)"', listed)
    form = manager.get(unescape(link)).context["form"]
    filled = {name: form[name].value() for name in ("dataset", "url", "kind", "profile")}
    assert filled == {"dataset": "addresses", "url": url, "kind": "file", "profile": "gebref-netz"}


def test_collection_of_a_service_is_mapped_by_its_first_page(manager, uploads, settings):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [7.31, 51.55]},
        "properties": {"strasse": "Am Markt", "hnr": "1"},
    }
    listed = {"collections": [{"id": "adressen"}, {"id": "wege"}]}

    def answer(path, _query):
        page = {"type": "FeatureCollection", "features": [feature], "numberMatched": 70_000}
        body = page if path.endswith("/adressen/items") else listed
        return (200, "application/json", json.dumps(body).encode()), {}

    with serving_paths(answer) as base:
        unnamed = order(manager, base, kind="ogc_features")
        tasks.geodata_load_waiting()
        assert "wird geholt" in manager.get(unnamed).content.decode()
        OwnProfile.objects.update(created_at=timezone.now() - timedelta(minutes=2))
        tasks.geodata_load_waiting()
        assert "adressen, wege" in manager.get(unnamed).content.decode()
        address = order(manager, base, kind="ogc_features", layer="adressen")
        tasks.geodata_draft_fetch(OwnProfile.objects.latest("pk").pk)
    page = manager.get(address).content.decode()
    assert "<p>adressen · Point" in page
    assert "<td>Am Markt</td><td>1</td>" in page


def test_feature_type_of_a_wfs_is_mapped_and_loaded_with_all_its_pages(manager, uploads, settings):
    """As deegree serves an asset register: a model of its own, properties in properties, 2 of 3 objects a page."""
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = uploads / "fetched"
    with serving(lights_wfs) as url:
        address = order(manager, url, kind="wfs", layer="app:leuchten", dataset="assets")
        tasks.geodata_draft_fetch(OwnProfile.objects.latest("pk").pk)
        said = fields(manager, address)
        assert (said["column_number"], said["column_owner"]) == ("nummer", "baulast/betreiber")
        said |= {
            "column_kind": "",
            "constant_kind": "street_light",
            "name": "leuchten",
            "act": "load",
        }
        manager.post(address, said)
        edition = edition_resume(edition=Edition.objects.latest("pk"))
    assert (edition.report["rows"], edition.profile) == (3, "leuchten")
    staged = Staging(dataset_spec("assets"), edition)
    rows = staging_rows(staged)
    assert rows == [(f"street_light/{n}", f"Netz {n}", EAST + n, NORTH) for n in (1, 2, 3)]
    stored = OwnProfile.objects.get().content
    assert (stored["formats"], stored["namespace"]) == (["xml"], APP)
    assert (stored["features"], stored["geometry"]) == (["leuchten"], ["geom"])


@pytest.mark.parametrize(
    ("networks", "body", "told"),
    [
        ([], TEXT, "führt zu 127.0.0.1"),
        (["127.0.0.0/8"], "<!DOCTYPE html><p>Anmelden</p>", "ist eine Webseite"),
        (["127.0.0.0/8"], "<x/>", "enthält keine Objekte in GML: Das Wurzelelement ist x"),
        (["127.0.0.0/8"], "x" * 2000, "ist zu groß, um hier angesehen zu werden"),
    ],
)
def test_address_that_cannot_be_mapped_is_told_with_the_form(
    manager, uploads, settings, monkeypatch, networks, body, told
):
    settings.PRIVATE_NETWORKS = {"geodata": networks}
    monkeypatch.setattr("gis_core.loading.look.BYTES_MAX", 1000)
    with serving_paths(lambda *_: ((200, "text/plain", body.encode()), {})) as base:
        address = order(manager, f"{base}/gebref")
        tasks.geodata_draft_fetch(OwnProfile.objects.get().pk)
    page = manager.get(address)
    assert told in page.content.decode()
    assert "die Datei herunterladen und hier hochladen" in page.content.decode()
    assert page.context["form"]["url"].value() == f"{base}/gebref"
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize("url", ["", "kein Netz"])
def test_address_is_needed_where_there_is_no_file(manager, url):
    answer = manager.post(reverse("mappings"), {"dataset": "addresses", "url": url})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not OwnProfile.objects.exists()


def test_other_crs_leads_elsewhere_on_the_map(manager):
    """The CRS that somebody names holds for the map too; one that does not fit is told, without a map."""
    text = f"Leuchte;Rechts;Hoch\nL1;{EAST};{NORTH}\n"
    address = upload(manager, text, "lampen.csv", "assets")["Location"]
    said = fields(manager, address) | {"column_number": "Leuchte", "constant_kind": "street_light"}
    manager.post(address, {**said, "act": "preview"})
    [near] = places(manager, f"{address}?crs=EPSG:25832")
    said["crs"] = "EPSG:25833"
    page = manager.post(address, {**said, "act": "preview"}, follow=True)
    shown = page.redirect_chain[-1][0].partition("#")[0]
    assert "1 Objekt der Quelle auf der Karte, davon 0 in der Gemeinde." in page.text
    [far] = places(manager, shown)
    east = far["geometry"]["coordinates"][0] - near["geometry"]["coordinates"][0]
    assert east == pytest.approx(6, abs=0.1)
