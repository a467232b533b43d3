"""The rows of one edition, wherever they are: staged, or in the table of the dataset."""

from __future__ import annotations

from django.contrib.gis.geos import Polygon
from django.db import connection
from psycopg2 import sql

from gis_core.datasets import dataset_spec
from gis_core.loading.stage.staging import Staging
from gis_core.models import Edition
from gis_core.srids import WGS84, storage_srid


def edition_rows(edition: Edition, bbox: Polygon | None, *, limit: int) -> list[tuple[str, str]]:
    """(key, GeoJSON geometry in WGS84) of at most `limit` rows, of those in a WGS84 box if one is given.

    In the order of their hashes: of too many a sample spread over the view. None for a dataset without geometry.
    """
    table, geometry, own = _table(edition)
    if geometry is None:
        return []
    view = None if bbox is None else bytes(bbox.transform(storage_srid(), clone=True).ewkb)
    statement = sql.SQL(
        "SELECT key, ST_AsGeoJSON(ST_Transform({geometry}, {wgs84}), 7) FROM {table} WHERE {own}"
        " AND {geometry} IS NOT NULL AND (%(view)s IS NULL OR {geometry} && ST_GeomFromEWKB(%(view)s))"
        " ORDER BY content_hash LIMIT {limit}"
    ).format(
        table=table,
        geometry=geometry,
        own=own,
        wgs84=sql.Literal(WGS84),
        limit=sql.Literal(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"view": view})
        return list(cursor.fetchall())


def edition_extent(edition: Edition) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the rows in the storage CRS; None without geometry."""
    table, geometry, own = _table(edition)
    if geometry is None:
        return None
    statement = sql.SQL(
        "SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
        " FROM (SELECT ST_Extent({geometry}) AS box FROM {table} WHERE {own}) whole"
    ).format(table=table, geometry=geometry, own=own)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[float, float, float, float] = cursor.fetchone()
    return None if row[0] is None else row


def _table(edition: Edition) -> tuple[sql.Identifier, sql.Identifier | None, sql.Composable]:
    """Where the rows of an edition are, the column of their geometry, and which of them are its own."""
    spec = dataset_spec(edition.dataset)
    field = spec.geometry_field
    geometry = None if field is None else sql.Identifier(field.name)
    staging = Staging(spec, edition)
    if staging.exists():
        return staging.staged_table, geometry, sql.SQL("true")
    own = sql.SQL("edition_from_id = {edition}").format(edition=sql.Literal(edition.pk))
    return sql.Identifier(spec.model._meta.db_table), geometry, own
