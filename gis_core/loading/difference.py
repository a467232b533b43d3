"""How a staged edition differs from the active state, what took the place of what, and making it active."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.db import transaction

from gis_core.datasets import DatasetSpec
from gis_core.enums import ChangeKind
from gis_core.loading.stage.sources import active_edition
from gis_core.loading.stage.staging import Difference, Staging
from gis_core.models import Edition, EditionChange, Succession

# A common area counts as succession above so many m² and such a part of the smaller of the two.
SUCCESSION_AREA_M2: Final = 1.0
SUCCESSION_SHARE: Final = 0.05
# Most common values of a column, and bounds of its histogram; PostgreSQL's own is 100.
_STATISTICS: Final = 30
_OPENED: Final = (
    "INSERT INTO gis_core_editionchange (edition_id, kind, key, district, related, geometry)"
    " SELECT %(edition)s, CASE WHEN o.changed THEN 'changed' ELSE 'new' END, o.key, <district>, '[]'::jsonb,"
    " {geometry} FROM {open} o JOIN {staging} r ON r.key = o.key"
)
_GONE: Final = (
    "INSERT INTO gis_core_editionchange (edition_id, kind, key, district, related, geometry)"
    " SELECT %(edition)s, 'vanished', g.key, <district>, '[]'::jsonb, {geometry}"
    " FROM {gone} g JOIN {table} r ON r.id = g.id WHERE NOT g.changed"
)
# What is gone by the roll-back was new before it, and the other way round.
_UNDONE: Final = (
    "INSERT INTO gis_core_editionchange (edition_id, kind, key, district, related, geometry)"
    " SELECT %(restoring)s, CASE kind WHEN 'new' THEN 'vanished' WHEN 'changed' THEN 'changed' ELSE 'new' END,"
    " key, district, related, geometry FROM gis_core_editionchange WHERE edition_id = %(edition)s"
)


def difference_compute(staging: Staging, spec: DatasetSpec) -> Difference:
    """Compares with the active state and stores the changes; to be repeated when another edition became active."""
    edition = staging.edition
    base = active_edition(edition)
    edition.base = base
    edition.save(update_fields=["base"])
    edition.changes.all().delete()
    edition.successions.all().delete()
    staging.execute("DROP TABLE IF EXISTS {open}, {gone}")
    staging.execute(_open_statement(staging))
    staging.execute(_gone_statement(staging))
    if base is None:
        return Difference(staging.rows(), 0, 0, 0)
    changed, new = staging.execute(
        "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM {open}"
    )[0]
    vanished = staging.execute("SELECT count(*) FROM {gone} WHERE NOT changed")[0][0]
    active = staging.execute("SELECT count(*) FROM {table} a WHERE {ours}")[0][0]
    if active and (new or changed or vanished):
        _changes_store(staging, spec)
    return Difference(new, changed, vanished, active - changed - vanished)


def _open_statement(staging: Staging) -> str:
    """A first edition opens all that is staged: its keys need no list of their own."""
    if staging.edition.base_id is None:
        return "CREATE UNLOGGED TABLE {open} (key varchar, changed boolean)"
    return (
        "CREATE UNLOGGED TABLE {open} AS SELECT s.key, a.key IS NOT NULL AS changed FROM {staging} s"
        " LEFT JOIN {table} a ON {ours} AND a.key = s.key WHERE a.key IS NULL OR a.content_hash <> s.content_hash"
    )


def _gone_statement(staging: Staging) -> str:
    """In a complete delivery what is not staged vanished; in an update only what it deletes."""
    if staging.edition.base_id is None:
        return "CREATE UNLOGGED TABLE {gone} (id bigint, key varchar, changed boolean)"
    head = (
        "CREATE UNLOGGED TABLE {gone} AS SELECT a.id, a.key, s.key IS NOT NULL AS changed FROM {table} a"
        " LEFT JOIN {staging} s ON s.key = a.key"
        " WHERE {ours} AND "
    )
    if not staging.is_update:
        return head + "(s.key IS NULL OR s.content_hash <> a.content_hash)"
    named = "a.key IN (SELECT identifier FROM {deleted})"
    if staging.has_object_id:
        # An update may give an object another key: the row with the former one goes.
        named += (
            " OR (a.object_id <> '' AND (a.object_id IN (SELECT identifier FROM {deleted})"
            " OR a.object_id IN (SELECT object_id FROM {staging})))"
        )
    return head + f"(s.content_hash <> a.content_hash OR (s.key IS NULL AND ({named})))"


def _changes_store(staging: Staging, spec: DatasetSpec) -> None:
    ids = {"edition": staging.edition.pk, "jurisdiction": staging.edition.jurisdiction_id}
    district = f"left(r.{spec.district_field}, 6)" if spec.district_field else "''"
    for statement in (_OPENED, _GONE):
        staging.execute(statement.replace("<district>", district), ids)
    if spec.successions:
        _successions_store(staging, ids)
        _successions_tell(staging.edition)


def _successions_store(staging: Staging, ids: dict[str, Any]) -> None:
    """Pairs of one key that goes and another that comes, by common area; read by the active state's spatial index."""
    staging.execute("ANALYZE {open}")
    staging.execute("ANALYZE {gone}")
    staging.execute(
        "INSERT INTO gis_core_succession (edition_id, predecessor, successor, area)"
        " SELECT %(edition)s, pair.predecessor, pair.successor, pair.area FROM"
        " (SELECT a.key AS predecessor, s.key AS successor, ST_Area(a.{geometry}) AS area_a,"
        " ST_Area(s.{geometry}) AS area_s, ST_Area(ST_Intersection(a.{geometry}, s.{geometry})) AS area"
        " FROM {open} o JOIN {staging} s ON s.key = o.key"
        " JOIN {table} a ON a.{geometry} && s.{geometry} AND a.key <> s.key"
        " AND a.jurisdiction_id = %(jurisdiction)s AND a.edition_to_id IS NULL"
        " JOIN {gone} g ON g.id = a.id WHERE NOT (g.changed AND o.changed)) pair"
        " WHERE pair.area > %(area)s AND pair.area > %(share)s * least(pair.area_a, pair.area_s)",
        {**ids, "area": SUCCESSION_AREA_M2, "share": SUCCESSION_SHARE},
    )


