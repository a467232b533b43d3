"""Geodata and findings as files: what stands in them, read back by GDAL."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from gis_core.datasets import dataset_spec, dataset_specs
from gis_core.enums import Severity
from gis_core.models import Edition, EditionCheck
from gis_core.services import exports
from issues.enums import Role
from issues.services.people import grant_give
from parcels.models import Address, Parcel
from tests.gis_core.geodata_factories import EAST, NORTH, jurisdiction_make
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import manager_create

pytestmark = pytest.mark.django_db
LICENCE, ATTRIBUTION = "dl-de/zero-2-0", "© Musterstadt, Vermessung"
KEY = "055287001000020001__"


@pytest.fixture
def licensed(city):
    Edition.objects.filter(dataset="parcels").update(
        licence=LICENCE, attribution=ATTRIBUTION, as_of="2026-09-30"
    )
    return city


def export(path: Path, city: Any, dataset: str = "parcels") -> Path:
    call_command("export_geodata", path, jurisdiction=city.identifier, dataset=dataset)
    return path


def ogrinfo(path: Path, *options: str) -> str:
    run = subprocess.run(
        ["/usr/bin/ogrinfo", "-ro", "-al", *options, path],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_geopackage_is_what_gdal_reads(licensed, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "BATCH_ROWS", 2)
    Parcel.objects.filter(numerator=2).update(flur=None, official_area=None, source_date=None)
    Parcel.objects.filter(numerator=1).update(official_area="1600.50")
    path = export(tmp_path / "parcels.gpkg", licensed)
    told = ogrinfo(path, "-so")
    for line in (
        "Layer name: parcels",
        "Geometry: Multi Polygon",
        "Feature Count: 4",
        f"Extent: ({EAST + 40:.6f}, {NORTH:.6f})",
        'ID["EPSG",25832]]',
        "key: String",
        "flur: Integer64",
        "official_area: Real",
        "source_date: Date",
        f"DESCRIPTION={LICENCE}; {ATTRIBUTION}; 2026-09-30",
        f"licence={LICENCE}",
        f"attribution={ATTRIBUTION}",
    ):
        assert line in told
    meta, _fids, _shapes, arrays = pyogrio.raw.read(path)
    values = dict(zip(meta["fields"], arrays, strict=True))
    [second] = np.flatnonzero(values["numerator"] == 2)
    assert np.isnan(values["flur"][second])
    assert np.isnan(values["official_area"][second])
    assert np.isnat(values["source_date"][second])
    [first] = np.flatnonzero(values["numerator"] == 1)
    assert values["official_area"][first] == 1600.5


def test_geojson_is_in_degrees_and_names_its_licence(licensed, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "BATCH_ROWS", 3)
    path = export(tmp_path / "parcels.geojson", licensed)
    whole = json.loads(path.read_text("utf-8"))
    assert [whole[name] for name in ("licence", "attribution", "as_of")] == [
        LICENCE,
        ATTRIBUTION,
        "2026-09-30",
    ]
    keys = [one["properties"]["key"] for one in whole["features"]]
    assert keys == sorted(Parcel.objects.active().values_list("key", flat=True))
    told = ogrinfo(path, "-so")
    assert "Feature Count: 4" in told
    assert "Extent: (7.31" in told


def test_csv_has_shape_crs_and_licence_in_each_row(licensed, tmp_path):
    Parcel.objects.filter(numerator=1).update(location_text='=HYPERLINK("x")')
    path = export(tmp_path / "parcels.csv", licensed)
    lines = path.read_text("utf-8-sig").splitlines()
    rows = list(csv.DictReader(lines, delimiter=";"))
    assert len(rows) == 4
    assert {(row["licence"], row["attribution"], row["crs"]) for row in rows} == {
        (LICENCE, ATTRIBUTION, "EPSG:25832")
    }
    assert {row["geometry"][:16] for row in rows} == {"MULTIPOLYGON ((("}
    [first] = [row for row in rows if row["numerator"] == "1"]
    assert first["location_text"] == '\'=HYPERLINK("x")'


def test_every_dataset_is_written_in_every_format(city, tmp_path):
    """With rows or without: GDAL opens it, and finds as many as there are."""
    for spec in dataset_specs():
        for kind in exports.FORMATS:
            path = tmp_path / f"{spec.dataset.value}.{kind}"
            exports.table_write(exports.dataset_table(spec, city), path)
            info = pyogrio.read_info(path)
            assert info["features"] == spec.model.objects.active().count()
            if info["features"] or kind != "geojson":
                assert "key" in [name.strip("\ufeff") for name in info["fields"]]


def test_nothing_internal_leaves():
    for spec in dataset_specs():
        names = {one.name for one in spec.attributes}
        assert not names & {"id", "content_hash", "edition_from", "edition_to", "jurisdiction"}
    assert "search_text" not in {one.name for one in dataset_spec("addresses").attributes}
    assert Address._meta.get_field("search_text")


def test_findings_are_rows_with_places(city, tmp_path):
    edition = Edition.objects.get(dataset="parcels")
    edition.checks.all().delete()
    samples = [
        {"key": KEY, "wkt": f"POINT ({EAST} {NORTH})"},
        {
            "feature": "line 7",
            "before": f"POLYGON (({EAST} {NORTH}, {EAST + 1} {NORTH}, {EAST} {NORTH + 1}, {EAST} {NORTH}))",
        },
    ]
    params = {"params": {"text": "+ Überlappung"}}
    EditionCheck.objects.create(
        edition=edition,
        code="overlaps",
        severity=Severity.WARNING,
        details={"samples": samples},
        **params,
    )
    EditionCheck.objects.create(edition=edition, code="share", severity=Severity.ERROR, **params)
    for kind in exports.FORMATS:
        path = tmp_path / f"findings.{kind}"
        call_command("export_geodata", path, findings=edition.pk)
        assert "Feature Count: 3" in ogrinfo(path, "-so")
    found = json.loads((tmp_path / "findings.geojson").read_text("utf-8"))["features"]
    assert [one["geometry"] and one["geometry"]["type"] for one in found] == [
        "Point",
        "Polygon",
        None,
    ]
    assert [one["properties"]["object"] for one in found] == [KEY, "line 7", ""]
    assert "'+ Überlappung" in (tmp_path / "findings.csv").read_text("utf-8-sig")


def test_wrong_orders_are_refused(city, tmp_path):
    whole = {"jurisdiction": city.identifier, "dataset": "parcels"}
    for told, path, options in (
        ("a file ends with .gpkg, .geojson, .csv", tmp_path / "a.xyz", whole),
        ("give --jurisdiction and --dataset", tmp_path / "a.csv", {"dataset": "parcels"}),
        ("does not go together", tmp_path / "a.csv", {**whole, "findings": 1}),
        ("no jurisdiction 'x.de'", tmp_path / "a.csv", {**whole, "jurisdiction": "x.de"}),
        ("no edition 0", tmp_path / "a.csv", {"findings": 0}),
        ("No such file", tmp_path / "none" / "a.csv", whole),
        ("No such file", tmp_path / "none" / "a.gpkg", whole),
    ):
        with pytest.raises(CommandError, match=told):
            call_command("export_geodata", path, **options)


def test_pages_offer_the_files_and_the_addresses_give_them(licensed, client):
    client.force_login(manager_create())
    edition = Edition.objects.get(dataset="parcels")
    whole = reverse("geodata_export", args=["parcels", "geojson"])
    assert whole in client.get(reverse("geodata_list")).content.decode()
    answer = client.get(whole)
    assert answer["Content-Disposition"] == f'attachment; filename="parcels-{edition.pk}.geojson"'
    assert len(json.loads(answer.getvalue())["features"]) == 4
    answer = client.get(reverse("geodata_export", args=["parcels", "gpkg"]))
    assert answer.getvalue().startswith(b"SQLite format 3")
    EditionCheck.objects.get_or_create(edition=edition, code="share", severity=Severity.INFO)
    findings = reverse("geodata_findings_export", args=[edition.pk, "csv"])
    page = client.get(reverse("geodata_edition", args=[edition.pk])).content.decode()
    assert findings in page
    assert client.get(findings).getvalue().decode("utf-8-sig").startswith("severity;check;finding")
    for name, kind in (("parcels", "xyz"), ("secrets", "csv")):
        assert client.get(reverse("geodata_export", args=[name, kind])).status_code == 404


def test_role_exports_its_own_city_only(licensed, client):
    other = jurisdiction_make(identifier="x.de", municipality_key="1", issue_prefix="X")
    person = staff_create("fremd", permissions=())
    grant_give(by=None, person=person, role=Role.GEODATA, jurisdiction=other)
    client.force_login(person)
    address = reverse("geodata_export", args=["parcels", "csv"])
    refused = client.get(address, {"jurisdiction": licensed.identifier})
    assert refused.status_code == 403
    empty = client.get(address, {"jurisdiction": "x.de"})
    assert len(empty.getvalue().splitlines()) == 1
    edition = Edition.objects.get(dataset="parcels")
    findings = reverse("geodata_findings_export", args=[edition.pk, "csv"])
    assert client.get(findings).status_code == 404
