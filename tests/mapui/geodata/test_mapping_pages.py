"""The pages on which columns are mapped: proposal, preview, storing, loading, export, removal, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gis_core.models import Edition, OwnProfile
from gis_core.services.editions import edition_resume
from gis_core.services.profiles import drafts_remove_stale
from mapui.geodata.contents import contents_shown, left_out_shown
from tests.gis_core.geodata_factories import EAST, NORTH
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
    return settings.UPLOAD_ROOT


@pytest.fixture
def manager(client, town):
    client.force_login(manager_create())
    return client


def upload(client, text: str = TEXT, name: str = "gebref.txt", dataset: str = "addresses"):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(reverse("mappings"), {"dataset": dataset, "uploads": file})


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
    assert page.count('<circle class="sketch-point"') == 2
    assert 'class="sketch-boundary"' in page


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
    assert page.count('class="sketch-shape"') == 2


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
    client.force_login(staff_create("sichtung"))
    for one in (address, reverse("mappings"), reverse("mapping_export", args=[profile.pk])):
        assert client.get(one).status_code == 403


def test_forgotten_draft_goes_with_its_file(manager, uploads):
    upload(manager)
    drafts_remove_stale()
    assert OwnProfile.objects.exists()
    OwnProfile.objects.update(created_at="2026-01-01T00:00:00Z")
    drafts_remove_stale()
    assert not OwnProfile.objects.exists()
    assert list(uploads.iterdir()) == []