def _successions_tell(edition: Edition) -> None:
    """Tells each change its relatives, and vanished objects whether they were split or merged."""
    after: dict[str, list[str]] = defaultdict(list)
    before: dict[str, list[str]] = defaultdict(list)
    for former, later in (
        Succession.objects.filter(edition=edition)
        .order_by("predecessor", "successor")
        .values_list("predecessor", "successor")
    ):
        after[former].append(later)
        before[later].append(former)
    if not after:
        return
    changes = list(edition.changes.filter(key__in=[*after, *before]).defer("geometry"))
    for change in changes:
        gone = change.kind == ChangeKind.VANISHED
        change.related = after[change.key] if gone else before[change.key] or after[change.key]
        if gone and len(change.related) > 1:
            change.kind = ChangeKind.SPLIT
        elif gone and any(len(before[key]) > 1 for key in change.related):
            change.kind = ChangeKind.MERGED
    EditionChange.objects.bulk_update(changes, ["related", "kind"], batch_size=1000)


def difference_apply(staging: Staging) -> None:
    """Closes and opens rows by key, in the caller's transaction. What is unchanged is not touched."""
    edition = staging.edition
    ids = {"edition": edition.pk, "jurisdiction": edition.jurisdiction_id}
    staging.execute(
        "UPDATE {table} a SET edition_to_id = %(edition)s FROM {gone} g WHERE a.id = g.id", ids
    )
    insert = (
        "INSERT INTO {table} (jurisdiction_id, edition_from_id, edition_to_id, {columns})"
        " SELECT %(jurisdiction)s, %(edition)s, {before}, {columns} FROM {staging} r"
    )
    if edition.base_id is not None:
        insert += " WHERE key IN (SELECT key FROM {open})"
    staging.execute(insert, ids)


def difference_undo(staging: Staging, restoring: Edition) -> tuple[int, int]:
    """Brings back what the staging's edition closed and closes what it opened; the numbers of both rows.

    Both stay readable as of their time: the restored rows are opened by `restoring`.
    """
    ids = {
        "edition": staging.edition.pk,
        "restoring": restoring.pk,
        "jurisdiction": restoring.jurisdiction_id,
    }
    closed = staging.execute(
        "WITH closed AS (UPDATE {table} a SET edition_to_id = %(restoring)s"
        " WHERE a.edition_from_id = %(edition)s AND {ours} RETURNING 1)"
        " SELECT count(*) FROM closed",
        ids,
    )[0][0]
    opened = staging.execute(
        "WITH opened AS (INSERT INTO {table} (jurisdiction_id, edition_from_id, edition_to_id, {columns})"
        " SELECT %(jurisdiction)s, %(restoring)s, {before}, {columns} FROM {table} r"
        " WHERE r.edition_to_id = %(edition)s AND r.edition_from_id IN {own} RETURNING 1)"
        " SELECT count(*) FROM opened",
        ids,
    )[0][0]
    staging.execute(_UNDONE, ids)
    staging.execute(
        "INSERT INTO gis_core_succession (edition_id, predecessor, successor, area)"
        " SELECT %(restoring)s, successor, predecessor, area FROM gis_core_succession"
        " WHERE edition_id = %(edition)s",
        ids,
    )
    return opened, closed


def statistics_refresh(staging: Staging) -> None:
    """Fresh statistics for the model's table: the planner must not see an empty one.

    Those of the geometry are left to autovacuum: they take longer than all others together, and without
    them the planner assumes few hits, which is right for look-ups at a place. The others are rough until then as well.
    """
    with transaction.atomic():
        staging.execute("SET LOCAL default_statistics_target TO %(most)s", {"most": _STATISTICS})
        staging.execute(
            "ANALYZE {table} (jurisdiction_id, edition_from_id, edition_to_id, {plain})"
        )
