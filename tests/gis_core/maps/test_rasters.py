"""Own rasters: real files of many kinds are prepared, drawn and asked; what cannot be shown is refused in words."""

from __future__ import annotations

import math
from io import BytesIO

import numpy as np
import pytest
import rasterio
from django.core.management import CommandError, call_command
from PIL import Image
from pyproj import Transformer
from rasterio import Affine
from rasterio.drivers import raster_driver_extensions

from gis_core.enums import RasterState, ServiceKind, Visibility
from gis_core.maps.feature_info import InfoUnavailable, feature_info_ask, is_askable
from gis_core.maps.images import MapServiceUnavailable
from gis_core.maps.pictures import DATUM_GRID, ImageRequest, crs_definition, picture_fetch
from gis_core.maps.raster_files import RasterRefused
from gis_core.maps.rasters import raster_path
from gis_core.models import MapService, OwnRaster
from gis_core.services import rasters
from gis_core.services.rasters import (
    classes_parse,
    raster_order,
    raster_prepare,
    raster_remove,
    rasters_waiting,
)
from tests.gis_core.maps.raster_factories import NORTH, PIXEL, PLACE, WEST, raster_write, squares

LOSSLESS = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
CLASSES = "value;name\n1;Straße\n2;Acker\n"


@pytest.fixture(autouse=True)
def root(settings, tmp_path, db):
    settings.RASTER_ROOT = tmp_path / "rasters"
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    return settings.RASTER_ROOT


def load(path, **values) -> OwnRaster:
    raster = raster_order(path=path, title=values.pop("title", "Luftbild"), **values)
    raster_prepare(raster=raster)
    raster.refresh_from_db()
    return raster


def ready(path, **values) -> OwnRaster:
    raster = load(path, **values)
    assert raster.state == RasterState.READY, raster.problem_text
    return raster


def picture(
    raster: OwnRaster, east: float, north: float, crs: str = "EPSG:25832", metres: float = 10
):
    """The drawn pixels (101 by 101 by 4) around a place, `metres` of EPSG:3857 a side; the middle one is the place."""
    x, y = Transformer.from_crs(crs_definition(crs), "EPSG:3857", always_xy=True).transform(
        east, north
    )
    half = metres / 2
    request = ImageRequest((x - half, y - half, x + half, y + half), 101, 101, transparent=True)
    image = picture_fetch(raster.service, request)
    with Image.open(BytesIO(image.content)) as opened:
        return np.asarray(opened.convert("RGBA"))


def middle(raster: OwnRaster, east: float, north: float, crs: str = "EPSG:25832") -> list[int]:
    return picture(raster, east, north, crs)[50, 50].tolist()


def seen(raster: OwnRaster, row: int, column: int) -> list[int]:
    """The colour drawn in the middle of a pixel of the model rasters."""
    return middle(raster, WEST + (column + 0.5) * PIXEL, NORTH - (row + 0.5) * PIXEL)


@pytest.mark.parametrize(("row", "column"), [(25, 25), (325, 75), (575, 575)])
def test_picture_has_at_each_place_the_pixel_of_the_file(tmp_path, row, column):
    values = squares()
    raster = ready(raster_write(tmp_path / "dop.tif", values))
    assert seen(raster, row, column) == [*values[:, row, column], 255]


def test_picture_is_transparent_beside_the_raster(tmp_path):
    raster = ready(raster_write(tmp_path / "dop.tif"))
    assert middle(raster, WEST - 3, NORTH - 10)[3] == 0
    assert not picture(raster, 400_000, 5_800_000)[..., 3].any()
    assert not picture(raster, 9, 51, "EPSG:4326", metres=2 * 20_037_508)[..., 3].any()


def test_picture_of_jpeg_2000(tmp_path):
    if "jp2" not in raster_driver_extensions():
        pytest.skip("This GDAL writes no JPEG 2000.")
    values = squares()
    path = raster_write(tmp_path / "dop.jp2", values, **LOSSLESS)
    raster = ready(path)
    assert seen(raster, 325, 75) == [*values[:, 325, 75], 255]
    assert raster.notes == []


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:31467", "EPSG:3857"])
def test_picture_of_a_raster_in_another_system(tmp_path, crs):
    """Beside the corner of four squares and in a square; Gauss-Krüger by the surveys' own change of datum."""
    if crs == "EPSG:31467" and not DATUM_GRID.exists():
        pytest.skip("There is no grid BeTA2007.")
    step = 2e-6 if crs == "EPSG:4326" else 0.2
    to = Transformer.from_crs("EPSG:25832", crs_definition(crs), always_xy=True)
    west, north = to.transform(WEST, NORTH)
    values = squares()
    place = Affine(step, 0, west, 0, -step, north)
    raster = ready(raster_write(tmp_path / "dop.tif", values, crs=crs, transform=place))
    assert raster.crs == crs
    for row, column in ((101, 149), (98, 151), (325, 75)):
        at = (west + (column + 0.5) * step, north - (row + 0.5) * step)
        x, y = Transformer.from_crs(crs_definition(crs), "EPSG:3857", always_xy=True).transform(*at)
        request = ImageRequest((x - 0.05, y - 0.05, x + 0.05, y + 0.05), 1, 1, transparent=True)
        with Image.open(BytesIO(picture_fetch(raster.service, request).content)) as opened:
            drawn = opened.convert("RGBA").getpixel((0, 0))
        assert np.allclose(drawn, [*values[:, row, column], 255], atol=60), (row, column)


