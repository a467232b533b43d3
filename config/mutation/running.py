"""Runs tests in processes that are forked for one run each, with at most one fault in the program.

No file is changed: a finder hands the faulty source to the import system. A program that a test starts has no fault.
The parent process has loaded the libraries and nothing of the program, so that a run starts within a second.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any, Final

from config.mutation.plan import ROOT

# What every run would load anew. Nothing here may load the program's own apps.
LIBRARIES: Final = (
    *("celery", "django.contrib.gis.db.models", "httpx", "hypothesis", "lxml.etree", "numpy", "PIL.Image"),
    *("psycopg2.extras", "pyogrio", "pyproj", "pytest_django.plugin", "rest_framework.views", "shapely"),
)  # fmt: skip
LOG: Final = ROOT / "var" / "log" / "mutation.log"
LOCK: Final = ROOT / "var" / "run" / "mutation.lock"
TEMPLATE: Final = "test_flurpost_mutation"
# A mutant that wants more is stopped before the machine is short of memory.
MEMORY_BYTES: Final = 12 << 30
BROKEN: Final = 99
# pytest's status when a test failed.
FAILED: Final = 1
# pytest's status when nothing was collected.
NO_TESTS: Final = 5
PR_SET_PDEATHSIG: Final = 1
Fork: Final = multiprocessing.get_context("fork")


class RunError(Exception):
    """A run without a fault failed; the message says where its output is."""


@contextmanager
def alone(file: Path = LOCK) -> Iterator[None]:
    """One run at a time in a checkout, because all share the database's name. Raises `RunError`."""
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError("another run is under way in this checkout") from None
        yield


def libraries_load() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)


@dataclass(frozen=True)
class Fault(MetaPathFinder):
    """Has the module of one file loaded from other source."""

    path: str
    source: str

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != self.module:
            return None
        file = str(ROOT / self.path)
        return spec_from_file_location(fullname, file, loader=_Loader(fullname, file, self.source))

    def put_in(self) -> None:
        if self.module in sys.modules:
            raise RuntimeError(f"{self.module} is loaded already: the fault would have no effect")
        sys.meta_path.insert(0, self)


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


def run(work: Callable[[], int], *, seconds: float | None) -> int | None:
    """Runs `work` in a process group of its own; its exit status, or None when it took longer than `seconds`."""
    process = Fork.Process(target=_child, args=(work, os.getpid()))
    process.start()
    try:
        process.join(seconds)
        return process.exitcode
    finally:
        # What the tests started goes too.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()


def ends_with_parent(parent: int) -> None:
    """Has this process killed when its parent ends, however that ends: a killed run leaves nothing running."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(BROKEN)


def _child(work: Callable[[], int], parent: int) -> None:
    os.setsid()
    ends_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    for stream in (1, 2):
        os.dup2(log, stream)
    try:
        status = work()
    except BaseException:  # noqa: BLE001 - the parent learns of it by the status, a person by the log
        traceback.print_exc()
        status = BROKEN
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that a test left behind are not waited for.
    os._exit(status)


def database_make() -> None:
    """The test database that all others are copied from. Raises `RunError`."""

    def make() -> int:
        import django
        from django.db import connection

        _database_name(TEMPLATE)
        django.setup()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
        return 0

    if run(make, seconds=None) != 0:
        raise RunError(f"the test database was not made; see {LOG.relative_to(ROOT)}")


def run_tests(tests: Sequence[str], *, database: str | None, plugins: Sequence[object]) -> int:
    """Runs tests in this process, up to the first failure; pytest's exit status. `database`: made anew for them."""
    import pytest

    if database:
        _database_copy(database)
    _database_name(database or TEMPLATE)
    options = [
        "--assert=plain",
        "--reuse-db",
        "--exitfirst",
        "--no-header",
        "--quiet",
        "--color=no",
    ]
    options += [
        word
        for name in ("randomly", "xdist", "playwright", "cacheprovider")
        for word in ("-p", f"no:{name}")
    ]
    # A failure is enough; the smallest example of it would take long.
    options += ["--hypothesis-profile=first"]
    try:
        return int(pytest.main([*options, *tests], plugins=list(plugins)))
    except Exception:  # noqa: BLE001 - a program that does not even start has failed its tests
        traceback.print_exc()
        return FAILED


def _database_name(name: str) -> None:
    from django.conf import settings

    of: dict[str, Any] = settings.DATABASES["default"]
    of.setdefault("TEST", {})["NAME"] = name


def _database_copy(name: str) -> None:
    """Whatever another run left in it is gone; a copy takes a tenth of a second."""
    import psycopg2
    from django.conf import settings
    from psycopg2.sql import SQL, Identifier

    of: dict[str, Any] = settings.DATABASES["default"]
    connection = psycopg2.connect(
        dbname="postgres",
        host=of["HOST"] or None,
        port=of["PORT"] or None,
        user=of["USER"] or None,
        password=of["PASSWORD"] or None,
    )
    connection.autocommit = True
    copy, template = Identifier(name), Identifier(TEMPLATE)
    with connection.cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
        cursor.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, template))
    connection.close()
