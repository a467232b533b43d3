"""Views of the active state for programs that read the database themselves, such as QGIS, and who may read them.

The views stand in a schema of their own and hold geodata only: nothing of reports, of people or of former states.
A migration may not change a column that a view reads; so the views go before migrations and come back after them.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import ProgrammingError, connection
from psycopg2 import sql

from gis_core.datasets import DatasetSpec, dataset_specs
from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.models import Edition, Jurisdiction

SCHEMA: Final = sql.Identifier("geodata")
# What is told of an edition: no person, and no name of a file or address.
EDITION_COLUMNS: Final = (
    *("id", "dataset", "source_name", "as_of", "licence", "attribution", "activated_at"),
)


def reader_grant(role: str) -> None:
    """Makes the views, and lets the role read them and nothing else. Makes the role where this program may.

    GisError where it may not, where the role could read more, and for the role that is the program's own.
    """
    _role_prepare(role)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(SCHEMA))
        cursor.execute("SELECT current_database()")
        [database] = cursor.fetchone()
        names = {
            "database": sql.Identifier(database),
            "schema": SCHEMA,
            "role": sql.Identifier(role),
        }
        views_make()
        for statement in (
            "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
            # What is made anew after a migration is readable as well.
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(**names))


def views_make(**_sender: Any) -> None:
    """A view for each dataset and one of the active editions; nothing where nobody was ever let read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_namespace WHERE nspname = %s", [SCHEMA.string])
        if cursor.fetchone() is None:
            return
        for name, query in (*map(_dataset_view, dataset_specs()), ("editions", _editions_view())):
            statement = sql.SQL("CREATE OR REPLACE VIEW {}.{} AS {}")
            cursor.execute(statement.format(SCHEMA, sql.Identifier(name), query))


def views_drop(*, plan: Any, **_sender: Any) -> None:
    """Before migrations; nothing where none is to come."""
    if not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT viewname FROM pg_views WHERE schemaname = %s ORDER BY viewname", [SCHEMA.string]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP VIEW {}.{}").format(SCHEMA, sql.Identifier(name)))


def _dataset_view(spec: DatasetSpec) -> tuple[str, sql.Composable]:
    """Name and query: the number, city and edition of each object, and what the dataset tells of it."""
    names = [str(one.column) for one in spec.attributes]
    if (field := spec.geometry_field) is not None:
        names.append(str(field.column))
    query = sql.SQL(
        "SELECT object.id, city.identifier AS jurisdiction, object.edition_from_id AS edition, {columns}{source}"
        " FROM public.{table} object JOIN public.{cities} city ON city.id = object.jurisdiction_id"
        " WHERE object.edition_to_id IS NULL"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier("object", name) for name in names),
        source=sql.SQL(_SOURCE).format(editions=sql.Identifier(Edition._meta.db_table))
        if spec.same
        else sql.SQL(""),
        table=sql.Identifier(spec.model._meta.db_table),
        cities=sql.Identifier(Jurisdiction._meta.db_table),
    )
    return spec.dataset.value, query


_SOURCE: Final = (
    ", (SELECT one.source_name FROM public.{editions} one WHERE one.id = object.edition_from_id)"
    " AS source_name"
)


def _editions_view() -> sql.Composable:
    return sql.SQL(
        "SELECT {columns}, city.identifier AS jurisdiction"
        " FROM public.{table} edition JOIN public.{cities} city ON city.id = edition.jurisdiction_id"
        " WHERE edition.status = {active}"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier("edition", name) for name in EDITION_COLUMNS),
        table=sql.Identifier(Edition._meta.db_table),
        cities=sql.Identifier(Jurisdiction._meta.db_table),
        active=sql.Literal(EditionStatus.ACTIVE.value),
    )


def _role_prepare(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
            " OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)"
            " OR rolname = current_user FROM pg_roles WHERE rolname = %s",
            [role],
        )
        found = cursor.fetchone()
        if found is None:
            try:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            except ProgrammingError as error:
                raise GisError(
                    "this program may not make roles; have the administrator of PostgreSQL run"
                    f" CREATE ROLE {role} LOGIN PASSWORD '…' and repeat the command"
                ) from error
        elif found[0]:
            raise GisError(f"the role {role} may do more than read; take one that has no rights")
