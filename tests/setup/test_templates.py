"""The linter of templates finds what it is there for, by its own rules and by ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def codes(template: str) -> set[str]:
    """The rules that a template breaks, under the settings of the project."""
    command = [sys.executable, "-m", "djlint", "--quiet", "--linter-output-format", "{code}", "-"]
    done = subprocess.run(
        command, cwd=ROOT, input=template, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == int(bool(done.stdout.split())), done.stderr
    return {word for word in done.stdout.split() if word.isalnum()}


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("<p><b>never closed</p>", "H025"),
        ("{% if a %}<p>never closed</p>", "T038"),
        ('<img src="a.png">', "H013"),
        ("<!DOCTYPE html>\n<html><head><title>a</title></head></html>", "H005"),
        ('<p style="color: red">a</p>', "H021"),
        ("<script>alert(1)</script>", "CSP1"),
        ("<style>p { color: red }</style>", "CSP2"),
        ('<a href="#a" onclick="b()">c</a>', "CSP3"),
        ('<a href="#a" hx-on:click="b()">c</a>', "CSP3"),
    ],
)
def test_fault_in_a_template_is_found(template: str, code: str) -> None:
    assert code in codes(template)


def test_template_without_a_fault_passes() -> None:
    template = """{% load static %}
<script src="{% static 'a.js' %}" defer></script>
{% if a %}<p class="only">{{ a }}</p>{% endif %}
<button>Send</button>
"""
    assert codes(template) == set()
