"""docs/operating.md names every setting and every command of `run`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/operating.md").read_text()
READ = re.compile(
    r"""\b(?:env\.)?(?:text|number|flag|words|networks|path|mailbox|contact)\(\s*["']([A-Z][A-Z_]+)["']"""
)


def settings_read() -> set[str]:
    return {
        name for file in (ROOT / "config").rglob("*.py") for name in READ.findall(file.read_text())
    }


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", DOCUMENT))
    read = settings_read()
    assert {"DATABASE_URL", "WEB_ADDRESS"} <= read
    assert read - documented == set()


def test_no_setting_is_documented_that_nothing_reads() -> None:
    table = re.search(r"\| variable \|.*?\n\n", DOCUMENT, re.DOTALL)
    assert table is not None
    rows = [line.split("|")[1] for line in table[0].splitlines()[2:] if line]
    documented = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    assert documented - settings_read() == set()


def test_every_command_of_run_is_documented() -> None:
    script = (ROOT / "run").read_text()
    commands = re.search(r"case \$command in\n\s+(.*?)\) ;;", script)
    assert commands is not None
    for command in commands[1].split(" | "):
        assert f"| `./run {command}" in DOCUMENT, command