def test_picture_of_a_large_raster_is_drawn_from_overviews(tmp_path):
    raster = ready(raster_write(tmp_path / "dop.tif", squares(2100, 1)))
    with rasterio.open(raster_path(raster.service)) as made:
        assert made.overviews(1) == [2, 4, 8]
        assert made.block_shapes == [(512, 512)]
    assert picture(raster, WEST + 210, NORTH - 210, metres=2000)[..., 3].any()


def test_sixteen_bits_are_stretched_and_told(tmp_path):
    values = (squares(bands=3).astype("uint16") * 4) + 300
    raster = ready(raster_write(tmp_path / "dop.tif", values))
    assert raster.note_texts == [
        "Werte vom Typ uint16 werden in 256 Stufen gezeigt, vom 2. bis zum 98. Perzentil"
    ]
    low, high = np.percentile(values, (2, 98))
    wanted = np.clip((values[:, 325, 75] - low) * 255 / (high - low), 0, 255)
    assert np.allclose(seen(raster, 325, 75)[:3], wanted, atol=8)


def test_numbers_that_are_none_are_transparent(tmp_path):
    values = squares(bands=1).astype("float32")
    values[0, 300:350, 50:100] = math.nan
    raster = ready(raster_write(tmp_path / "dgm.tif", values))
    assert seen(raster, 325, 75)[3] == 0
    assert seen(raster, 325, 125)[3] == 255


@pytest.mark.parametrize(("alpha", "notes"), [("YES", []), ("NO", ["4"])])
def test_fourth_band_is_opacity_or_left_out_and_told(tmp_path, alpha, notes):
    values = squares(bands=4)
    values[3] = 255
    values[3, 300:350, 50:100] = 0
    raster = ready(raster_write(tmp_path / "dop.tif", values, photometric="RGB", alpha=alpha))
    told = [f"Bänder, die keine Farben sind, fehlen (etwa Infrarot): {band}" for band in notes]
    assert raster.note_texts == told
    hole = [*values[:3, 325, 75], 255] if notes else None
    assert seen(raster, 325, 75) == hole if notes else seen(raster, 325, 75)[3] == 0
    assert seen(raster, 25, 25) == [*values[:3, 25, 25], 255]


def test_bands_are_drawn_by_their_names(tmp_path):
    values = squares(bands=4)
    path = raster_write(tmp_path / "dop.tif", values)
    with rasterio.open(path, "r+") as file:
        kinds = rasterio.enums.ColorInterp
        file.colorinterp = [kinds.undefined, kinds.red, kinds.green, kinds.blue]
    assert seen(ready(path), 25, 25) == [*values[1:, 25, 25], 255]


def test_nodata_is_transparent(tmp_path):
    values = squares(bands=1)
    raster = ready(raster_write(tmp_path / "dtk.tif", values, nodata=int(values[0, 325, 75])))
    assert seen(raster, 325, 75)[3] == 0
    assert seen(raster, 25, 25) == [0, 0, 0, 255]


def test_palette_without_names_is_a_picture(tmp_path):
    values = np.full((1, 600, 600), 7, "uint8")
    raster = ready(raster_write(tmp_path / "dtk.tif", values, palette={7: (10, 200, 30, 255)}))
    assert seen(raster, 25, 25) == [10, 200, 30, 255]
    assert not is_askable(raster.service)


def classes_file(tmp_path, dtype="uint8", **profile):
    values = np.ones((1, 600, 600), dtype)
    values[0, :, 300:] = 2
    values[0, 300:, :100] = 9
    return raster_write(tmp_path / "klassen.tif", values, nodata=9, **profile)


