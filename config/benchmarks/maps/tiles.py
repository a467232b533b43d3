"""Vector tiles of the staff's map: parcels beside the bare statement, also where there are a million of them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from statistics import quantiles
from typing import Final

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.db import connection, transaction

from config.benchmarks.city import SEED
from config.benchmarks.maps.issues import city_given
from config.benchmarks.measure import Figure, milliseconds
from gis_core.maps.tiles import BUFFER, EXTENT, tile_render
from gis_core.srids import WEB_MERCATOR, WGS84, storage_srid
from mapui.maps.tile_layers import FINEST_ZOOM, PARCELS, TILE_SETS
from parcels.models import Parcel

LIMIT_RATIO: Final = 1.5
TILES_OF_ZOOM: Final = 20
MILLION: Final = 1_000_000
# The copies of the city lie beside each other, so that each tile holds as many parcels as before.
CITY_SIDE_M: Final = 30_000
COPY: Final = f"""
INSERT INTO {Parcel._meta.db_table} (
    jurisdiction_id, edition_from_id, edition_to_id, key, content_hash, object_id, gemarkung_key, gemarkung_name, flur,
    numerator, denominator, official_area, location_text, source_date, geometry
)
SELECT jurisdiction_id, edition_from_id, NULL, key || '#' || n, content_hash, object_id, gemarkung_key, gemarkung_name,
       flur, numerator, denominator, official_area, location_text, source_date,
       ST_Translate(geometry, %(side)s * n, 0)
FROM {Parcel._meta.db_table}, generate_series(1, %(copies)s) n
WHERE edition_to_id IS NULL
"""  # noqa: S608 - a table name of our own model
BARE: Final = f"""
SELECT ST_AsMVT(shown, 'parcels', {EXTENT}, 'geom', 'id') FROM (
    SELECT t.id, t.key, t.numerator, t.denominator,
           ST_AsMVTGeom(ST_Transform(t.geometry, {WEB_MERCATOR}), tile.box, {EXTENT}, {BUFFER}) AS geom
    FROM (SELECT ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s) AS box) tile
    JOIN {Parcel._meta.db_table} t ON t.edition_to_id IS NULL AND t.geometry && ST_Transform(tile.box, %(storage)s)
) shown WHERE geom IS NOT NULL
"""  # noqa: S608 - a table name of our own model
Tile = tuple[int, int, int]


def tiles() -> list[Figure]:
    """95th percentiles over tiles of all zooms that show parcels."""
    city_given()
    drawn = list(_tiles())
    figures = [_parcels(drawn, "parcel tile, p95")]
    with transaction.atomic():
        copies = MILLION // Parcel.objects.active().count()
        with connection.cursor() as cursor:
            cursor.execute(COPY, {"side": CITY_SIDE_M, "copies": copies})
            cursor.execute(f"ANALYZE {Parcel._meta.db_table}")
        figures.append(_parcels(drawn, "parcel tile at a million parcels, p95"))
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {Parcel._meta.db_table}")
    return figures


def _parcels(drawn: list[Tile], name: str) -> Figure:
    turns = [milliseconds(call, [one]) for one in drawn for call in (_bare, _tile)]
    bare, made = ([taken for [taken] in turns[n::2]] for n in range(2))
    # The first tiles of a connection pay for its caches.
    warm = TILES_OF_ZOOM // 4
    return Figure(
        name=name,
        value=quantiles(made[warm:], n=20)[-1],
        unit="ms",
        yardstick=quantiles(bare[warm:], n=20)[-1],
        limit=LIMIT_RATIO,
        limit_is_of_ratio=True,
    )


def _tile(tile: Tile) -> None:
    zoom, column, row = tile
    tile_render(TILE_SETS["parcels"].layers, zoom=zoom, column=column, row=row)


def _bare(tile: Tile) -> None:
    zoom, column, row = tile
    with connection.cursor() as cursor:
        place = {"zoom": zoom, "column": column, "row": row, "storage": storage_srid()}
        cursor.execute(BARE, place)
        cursor.fetchone()


def _tiles() -> Iterator[Tile]:
    """Tiles around parcels drawn by lot."""
    drawn = random.Random(SEED)
    keys = list(Parcel.objects.active().order_by("pk").values_list("pk", flat=True))
    zooms = range(PARCELS.min_zoom, FINEST_ZOOM + 1)
    for _turn in range(TILES_OF_ZOOM):
        for zoom in zooms:
            place = Transform(PointOnSurface("geometry"), WGS84)
            at = Parcel.objects.annotate(at=place).values_list("at", flat=True)
            point = at.get(pk=drawn.choice(keys))
            across = 2**zoom
            down = math.asinh(math.tan(math.radians(point.y))) / math.pi
            yield zoom, int((point.x + 180) / 360 * across), int((1 - down) / 2 * across)
