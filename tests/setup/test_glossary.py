"""docs/glossary.md: every model, enumeration and room has its entry, and every entry is of the program."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from django.apps import apps
from django.db.models import Choices, Model
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
APPS = ("gis_core", "parcels", "issues", "routing", "mapui")
# Parts of Django's order of an app, not of ours.
NO_ROOMS = {"management", "migrations"}
TEXT = (ROOT / "docs/glossary.md").read_text("utf-8")
ROW = re.compile(r"^\|([^|`]+)\|([^|]*)\|([^|]*)\|[^|]+\|$", re.MULTILINE)


@cache
def entries() -> dict[str, tuple[str, str]]:
    """Class → (word, German) of its row."""
    return {
        name: (word.strip(), german.strip())
        for word, names, german in ROW.findall(TEXT)
        for name in re.findall(r"`(\w+)`", names)
    }


def packages() -> Iterator[str]:
    for app in APPS:
        for found in walk_packages(import_module(app).__path__, f"{app}."):
            if not NO_ROOMS & set(found.name.split(".")):
                yield found.name


def rooms() -> set[str]:
    return {name for name in packages() if (ROOT / name.replace(".", "/")).is_dir()}


def models() -> dict[str, type[Model]]:
    return {one.__name__: one for one in apps.get_models() if one._meta.app_label in APPS}


def enumerations() -> set[str]:
    return {
        name
        for module in map(import_module, packages())
        for name, one in vars(module).items()
        if isinstance(one, type)
        and issubclass(one, enum.Enum | Choices)
        and one.__module__ == module.__name__
    }


def test_every_model_and_enumeration_has_an_entry() -> None:
    assert {"Issue", "Delivery"} <= models().keys()
    assert {"Outcome", "Format", "Coverage"} <= enumerations()
    assert (models().keys() | enumerations()) - entries().keys() == set()


def test_every_class_of_an_entry_exists() -> None:
    assert entries().keys() - models().keys() - enumerations() == set()


def test_german_word_of_a_model_is_that_of_the_screen() -> None:
    with translation.override("en"):
        english = {name: str(one._meta.verbose_name) for name, one in models().items()}
    with translation.override("de"):
        german = {name: str(one._meta.verbose_name) for name, one in models().items()}
    shown = {name: word for name, word in german.items() if word != english[name]}
    assert shown["Parcel"] == "Flurstück"
    assert {name: entries()[name][1] for name in shown} == shown


def test_german_words_are_those_of_the_screen() -> None:
    places = ("*/locale/de/LC_MESSAGES/django.po", "routing/sentences/*.csv")
    files = [path for place in places for path in ROOT.glob(place)]
    texts = "".join(path.read_text("utf-8") for path in files).replace('"\n"', "").lower()
    words = [german.strip() for _word, _names, german in ROW.findall(TEXT)][1:]
    assert [
        word
        for word in words
        if word.strip("- ") not in {"", "Screen"} and word.lower() not in texts
    ] == []


def test_every_room_has_an_entry() -> None:
    assert {"routing.outbox", "mapui.site.cards"} <= rooms()
    assert set(re.findall(r"^\| `([\w.]+)` \|", TEXT, re.MULTILINE)) == rooms()


def test_every_word_has_one_entry() -> None:
    words = [word.strip() for word, _names, _german in ROW.findall(TEXT) if word.strip("- ")]
    assert len(words) > 100
    assert sorted({word for word in words if words.count(word) > 1}) == ["Word"]
