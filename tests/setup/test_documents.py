"""Documents: every link, anchor, path and name of the program in them leads to something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from urllib.parse import unquote, urlsplit

import pytest
from django.apps import apps
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("*.md", "docs/**/*.md", "fixtures/**/*.md", "tests/**/*.md")
DOCUMENTS = sorted(path for place in PLACES for path in ROOT.glob(place))
# What an operator or the set-up makes is no file of the repository.
MADE = {"var", "docker/.env"}


@cache
def tokens(document: Path) -> list[Token]:
    """All tokens of a document, those inside of lines included."""
    blocks = MarkdownIt().enable("table").parse(document.read_text("utf-8"))
    return [token for block in blocks for token in (block, *(block.children or ()))]


def anchors(document: Path) -> set[str]:
    """The anchors of its headings, as code forges write them: small letters, hyphens, a number at a repetition."""
    found: set[str] = set()
    for opened, inline in zip(tokens(document), tokens(document)[1:], strict=False):
        if opened.type == "heading_open":
            text = "".join(child.content for child in inline.children or ())
            base = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            names = (base if number == 0 else f"{base}-{number}" for number in range(99))
            found.add(next(name for name in names if name not in found))
    return found


def links(document: Path) -> Iterator[str]:
    """Addresses of links and pictures without a scheme."""
    for token in tokens(document):
        address = token.attrGet("href") or token.attrGet("src")
        if isinstance(address, str) and not urlsplit(address).scheme:
            yield address


def broken(document: Path, address: str) -> bool:
    path, anchor = unquote(urlsplit(address).path), unquote(urlsplit(address).fragment)
    target = (document.parent / path).resolve() if path else document
    if not (target.exists() and target.is_relative_to(ROOT)):
        return True
    return bool(anchor) and anchor not in anchors(target)


def paths(document: Path) -> Iterator[str]:
    """What stands in backticks and begins with a file or folder of the repository; `*` stands for any name."""
    top = {path.name for path in ROOT.iterdir()} | {path.name for path in document.parent.iterdir()}
    for token in tokens(document):
        if token.type == "code_inline" and re.fullmatch(r"[\w.-]+/[\w./*-]*", token.content):
            path = token.content
            if path.split("/")[0] in top - MADE and path not in MADE:
                yield path


def gone(document: Path, path: str) -> bool:
    return not any(any(place.glob(path)) for place in (ROOT, document.parent))


def names(document: Path) -> Iterator[str]:
    """Dotted names in backticks that begin with a package of the program: `routing.engine.decide(…)`."""
    packages = "|".join(path.parent.name for path in ROOT.glob("*/__init__.py"))
    for token in tokens(document):
        match = re.match(rf"(?:{packages})(?:\.\w+)+", token.content)
        if token.type == "code_inline" and match:
            yield match[0]


def permissions() -> set[str]:
    """The permissions that models declare, as documents and templates write them."""
    options = [model._meta for model in apps.get_models()]
    return {f"{option.app_label}.{code}" for option in options for code, _ in option.permissions}


def unknown(name: str) -> bool:
    """Whether a dotted name is neither a permission nor a module or something in one."""
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return name not in permissions()
    return False


def test_documents_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in DOCUMENTS}
    assert {"README.md", "docs/operating.md", "docs/adr/0002-dependencies.md"} <= names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_document_lead_to_something(document: Path) -> None:
    assert [address for address in links(document) if broken(document, address)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_that_a_document_names_exist(document: Path) -> None:
    assert [path for path in paths(document) if gone(document, path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_of_the_program_in_a_document_exist(document: Path) -> None:
    assert [name for name in names(document) if unknown(name)] == []


def test_link_to_what_is_not_there_is_broken() -> None:
    readme = ROOT / "README.md"
    assert not broken(readme, "docs/operating.md#what-was-tried")
    assert broken(readme, "docs/operating.md#what-was-not-thought-of")
    assert broken(readme, "docs/no-such.md")
    assert broken(readme, "#no-such-heading")
    assert broken(readme, "../elsewhere.md")


def test_anchor_of_a_repeated_heading_is_numbered(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text("# Who may `run`, and *who* not?\n\n## Größe\n\n## Größe\n")
    assert anchors(document) == {"who-may-run-and-who-not", "größe", "größe-1"}


def test_path_that_is_not_there_is_found_among_other_words() -> None:
    document = ROOT / "docs/operating.md"
    assert not gone(document, "docker/Dockerfile")
    assert not gone(document, "adr/0002-*.md")
    assert gone(document, "docker/no-such")
    assert {"docker/Dockerfile", "mapui/.npmrc"} <= set(paths(document))
    assert not {"docker/.env", "var/venv", "postgis/whatever"} & set(paths(document))


def test_name_that_the_program_does_not_have_is_unknown() -> None:
    assert not unknown("issues.triage_issue")
    assert not unknown("routing.engine.decide")
    assert unknown("routing.engine.guess")
    assert unknown("issues.burn_issue")
    assert unknown("routing.no_such_room.decide")
    assert "issues.release_issue" in set(names(ROOT / "docs/releasing.md"))
