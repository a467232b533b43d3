"""Pages of own rasters: who may open them, what they take, what they refuse, what they show of the work."""

from __future__ import annotations

from io import BytesIO

import pytest
import rasterio
from django.urls import reverse
from PIL import Image
from pyproj import Transformer

from gis_core.enums import RasterState, Visibility
from gis_core.maps.rasters import raster_path
from gis_core.models import MapService, OwnRaster
from gis_core.tasks import geodata_raster_make, geodata_rasters_make_waiting
from mapui.maps.layer_panel import service_about
from parcels.asked_owners import owner_ask
from parcels.enums import OwnerClass
from tests.gis_core.maps.raster_factories import NORTH, PIXEL, WEST, raster_write, squares
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import manager_create

HOSTILE = "</script><script>alert(1)</script>${x}"
FIELDS = {"title": "Luftbild", "attribution": "© Stadt", "licence": "", "visibility": "staff"}


@pytest.fixture(autouse=True)
def roots(settings, tmp_path):
    settings.RASTER_ROOT = tmp_path / "rasters"
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    return settings.RASTER_ROOT, settings.UPLOAD_ROOT


@pytest.fixture
def ordered(monkeypatch):
    """What pages order of the workers."""
    orders: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "gis_core.services.rasters.job_order", lambda task, pk: orders.append((task, pk)) or True
    )
    return orders


@pytest.fixture
def manager(client, town, ordered):
    client.force_login(manager_create())
    return client


def upload(client, path, **fields):
    with path.open("rb") as file:
        return client.post(reverse("rasters"), {**FIELDS, "upload": file, **fields})


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_pages_are_for_administrators(client, town, tmp_path):
    addresses = [reverse("rasters"), reverse("rasters_progress")]
    path = raster_write(tmp_path / "dop.tif")
    for address in addresses:
        assert client.get(address)["Location"].startswith("/login/")
    client.force_login(staff_create())
    for address in addresses:
        assert client.get(address).status_code == 403
    assert upload(client, path).status_code == 403
    assert not OwnRaster.objects.exists()


def test_upload_is_prepared_by_a_worker_and_shown(manager, ordered, tmp_path, roots):
    answer = upload(manager, raster_write(tmp_path / "dop.tif"))
    assert answer["Location"] == reverse("rasters")
    raster = OwnRaster.objects.get()
    assert ordered == [("geodata_raster_make", raster.pk)]
    page = text(manager.get(reverse("rasters")))
    assert f'hx-get="{reverse("rasters_progress")}"' in page
    assert '<progress value="0" max="100" aria-label="Fortschritt von Luftbild">' in page
    geodata_raster_make(raster.pk)
    part = text(manager.get(reverse("rasters_progress")))
    assert "hx-get" not in part
    assert "fertig" in part
    assert "600 × 600 Pixel, EPSG:25832" in part
    service = MapService.objects.get()
    assert (service.visibility, service.is_active) == (Visibility.STAFF, True)
    assert list(roots[1].iterdir()) == []
    x, y = 809_304, 6_718_085
    query = f"REQUEST=GetMap&CRS=EPSG:3857&BBOX={x},{y},{x + 100},{y + 100}&WIDTH=64&HEIGHT=64"
    drawn = manager.get(f"{reverse('map_image', args=[service.slug])}?{query}")
    assert (drawn["X-Map-Service"], drawn["Content-Type"]) == ("ok", "image/png")
    manager.logout()
    assert manager.get(f"{reverse('map_image', args=[service.slug])}?{query}").status_code == 403


def test_what_was_changed_stands_on_the_page(manager, tmp_path):
    upload(
        manager, raster_write(tmp_path / "dop.tif", squares(bands=4, dtype="uint16"), alpha="NO")
    )
    page = text(manager.get(reverse("rasters")))
    assert "4 Bänder (uint16)" in page
    assert "Werte vom Typ uint16 werden in 256 Stufen gezeigt" in page


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_file_that_cannot_be_shown_is_refused_beside_its_field(manager, ordered, tmp_path, roots):
    answer = upload(manager, raster_write(tmp_path / "dop.tif", crs=None))
    assert answer.status_code == 422
    assert "dop.tif: sagt nicht, in welchem Koordinatensystem sie liegt." in text(answer)
    assert not MapService.objects.exists()
    assert (ordered, list(roots[1].iterdir())) == ([], [])