def ask(raster: OwnRaster, row: int, column: int):
    at = (WEST + (column + 0.5) * PIXEL, NORTH - (row + 0.5) * PIXEL)
    longitude, latitude = Transformer.from_crs(25832, 4326, always_xy=True).transform(*at)
    info = feature_info_ask(service=raster.service, longitude=longitude, latitude=latitude)
    return [feature.values for feature in info.features]


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_classes_keep_palette_and_are_answered(tmp_path, dtype):
    palette = {"palette": {1: (255, 0, 0, 255), 2: (0, 0, 255, 255)}} if dtype == "uint8" else {}
    raster = ready(classes_file(tmp_path, dtype, **palette), classes=CLASSES)
    assert is_askable(raster.service)
    assert ask(raster, 10, 299) == [(("Code", "1"), ("Name", "Straße"))]
    assert ask(raster, 10, 300) == [(("Code", "2"), ("Name", "Acker"))]
    assert ask(raster, 400, 50) == []
    assert ask(raster, -400, 50) == []
    assert seen(raster, 400, 50)[3] == 0
    left, right = seen(raster, 10, 290), seen(raster, 10, 310)
    assert left != right
    if palette:
        assert (left, right) == ([255, 0, 0, 255], [0, 0, 255, 255])


def test_classes_of_a_raster_under_way_cannot_be_asked(tmp_path):
    raster = raster_order(path=classes_file(tmp_path), title="Klassen", classes=CLASSES)
    assert not is_askable(raster.service)
    with pytest.raises(InfoUnavailable):
        ask(raster, 10, 10)
    with pytest.raises(MapServiceUnavailable):
        seen(raster, 10, 10)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1;Straße", "value;name"),
        ("value;name\nx;Straße", "2"),
        ("value;name\n1;a\n300;b", "3"),
        ("value;name\n1;", "2"),
        ("value;name\n²;x", "2"),
        ("value;name", "2"),
    ],
)
def test_classes_that_are_none_are_refused(text, line):
    with pytest.raises(RasterRefused, match=line):
        classes_parse(text)


def test_classes_beyond_eight_bits_fail_and_say_where(tmp_path):
    values = np.ones((1, 600, 600), "uint16")
    values[0, 550, 3] = 4711
    raster = load(raster_write(tmp_path / "klassen.tif", values), classes=CLASSES)
    assert raster.state == RasterState.FAILED
    assert raster.problem_text.startswith("klassen.tif: in den Zeilen 512–599 ")


REFUSED = {
    "no_crs": ({"crs": None}, "raster_no_crs"),
    "no_place": ({"transform": Affine.identity()}, "raster_no_place"),
    "elsewhere": ({"crs": "EPSG:4326"}, "raster_elsewhere"),
    "complex": ({"values": squares(bands=1).astype("complex64")}, "raster_values"),
}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_file_that_cannot_be_shown_is_refused(tmp_path, case):
    profile, code = REFUSED[case]
    path = raster_write(tmp_path / "x.tif", **profile)
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=path, title="x")
    assert (caught.value.message.code, str(caught.value)[:7]) == (code, "x.tif: ")
    assert not MapService.objects.exists()


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_lies_beside_a_file_is_not_read(tmp_path):
    path = raster_write(tmp_path / "x.tif", crs=None, transform=Affine.identity())
    (tmp_path / "x.tfw").write_text("0.2\n0\n0\n-0.2\n380000\n5710000\n")
    (tmp_path / "x.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:25832</SRS><GeoTransform>380000,0.2,0,5710000,0,-0.2</GeoTransform></PAMDataset>"
    )
    with rasterio.open(path) as careless:
        assert careless.crs is not None
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=path, title="x")
    assert caught.value.message.code == "raster_no_crs"


VRT = (
    '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
    "<SourceFilename>/vsicurl/http://127.0.0.1/x.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
)
TMS = '<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1/</ServerUrl></Service></GDAL_WMS>'


@pytest.mark.parametrize("content", [VRT, TMS, "", "GIF89a"])
def test_file_that_names_others_is_refused(tmp_path, content):
    path = tmp_path / "x.tif"
    path.write_text(content)
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=path, title="x")
    assert caught.value.message.code == "raster_format"


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1/x.tif", "GTIFF_DIR:1:x.tif", "", "none.tif"]
)
def test_path_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=type(tmp_path)(name), title="x")
    assert caught.value.message.code == "raster_missing"


@pytest.mark.parametrize(("name", "driver"), [("halb.tif", {}), ("halb.jp2", LOSSLESS)])
def test_file_that_broke_off_fails_and_says_where(tmp_path, root, name, driver):
    values = np.random.default_rng(1).integers(0, 255, (3, 1200, 1200), dtype="uint8")
    path = raster_write(tmp_path / name, values, **driver)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    raster = load(path)
    assert raster.state == RasterState.FAILED
    assert raster.problem_text.startswith(f"{name}: ist beschädigt oder abgebrochen, die Zeilen ")
    assert not MapService.objects.get().is_active
    assert list(root.iterdir()) == []


def test_head_that_broke_off_is_refused(tmp_path):
    path = raster_write(tmp_path / "kopf.tif")
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=path, title="x")
    assert caught.value.message.code == "raster_unreadable"


