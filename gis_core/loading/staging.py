"""The staging table and what becomes of it: COPY in, duplicates, difference to the active rows, activation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from io import BytesIO
from typing import Any, Final

import shapely
from django.db import connection
from django.db.models import Field, ForeignKey
from django.utils import timezone
from psycopg2 import sql

from gis_core.datasets import Columns, DatasetSpec
from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.loading.batches import Geometries, LoadReport
from gis_core.models import Edition
from gis_core.srids import storage_srid

_TABLE: Final = sql.Identifier("geodata_staging")
_OWN_FIELDS: Final = frozenset({"id", "content_hash"})
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL: Final = "\\N"
_EXAMPLES: Final = 5
# Bytes that COPY takes at a time; psycopg2's own 8 KiB would be thousands of small steps.
_COPY_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Difference:
    """How the staged rows differ from the active ones."""

    new: int
    changed: int
    vanished: int
    unchanged: int


class Staging:
    """A temporary table that lives as long as the transaction around it."""

    def __init__(self, spec: DatasetSpec) -> None:
        self.geometry_field = spec.geometry_field
        geometry_name = self.geometry_field.name if self.geometry_field else None
        self.table = sql.Identifier(spec.model._meta.db_table)
        self.fields: list[Field[Any, Any]] = [
            field
            for field in spec.model._meta.concrete_fields
            if field.name not in _OWN_FIELDS | {geometry_name} and not isinstance(field, ForeignKey)
        ]
        names = [field.attname for field in self.fields]
        if geometry_name:
            names.append(geometry_name)
        self.plain = sql.SQL(", ").join(sql.Identifier(field.attname) for field in self.fields)
        self.columns = sql.SQL(", ").join(map(sql.Identifier, [*names, "content_hash"]))

    def create(self) -> None:
        """Makes the table with the types of the model's table; a former load of the same transaction leaves its own."""
        self._execute(
            "CREATE TEMPORARY TABLE {staging} ON COMMIT DROP AS"
            " SELECT {columns}, ''::text AS feature FROM {table} WHERE false"
        )

    def copy(self, columns: Columns, geometry: Geometries | None, features: list[str]) -> None:
        """Appends rows by COPY. The content hash is of the whole row as it will be stored."""
        texts = [_texts(columns[field.name]) for field in self.fields]
        if geometry is not None:
            texts.append(_ewkb_texts(geometry))
        lines: list[str] = []
        for row, feature in zip(zip(*texts, strict=True), _escaped(features), strict=True):
            line = "\t".join(row)
            digest = blake2b(line.encode(), digest_size=16).hexdigest()
            lines.append(f"{line}\t\\\\x{digest}\t{feature}\n")
        command = sql.SQL("COPY {staging} ({columns}, feature) FROM STDIN").format(
            staging=_TABLE, columns=self.columns
        )
        with connection.cursor() as cursor:
            cursor.copy_expert(command, BytesIO("".join(lines).encode()), _COPY_BLOCK)

    def prepare(self, report: LoadReport) -> int:
        """Drops repeated identical rows, refuses one key with two contents, and returns the number of rows."""
        self._execute("CREATE INDEX ON {staging} (key)")
        # Of the key only: statistics of the geometry would cost more than the whole comparison.
        self._execute("ANALYZE {staging} (key)")
        rows, keys = self._execute("SELECT count(*), count(DISTINCT key) FROM {staging}")[0]
        if rows > keys:
            self._duplicates_drop(report)
        return int(keys)

    def _duplicates_drop(self, report: LoadReport) -> None:
        """The same object twice is usual at the edges of parts and tiles; two objects of one key are not."""
        conflicts = self._execute(
            "SELECT key, array_agg(DISTINCT feature) FROM {staging} GROUP BY key"
            " HAVING count(DISTINCT content_hash) > 1 ORDER BY key LIMIT {examples}"
        )
        if conflicts:
            named = "; ".join(f"{key} ({', '.join(names[:3])})" for key, names in conflicts)
            raise LoadError(f"different features share a key: {named}")
        repeated = self._execute(
            "WITH gone AS (DELETE FROM {staging} s USING {staging} t"
            " WHERE s.key = t.key AND s.ctid > t.ctid RETURNING s.ctid) SELECT count(*) FROM gone"
        )[0][0]
        report.counts["identical duplicates"] += repeated

    def activate(self, edition: Edition, rows: int) -> Difference:
        """Makes the staged rows the active state: closes what vanished or changed, opens what is new or changed.

        Unchanged rows are not touched. Everything happens in the caller's transaction.
        """
        ids = {"edition": edition.pk, "jurisdiction": edition.jurisdiction_id}
        Edition.objects.filter(
            jurisdiction=edition.jurisdiction_id,
            dataset=edition.dataset,
            status=EditionStatus.ACTIVE,
        ).update(status=EditionStatus.SUPERSEDED)
        changed, closed = self._execute(
            "WITH closed AS (UPDATE {table} a SET edition_to_id = %(edition)s"
            " WHERE a.jurisdiction_id = %(jurisdiction)s AND a.edition_to_id IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM {staging} s WHERE s.key = a.key AND s.content_hash = a.content_hash)"
            " RETURNING a.key)"
            " SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM {staging} s WHERE s.key = closed.key)),"
            " count(*) FROM closed",
            ids,
        )[0]
        # What is still active is unchanged and leaves the staging table, which has fresh statistics and an index:
        # an anti-join while inserting would go by those of the model's table, which may be those of an empty one.
        self._execute(
            "DELETE FROM {staging} s USING {table} a WHERE a.jurisdiction_id = %(jurisdiction)s"
            " AND a.edition_to_id IS NULL AND a.key = s.key",
            ids,
        )
        opened = self._execute(
            "WITH opened AS (INSERT INTO {table} (jurisdiction_id, edition_from_id, {columns})"
            " SELECT %(jurisdiction)s, %(edition)s, {columns} FROM {staging} RETURNING 1)"
            " SELECT count(*) FROM opened",
            ids,
        )[0][0]
        edition.status, edition.activated_at = EditionStatus.ACTIVE, timezone.now()
        edition.save(update_fields=["status", "activated_at"])
        return Difference(opened - changed, changed, closed - changed, rows - opened)

    def drop(self) -> None:
        """Ends the table before the transaction does, so that several loads fit into one."""
        self._execute("DROP TABLE {staging}")

    def analyze(self) -> None:
        """Fresh statistics for the model's table: the planner must not see an empty one.

        Those of the geometry are left to autovacuum: they take longer than all others together, and without
        them the planner assumes few hits, which is right for look-ups at a place.
        """
        self._execute("ANALYZE {table} (jurisdiction_id, edition_from_id, edition_to_id, {plain})")

    def _execute(self, text: str, values: dict[str, Any] | None = None) -> list[Any]:
        command = sql.SQL(text).format(
            staging=_TABLE,
            table=self.table,
            columns=self.columns,
            plain=self.plain,
            examples=sql.Literal(_EXAMPLES),
        )
        with connection.cursor() as cursor:
            cursor.execute(command, values)
            return cursor.fetchall() if cursor.description else []


def _ewkb_texts(geometry: Geometries) -> list[str]:
    """Geometry as hexadecimal EWKB. The SRID is put into plain WKB: five times as fast as letting GEOS write it."""
    srid = storage_srid().to_bytes(4, "little").hex()
    return [
        _NULL if wkb is None else f"{wkb[:4].hex()}20{srid}{wkb[5:].hex()}"
        for wkb in shapely.to_wkb(geometry, byte_order=1).tolist()
    ]


def _texts(values: list[Any]) -> list[str]:
    """A column in COPY's text format."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return _escaped(values)
    if kinds <= {int, float, Decimal, date}:
        return list(map(str, values))
    return [_NULL if value is None else _text(value) for value in values]


def _escaped(values: list[str]) -> list[str]:
    """Most columns need no escapes: one look at the whole spares a call per value."""
    whole = "".join(values)
    if any(character in whole for character in "\\\t\n\r"):
        return [value.translate(_ESCAPES) for value in values]
    return values


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value).translate(_ESCAPES)
    if isinstance(value, int | float | Decimal | date):
        return str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(_ESCAPES)
