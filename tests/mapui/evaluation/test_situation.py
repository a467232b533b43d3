"""Lage and its files: figures that lead to the reports behind them, and files that tell nothing of reporters."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from datetime import timedelta

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.urls import reverse
from django.utils import timezone

from gis_core.models import Edition
from issues.enums import IssueStatus, LocationSource, Role
from issues.models import Department, Reporter
from issues.services.people import grant_give
from mapui.site.tables import cell_safe
from parcels.enums import CadastreDataset, DistrictKind
from parcels.models import CadastralDistrict
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.mapui.factories import (
    SOUTH,
    SRID,
    WEST,
    authority_create,
    category_create,
    decision_create,
    edition_create,
    issue_create,
    square,
    staff_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(town):
    now = timezone.now()
    one = issue_create(town, received_at=now - timedelta(hours=1), due_at=now - timedelta(days=1))
    Reporter.objects.create(issue=one, last_name="Geheim", email="geheim@example.org")
    decision_create(one, authority_create(town), road="=1+1")
    return one


def figures(response) -> dict[str, str]:
    return {one.name: one.value for one in response.context["found"].figures}


def test_figures_count_and_lead_to_the_reports(staff_client, town, issue):
    issue_create(town, received_at=timezone.now() - timedelta(days=40), status=IssueStatus.REJECTED)
    page = staff_client.get(reverse("situation"))
    found = figures(page)
    assert len(found) == 8
    assert (found["offen"], found["überfällig"], found["ohne Entscheidung"]) == ("1", "1", "0")
    for one in page.context["found"].figures:
        assert staff_client.get(one.url).status_code == 200
    late = next(one for one in page.context["found"].figures if one.name == "überfällig")
    assert issue.number in staff_client.get(late.url).content.decode()


def test_numbers_of_ages_are_those_of_the_queue(staff_client, town):
    for days in (0, 3, 3, 20, 50):
        issue_create(town, received_at=timezone.now() - timedelta(days=days, hours=1))
    page = staff_client.get(reverse("situation"))
    [table] = [one for one in page.context["found"].tables if one.slug == "open-age"]
    assert [row.values[0] for row in table.rows] == ["1", "3", "4", "1"]
    for row in table.rows:
        shown = staff_client.get(row.url).context["shown"]
        assert str(shown.paginator.count) == row.values[0]


def test_figures_are_filtered_and_a_wrong_filter_means_everything(staff_client, town, issue):
    category_create(town, "LIGHT")
    none = staff_client.get(reverse("situation"), {"category": "LIGHT", "period": "3"})
    assert figures(none)["offen"] == "0"
    wrong = staff_client.get(reverse("situation"), {"category": "'", "period": "x"})
    assert figures(wrong)["offen"] == "1"


def test_figures_stand_beside_those_of_the_year_before(staff_client, town):
    now = timezone.now()
    for back, days in ((0, 1), (365, 5)):
        done = now - timedelta(days=back)
        fields = {"status": IssueStatus.DONE, "status_changed_at": done}
        issue_create(town, received_at=done - timedelta(days=days), **fields)
    page = staff_client.get(reverse("situation"), {"period": "3"})
    [days] = [one for one in page.context["found"].figures if one.name == "Tage bis erledigt"]
    assert (days.value, days.former) == ("1,0", "5,0")


def test_figures_cost_the_same_for_one_and_many(staff_client, town, django_assert_num_queries):
    for count in (1, 3):
        for _one in range(count):
            decision_create(issue_create(town, received_at=timezone.now()), authority_create(town))
        staff_client.get(reverse("situation"))
        with django_assert_num_queries(15):
            staff_client.get(reverse("situation"))


def exported(client, kind: str, **query):
    return client.get(reverse("issues_export", args=[kind]), query)


def test_csv_neutralises_formulas_and_names_nobody(staff_client, issue):
    text = exported(staff_client, "csv").content.decode("utf-8-sig")
    [row] = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (row["Nummer"], row["Straße"]) == (issue.number, "'=1+1")
    assert row["Zuständige Stelle"] == "EUV Stadtbetrieb"
    for secret in ("Geheim", "geheim@", "Tiefes Loch"):
        assert secret not in text


@pytest.mark.parametrize(
    ("value", "safe"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\ta", "'\ta"), ("\ra", "'\ra"),
     ("a=1", "a=1"), (-1.5, -1.5), (None, None)],
)  # fmt: skip
def test_cell_that_begins_like_a_formula_is_text(value, safe):
    assert cell_safe(value) == safe


def test_xlsx_holds_text_and_no_formula(staff_client, issue):
    book = zipfile.ZipFile(io.BytesIO(exported(staff_client, "xlsx").content))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert b"&apos;=1+1" in book.read("xl/sharedStrings.xml").replace(b"'", b"&apos;")


def test_files_of_geodata_hold_places_where_there_are_any(staff_client, town, issue, tmp_path):
    issue_create(town, released=False, location_source=LocationSource.UNPLACED)
    found = json.loads(exported(staff_client, "geojson").content)["features"]
    by_number = {one["properties"]["number"]: one["geometry"] for one in found}
    assert by_number[issue.number]["coordinates"] == [
        round(issue.longitude, 6),
        round(issue.latitude, 6),
    ]
    assert list(by_number.values()).count(None) == 1
    path = tmp_path / "reports.gpkg"
    path.write_bytes(exported(staff_client, "gpkg").content)
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT number, geom IS NULL FROM reports ORDER BY number")
        assert dict(rows.fetchall()) == {number: int(not one) for number, one in by_number.items()}


def test_empty_files_are_files(staff_client, town):
    for kind in ("csv", "xlsx", "gpkg", "geojson"):
        assert exported(staff_client, kind, status="done").status_code == 200


def test_export_follows_the_filter_and_refuses_a_wrong_one(staff_client, town, issue):
    assert issue.number not in exported(staff_client, "csv", status="done").content.decode()
    assert exported(staff_client, "csv", status="nonsense").status_code == 400
    assert exported(staff_client, "exe").status_code == 404


def test_too_many_are_refused_in_words(staff_client, town, issue, monkeypatch):
    monkeypatch.setattr("mapui.evaluation.export.ROWS_MAX", 0)
    assert exported(staff_client, "csv").status_code == 413


def test_department_exports_its_own_and_sees_no_figures_of_the_city(client, town, issue):
    light = category_create(town, "LIGHT", names={"de": "Laterne"})
    own = issue_create(town, category=light)
    department = Department.objects.create(jurisdiction=town, names={"de": "Licht"})
    department.categories.add(light)
    person = staff_create("licht", permissions=())
    grant_give(
        person=person, jurisdiction=town, role=Role.INFORMATION, department=department, by=None
    )
    client.force_login(person)
    text = exported(client, "csv").content.decode()
    assert own.number in text
    assert issue.number not in text
    assert client.get(reverse("situation")).status_code == 403


def test_map_shades_districts_and_roads_by_their_reports(staff_client, town):
    body = authority_create(town)
    for road, key in (("B 235", "059999"), ("B 235", "059999"), ("Weg", "059998")):
        decision_create(
            issue_create(town, received_at=timezone.now()),
            body,
            road=road,
            parcel_key=f"{key}00100010______",
        )
    parcels = Edition.objects.get(dataset=CadastreDataset.PARCELS)
    common = {"jurisdiction": town, "content_hash": b"0" * 16}
    CadastralDistrict.objects.create(
        **common,
        edition_from=parcels,
        key="059999",
        kind=DistrictKind.GEMARKUNG,
        name="Musterberg",
        geometry=square(0, 0),
    )
    roads = edition_create(town, NetworkDataset.ROAD_SECTIONS)
    for number, name in (("235", "Lange Straße"), ("", "Weg"), ("", "Steig")):
        RoadSection.objects.create(
            **common,
            edition_from=roads,
            key=name,
            road_class="B" if number else "G",
            road_number=number,
            name=name,
            length=100,
            geometry=MultiLineString(LineString((WEST, SOUTH), (WEST + 100, SOUTH)), srid=SRID),
        )
    page = staff_client.get(reverse("situation_map"), {"period": "3"})
    feed = staff_client.get(reverse("situation_places"), {"period": "3"}).json()
    told = {
        one["properties"]["name"]: (one["properties"]["received"], one["properties"]["step"])
        for one in feed["features"]
    }
    assert told == {"Musterberg": (2, 4), "B 235": (2, 4), "Weg": (1, 2)}
    for one in feed["features"]:
        shown = staff_client.get(one["properties"]["url"]).context["shown"]
        assert shown.paginator.count == one["properties"]["received"]
    script = staff_client.get(page.context["map_scripts"][-1]).content.decode()
    assert f"{reverse('situation_places')}?jurisdiction={town.identifier}\\u0026period=3" in script
