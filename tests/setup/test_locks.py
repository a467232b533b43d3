"""The lock files: everything pinned and hashed, no place to download from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, set[str]]:
    """Package name → pinned lines (version and marker; two where Python versions differ)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([a-z0-9._-]+)(==.*?) ?\\?$", line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def normal(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_a_hash_for_every_pin(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==", block), block
        assert "--hash=sha256:" in block, block


def test_lock_of_developers_contains_the_other_unchanged() -> None:
    base, dev = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: dev.get(name) for name in base} == base


def test_locks_hold_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base, dev = pins(LOCKS[0]), pins(LOCKS[1])
    assert {normal(d) for d in project["dependencies"]} <= base.keys()
    assert {normal(d) for d in project["optional-dependencies"]["dev"]} <= dev.keys()


def test_every_dependency_has_its_reason_in_the_adr() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    adr = (ROOT / "docs/adr/0002-dependencies.md").read_text()
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    package = json.loads((ROOT / "mapui/package.json").read_text())
    declared += [*package["dependencies"], *package["devDependencies"]]
    reasons = {line.split("`")[1] for line in adr.splitlines() if line.startswith("- `")}
    wanted = {re.split(r"[<>=]", name)[0] for name in declared}
    assert reasons == wanted


def test_npm_lock_names_no_address_and_has_integrity() -> None:
    lock = json.loads((ROOT / "mapui/package-lock.json").read_text())
    package = json.loads((ROOT / "mapui/package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""][kind] == package[kind]
        # A version, not a range: the same one everywhere.
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package[kind].values())
    for path, package in lock["packages"].items():
        assert "resolved" not in package, path
        assert not path or package["integrity"].startswith("sha512-"), path
