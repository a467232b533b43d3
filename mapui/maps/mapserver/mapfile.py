"""The map file: written from the settings, because it holds the database's address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.db import connection
from django.template import Context, Engine

from gis_core.models import EditionedModel, Jurisdiction
from gis_core.srids import ETRS89_UTM32, WEB_MERCATOR, WGS84, storage_srid
from parcels.models import LandUse, Parcel
from routing.models import Area, RoadSection, ThroughRoad

TEMPLATE: Final = Path(__file__).with_name("flurpost.map")
MARGIN_M: Final = 5000
FONTS: Final = Path("/usr/share/fonts/truetype/dejavu")
TABLES: Final[dict[str, type[EditionedModel]]] = {
    "land_use": LandUse,
    "parcels": Parcel,
    "road_sections": RoadSection,
    "through_roads": ThroughRoad,
    "areas": Area,
}
# Fill and outline of each land use (parcels.enums.Usage), pale, so that issues stand out.
USE_COLOURS: Final = {
    "WATER": "#b8d4e3",
    "CANAL": "#a9cbe0",
    "FOREST": "#c5dbb9",
    "GREEN": "#d8e8c6",
    "AGRI": "#f1eed9",
    "BUILT": "#e9e4de",
    "RAIL": "#d5d2d4",
    "SQUARE": "#f4f1ea",
    "PATH": "#f4f1ea",
    "ROAD": "#ffffff",
}


@dataclass(frozen=True)
class RoadStyle:
    """How a road class is drawn: `width` in pixels at 1:10,000; road and casing appear from that scale on."""

    road_class: str
    colour: str
    casing: str
    width: int
    shown_from: int
    casing_from: int


# From the least to the greatest class, so that the greater lies on top.
ROADS: Final = (
    RoadStyle("P", "#ffffff", "#cfc9c0", 4, 15_000, 8_000),
    RoadStyle("S", "#ffffff", "#cfc9c0", 4, 20_000, 12_000),
    RoadStyle("G", "#ffffff", "#c4beb4", 6, 60_000, 20_000),
    RoadStyle("K", "#fdf3c0", "#b9a96a", 8, 300_000, 150_000),
    RoadStyle("L", "#fbe3a1", "#b39246", 9, 400_000, 150_000),
    RoadStyle("B", "#f5c98a", "#a9752e", 10, 600_000, 200_000),
    RoadStyle("A", "#e9a6a0", "#a04b43", 13, 2_000_000, 400_000),
)


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
        "projections": [WEB_MERCATOR, ETRS89_UTM32, WGS84],
        "srid": storage_srid(),
        "extent": _extent(),
        "use_colours": USE_COLOURS,
        "roads": ROADS,
        **{f"{name}_table": model._meta.db_table for name, model in TABLES.items()},
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
        # Germany in EPSG:25832, as long as nothing has been loaded.
        return "280000 5235000 922000 6102000"
    west, south, east, north = box
    return f"{west - MARGIN_M} {south - MARGIN_M} {east + MARGIN_M} {north + MARGIN_M}"
