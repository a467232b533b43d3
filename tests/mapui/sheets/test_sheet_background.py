"""The map service below a sheet: drawn in its place, told, and not missed for long where it did not answer."""

from __future__ import annotations

import time
from io import BytesIO

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from PIL import Image

from gis_core.models import MapService
from mapui.sheets import store
from mapui.sheets.background import HEIGHT_PX, WIDTH_PX, background_draw
from mapui.sheets.frame import Frame
from mapui.sheets.making import sheet_make
from tests.mapui.factories import SOUTH, WEST, issue_create
from tests.mapui.maps.fake_wms import fake_wms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


def halves(size: tuple[int, int]) -> bytes:
    """The northern half green, the southern one blue."""
    picture = Image.new("RGB", size, "#0000ff")
    picture.paste("#00ff00", (0, 0, size[0], size[1] // 2))
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def wms():
    networks = {"map_service": ["127.0.0.0/8"]}
    with fake_wms() as fake, override_settings(PRIVATE_NETWORKS=networks):
        yield fake


@pytest.fixture
def service(wms) -> MapService:
    return MapService.objects.create(
        slug="stadtkarte",
        title="Stadtkarte",
        url=wms.url,
        layers="plan",
        attribution="© Vermessung",
        is_background=True,
        is_on_sheets=True,
    )


def drawn(wms, service) -> np.ndarray:
    """What is drawn when the service answers with a picture of the size that it is asked for."""
    frame = Frame(WEST, SOUTH, 1000)
    background_draw(service, frame)
    size = tuple(int(wms.asked[-1][name][0]) for name in ("WIDTH", "HEIGHT"))
    wms.answer = (200, "image/png", halves(size))
    content = background_draw(service, frame)
    assert content is not None
    return np.asarray(Image.open(BytesIO(content)))


def test_background_is_drawn_where_it_belongs_and_pale(wms, service):
    pixels = drawn(wms, service)
    assert pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    north, south = pixels[HEIGHT_PX // 4, WIDTH_PX // 2], pixels[-HEIGHT_PX // 4, WIDTH_PX // 2]
    assert np.abs(north.astype(int) - (89, 255, 89)).max() < 12
    assert np.abs(south.astype(int) - (89, 89, 255)).max() < 12
    # The horizon lies in the middle, turned by the convergence of the meridians: less than 2 degrees here.
    middle = [int(np.argmax(pixels[:, column, 2] > pixels[:, column, 1])) for column in (10, -10)]
    assert all(abs(row - HEIGHT_PX / 2) < WIDTH_PX * 0.02 for row in middle)


def test_sheet_tells_what_lies_below_and_is_another_without_it(town, wms, service):
    issue = issue_create(town)
    key = store.sheet_key(issue)
    sheet = sheet_make(issue)
    assert sheet.is_whole
    assert sheet.pdf == sheet_make(issue).pdf
    service.is_on_sheets = False
    service.save()
    assert store.sheet_key(issue) != key
    assert sheet_make(issue).pdf != sheet.pdf


def test_sheet_without_its_background_says_so_and_is_made_again_after_an_hour(
    town, wms, service, tmp_path
):
    wms.answer = (500, "text/plain", b"down")
    issue = issue_create(town)
    with override_settings(SHEET_ROOT=tmp_path):
        key = store.sheet_key(issue)
        sheet = sheet_make(issue)
        assert not sheet.is_whole
        store.sheet_store(key, sheet)
        age = time.time() - (tmp_path / f"{key}.pdf").stat().st_mtime
    assert age == pytest.approx(store.KEPT_DAYS * 86_400 - store.PART_KEPT_S, abs=60)


def test_one_service_at_most_lies_below(service):
    with pytest.raises(IntegrityError), transaction.atomic():
        MapService.objects.create(slug="zweite", title="Zweite", url=service.url, is_on_sheets=True)