def test_raster_of_too_many_pixels_is_refused(tmp_path):
    """60,000 by 60,000 pixels in a file of some kilobytes."""
    path = tmp_path / "riese.tif"
    size = {"width": 60_000, "height": 60_000, "count": 3, "dtype": "uint8"}
    sparse = {"tiled": True, "sparse_ok": True, "compress": "DEFLATE"}
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:25832", transform=PLACE, **size, **sparse
    ):
        pass
    with pytest.raises(RasterRefused, match="10299 MB; at most 8000 MB are possible"):
        raster_order(path=path, title="x")


def test_raster_stored_in_one_huge_block_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gis_core.maps.raster_files.BLOCK_BYTES_MAX", 100_000)
    path = raster_write(tmp_path / "block.tif", tiled=True, blockxsize=512, blockysize=512)
    with pytest.raises(RasterRefused) as caught:
        raster_order(path=path, title="x")
    assert caught.value.message.code == "raster_block"


def test_full_disk_refuses(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1024**2})
    monkeypatch.setattr(rasters.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(RasterRefused, match="only 1 MB are free"):
        raster_order(path=raster_write(tmp_path / "x.tif"), title="x")


def test_killed_worker_is_followed_by_another_three_times_at_most(tmp_path, monkeypatch, root):
    raster = raster_order(path=raster_write(tmp_path / "x.tif"), title="x")
    assert rasters_waiting() == []

    def killed(source, target, *_rest):
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(rasters, "raster_make", killed)
    for _attempt in range(3):
        with pytest.raises(KeyboardInterrupt):
            raster_prepare(raster=raster)
        assert rasters_waiting() == [raster.pk]
    # Whoever is killed for good tidies nothing up.
    (root / f".{raster.service.layers}").write_bytes(b"half")
    raster_prepare(raster=raster)
    assert list(root.iterdir()) == []
    raster.refresh_from_db()
    assert (raster.state, raster.problem["code"]) == (RasterState.FAILED, "raster_attempts")
    assert rasters_waiting() == []


def test_raster_that_is_ready_is_not_made_again(tmp_path, monkeypatch):
    raster = ready(raster_write(tmp_path / "x.tif"))
    monkeypatch.setattr(rasters, "raster_make", None)
    raster_prepare(raster=raster)
    assert OwnRaster.objects.get().state == RasterState.READY


def test_progress_is_told(tmp_path):
    raster = raster_order(path=raster_write(tmp_path / "x.tif", squares(1600)), title="x")
    told: list[int] = []
    raster_prepare(raster=raster, tell=told.append)
    assert told == sorted(told)
    assert (told[0] < 40, told[-1]) == (True, 80)
    assert OwnRaster.objects.get().progress == 100


def test_removed_raster_leaves_no_file(tmp_path, root):
    raster = ready(raster_write(tmp_path / "x.tif"))
    assert len(list(root.iterdir())) == 1
    raster_remove(service=raster.service)
    assert list(root.iterdir()) == []
    assert not OwnRaster.objects.exists()
    assert (tmp_path / "x.tif").exists()


def test_raster_removed_while_it_is_made_leaves_no_file(tmp_path, root):
    raster = raster_order(path=raster_write(tmp_path / "x.tif"), title="x")
    removed: list[int] = []

    def remove(percent):
        if not removed:
            raster_remove(service=MapService.objects.get())
            removed.append(percent)

    raster_prepare(raster=raster, tell=remove)
    assert (len(removed), list(root.iterdir())) == (1, [])


def test_command_shows_a_raster_on_the_maps(tmp_path, capsys):
    path = raster_write(tmp_path / "dop.tif")
    call_command(
        "load_raster",
        str(path),
        "--title",
        "Luftbild 2026",
        "--attribution",
        "© Stadt",
        "--staff-only",
    )
    service = MapService.objects.get()
    assert (service.slug, service.kind, service.is_active) == (
        "luftbild-2026",
        ServiceKind.RASTER,
        True,
    )
    assert (service.attribution, service.visibility) == ("© Stadt", Visibility.STAFF)
    assert np.allclose(service.box, [7.27008, 51.52727, 7.27185, 51.52837], atol=1e-5)
    assert "600 × 600 pixels in EPSG:25832" in capsys.readouterr().out


def test_command_tells_what_is_wrong_and_leaves_nothing(tmp_path, root):
    values = np.random.default_rng(1).integers(0, 255, (3, 1200, 1200), dtype="uint8")
    path = raster_write(tmp_path / "halb.tif", values)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CommandError, match=r"^halb.tif: .*rows|Zeilen"):
        call_command("load_raster", str(path), "--title", "x", "--attribution", "x")
    assert not MapService.objects.exists()
    assert list(root.iterdir()) == []
