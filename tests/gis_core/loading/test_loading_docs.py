"""docs/loading-geodata.md names every dataset, profile, option and format that there is."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.core.management.base import CommandParser

from gis_core.datasets import dataset_specs
from gis_core.loading.read.formats import Format
from gis_core.loading.read.profiles import profiles_of
from gis_core.management.commands.load_geodata import Command

TEXT = (Path(__file__).parents[3] / "docs" / "loading-geodata.md").read_text("utf-8")


def options() -> list[str]:
    parser: ArgumentParser = CommandParser()
    Command().add_arguments(parser)
    return [
        name for action in parser._actions for name in action.option_strings if name != "--help"
    ]


@pytest.mark.parametrize("option", [name for name in options() if name.startswith("--")])
def test_every_option_is_documented(option):
    assert option in TEXT


@pytest.mark.parametrize("kind", [kind.value for kind in Format])
def test_every_format_is_documented(kind):
    assert kind.lower() in TEXT.lower()


def test_every_dataset_is_documented_with_its_profiles():
    rows = {
        line.split("|")[1].strip(" `"): line for line in TEXT.splitlines() if line.startswith("| `")
    }
    for spec in dataset_specs():
        for profile in profiles_of(spec):
            assert f"`{profile.name}`" in rows[spec.dataset]
