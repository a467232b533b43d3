"""The documents name every state of a delivery, and only commands and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from routing.enums import DeliveryState

DOCS = Path(__file__).parents[2] / "docs"


def test_every_state_of_a_delivery_is_documented() -> None:
    text = (DOCS / "forwarding.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) >= set(DeliveryState.values)


@pytest.mark.parametrize("name", ["rules.md", "trying-and-correcting.md"])
def test_commands_and_options_in_the_documents_exist(name: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    found = re.findall(r"\./run manage (\w+)([^\n`#]*)", text)
    assert found
    for command, options in found:
        parser = load_command_class(get_commands()[command], command).create_parser("", command)
        known = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"--[a-z-]+", options)) <= known, command
