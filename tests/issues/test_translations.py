"""Every message of the issues has a German text, in one of the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEXTS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_ENTRY = re.compile(rf"^msgid {_TEXTS}msgstr {_TEXTS}", re.MULTILINE)


def messages() -> Iterator[str]:
    for path in (ROOT / "issues").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
            ):
                yield ast.literal_eval(node.args[0])


def joined(texts: str) -> str:
    return "".join(ast.literal_eval(text) for text in re.findall(r'"(?:[^"\\]|\\.)*"', texts))


def test_every_message_has_a_german_text():
    german: set[str] = set()
    for catalogue in ROOT.glob("*/locale/de/LC_MESSAGES/django.po"):
        entries = _ENTRY.findall(catalogue.read_text(encoding="utf-8"))
        german |= {joined(message) for message, text in entries if joined(text)}
    found = set(messages())
    assert len(found) > 100
    assert found - german == set()
