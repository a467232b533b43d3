"""Several sources of one dataset: which rows are whose.

Each source keeps all its rows. One that another source's row stands before is closed by an edition of that source
(gis_core.loading.stage.precedence), and by that it is known.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from psycopg2 import sql

from gis_core.datasets import DatasetSpec
from gis_core.errors import LoadError
from gis_core.models import Edition, Jurisdiction
from gis_core.selectors import editions_active

NAME_LENGTH: Final = 60
_NAME = re.compile(r"\w[\w .,/&()+-]*")

# Editions of the dataset, of this source or of the others.
_OF_SOURCE: Final = (
    "(SELECT e.id FROM gis_core_edition e WHERE e.jurisdiction_id = {jurisdiction} AND e.dataset = {dataset}"
    " AND e.source_name {compared} {source})"
)
_OURS: Final = (
    "a.jurisdiction_id = {jurisdiction} AND a.edition_from_id IN {own}"
    " AND (a.edition_to_id IS NULL OR a.edition_to_id IN {other})"
)
# An edition of another source that is or was active: rows come closed by it until it is known which of them count.
_BEFORE: Final = (
    "(SELECT max(e.id) FROM gis_core_edition e WHERE e.jurisdiction_id = {jurisdiction} AND e.dataset = {dataset}"
    " AND e.source_name <> {source} AND e.activated_at IS NOT NULL)"
)
_ALONE: Final = "a.jurisdiction_id = {jurisdiction} AND a.edition_to_id IS NULL"
# The rows of all other sources, with the name of each one's source.
_OTHERS: Final = (
    "(SELECT o.*, f.source_name FROM {table} o JOIN gis_core_edition f ON f.id = o.edition_from_id"
    " LEFT JOIN gis_core_edition t ON t.id = o.edition_to_id WHERE f.jurisdiction_id = {jurisdiction}"
    " AND f.dataset = {dataset} AND f.source_name <> {source}"
    " AND (o.edition_to_id IS NULL OR t.source_name <> f.source_name))"
)


def source_place(
    jurisdiction: Jurisdiction, spec: DatasetSpec, name: str, *, loaded: str = ""
) -> tuple[str, int]:
    """Name and precedence of the source that a load is of; a new source comes last.

    LoadError for a name where the dataset has one source, for one that cannot be, and without a name where all sources
    have one: that proposes one made of what is `loaded`.
    """
    dataset = spec.dataset.value
    name = " ".join(name.split())
    if name and not spec.same:
        raise LoadError("source_misfit", dataset=dataset)
    if name:
        source_named(name)
    active = editions_active(jurisdiction, dataset)
    ranks = {one.source_name: one.precedence for one in active}
    if not name and "" not in ranks and ranks:
        known = sorted(ranks)
        if proposed := _proposed(loaded):
            raise LoadError("source_needed", dataset=dataset, known=known, proposed=proposed)
        raise LoadError("source_unsaid", dataset=dataset, known=known)
    return name, ranks.get(name, max(ranks.values(), default=-1) + 1)


def source_named(text: str) -> str:
    """The name of a source as it is kept. LoadError for what cannot be one."""
    name = " ".join(text.split())
    if len(name) > NAME_LENGTH or not _NAME.fullmatch(name):
        raise LoadError("source_name_wrong", name=name[:NAME_LENGTH], length=NAME_LENGTH)
    return name


def _proposed(loaded: str) -> str:
    """A name made of that of a layer or file: "gemeinde_gebiete.gpkg" as "gemeinde gebiete"."""
    words = re.sub(r"[^\w .,/&()+-]|_", " ", Path(loaded).stem)
    return " ".join(words.split())[:NAME_LENGTH]


def sources_parts(spec: DatasetSpec, edition: Edition) -> dict[str, sql.Composable]:
    """SQL about the edition's source.

    `ours`: whether row `a` is of its present state; `own`: all its editions; `others`: the present rows of all other
    sources; `before`: by which edition rows that come are closed at first, null where there is no other source.
    """
    names: dict[str, sql.Composable] = {
        "jurisdiction": sql.Literal(edition.jurisdiction_id),
        "dataset": sql.Literal(edition.dataset),
        "source": sql.Literal(edition.source_name),
        "table": sql.Identifier(spec.model._meta.db_table),
    }
    own, other = (
        sql.SQL(_OF_SOURCE).format(compared=sql.SQL(compared), **names) for compared in ("=", "<>")
    )
    return {
        "ours": sql.SQL(_OURS if spec.same else _ALONE).format(own=own, other=other, **names),
        "own": own,
        "others": sql.SQL(_OTHERS).format(**names),
        "before": sql.SQL(_BEFORE if spec.same else "NULL::bigint").format(**names),
    }


def sources_beside(edition: Edition) -> list[int]:
    """The numbers of the active editions of all other sources of its dataset."""
    others = [one.pk for one in sources_active(edition) if one.source_name != edition.source_name]
    return sorted(others)


def active_edition(edition: Edition) -> Edition | None:
    """The edition that is active for the same source of the dataset, if any."""
    active = editions_active(edition.jurisdiction_id, edition.dataset)
    return active.filter(source_name=edition.source_name).first()


def sources_active(edition: Edition) -> list[Edition]:
    """The active edition of each source of the same dataset, in the order in which they count."""
    return list(editions_active(edition.jurisdiction_id, edition.dataset))