def test_classes_that_are_none_are_refused_beside_their_field(manager, tmp_path, roots):
    answer = upload(manager, raster_write(tmp_path / "x.tif"), classes="value;name\nx;y")
    assert answer.status_code == 422
    assert "Klassen, Zeile 2:" in text(answer)
    assert list(roots[1].iterdir()) == []


def test_upload_beyond_the_limit_is_refused(manager, settings, tmp_path):
    settings.UPLOAD_MAX_BYTES = 1000
    answer = upload(manager, raster_write(tmp_path / "x.tif"))
    assert answer.status_code == 413
    assert not OwnRaster.objects.exists()


def test_failure_is_told_and_can_be_removed(manager, tmp_path, roots):
    path = raster_write(tmp_path / "halb.tif")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    upload(manager, path, title=HOSTILE)
    geodata_raster_make(OwnRaster.objects.get().pk)
    for address in (
        reverse("rasters"),
        reverse("services_entry", args=[MapService.objects.get().slug]),
    ):
        page = text(manager.get(address))
        assert "halb.tif: ist beschädigt oder abgebrochen, die Zeilen " in page
        assert HOSTILE not in page
    manager.post(reverse("services_act", args=[MapService.objects.get().slug, "remove"]))
    assert not OwnRaster.objects.exists()
    assert [list(root.iterdir()) for root in roots] == [[], []]


def test_lost_order_is_made_up_for(manager, tmp_path, monkeypatch):
    monkeypatch.setattr("gis_core.services.rasters.job_order", lambda *_order: False)
    answer = manager.get(upload(manager, raster_write(tmp_path / "x.tif"))["Location"])
    assert "Die Warteschlange ist nicht erreichbar" in text(answer)
    OwnRaster.objects.update(ordered_at="2026-01-01T00:00:00Z")
    geodata_rasters_make_waiting()
    assert OwnRaster.objects.get().state == RasterState.READY


def test_pages_write_nothing_when_they_are_looked_at(manager, tmp_path):
    upload(manager, raster_write(tmp_path / "x.tif"))
    before = (list(OwnRaster.objects.values()), list(MapService.objects.values()))
    for address in (reverse("rasters"), reverse("rasters_progress")):
        assert manager.get(address).status_code == 200
    assert (list(OwnRaster.objects.values()), list(MapService.objects.values())) == before


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_the_same_statements_for_any_number(
    manager, tmp_path, count, django_assert_num_queries
):
    for _number in range(count):
        upload(manager, raster_write(tmp_path / "x.tif"))
    with django_assert_num_queries(5):
        manager.get(reverse("rasters_progress"))


def test_class_of_a_place_is_shown_and_may_be_evidence(manager, tmp_path):
    path = raster_write(tmp_path / "k.tif", squares(bands=1) * 0 + 5)
    upload(manager, path, classes="value;name\n5;Grünfläche")
    geodata_raster_make(OwnRaster.objects.get().pk)
    service = MapService.objects.get()
    east, north = WEST + 50 * PIXEL, NORTH - 50 * PIXEL
    lon, lat = Transformer.from_crs(25832, 4326, always_xy=True).transform(east, north)
    answer = manager.get(f"{reverse('service_info', args=[service.slug])}?lat={lat}&lon={lon}")
    assert "Grünfläche" in text(answer)
    assert service_about(service)["legend"] == reverse("map_legend", args=[service.slug])
    legend = manager.get(reverse("map_legend", args=[service.slug]))
    with rasterio.open(raster_path(service)) as made, Image.open(BytesIO(legend.content)) as drawn:
        assert drawn.getpixel((12, 12)) == made.colormap(1)[5]
        assert drawn.height == 24
    service.evidence_profile = "attribute;value;owner_class\ncode;5;CITY"
    told = owner_ask(service=service, longitude=lon, latitude=lat, deadline_s=1)
    assert (told.owner_class, told.objects) == (OwnerClass.CITY, [[("Code", "5")]])
    assert 'name="evidence_profile"' in text(
        manager.get(reverse("services_entry", args=[service.slug]))
    )
