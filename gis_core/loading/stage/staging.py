"""The staging tables of an edition: rows come in by COPY, are compared with the active ones and activated.

They live in a schema of their own, outlive the process that fills them and end with activation or discarding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from io import BytesIO
from types import NoneType
from typing import Any, Final

import shapely
from django.db import IntegrityError, connection, transaction
from django.db.models import Field, ForeignKey
from psycopg2 import sql

from gis_core.datasets import Columns, DatasetSpec
from gis_core.errors import LoadError
from gis_core.loading.read.batches import Geometries, LoadReport
from gis_core.loading.stage.sources import sources_parts
from gis_core.messages import Message
from gis_core.models import Edition
from gis_core.srids import storage_srid

SCHEMA: Final = "staging"
_OWN_FIELDS: Final = frozenset({"id", "content_hash"})
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL: Final = "\\N"
_WRITTEN_AS_THEY_ARE: Final = frozenset({int, float, Decimal, date, bool, NoneType})
_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_EXAMPLES: Final = 5
_UNREAD: Final = 30
# Columns of the staging table that say nothing of the object.
_BESIDE: Final = ("content_hash", "feature", "batch")
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
    """What is staged of one edition.

    Tables: `edition_N` the rows; `edition_N_deleted` what an update delivery deletes; and, once compared,
    `edition_N_open` (key, changed) and `edition_N_gone` (id, key, changed): which rows activation opens and closes.
    """

    def __init__(self, spec: DatasetSpec, edition: Edition) -> None:
        self.edition = edition
        self.geometry_field = spec.geometry_field
        self.geometry_name = self.geometry_field.name if self.geometry_field else None
        self.table = sql.Identifier(spec.model._meta.db_table)
        self.fields: list[Field[Any, Any]] = [
            field
            for field in spec.model._meta.concrete_fields
            if field.name not in _OWN_FIELDS | {self.geometry_name}
            and not isinstance(field, ForeignKey)
        ]
        names = [field.attname for field in self.fields]
        self.has_object_id = "object_id" in names
        if self.geometry_name:
            names.append(self.geometry_name)
        self.names = [*names, "content_hash"]
        self.plain = sql.SQL(", ").join(sql.Identifier(field.attname) for field in self.fields)
        self.columns = sql.SQL(", ").join(map(sql.Identifier, self.names))
        base = f"edition_{edition.pk}"
        self._parts: dict[str, sql.Composable] = {
            "schema": sql.Identifier(SCHEMA),
            "staging": sql.Identifier(SCHEMA, base),
            "gist": sql.Identifier(f"{base}_gist"),
            "deleted": sql.Identifier(SCHEMA, f"{base}_deleted"),
            "open": sql.Identifier(SCHEMA, f"{base}_open"),
            "gone": sql.Identifier(SCHEMA, f"{base}_gone"),
            "table": self.table,
            "columns": self.columns,
            "plain": self.plain,
            "geometry": (
                sql.Identifier(self.geometry_name) if self.geometry_name else sql.SQL("NULL")
            ),
            "examples": sql.Literal(_EXAMPLES),
            **sources_parts(spec, edition),
        }

    @property
    def staged_table(self) -> sql.Identifier:
        """The table of the rows."""
        return sql.Identifier(SCHEMA, f"edition_{self.edition.pk}")

    @property
    def is_update(self) -> bool:
        """Whether an update delivery is staged: what it does not name stays as it is."""
        return bool(self.edition.progress.get("update"))

    def create(self) -> None:
        """Makes the empty tables; the rows' has the types, NOT NULLs and checks of the model's own.

        Without a log: after a crash of the server they are empty, which a resumed load notices.
        """
        self.drop()
        self.execute("CREATE SCHEMA IF NOT EXISTS {schema}")
        self.execute("CREATE UNLOGGED TABLE {staging} (LIKE {table} INCLUDING CONSTRAINTS)")
        self.execute(
            "ALTER TABLE {staging} DROP COLUMN id, DROP COLUMN jurisdiction_id,"
            " DROP COLUMN edition_from_id, DROP COLUMN edition_to_id,"
            " ADD COLUMN feature text, ADD COLUMN batch int"
        )
        self.execute("CREATE UNLOGGED TABLE {deleted} (identifier text, batch int)")

    def cut(self, key: str, boundary: bytes | None, margin: float) -> list[str]:
        """Removes what lies further than `margin` metres outside the area with this key, else outside `boundary` (WKB).

        Returns the names of these features.
        """
        rows = self.execute(
            "WITH own AS (SELECT coalesce("
            "  (SELECT ST_Union({geometry}) FROM {staging} WHERE key = %(key)s),"
            "  ST_GeomFromWKB(%(boundary)s, %(srid)s)) AS area),"
            " kept AS MATERIALIZED (SELECT ST_Buffer(area, %(margin)s) AS reach FROM own),"
            " gone AS (DELETE FROM {staging} USING kept WHERE NOT ST_Intersects({geometry}, reach)"
            "  RETURNING feature)"
            " SELECT feature FROM gone ORDER BY feature",
            {"key": key, "boundary": boundary, "margin": margin, "srid": storage_srid()},
        )
        return [feature for (feature,) in rows]

    def exists(self) -> bool:
        row = self.execute(
            "SELECT to_regclass(%(name)s) IS NOT NULL",
            {"name": f"{SCHEMA}.edition_{self.edition.pk}"},
        )[0]
        return bool(row[0])

    def lines(
        self, columns: Columns, geometry: Geometries | None, features: list[str], batch: int
    ) -> bytes:
        """Rows as copy() takes them. The content hash is of the whole row as it will be stored."""
        texts = [_texts(columns[field.name]) for field in self.fields]
        if geometry is not None:
            texts.append(_ewkb_texts(geometry))
        lines: list[bytes] = []
        for row, feature in zip(zip(*texts, strict=True), _escaped(features), strict=True):
            line = "\t".join(row).encode()
            digest = blake2b(line, digest_size=16).hexdigest()
            lines.append(line + f"\t\\\\x{digest}\t{feature}\t{batch}\n".encode())
        return b"".join(lines)

    def copy(self, lines: bytes) -> None:
        """Appends rows by COPY."""
        command = sql.SQL("COPY {staging} ({columns}, feature, batch) FROM STDIN").format(
            **self._parts
        )
        with connection.cursor() as cursor:
            cursor.copy_expert(command, BytesIO(lines), _COPY_BLOCK)

    def active_copy(self) -> None:
        """Stages all rows of the source's present state as they are; each is named by its key."""
        self.execute(
            "INSERT INTO {staging} ({columns}, feature, batch) SELECT {columns}, key, 0 FROM {table} a"
            " WHERE {ours}"
        )

    def delete(self, identifiers: list[str], batch: int) -> None:
        """Notes what an update delivery deletes at this place of its order."""
        self.execute(
            "INSERT INTO {deleted} SELECT unnest(%(identifiers)s::text[]), %(batch)s",
            {"identifiers": identifiers, "batch": batch},
        )

    def is_empty(self) -> bool:
        return not self.execute("SELECT EXISTS (SELECT FROM {staging})")[0][0]

    def rows(self) -> int:
        return int(self.execute("SELECT count(*) FROM {staging}")[0][0])

    def prepare(self, report: LoadReport) -> int:
        """Leaves one row a key, or refuses one key with two contents; returns the number of rows.

        The index also tells the planner how many rows there are, and that their keys are unique: statistics
        would cost more than the whole comparison.
        """
        if self.is_update:
            self._updates_order()
        try:
            with transaction.atomic():
                self.execute("CREATE UNIQUE INDEX ON {staging} (key)")
        except IntegrityError:
            self._duplicates_drop(report)
            self.execute("CREATE UNIQUE INDEX ON {staging} (key)")
        return self.rows()

    def geometry_index(self) -> None:
        """For those who look for rows by place again and again."""
        self.execute("CREATE INDEX IF NOT EXISTS {gist} ON {staging} USING gist ({geometry})")

    def _updates_order(self) -> None:
        """The last word counts: a later row of a key, or a later deletion of the object."""
        self.execute(
            "DELETE FROM {staging} s USING {staging} t WHERE s.key = t.key"
            " AND (s.batch, s.ctid) < (t.batch, t.ctid)"
        )
        by_key = "DELETE FROM {staging} s USING {deleted} d WHERE s.batch < d.batch AND s.key = d.identifier"
        self.execute(by_key)
        if self.has_object_id:
            self.execute(by_key.replace("s.key", "s.object_id"))

    def _duplicates_drop(self, report: LoadReport) -> None:
        """The same object twice is usual at the edges of parts and tiles; two objects of one key are not."""
        # Without a column of keys they are put together from what was read: nobody knows whether it is one object.
        keyless = [one for one in report.contents if "key" in one["missing"]]
        if not keyless:
            self._versions_drop(report)
        conflicts = self.execute(
            "SELECT key, array_agg(DISTINCT feature) FROM {staging} GROUP BY key"
            " HAVING count(DISTINCT content_hash) > 1 ORDER BY key LIMIT {examples}"
        )
        if conflicts:
            named = [
                Message("key_shared", {"key": key, "features": names[:3]})
                for key, names in conflicts
            ]
            unread = sorted({name for one in keyless for name in one["unread"]})
            if unread:
                raise LoadError(
                    "keys_twice_unread",
                    file=self.edition.source,
                    keys=named,
                    unread=unread[:_UNREAD],
                )
            raise LoadError("keys_twice", file=self.edition.source, keys=named)
        repeated = self.execute(
            "WITH gone AS (DELETE FROM {staging} s USING {staging} t"
            " WHERE s.key = t.key AND s.ctid > t.ctid RETURNING s.ctid) SELECT count(*) FROM gone"
        )[0][0]
        report.counts["identical duplicates"] += repeated

    def _versions_drop(self, report: LoadReport) -> None:
        """Of one object of several days the latest counts; one whose rings begin elsewhere is the same."""
        if any(field.attname == "source_date" for field in self.fields):
            older = self.execute(
                "WITH gone AS (DELETE FROM {staging} s USING {staging} t WHERE s.key = t.key"
                " AND s.source_date < t.source_date RETURNING s.key)"
                " SELECT key, count(*) OVER () FROM gone GROUP BY key ORDER BY key LIMIT {examples}"
            )
            if older:
                names = [key for key, _all in older]
                report.named["versions"] = {"count": older[0][1], "names": names}
        if self.geometry_name:
            turned = self.execute(
                "WITH gone AS (DELETE FROM {staging} s USING {staging} t WHERE s.key = t.key"
                " AND s.content_hash > t.content_hash AND ST_Equals(s.{geometry}, t.{geometry})"
                " AND to_jsonb(s) - %(own)s = to_jsonb(t) - %(own)s RETURNING s.ctid)"
                " SELECT count(*) FROM gone",
                {"own": [self.geometry_name, *_BESIDE]},
            )
            report.counts["identical duplicates"] += turned[0][0]

    def drop(self) -> None:
        self.execute("DROP TABLE IF EXISTS {staging}, {deleted}, {open}, {gone}")

    def _state(self) -> sql.Composable:
        """All rows as they would be active, once the difference is computed; columns key and the geometry."""
        if not self.is_update:
            return self._parts["staging"]
        columns = sql.SQL(", ").join(map(sql.Identifier, filter(None, ("key", self.geometry_name))))
        return sql.SQL(
            "(SELECT {columns} FROM {staging} UNION ALL SELECT {columns} FROM {table} a WHERE {ours}"
            " AND id NOT IN (SELECT id FROM {gone})"
            " AND key NOT IN (SELECT key FROM {staging})) AS state"
        ).format(**{**self._parts, "columns": columns})

    def execute(self, text: str, values: dict[str, Any] | None = None) -> list[Any]:
        """Runs SQL with the names of the tables filled in; the rows, if there are any."""
        command = sql.SQL(text).format(**self._parts, state=self._state())
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
    if kinds == {list} and not any(values):
        return ["[]"] * len(values)
    write = str if kinds <= _WRITTEN_AS_THEY_ARE else _text
    return [_NULL if value is None else write(value) for value in values]


def _escaped(values: list[str]) -> list[str]:
    """Most columns need no escapes: one look at the whole spares a call per value."""
    whole = "".join(values)
    if any(character in whole for character in "\\\t\n\r"):
        return [value.translate(_ESCAPES) for value in values]
    return values


def _text(value: Any) -> str:
    if type(value) in _WRITTEN_AS_THEY_ARE:
        return str(value)
    text = value if isinstance(value, str) else _JSON.encode(value)
    return text.translate(_ESCAPES)
