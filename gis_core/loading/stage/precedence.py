"""Of two rows of two sources that are one object, one counts: the other is closed as long as it is there.

Whoever reads the active state need not know of sources.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection
from psycopg2 import sql

from gis_core.datasets import DatasetSpec
from gis_core.loading.stage.sources import sources_active, sources_parts
from gis_core.loading.stage.staging import SCHEMA
from gis_core.models import Edition

_RANKED: Final = "INSERT INTO {ranks} SELECT a.id, %(rank)s, NULL FROM {table} a WHERE {ours}"
_BEATEN: Final = (
    "UPDATE {ranks} s SET beaten_by = won.rank FROM ("
    " SELECT mine.id, min(first.rank) AS rank FROM {ranks} mine JOIN {table} b ON b.id = mine.id"
    " JOIN {table} a ON {same} JOIN {ranks} first ON first.id = a.id"
    " WHERE mine.rank = %(rank)s AND mine.beaten_by IS NULL AND first.rank < %(rank)s"
    " AND first.beaten_by IS NULL GROUP BY mine.id) won WHERE won.id = s.id"
)
# By the edition that is new; what that one itself brings, by the edition whose row stands before it.
_CLOSE: Final = (
    "UPDATE {table} r SET edition_to_id = CASE WHEN s.rank = %(own)s THEN (%(actives)s)[s.beaten_by]"
    " ELSE %(edition)s END FROM {ranks} s"
    " WHERE s.id = r.id AND s.beaten_by IS NOT NULL AND r.edition_to_id IS NULL"
)
_OPEN: Final = (
    "UPDATE {table} r SET edition_to_id = NULL FROM {ranks} s"
    " WHERE s.id = r.id AND s.beaten_by IS NULL AND r.edition_to_id IS NOT NULL"
)


def precedence_apply(spec: DatasetSpec, edition: Edition) -> None:
    """Closes what another source stands before and opens what nothing stands before any more.

    Belongs into the transaction that made the edition the state of its source. The first source has all its rows,
    each later one what is not there yet.
    """
    others = Edition.objects.filter(
        jurisdiction=edition.jurisdiction_id, dataset=edition.dataset, activated_at__isnull=False
    ).exclude(source_name=edition.source_name)
    if not spec.same or not others.exists():
        return
    active = sources_active(edition)
    names = {
        "table": sql.Identifier(spec.model._meta.db_table),
        "ranks": sql.Identifier(SCHEMA, f"edition_{edition.pk}_ranks"),
    }

    def run(text: str, values: dict[str, Any] | None = None, **parts: sql.Composable) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(**names, **parts), values)

    run("CREATE UNLOGGED TABLE {ranks} (id bigint PRIMARY KEY, rank int, beaten_by int)")
    for rank, one in enumerate(active, start=1):
        run(_RANKED, {"rank": rank}, ours=sources_parts(spec, one)["ours"])
        run("ANALYZE {ranks}")
        for same in spec.same if rank > 1 else ():
            run(_BEATEN, {"rank": rank}, same=sql.SQL(same))
    ids = [one.pk for one in active]
    own = ids.index(edition.pk) + 1 if edition.pk in ids else 0
    # Closing comes first: a key is open once only.
    run(_CLOSE, {"actives": ids, "own": own, "edition": edition.pk})
    run(_OPEN)
    run("DROP TABLE {ranks}")
