"""The role that reads views of the geodata: a real login, which sees the views and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from gis_core.datasets import dataset_specs
from gis_core.services.readers import views_drop, views_make
from parcels.models import Parcel
from tests.databases import tables_empty
from tests.gis_core.geodata_factories import jurisdiction_make, load, parcels_gml, write

ROLE = "flurpost_reader"


@pytest.fixture(scope="module")
def reader(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A connection of the role to a database with three parcels, one of them of a former state only."""
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("reader")
        city = jurisdiction_make()
        load(city, "parcels", write(folder / "a.gml", parcels_gml(3)), licence="dl-de/zero-2-0")
        load(city, "parcels", write(folder / "b.gml", parcels_gml(2)), licence="dl-de/zero-2-0")
        call_command("make_reader", ROLE)
        words = connection.get_connection_params()
        given = {name: words[name] for name in ("host", "port") if name in words}
        with closing(psycopg2.connect(dbname=words["dbname"], user=ROLE, **given)) as other:
            other.autocommit = True
            yield other
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA geodata CASCADE")
        tables_empty()


def rows(reader: Any, statement: str) -> list[Any]:
    with reader.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_views_show_the_active_state_with_its_crs(reader):
    found = rows(reader, "SELECT jurisdiction, key, edition FROM geodata.parcels ORDER BY key")
    assert [city for city, _key, _edition in found] == ["castrop-rauxel.de"] * 2
    assert rows(reader, "SELECT dataset, licence FROM geodata.editions") == [
        ("parcels", "dl-de/zero-2-0")
    ]
    assert rows(
        reader,
        "SELECT srid, type FROM geometry_columns WHERE f_table_schema = 'geodata' AND f_table_name = 'parcels'",
    ) == [(25832, "MULTIPOLYGON")]
    names = {
        name
        for (name,) in rows(reader, "SELECT viewname FROM pg_views WHERE schemaname = 'geodata'")
    }
    assert names == {"editions", *(spec.dataset.value for spec in dataset_specs())}


def test_reader_gets_at_nothing_else(reader):
    privileges = rows(
        reader,
        "SELECT relid::regclass::text,"
        " has_any_column_privilege(relid, 'SELECT, INSERT, UPDATE, REFERENCES')"
        " OR has_table_privilege(relid, 'DELETE, TRUNCATE, TRIGGER')"
        " FROM pg_stat_user_tables",
    )
    assert len(privileges) > 50
    assert {table for table, held in privileges if held} <= {"spatial_ref_sys"}
    for statement in (
        "SELECT * FROM issues_issue",
        "SELECT * FROM auth_user",
        "SELECT * FROM parcels_parcel",
        "CREATE TABLE geodata.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "SET ROLE flurpost",
        "CREATE ROLE mine",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows(reader, statement)


def test_reader_only_reads_the_views(reader):
    views = rows(reader, "SELECT viewname FROM pg_views WHERE schemaname = 'geodata'")
    for (view,) in views:
        name = f"geodata.{view}"
        asked = f"SELECT has_table_privilege('{name}', 'SELECT'), has_table_privilege('{name}', %s)"
        with reader.cursor() as cursor:
            cursor.execute(asked, ["INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"])
            assert cursor.fetchone() == (True, False)


def test_views_hold_nothing_of_people(reader):
    """Only what datasets tell, and of an edition neither who loaded it nor from which file or address."""
    names = {
        name
        for (name,) in rows(
            reader,
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'geodata'",
        )
    }
    assert not names & {"created_by_id", "activated_by_id", "source", "request", "override_reason"}
    assert {"owner_class", "official_area", "geometry"} <= names


def test_views_step_aside_for_migrations_and_come_back_readable(reader):
    views_drop(plan=["a migration"])
    assert rows(reader, "SELECT FROM pg_views WHERE schemaname = 'geodata'") == []
    views_make()
    assert rows(reader, "SELECT count(*) FROM geodata.parcels") == [(2,)]
    views_drop(plan=[])
    assert rows(reader, "SELECT count(*) FROM geodata.parcels") == [(2,)]


def test_command_can_be_repeated(reader):
    call_command("make_reader", ROLE)
    assert rows(reader, "SELECT count(*) FROM geodata.parcels") == [
        (Parcel.objects.active().count(),)
    ]


def test_roles_with_rights_of_their_own_are_refused(reader):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        [own] = cursor.fetchone()
    for role in (own, "postgres", "pg_monitor"):
        with pytest.raises(CommandError, match="may do more than read"):
            call_command("make_reader", role)
    with pytest.raises(CommandError, match="CREATE ROLE nobody_yet LOGIN PASSWORD"):
        call_command("make_reader", "nobody_yet")
