"""Vector tiles (MVT) straight from PostGIS: one statement a tile, nothing held in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
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


class TileShape(Enum):
    """What is drawn of a row's geometry, as SQL over the row `t`; `box` is the tile in the storage CRS.

    JOINED: rows with the same attributes as one line, so that a street's name finds room. ENDS: where such lines end.
    POINT: a point on the geometry. LABEL: the same, but what is larger than half a tile has one on its part in each,
    so that a road parcel of a kilometre has its number everywhere.
    """

    WHOLE = "ST_Simplify(t.geometry, %(tolerance)s, true)"
    JOINED = (
        "ST_Simplify(ST_LineMerge(ST_CollectionExtract(ST_Collect(t.geometry), 2)), %(tolerance)s)"
    )
    ENDS = "ST_Boundary(ST_LineMerge(ST_CollectionExtract(ST_Collect(t.geometry), 2)))"
    POINT = "ST_PointOnSurface(t.geometry)"
    LABEL = (
        "ST_PointOnSurface(CASE WHEN greatest(ST_XMax(t.geometry) - ST_XMin(t.geometry),"
        " ST_YMax(t.geometry) - ST_YMin(t.geometry)) < %(half)s THEN t.geometry"
        " ELSE ST_Intersection(t.geometry, envelope.inner) END)"
    )

    @property
    def is_joined(self) -> bool:
        return self in {TileShape.JOINED, TileShape.ENDS}

    @property
    def is_point(self) -> bool:
        return self in {TileShape.ENDS, TileShape.POINT, TileShape.LABEL}


@dataclass(frozen=True)
class TileLayer:
    """What a layer shows: the active rows of an editioned model.

    `columns` maps each attribute of the tile to an SQL expression over the row `t`; `where` is a condition that may ask
    for `%(zoom)s`. All SQL is written in code, never taken from a request. Below `min_zoom` the layer is empty.
    `tolerance_units`: how far a line may be moved when it is simplified; `smallest_units`: rows that are smaller both
    ways are left out; both in units of the tile (1/4096 of its side).
    """

    name: str
    model: type[models.Model]
    columns: dict[str, str] = field(default_factory=dict)
    joins: str = ""
    where: str = "true"
    shape: TileShape = TileShape.WHOLE
    min_zoom: int = 0
    tolerance_units: float = 4.0
    smallest_units: float = 0.0


def tile_address_check(*, zoom: int, column: int, row: int) -> None:
    """Raises TileError when there is no such tile in the grid of Web Mercator."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom):
        raise TileError(f"There is no tile {zoom}/{column}/{row}.")


def edition_mark(*, datasets: Iterable[str]) -> str:
    """Which editions of these datasets are active: changes with every activation, for ETags and cache keys."""
    editions = Edition.objects.filter(dataset__in=list(datasets), status=EditionStatus.ACTIVE)
    return "-".join(map(str, editions.order_by("pk").values_list("pk", flat=True)))


def tile_render(layers: Iterable[TileLayer], *, zoom: int, column: int, row: int) -> bytes:
    """The tile's bytes in EPSG:3857 with all its layers; empty when nothing lies in it or the zoom is too small.

    Geometry is simplified in the storage CRS (metres) by what the zoom cannot show, and dropped where
    it is smaller than that.
    """
    tile_address_check(zoom=zoom, column=column, row=row)
    shown = [layer for layer in layers if zoom >= layer.min_zoom]
    if not shown:
        return b""
    statement = f"""
        WITH envelope AS MATERIALIZED (
            SELECT ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s) AS box,
                   ST_Transform(ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s), %(storage)s) AS inner,
                   ST_Transform(ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => %(margin)s),
                                %(storage)s) AS reach
        )
        SELECT {" || ".join(f"({_layer_statement(layer, zoom)})" for layer in shown)}
    """
    parameters = {
        "zoom": zoom,
        "column": column,
        "row": row,
        "margin": BUFFER / EXTENT,
        "storage": storage_srid(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return bytes(cursor.fetchone()[0])


def _layer_statement(layer: TileLayer, zoom: int) -> str:
    """The layer as MVT; numbers that belong to the layer are written into the statement."""
    quote = connection.ops.quote_name
    # So far apart on the ground; at the latitudes in question a metre of Web Mercator is about half a metre there.
    unit_m = UNIT_AT_ZOOM_0 / 2**zoom / 2
    smallest = layer.smallest_units * unit_m
    is_large = (
        f"AND (ST_XMax(t.geometry) - ST_XMin(t.geometry) > {smallest}"
        f" OR ST_YMax(t.geometry) - ST_YMin(t.geometry) > {smallest})"
        if smallest
        else ""
    )
    columns = "".join(f", {sql} AS {quote(name)}" for name, sql in layer.columns.items())
    shape = layer.shape.value.replace("%(tolerance)s", str(layer.tolerance_units * unit_m))
    shape = shape.replace("%(half)s", str(EXTENT / 2 * unit_m))
    # A point belongs to one tile only.
    buffer = 0 if layer.shape.is_point else BUFFER
    number = "min(t.id)" if layer.shape.is_joined else "t.id"
    grouped = ", ".join(["envelope.box", *layer.columns.values()])
    return f"""
        SELECT ST_AsMVT(shown, '{layer.name}', {EXTENT}, 'geom', 'id') FROM (
            SELECT {number} AS id{columns},
                   ST_AsMVTGeom(ST_Transform({shape}, {WEB_MERCATOR}), envelope.box, {EXTENT}, {buffer}) AS geom
            FROM envelope
            JOIN {quote(layer.model._meta.db_table)} t
              ON t.edition_to_id IS NULL AND t.geometry && envelope.reach {is_large}
            {layer.joins}
            WHERE {layer.where}
            {f"GROUP BY {grouped}" if layer.shape.is_joined else ""}
        ) shown WHERE geom IS NOT NULL
    """  # noqa: S608 - names and expressions of our own code only
