"""Vector tiles (MVT) straight from PostGIS: one statement a tile, nothing held in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from django.db import connection, models

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.models import Edition
from gis_core.srids import WEB_MERCATOR, storage_srid

MAX_ZOOM: Final = 22
EXTENT: Final = 4096
BUFFER: Final = 64
# Metres at the equator covered by one unit of a tile of zoom 0.
UNIT_AT_ZOOM_0: Final = 40_075_016.69 / EXTENT


class TileError(GisError):
    """A tile address that does not exist."""


@dataclass(frozen=True)
class TileLayer:
    """What a layer shows: the active rows of an editioned model.

    `columns` maps each attribute of the tile to an SQL expression over the row `t`; both are written in
    code, never taken from a request. Below `min_zoom` the layer is empty. `tolerance_units`: how far a
    line may be moved when it is simplified, in units of the tile (1/4096 of its side).
    """

    name: str
    model: type[models.Model]
    columns: dict[str, str] = field(default_factory=dict)
    joins: str = ""
    min_zoom: int = 0
    tolerance_units: float = 4.0


def tile_address_check(*, zoom: int, column: int, row: int) -> None:
    """Raises TileError when there is no such tile in the grid of Web Mercator."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom):
        raise TileError(f"There is no tile {zoom}/{column}/{row}.")


def edition_mark(*, datasets: list[str]) -> str:
    """Which editions of these datasets are active: changes with every activation, for ETags and cache keys."""
    editions = Edition.objects.filter(dataset__in=datasets, status=EditionStatus.ACTIVE)
    return "-".join(map(str, editions.order_by("pk").values_list("pk", flat=True)))


def tile_render(layer: TileLayer, *, zoom: int, column: int, row: int) -> bytes:
    """The tile's bytes in EPSG:3857; empty when nothing lies in it or the zoom is too small.

    Geometry is simplified in the storage CRS (metres) by what the zoom cannot show, and dropped where
    it is smaller than that.
    """
    tile_address_check(zoom=zoom, column=column, row=row)
    if zoom < layer.min_zoom:
        return b""
    quote = connection.ops.quote_name
    columns = "".join(f", {sql} AS {quote(name)}" for name, sql in layer.columns.items())
    statement = f"""
        WITH envelope AS MATERIALIZED (
            SELECT ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s) AS box,
                   ST_Transform(ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => %(margin)s),
                                %(storage)s) AS reach
        ), shown AS (
            SELECT t.id{columns},
                   ST_AsMVTGeom(
                       ST_Transform(ST_Simplify(t.geometry, %(tolerance)s, true), {WEB_MERCATOR}),
                       envelope.box, {EXTENT}, {BUFFER}) AS geom
            FROM envelope
            JOIN {quote(layer.model._meta.db_table)} t
              ON t.edition_to_id IS NULL AND t.geometry && envelope.reach
            {layer.joins}
        )
        SELECT ST_AsMVT(shown, %(name)s, {EXTENT}, 'geom', 'id') FROM shown WHERE geom IS NOT NULL
    """  # noqa: S608 - names and expressions of our own code only
    parameters = {
        "zoom": zoom,
        "column": column,
        "row": row,
        "margin": BUFFER / EXTENT,
        "storage": storage_srid(),
        "tolerance": layer.tolerance_units * UNIT_AT_ZOOM_0 / 2**zoom / 2,
        "name": layer.name,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return bytes(cursor.fetchone()[0])
