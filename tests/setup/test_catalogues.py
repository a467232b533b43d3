"""The catalogues of translations: one meaning for each id, nothing missing, left over or of another app."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("gis_core", "issues", "mapui", "parcels", "routing")
CATALOGUE = "locale/de/LC_MESSAGES/django.po"
Id = tuple[str, str]


def catalogue(path: Path) -> dict[Id, list[str]]:
    """(context, id) → its translations, one or those of the plural."""
    found: dict[Id, list[str]] = {}
    for block in re.split(r"\n\n+", path.read_text("utf-8")):
        texts: dict[str, str] = {}
        for name, lines in re.findall(r'^(\w+(?:\[\d\])?) ((?:".*"\n?)+)', block, re.MULTILINE):
            texts[name] = "".join(re.findall(r'"(.*)"', lines))
        if texts.get("msgid"):
            translated = [text for name, text in texts.items() if name.startswith("msgstr")]
            found[texts.get("msgctxt", ""), texts["msgid"]] = translated
    return found


@pytest.fixture(scope="module")
def catalogues() -> dict[str, dict[Id, list[str]]]:
    return {app: catalogue(ROOT / app / CATALOGUE) for app in APPS}


def test_no_id_has_two_translations(catalogues):
    """Django merges the catalogues: of two apps that translate an id differently one would be wrong."""
    translations: dict[Id, set[tuple[str, ...]]] = defaultdict(set)
    for found in catalogues.values():
        for key, texts in found.items():
            translations[key].add(tuple(texts))
    assert {key: texts for key, texts in translations.items() if len(texts) > 1} == {}


def test_no_id_means_something_else_in_django(catalogues):
    """Django's own apps come first, so their translation wins over all catalogues but that of the pages."""
    contrib = Path(django.__file__).parent
    theirs: dict[Id, list[str]] = {}
    for path in contrib.rglob(CATALOGUE):
        theirs |= {key: texts for key, texts in catalogue(path).items() if all(texts)}
    assert ("", "Password") in theirs
    ours = {key: texts for app in APPS if app != "mapui" for key, texts in catalogues[app].items()}
    other = {key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]}
    assert other == set()


TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}


@pytest.mark.parametrize("app", APPS)
def test_no_text_is_translated_inside_an_f_string(app):
    """Extraction passes over those, so that their translation is lost one day."""
    found = []
    for path in (ROOT / app).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found += [
                    f"{path.name}:{call.lineno}"
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id in TRANSLATING
                ]
    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_every_id_is_translated_and_none_is_a_guess(catalogues, app):
    assert [key for key, texts in catalogues[app].items() if not all(texts)] == []
    assert "fuzzy" not in (ROOT / app / CATALOGUE).read_text("utf-8")


@pytest.mark.parametrize("app", APPS)
def test_catalogue_holds_exactly_the_texts_of_its_app(catalogues, app, tmp_path):
    skipped = shutil.ignore_patterns("node_modules", "__pycache__", "*.mo")
    shutil.copytree(ROOT / app, tmp_path / app, ignore=skipped)
    command = [sys.executable, "-P", "-m", "django", "makemessages", "-l", "de", "--no-location"]
    # Without settings it looks at the folder that it is started in, and at nothing else.
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path / app, env=surroundings, check=True, capture_output=True)
    used = catalogue(tmp_path / app / CATALOGUE)
    obsolete = set(catalogues[app]) - set(used)
    assert (obsolete, set(used) - set(catalogues[app])) == (set(), set())
