"""Pages of datasets with several sources: naming one, the list, letting one count first, ending one."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gis_core import tasks
from gis_core.coordinates import crs_parse
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_rollback
from routing.models import Asset
from tests.gis_core.geodata_factories import EAST, NORTH, load, stage, write
from tests.mapui.factories import issue_create, staff_create
from tests.mapui.geodata.geodata_factories import manager_create

pytestmark = pytest.mark.django_db
METRES = crs_parse("EPSG:25832")


@pytest.fixture
def manager(client, town, settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    client.force_login(manager_create())
    return client


@pytest.fixture
def two(town, tmp_path) -> list[Edition]:
    """The lamp of the city, and the same one 5 m beside in the utility's register."""
    return [
        load(
            town,
            "assets",
            write(tmp_path / f"{name}.csv", f"ART;NUMMER;OST;NORD\nlamp;1;{EAST + east};{NORTH}\n"),
            source_name=name,
            crs=METRES,
            licence="dl-de/by-2-0",
        ).edition
        for name, east in (("Stadt", 0), ("Stadtwerke", 5))
    ]


def test_list_shows_each_source_in_the_order_in_which_they_count(manager, two):
    page = manager.get(reverse("geodata_list"))
    [state] = [one for one in page.context["states"] if one.dataset == "assets"]
    assert [one.name for one in state.sources] == ["Stadt", "Stadtwerke"]
    text = page.content.decode()
    assert text.index("<strong>Stadt</strong>, 1 Objekt") < text.index(
        "<strong>Stadtwerke</strong>"
    )
    assert f"Anlagen {two[1].pk}, Stadtwerke" in text
    assert "?dataset=assets&amp;source_name=Stadtwerke" in text


def test_source_that_only_waits_is_listed(manager, two, town, tmp_path):
    file = write(tmp_path / "c.csv", f"ART;NUMMER;OST;NORD\nlamp;5;{EAST};{NORTH}\n")
    waiting = stage(town, "assets", file, source_name="Bahn", crs=METRES)
    states = manager.get(reverse("geodata_list")).context["states"]
    [state] = [one for one in states if one.dataset == "assets"]
    assert [(one.name, one.pending) for one in state.sources] == [
        ("Stadt", None),
        ("Stadtwerke", None),
        ("Bahn", waiting),
    ]


def test_edition_names_its_source_and_offers_what_can_be_done(manager, two):
    first, second = (
        manager.get(reverse("geodata_edition", args=[one.pk])).context["actions"] for one in two
    )
    assert (list(first), list(second)) == (["rollback", "end"], ["rollback", "lead", "end"])
    page = manager.get(reverse("geodata_edition", args=[two[1].pk])).content.decode()
    assert "<dt>Quelle</dt><dd>Stadtwerke<" in page
    assert "1 Objekt" not in page
    assert "Stadt, Stadtwerke" in page


@pytest.mark.parametrize(("action", "east"), [("lead", 5), ("end", 0)])
def test_source_is_put_first_or_ended_by_an_edition_that_waits(manager, two, action, east):
    address = reverse("geodata_action", args=[two[1].pk, action])
    known = Edition.objects.count()
    manager.get(address)
    assert Edition.objects.count() == known
    response = manager.post(address)
    ordered = Edition.objects.latest("pk")
    assert response["Location"] == reverse("geodata_edition", args=[ordered.pk])
    tasks.geodata_load(ordered.pk)
    ordered.refresh_from_db()
    assert (ordered.status, ordered.source_name) == (EditionStatus.STAGED, "Stadtwerke")
    assert Asset.objects.active().get().geometry.x == EAST
    edition_activate(edition=ordered)
    assert Asset.objects.active().get().geometry.x == EAST + east
    assert manager.get(reverse("geodata_list")).status_code == 200
    # What has ended, or comes first, cannot be ordered once more.
    again = manager.post(reverse("geodata_action", args=[ordered.pk, action]))
    assert again.status_code == 409


def lamps_sent(manager, name: str):
    text = f"ART;NUMMER;OST;NORD\nlamp;9;{EAST};{NORTH}\n".encode()
    sent = {
        "dataset": "assets",
        "source_name": name,
        "crs": "EPSG:25832",
        "uploads": SimpleUploadedFile("lampen_2026.csv", text),
    }
    return manager.post(reverse("geodata_new"), sent)


def test_source_is_named_with_the_load(manager, two):
    asked = manager.get(reverse("geodata_new"), {"dataset": "assets", "source": "Stadt"})
    assert '<option value="Stadtwerke">' in asked.content.decode()
    assert 'value="Stadt"' in asked.content.decode()
    nameless = lamps_sent(manager, "")
    assert nameless.status_code == 422
    assert "zum Beispiel lampen 2026" in nameless.content.decode()
    assert lamps_sent(manager, "Bahn").status_code == 302
    assert Edition.objects.latest("pk").source_name == "Bahn"


def test_name_is_refused_where_the_dataset_has_one_source(manager, town):
    refused = manager.post(
        reverse("geodata_new"),
        {"dataset": "parcels", "source_name": "Kreis", "url": "https://wfs.example/"},
    )
    assert refused.status_code == 422
    assert "hat eine einzige Quelle" in refused.content.decode()


def test_impact_of_a_new_order_is_looked_at(manager, two, town):
    issue_create(town)
    manager.post(reverse("geodata_action", args=[two[1].pk, "lead"]))
    ordered = Edition.objects.latest("pk")
    tasks.geodata_load(ordered.pk)
    ordered.refresh_from_db()
    assert (ordered.report["reordered"], ordered.report["impact"]) == (True, [])


def test_source_is_renamed_on_its_page_by_managers(client, manager, two):
    address = reverse("source_rename", args=[two[1].pk])
    assert (
        f'action="{address}"'
        in manager.get(reverse("geodata_edition", args=[two[1].pk])).content.decode()
    )
    assert manager.get(address).status_code == 405
    assert (
        "heißt jetzt Netz" in manager.post(address, {"name": "Netz"}, follow=True).content.decode()
    )
    assert "Stadt" in manager.post(address, {"name": "Stadt"}, follow=True).content.decode()
    two[1].refresh_from_db()
    assert two[1].source_name == "Netz"
    client.force_login(staff_create("sichtung"))
    assert client.post(address, {"name": "Fremd"}).status_code == 403


def test_objects_stay_beside_a_source_that_was_rolled_back(manager, two, town, tmp_path):
    text = "".join(f"lamp;{n};{EAST + n};{NORTH}\n" for n in (1, 2, 3))
    file = write(tmp_path / "n.csv", f"ART;NUMMER;OST;NORD\n{text}")
    later = load(town, "assets", file, source_name="Stadt", crs=METRES).edition
    edition_rollback(edition=later)
    page = manager.get(reverse("geodata_list")).content.decode()
    assert "<strong>Stadt</strong>, 1 Objekt<" in page
