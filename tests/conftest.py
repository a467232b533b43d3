"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from celery.signals import setup_logging
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import Phase, settings

from tests.databases import alone, command, database_migrated, tables_empty

if TYPE_CHECKING:
    from gis_core.models import Jurisdiction

# The same examples on every machine and no time limit on one: a slow runner is not a wrong program.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
# `./run test --hypothesis-profile=search` looks for others: once more of them with each call.
settings.register_profile("search", deadline=None, print_blob=True)
# `./run mutate` needs no smallest example.
settings.register_profile(
    "first", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("suite")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo takes longest and comes first: at the end one process would wait for the other.

    Tests with a browser stand in a row, at the first of them, and share one.
    """
    browser = [one for one in items if "browser" in one.fixturenames]
    at = items.index(browser[0]) if browser else 0
    others = [one for one in items if "browser" not in one.fixturenames]
    items[:] = [*others[:at], *browser, *others[at:]]
    items.sort(key=lambda one: one.path.name != "test_demo.py")


@pytest.fixture(autouse=True)
def _language():
    """A request leaves its language active; the next test begins with the installation's own."""
    with translation.override("de"):
        yield


@setup_logging.connect
def _logging_stays(**_given: Any) -> None:
    """A worker of Celery in a test raises the level of the root logger unless somebody answers this signal."""


@pytest.fixture(scope="module")
def _city_stands(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    from tests.mapui.geodata.geodata_factories import city_make

    with django_db_blocker.unblock(), transaction.atomic():
        yield city_make(tmp_path_factory.mktemp("city")).pk
        transaction.set_rollback(True)


@pytest.fixture
def city(_city_stands: int, db: None) -> Jurisdiction:
    """The drawn city, loaded once for a module; what a test changes of it is undone after the test."""
    from gis_core.models import Jurisdiction

    return Jurisdiction.objects.get(pk=_city_stands)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_blocker: Any,
) -> None:
    """The test database is copied from one that is migrated already."""
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = database_migrated()


@pytest.fixture(scope="session", autouse=True)
def _tables_emptied() -> Iterator[None]:
    """After a test with transactions of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: tables_empty())
        yield


@pytest.fixture(scope="session")
def model_city_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model city at small scale, seed 1, generated once; nobody writes there."""
    from fixtures.modelcity.detail import SMALL
    from fixtures.modelcity.generate import generate

    folder = tmp_path_factory.mktemp("modelcity")
    generate(SMALL, 1, folder)
    return folder


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as an installation serves them, collected once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "collected"
    with alone(folder.with_suffix(".lock")):
        if not folder.exists():
            unfinished = folder.with_suffix(".new")
            command("collectstatic", FLURPOST_VAR=str(unfinished))
            unfinished.rename(folder)
    return folder / "static"
