"""docs/architecture.md and its picture show the rooms, signals and registrations as they are."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import Any

from django.dispatch import Signal

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/architecture.md").read_text("utf-8")
APPS = ("mapui", "routing", "issues", "parcels", "gis_core")


def contracts() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return project["tool"]["importlinter"]["contracts"]


def layers() -> dict[str, list[str]]:
    """Container → its layers, from top to bottom."""
    return {one["containers"][0]: one["layers"] for one in contracts() if "containers" in one}


def test_lines_of_the_layers_are_those_of_the_contracts() -> None:
    [block] = re.findall(r"```\n(.*?)\n```", TEXT, re.DOTALL)
    shown = dict(line.split(": ") for line in block.splitlines())
    assert shown == {name: " > ".join(found) for name, found in layers().items()}


def test_picture_shows_the_layers_of_the_contracts() -> None:
    picture = ET.parse(ROOT / "docs/images/rooms.svg")  # noqa: S314 - our own file
    shown = {
        group.attrib["data-app"]: [one.text for one in group.iter() if "data-layer" in one.attrib]
        for group in picture.iter()
        if "data-app" in group.attrib
    }
    assert shown == {app: layers()[app] for app in APPS}


def test_direction_of_the_apps_is_that_of_the_contract() -> None:
    [order] = [one["layers"] for one in contracts() if one["name"] == "Imports go down only"]
    assert f"`{' > '.join(order)}`" in TEXT


def test_every_layered_contract_is_exhaustive() -> None:
    assert all(one.get("exhaustive") for one in contracts() if "containers" in one)


def test_every_signal_is_named() -> None:
    signals = {
        f"{app}.signals.{name}"
        for app in ("gis_core", "issues")
        for name, one in vars(import_module(f"{app}.signals")).items()
        if isinstance(one, Signal)
    }
    assert len(signals) >= 4
    assert set(re.findall(r"`(\w+\.signals\.\w+)`", TEXT)) == signals


def test_every_registration_at_the_start_is_named() -> None:
    """Calls in `ready()` of the apps and in what they call there, by the names of the functions called."""
    files = [*ROOT.glob("*/apps.py"), *ROOT.glob("*/importers/*.py")]
    called = {
        name
        for file in files
        for name in re.findall(r"\b(\w*register\w*)\(", file.read_text("utf-8"))
    }
    named = set(re.findall(r"`[\w.]+\.(\w*register\w*)`", TEXT))
    assert called - named == {"datasets_register"}
    assert named <= called
