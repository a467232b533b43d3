"""Pages for administrators of geodata: who may open them, what they show and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gis_core.enums import ChangeKind, EditionStatus, Severity
from gis_core.models import Edition
from gis_core.services.jobs import JobState, job_mark, job_state
from gis_core.services.uploads import incoming_remove_stale
from mapui.geodata.forms import LoadForm
from parcels.enums import CadastreDataset
from routing.models import Area
from routing.trying.edition_impact import active_ids
from tests.gis_core.geodata_factories import municipality_draw
from tests.mapui.factories import authority_create, issue_create, staff_create
from tests.mapui.geodata.geodata_factories import (
    HOSTILE,
    change_create,
    check_create,
    manager_create,
    staged_create,
)

PAGES = ["geodata_edition", "geodata_progress", "geodata_changes", "geodata_map"]
FEEDS = [
    "geodata_changes_feed",
    "geodata_findings_feed",
    "geodata_impact_feed",
    "geodata_map_script",
    "geodata_map_style",
]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    return settings.UPLOAD_ROOT


@pytest.fixture
def manager(client, town):
    client.force_login(manager_create())
    return client


@pytest.fixture
def edition(town) -> Edition:
    staged = staged_create(town)
    for number, kind in enumerate(ChangeKind):
        change_create(staged, kind, number, related=["059999001000990000__"])
    return staged


def page_of(client, edition, name="geodata_edition") -> str:
    response = client.get(reverse(name, args=[edition.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["geodata_list", "geodata_new"])
def test_lists_are_for_administrators(client, town, name):
    assert client.get(reverse(name))["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse(name)).status_code in {403, 405}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_for_administrators(client, edition, name):
    address = reverse(name, args=[edition.pk])
    assert client.get(address)["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("name", FEEDS)
def test_feeds_are_for_administrators(client, edition, name):
    assert client.get(reverse(name, args=[edition.pk])).status_code == 403
    client.force_login(staff_create())
    assert client.get(reverse(name, args=[edition.pk])).status_code == 403


@pytest.mark.parametrize("action", ["activate", "discard", "cancel", "resume", "rollback"])
def test_actions_are_for_administrators_and_need_post(client, edition, action):
    address = reverse("geodata_action", args=[edition.pk, action])
    client.force_login(staff_create())
    assert client.post(address).status_code == 403
    client.force_login(manager_create())
    assert client.get(address).status_code == 200
    edition.refresh_from_db()
    assert edition.status == EditionStatus.STAGED
    assert client.post(reverse("geodata_action", args=[edition.pk, "erase"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_queries_are_constant(manager, town, count, django_assert_num_queries):
    for _ in range(count):
        staged_create(town, status=EditionStatus.DISCARDED)
    # Session, user, two kinds of permissions, jurisdiction, states of the datasets, number of editions, editions.
    with django_assert_num_queries(9):
        page = manager.get("/geodata/").content.decode()
    assert page.count("status-discarded") == count


def test_list_shows_what_is_active_and_escapes(manager, edition):
    page = page_of_list = manager.get("/geodata/").content.decode()
    assert "drawn" in page
    assert HOSTILE not in page_of_list
    assert "dl-de/zero-2-0" in page
    filtered = manager.get("/geodata/", {"dataset": "ownership"})
    assert [one.dataset for one in filtered.context["editions"]] == [CadastreDataset.OWNERSHIP]


@pytest.mark.parametrize("count", [1, 3])
def test_edition_queries_are_constant(manager, town, count, django_assert_num_queries):
    edition = staged_create(town)
    for number in range(count):
        change_create(edition, ChangeKind.NEW, number)
        check_create(edition, Severity.INFO, f"c{number}")
    # Session, user, two kinds of permissions, edition, checks, counts of changes, names of districts, the same
    # of parcels.
    with django_assert_num_queries(10):
        page_of(manager, edition)


def test_edition_shows_findings_errors_first_and_difference(manager, edition):
    sample = {"key": HOSTILE, "area_m2": 0.5, "before": "POINT (1 2)", "nonsense": HOSTILE}
    check_create(edition, Severity.INFO, "flat", details={"samples": [sample]})
    check_create(edition, Severity.ERROR, "share")
    response = manager.get(reverse("geodata_edition", args=[edition.pk]))
    found = response.context["findings"]
    assert [one.check.code for one in found] == ["share", "flat"]
    [shown] = found[1].samples
    assert shown.facts == [("Fläche (m²)", "0,5")]
    assert shown.geometries == [("vorher", "POINT (1 2)")]
    page = response.content.decode()
    assert HOSTILE not in page
    assert "1.234" in page
    assert [row.counts for row in response.context["difference"].districts] == [[1, 1, 1, 1, 1]]
    assert reverse("geodata_action", args=[edition.pk, "activate"]) in page


def test_findings_of_the_edition_before_stand_apart(manager, town, edition):
    old = {"samples": [{"key": "a", "area_m2": 0.5}]}
    for code, severity in (("overlaps", Severity.WARNING), ("share", Severity.ERROR)):
        check_create(edition, severity, code, details=old)
    later = staged_create(town, base=edition)
    check_create(later, Severity.WARNING, "overlaps", details=old)
    check_create(later, Severity.ERROR, "share", details=old)
    check_create(later, Severity.WARNING, "gaps", details={"samples": [{"key": "b"}]})
    response = manager.get(reverse("geodata_edition", args=[later.pk]))
    assert [one.check.code for one in response.context["findings"]] == ["share", "gaps"]
    assert [one.check.code for one in response.context["findings_former"]] == ["overlaps"]
    assert "1 Befund wie beim vorigen Datenstand" in response.content.decode()


def test_parcels_are_called_as_people_call_them(manager, edition):
    key = "05528700100001______"
    check_create(edition, Severity.WARNING, "overlaps", details={"samples": [{"key": key}]})
    assert f'Gemarkung 055287, Flur 1, Flurstück 1 <span class="key meta">{key}</span>' in page_of(
        manager, edition
    )
    change_create(edition, ChangeKind.VANISHED, 7)
    changes = manager.get(reverse("geodata_changes", args=[edition.pk])).context["changes"]
    [label] = [change.label for change in changes if change.key == "05999900100007______"]
    assert label == "Gemarkung 059999, Flur 1, Flurstück 7"


def test_edition_lists_its_impact(manager, town):
    issue = issue_create(town)
    authority_create(town, "EUV")
    entry = {
        "number": issue.number,
        "latitude": issue.latitude,
        "longitude": issue.longitude,
        "from": "EUV",
        "from_outcome": "assigned",
        "to": "",
        "to_outcome": "triage",
        "sentences": {"de": HOSTILE, "en": ""},
    }
    edition = staged_create(town, report={"rows": 1, "impact": [entry], "impact_count": 1})
    edition.report["impact_on"] = active_ids(edition)
    edition.save(update_fields=["report"])
    page = page_of(manager, edition)
    assert reverse("triage_issue", args=[issue.number]) in page
    assert HOSTILE not in page
    [feature] = manager.get(reverse("geodata_impact_feed", args=[edition.pk])).json()["features"]
    assert feature["id"] == issue.number
    assert feature["geometry"]["coordinates"] == [issue.longitude, issue.latitude]
    assert feature["properties"]["today"] == "EUV Stadtbetrieb"
    assert feature["properties"]["then"] == "Unklar: zu sichten"


def test_changes_feed_by_kind_and_box(manager, edition):
    address = reverse("geodata_changes_feed", args=[edition.pk])
    everything = manager.get(address).json()
    assert len(everything["features"]) == 5
    assert everything["truncated"] is False
    [vanished] = manager.get(address, {"kind": "vanished"}).json()["features"]
    assert vanished["properties"]["related"] == ["059999001000990000__"]
    assert "Flurstück" in vanished["properties"]["name"]
    assert manager.get(address, {"bbox": "8,52,8.1,52.1"}).json()["features"] == []
    assert manager.get(address, {"bbox": "north"}).status_code == 400
    assert manager.get(address, {"kind": "moved"}).status_code == 400


def test_findings_feed_gives_the_places_of_samples(manager, edition):
    place = {"key": HOSTILE, "wkt": "POINT (382950 5712350)"}
    check_create(edition, Severity.WARNING, "overlap", details={"samples": [place, {"key": "x"}]})
    address = reverse("geodata_findings_feed", args=[edition.pk])
    [feature] = manager.get(address).json()["features"]
    assert feature["properties"] == {
        "severity": "Warnung",
        "message": "finding overlap",
        "key": HOSTILE,
    }
    assert [round(value, 3) for value in feature["geometry"]["coordinates"]] == [7.312, 51.55]
    script = manager.get(reverse("geodata_map_script", args=[edition.pk])).content.decode()
    assert "flurpost.findingLayer(" in script


def test_map_page_has_patterns_and_no_inline_script(manager, edition):
    page = page_of(manager, edition, "geodata_map")
    assert page.count("<pattern ") == 3
    assert "<script>" not in page
    script = manager.get(reverse("geodata_map_script", args=[edition.pk])).content.decode()
    assert script.count("flurpost.changeLayer(") == 5
    assert "flurpost.impactLayer(" not in script


def test_changes_page_lists_keys(manager, edition):
    response = manager.get(reverse("geodata_changes", args=[edition.pk]), {"kind": "split"})
    assert [change.kind for change in response.context["changes"]] == ["split"]


def test_new_refuses_without_file_wrong_mapping_and_wrong_crs(manager, uploads):
    asked = {"dataset": "parcels", "profile": "anlagen", "crs": "EPSG:nothing"}
    response = manager.post("/geodata/new/", asked)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"uploads", "profile", "crs"}
    assert not Edition.objects.filter(status=EditionStatus.LOADING).exists()


def test_new_takes_files_or_an_address(manager, uploads):
    file = SimpleUploadedFile("p.gpkg", b"x")
    both = {"dataset": "parcels", "url": "https://geo.example/wfs", "uploads": file}
    assert set(manager.post("/geodata/new/", both).context["form"].errors) == {"uploads"}
    assert list(uploads.iterdir()) == []
    wrong = {"dataset": "parcels", "url": "file:///etc/passwd"}
    assert "url" in manager.post("/geodata/new/", wrong).context["form"].errors


def test_known_source_fills_in_the_form(manager, town):
    page = manager.get("/geodata/new/", {"preset": "nrw-gebaeude-ogc"})
    filled = {field.name: field.value() for field in page.context["form"]}
    wanted = {"dataset": "buildings", "kind": "ogc_features", "layer": "gebaeude_bauwerk"}
    wanted |= {"profile": "alkis_vereinfacht", "licence": "dl-de/zero-2-0"}
    assert filled.items() >= {**wanted, "attribution": "© Geobasis NRW"}.items()
    assert page.context["preset"].title in page.content.decode()
    kreis = manager.get("/geodata/new/", {"preset": "nrw-flurstuecke-datei"}).context["form"]
    assert f"gru_vereinf_{town.municipality_key[:5]}000_*_" in kreis["url"].value()
    posted = {field.name: field.value() or "" for field in kreis if field.name != "uploads"}
    assert LoadForm(posted, jurisdiction=town).is_valid()
    unknown = manager.get("/geodata/new/", {"preset": "nowhere"})
    assert (unknown.status_code, unknown.context["preset"]) == (200, None)


@pytest.mark.parametrize(
    ("changed", "licence"),
    [
        ({}, "dl-de/zero-2-0"),
        ({"url": "https://example.org/gebaeude.gpkg"}, ""),
        ({"url": "https://example.org/gebaeude.gpkg", "licence": "CC BY 4.0"}, "CC BY 4.0"),
    ],
)
def test_licence_of_a_known_source_goes_with_its_address(manager, town, changed, licence):
    page = manager.get("/geodata/new/", {"preset": "nrw-adressen"})
    form = page.context["form"]
    assert f'data-filled="{form["url"].value()}"' in page.content.decode()
    posted = {field.name: field.value() or "" for field in form if field.name != "uploads"}
    sent = LoadForm({**posted, **changed}, jurisdiction=town)
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["licence"] == licence
    assert bool(sent.cleaned_data["attribution"]) == (not changed)


def test_service_of_the_land_waits_for_the_boundary(manager, town, monkeypatch):
    monkeypatch.setattr("mapui.geodata.views.job_order", lambda *_: True)
    asked = {"preset": "nrw-flurstuecke-ogc"}
    municipality_draw(town)
    form = manager.get("/geodata/new/", asked).context["form"]
    posted = {field.name: field.value() or "" for field in form if field.name != "uploads"}
    assert manager.post("/geodata/new/", posted).status_code == 302
    source = Edition.objects.latest("pk").request["sources"][0]
    assert (source["kind"], source["layer"]) == ("ogc_features", "flurstueck")
    Area.objects.all().delete()
    page = manager.get("/geodata/new/", asked)
    assert page.context["refused"] in page.content.decode()
    assert page.context["refused"].startswith("„Flurstücke (OGC API)“")
    again = manager.post("/geodata/new/", posted)
    assert again.context["form"].errors == {"url": [page.context["refused"]]}


def test_new_refused_upload_leaves_no_file(manager, uploads):
    file = SimpleUploadedFile("p.gpkg", b"x" * 100)
    response = manager.post("/geodata/new/", {"dataset": "nothing", "uploads": file})
    assert response.status_code == 422
    assert list(uploads.iterdir()) == []


def test_new_checks_the_token_after_the_permission(town, uploads):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(manager_create())
    file = SimpleUploadedFile("p.gpkg", b"x")
    assert client.post("/geodata/new/", {"dataset": "parcels", "uploads": file}).status_code == 403
    assert not Edition.objects.filter(status=EditionStatus.LOADING).exists()


def test_new_larger_than_allowed_is_refused_before_it_is_read(manager, settings, uploads):
    settings.UPLOAD_MAX_BYTES = 1000
    file = SimpleUploadedFile("p.gpkg", b"x" * 5000)
    response = manager.post("/geodata/new/", {"dataset": "parcels", "uploads": file})
    assert response.status_code == 413
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_activate_in_spite_of_errors_needs_a_reason(manager, edition):
    check_create(edition, Severity.ERROR, "share", params={"text": "30 % weniger Flurstücke"})
    address = reverse("geodata_action", args=[edition.pk, "activate"])
    assert "30 % weniger Flurstücke" in manager.get(address).content.decode()
    assert manager.post(address, {"override_reason": "weil"}).status_code == 422
    edition.refresh_from_db()
    assert edition.status == EditionStatus.STAGED


def test_actions_not_of_this_state_are_refused(manager, edition):
    response = manager.post(reverse("geodata_action", args=[edition.pk, "rollback"]))
    assert response.status_code == 409


def test_progress_polls_while_busy_and_then_shows_the_page_anew(manager, town):
    edition = staged_create(
        town, status=EditionStatus.LOADING, progress={"file": "a.xml", "features": 7, "rows": 5}
    )
    job_mark(edition, JobState("load", step="a.xml", features=7))
    address = reverse("geodata_progress", args=[edition.pk])
    answer = manager.get(address, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in answer
    assert "a.xml" in answer.content.decode()
    job_mark(edition, JobState("load", "broken"))
    assert manager.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "broken" in page_of(manager, edition)
    assert job_state(edition) == JobState("load", "broken")


def test_unfinished_uploads_are_removed_after_a_day(uploads):
    import os

    uploads.mkdir()
    old, young = uploads / "incoming-old", uploads / "incoming-young"
    for path in (old, young):
        path.write_bytes(b"x")
    half = uploads / "incoming-fetched"
    (half / "files").mkdir(parents=True)
    for path in (old, half):
        os.utime(path, (0, 0))
    incoming_remove_stale()
    assert list(uploads.iterdir()) == [young]


def test_page_tells_what_was_read(manager, edition):
    edition.report["contents"] = [
        {
            "files": ["a.geojson", "b.geojson"],
            "file_count": 2,
            "profile": "osm",
            "rows": 15890,
            "columns": [{"column": "key", "source": "osm_id", "values": 15890}],
            "missing": {"reference": ["ref"]},
            "unread": ["other_tags", HOSTILE],
        }
    ]
    edition.report["left_out"] = {"road_class = footway": 3, "road_class = steps": 9296}
    edition.save()
    text = page_of(manager, edition)
    assert "a.geojson und 1 weitere Datei" in text
    assert "Keine Spalte gefunden für: Straßenschild (ref)" in text
    assert "Nicht gelesene Spalten: other_tags, &lt;script&gt;" in text
    assert "Straßenklasse = steps (9.296), Straßenklasse = footway (3)" in text
    assert '<th scope="row">osm_id</th><td>Schlüssel</td><td>15.890</td>' in text


def test_page_lists_rows_that_cannot_be_stored(manager, edition):
    fault = {"code": "value_missing", "params": {"columns": "hnr"}, "feature": "line 3"}
    unknown = {"code": "no_date", "params": {"value": "'x'"}, "feature": "line 4", "text": "x"}
    edition.status = EditionStatus.FAILED
    edition.report = {
        "counts": {"faulty rows": 250},
        "faults": [{**fault, "column": "number", "value": HOSTILE, "text": "x"}],
        "unknown": [{**unknown, "column": "source_date", "value": "gestern"}],
    }
    edition.save()
    text = page_of(manager, edition)
    assert "Hier stehen die ersten 2 von 250." in text
    assert '<th scope="row">Zeile 3</th><td>Nummer</td><td>&lt;script&gt;' in text
    assert "<td>gestern</td><td>&#x27;x&#x27; ist kein Datum</td>" in text


def test_rows_that_cannot_be_stored_leave_as_csv_and_stand_on_the_map(manager, edition):
    address = reverse("geodata_faults", args=[edition.pk])
    assert manager.get(address).status_code == 404
    fault = {"code": "value_missing", "params": {"columns": "hnr"}, "column": "number", "text": "x"}
    places = ["POINT (382950 5712350)", *[""] * 149]
    edition.report = {
        "faults": [
            {**fault, "feature": f"line {number}", "value": "=1+1", "wkt": wkt}
            for number, wkt in enumerate(places, start=1)
        ],
        "counts": {"faulty rows": 150},
        "unknown": [],
    }
    edition.save()
    lines = manager.get(address).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Objekt;Merkmal;Wert;Fehler;Breite;Länge"
    *row, latitude, longitude = lines[1].split(";")
    assert row[:3] == ["Zeile 1", "Nummer", "'=1+1"]
    assert [round(float(latitude), 3), round(float(longitude), 3)] == [51.55, 7.312]
    assert len(lines) == 151
    page = page_of(manager, edition)
    assert "Hier stehen die ersten 100 von 150." in page
    assert reverse("geodata_map", args=[edition.pk]) in page
    [feature] = manager.get(reverse("geodata_findings_feed", args=[edition.pk])).json()["features"]
    assert feature["properties"]["severity"] == "Fehler"
    assert "<strong>Zeile 1</strong>" in page_of(manager, edition, "geodata_map")
    script = manager.get(reverse("geodata_map_script", args=[edition.pk])).content.decode()
    assert "Zeile, die nicht gespeichert werden kann" in script
