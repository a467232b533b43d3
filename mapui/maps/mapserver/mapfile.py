"""The map file: written from the settings, because it holds the database's address."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import shapely
from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.db import connection
from django.template import Context, Engine

from gis_core.coordinates import transform_geometry
from gis_core.models import Jurisdiction
from gis_core.srids import WEB_MERCATOR, WGS84, storage_srid
from mapui.maps.mapserver.rasters import raster_layers
from mapui.maps.mapserver.style import SYMBOL_SCALE, map_layers
from mapui.maps.style.colours import Variant, colours

TEMPLATE: Final = Path(__file__).with_name("flurpost.map")
MARGIN_M: Final = 5000
# In degrees; announced as long as nothing has been loaded.
GERMANY: Final = shapely.box(5.87, 47.27, 15.04, 55.06)
FONTS: Final = Path("/usr/share/fonts/truetype/dejavu")


def mapfile_write() -> Path:
    """Writes the map file and its font list beside it; returns its path (`settings.MAPFILE`).

    It may hold a password, so only its owner can read it.
    """
    path = Path(settings.MAPFILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    fonts = path.with_name("fonts.list")
    fonts.write_text(
        f"sans {FONTS / 'DejaVuSans.ttf'}\nsans-bold {FONTS / 'DejaVuSans-Bold.ttf'}\n"
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(mapfile_render(fonts))
    return path


def mapfile_render(fonts: Path) -> str:
    engine = Engine()
    context = {
        "connection": _connection_words(),
        "fonts": fonts,
        "online_resource": settings.MAPSERVER_URL,
        "projections": [WEB_MERCATOR, storage_srid(), WGS84],
        "srid": storage_srid(),
        "extent": _extent(),
        "ground": colours(Variant.MAP)["ground"],
        "symbol_scale": SYMBOL_SCALE,
        "layers": list(map_layers()),
        "rasters": list(raster_layers()),
    }
    return engine.from_string(TEMPLATE.read_text()).render(Context(context, autoescape=False))


def _connection_words() -> str:
    """The database as libpq words. A quote in a value would end MapServer's own string: it is refused at start."""
    given: dict[str, Any] = connection.settings_dict
    words = {
        "host": given["HOST"],
        "port": given["PORT"],
        "dbname": given["NAME"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "application_name": "flurpost-mapserver",
    }
    named = {name: str(value) for name, value in words.items() if value}
    for name, value in named.items():
        if '"' in value:
            raise ValueError(
                f"The database's {name} must not contain a double quote for MapServer."
            )
    return " ".join(f"{name}={_libpq(value)}" for name, value in named.items())


def _libpq(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _extent() -> str:
    """All boundaries with a margin, in the storage CRS: what the capabilities announce."""
    box = Jurisdiction.objects.aggregate(box=Extent("boundary"))["box"]
    if box is None:
        box = transform_geometry(GERMANY, WGS84, storage_srid()).bounds
    west, south, east, north = box
    return f"{west - MARGIN_M} {south - MARGIN_M} {east + MARGIN_M} {north + MARGIN_M}"
