"""The way of a load through pages and tasks: uploaded, loaded by a worker, activated, rolled back."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import resolve, reverse

from gis_core import tasks
from gis_core.enums import EditionStatus, Severity
from gis_core.models import Edition
from gis_core.services.jobs import editions_waiting, job_state
from parcels.models import Parcel
from routing.enums import ProposalState
from routing.models import Decision, Proposal
from routing.tasks import geodata_impacts_store_missing
from tests.gis_core.geodata_factories import load, stage, table_write, write
from tests.gis_core.loading.wfs_servers import mapfile_write, mapserver, needs_mapserv, serving
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import (
    after,
    check_create,
    manager_create,
    parcel_key,
    parcels_write,
    report_make,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def uploads(settings, tmp_path) -> Path:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    return settings.UPLOAD_ROOT


@pytest.fixture
def city(city, uploads):
    return city


@pytest.fixture
def manager(client, city):
    client.force_login(manager_create())
    return client


def upload(client, *paths: Path, **fields: str) -> Edition:
    files = [path.open("rb") for path in paths]
    try:
        answer = client.post("/geodata/new/", {"dataset": "parcels", **fields, "uploads": files})
    finally:
        for file in files:
            file.close()
    assert answer.status_code == 302, answer.content.decode()
    return Edition.objects.get(pk=resolve(urlsplit(answer["Location"]).path).kwargs["pk"])


def act(client, edition: Edition, action: str, **fields: str):
    return client.post(reverse("geodata_action", args=[edition.pk, action]), fields)


def active_numbers() -> list[int]:
    return list(Parcel.objects.active().order_by("numerator").values_list("numerator", flat=True))


def test_upload_is_kept_ordered_and_loaded(manager, city, uploads, tmp_path):
    path = parcels_write(tmp_path / "../after.gpkg", after())
    fields = {"as_of": "2026-03-01", "licence": "dl-de/zero-2-0", "attribution": "Katasteramt"}
    edition = upload(manager, path, **fields)
    assert edition.status == EditionStatus.LOADING
    assert (edition.licence, str(edition.as_of)) == ("dl-de/zero-2-0", "2026-03-01")
    assert edition.created_by.get_username() == "gis"
    [kept] = uploads.rglob("*.gpkg")
    assert (kept.name, kept.parent.parent) == ("after.gpkg", uploads)
    assert active_numbers() == [1, 2, 3, 4]
    tasks.geodata_load(edition.pk)
    edition.refresh_from_db()
    assert edition.status == EditionStatus.STAGED
    assert job_state(edition) is None
    assert active_numbers() == [1, 2, 3, 4]


def test_load_activate_and_roll_back(manager, city, uploads, tmp_path):
    issue = report_make(city)
    decided = Decision.objects.get(issue=issue)
    assert decided.authority.code == "EUV"
    edition = upload(manager, parcels_write(tmp_path / "after.gpkg", after()))
    tasks.geodata_load(edition.pk)
    page = manager.get(reverse("geodata_edition", args=[edition.pk]))
    counts = {kind.value: count for kind, count in page.context["difference"].kinds}
    assert counts == {"new": 3, "changed": 2, "vanished": 0, "split": 1, "merged": 0}
    [concerned] = page.context["impact"]
    assert (concerned.number, concerned.today) == (issue.number, decided.authority.name)
    assert issue.number in page.content.decode()

    errors = {"override_reason": "Testdaten aus vier Flurstücken"}
    assert act(manager, edition, "activate", **errors).status_code == 302
    tasks.geodata_activate(edition.pk, edition.created_by_id, errors["override_reason"])
    edition.refresh_from_db()
    assert edition.status == EditionStatus.ACTIVE
    assert active_numbers() == [2, 3, 4, 5, 6, 7]
    assert list(uploads.iterdir()) == []
    assert Decision.objects.filter(issue=issue).count() == 1
    found = manager.get("/api/parcels/", {"q": parcel_key(1)}).json()["parcels"]
    assert [one["heirs"] for one in found] == [[parcel_key(5), parcel_key(6)]]

    proposal = Proposal.objects.get(issue=issue, state=ProposalState.OPEN)
    assert proposal.edition == edition

    assert act(manager, edition, "rollback").status_code == 302
    tasks.geodata_rollback(edition.pk, edition.created_by_id)
    assert active_numbers() == [1, 2, 3, 4]
    edition.refresh_from_db()
    assert edition.status == EditionStatus.ROLLED_BACK


@pytest.mark.parametrize(("answer", "decisions"), [("accept", 2), ("dismiss", 1)])
def test_proposal_is_answered_in_triage(manager, city, tmp_path, answer, decisions):
    issue = report_make(city)
    load(city, "parcels", parcels_write(tmp_path / "after.gpkg", after()))
    listed = manager.get("/triage/", {"authority": "proposed"})
    assert issue.number in listed.content.decode()
    page = manager.get(reverse("triage_issue", args=[issue.number]))
    assert page.context["proposal"].issue == issue
    address = reverse(f"proposal_{answer}", args=[issue.number])
    assert address in page.content.decode()
    assert manager.get(address).status_code == 405
    manager.post(address)
    assert Decision.objects.filter(issue=issue).count() == decisions
    assert not Proposal.objects.filter(issue=issue, state=ProposalState.OPEN).exists()
    again = manager.post(address, follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "error"
    listed = manager.get("/triage/", {"authority": "proposed"})
    assert issue.number not in listed.content.decode()


def test_load_of_what_is_no_geodata_fails_with_a_sentence(manager, city, tmp_path):
    edition = upload(manager, write(tmp_path / "holiday.gpkg", "<html>no map</html>"))
    tasks.geodata_load(edition.pk)
    edition.refresh_from_db()
    assert edition.status == EditionStatus.FAILED
    page = manager.get(reverse("geodata_edition", args=[edition.pk])).content.decode()
    assert "holiday.gpkg" in page
    assert reverse("geodata_action", args=[edition.pk, "resume"]) in page
    assert active_numbers() == [1, 2, 3, 4]


def test_discard_removes_what_was_uploaded(manager, city, uploads, tmp_path):
    edition = upload(manager, parcels_write(tmp_path / "after.gpkg", after()))
    tasks.geodata_load(edition.pk)
    assert act(manager, edition, "discard")["Location"] == "/geodata/"
    edition.refresh_from_db()
    assert edition.status == EditionStatus.DISCARDED
    assert list(uploads.iterdir()) == []
    assert active_numbers() == [1, 2, 3, 4]


def test_cancel_stops_a_load_that_has_not_begun(manager, city, tmp_path):
    edition = upload(manager, parcels_write(tmp_path / "after.gpkg", after()))
    assert act(manager, edition, "cancel").status_code == 302
    edition.refresh_from_db()
    assert edition.cancel_requested
    assert edition.pk not in editions_waiting()


def test_activation_that_errors_forbid_says_why(manager, city, tmp_path):
    edition = upload(manager, parcels_write(tmp_path / "after.gpkg", after()))
    tasks.geodata_load(edition.pk)
    check_create(edition, Severity.ERROR, "drawn", params={"text": "Etwas stimmt nicht"})
    tasks.geodata_activate(edition.pk, edition.created_by_id, "")
    edition.refresh_from_db()
    assert edition.status == EditionStatus.STAGED
    page = manager.get(reverse("geodata_edition", args=[edition.pk])).content.decode()
    assert "Etwas stimmt nicht" in page
    assert "drawn" in job_state(edition).problem_text


def test_load_ordered_while_the_broker_was_down_is_begun_by_the_sweep(manager, city, tmp_path):
    edition = upload(manager, parcels_write(tmp_path / "after.gpkg", after()))
    assert editions_waiting() == []
    Edition.objects.filter(pk=edition.pk).update(created_at="2026-01-01T00:00Z")
    tasks.geodata_load_waiting()
    edition.refresh_from_db()
    assert edition.status == EditionStatus.STAGED


def test_shapefile_is_one_source(manager, city, uploads, tmp_path):
    shapes = after()
    columns = {"flstkennz": [parcel_key(number) for number in shapes]}
    table_write(tmp_path / "p.shp", columns, list(shapes.values()), driver="ESRI Shapefile")
    edition = upload(manager, *sorted(tmp_path.glob("p.*")))
    assert [Path(one["path"]).name for one in edition.request["sources"]] == ["p.shp"]
    tasks.geodata_load(edition.pk)
    edition.refresh_from_db()
    assert (edition.status, edition.error) == (EditionStatus.STAGED, {})


def test_staff_cannot_upload(client, city, uploads, tmp_path):
    client.force_login(staff_create())
    with parcels_write(tmp_path / "after.gpkg", after()).open("rb") as file:
        answer = client.post("/geodata/new/", {"dataset": "parcels", "uploads": [file]})
    assert answer.status_code == 403
    assert not uploads.exists()


def test_owners_without_geometry_show_whom_they_concern_on_the_map(manager, city, tmp_path):
    issue = report_make(city)
    owners = ["flstkennz;eigentumsklasse", f"{parcel_key(1)};PRIV", f"{parcel_key(2)};CITY"]
    path = write(tmp_path / "owners-new.csv", "\n".join(owners) + "\n")
    edition = upload(manager, path, dataset="ownership")
    tasks.geodata_load(edition.pk)
    page = manager.get(reverse("geodata_edition", args=[edition.pk]))
    assert [one.number for one in page.context["impact"]] == [issue.number]
    assert reverse("geodata_map", args=[edition.pk]) in page.content.decode()
    script = manager.get(reverse("geodata_map_script", args=[edition.pk])).content.decode()
    assert "flurpost.changeLayer(" not in script
    assert "flurpost.impactLayer(" in script


@needs_mapserv
def test_wfs_by_its_address_is_loaded(manager, city, settings, tmp_path):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"
    source = parcels_write(tmp_path / "service.gpkg", after())
    with serving(mapserver(mapfile_write(tmp_path, source))) as address:
        answer = manager.post("/geodata/new/", {"dataset": "parcels", "url": address})
        edition = Edition.objects.latest("pk")
        assert answer["Location"] == reverse("geodata_edition", args=[edition.pk])
        tasks.geodata_load(edition.pk)
    edition.refresh_from_db()
    assert (edition.status, edition.error, edition.source) == (EditionStatus.STAGED, {}, address)
    assert (edition.report["rows"], edition.report["unchanged"]) == (6, 1)


def test_private_address_of_a_wfs_is_refused(manager, city, settings, tmp_path):
    settings.PRIVATE_NETWORKS = {}
    settings.FETCH_ROOT = tmp_path / "fetched"
    manager.post("/geodata/new/", {"dataset": "parcels", "url": "http://127.0.0.1:9/wfs"})
    edition = Edition.objects.latest("pk")
    tasks.geodata_load(edition.pk)
    edition.refresh_from_db()
    assert edition.status == EditionStatus.FAILED
    assert edition.error["code"] == "address_refused"


def test_impact_is_looked_at_again_when_another_edition_became_active(manager, city, tmp_path):
    issue = report_make(city)
    edition = stage(city, "parcels", parcels_write(tmp_path / "after.gpkg", after()))
    geodata_impacts_store_missing()
    address = reverse("geodata_edition", args=[edition.pk])
    assert [one.number for one in manager.get(address).context["impact"]] == [issue.number]
    owners = ["flstkennz;eigentumsklasse", f"{parcel_key(5)};CITY", f"{parcel_key(6)};CITY"]
    owners += [f"{parcel_key(number)};CITY" for number in (1, 2, 3, 4)]
    load(city, "ownership", write(tmp_path / "owners-new.csv", "\n".join(owners) + "\n"))
    page = manager.get(address)
    assert (page.context["impact"], page.context["impact_due"]) == (None, True)
    waits = f"{reverse('geodata_progress', args=[edition.pk])}?impact"
    assert f'hx-get="{waits}"' in page.content.decode()
    assert manager.get(waits, headers={"HX-Request": "true"}).status_code == 204
    geodata_impacts_store_missing()
    assert manager.get(waits, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = manager.get(address)
    assert page.context["impact_due"] is False
    assert page.context["impact"] == []


def test_edition_of_a_command_gets_its_impact_by_the_sweep(manager, city, tmp_path):
    issue = report_make(city)
    edition = stage(city, "parcels", parcels_write(tmp_path / "after.gpkg", after()))
    assert "impact" not in edition.report
    geodata_impacts_store_missing()
    page = manager.get(reverse("geodata_edition", args=[edition.pk]))
    assert [one.number for one in page.context["impact"]] == [issue.number]
