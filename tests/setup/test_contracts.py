"""Every import contract bites: each arrow that it forbids is drawn into a copy of the house and has to be refused."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
    "importlinter"
]
CONTRACTS: list[dict[str, Any]] = LINTER["contracts"]
IGNORED = ignore_patterns("node_modules", "__pycache__", "locale", "static", "templates")


def layers_of(contract: dict[str, Any]) -> list[list[str]]:
    """The modules of each layer, the highest first, without the name of their container."""
    return [re.split(r"\s*[|:]\s*", layer) for layer in contract["layers"]]


def arrows_forbidden(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(importing, imported) modules: from each layer up, between neighbours, to what is forbidden."""
    if contract["type"] == "forbidden":
        for source in contract["source_modules"]:
            for target in contract["forbidden_modules"]:
                yield source, target
    elif contract["type"] == "independence":
        for upper, lower in pairwise(contract["modules"]):
            yield from ((upper, lower), (lower, upper))
    else:
        for container in contract.get("containers", [""]):
            yield from arrows_up(layers_of(contract), f"{container}." if container else "")


def arrows_up(layers: list[list[str]], container: str) -> Iterator[tuple[str, str]]:
    """From each module of a layer to the layer above it and to its neighbours."""
    for uppers, lowers in pairwise(layers):
        for lower in lowers:
            yield container + lower, container + uppers[0]
    for layer in layers:
        for one, other in pairwise(layer):
            yield container + one, container + other
            yield container + other, container + one


def copy_make(folder: Path) -> Path:
    for package in LINTER["root_packages"]:
        copytree(ROOT / package, folder / package, ignore=IGNORED)
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    return folder


def file_of(folder: Path, module: str) -> Path:
    path = folder.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code, and by the name of each broken contract what is said of it."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    run = subprocess.run(
        [*command, "--no-cache"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in run.stdout, run.stdout + run.stderr
    _kept, _title, told = run.stdout.partition("Broken contracts")
    names = [one["name"] for one in CONTRACTS if one["name"] in told]
    starts = sorted((told.index(f"\n{name}\n-"), name) for name in names)
    ends = [start for start, _name in starts[1:]] + [len(told)]
    return run.returncode, {
        name: told[start:end] for (start, name), end in zip(starts, ends, strict=False)
    }


def arrow_is_told(told: str, source: str, target: str) -> bool:
    """Packages are named by the module in them that imports."""
    arrow = rf"{re.escape(source)}(\.\w+)* -> {re.escape(target)}(\.\w+)*[\s(]"
    return re.search(arrow, told) is not None


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, str]]:
    """What the linter says of a copy with all forbidden arrows, drawn for type checkers alone."""
    folder = copy_make(tmp_path_factory.mktemp("broken"))
    for contract in CONTRACTS:
        for source, target in arrows_forbidden(contract):
            path = file_of(folder, source)
            text = path.read_text("utf-8")
            drawn = f"\nif __import__('typing').TYPE_CHECKING:\n    import {target}\n"
            path.write_text(text + drawn, "utf-8")
    return lint(folder)


def test_copy_without_forbidden_arrows_keeps_all_contracts(tmp_path: Path) -> None:
    assert lint(copy_make(tmp_path)) == (0, {})


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_contract_refuses_each_arrow_that_it_forbids(
    broken: tuple[int, dict[str, str]], contract: dict[str, Any]
) -> None:
    code, told = broken
    assert code == 1
    arrows = list(arrows_forbidden(contract))
    assert arrows
    unseen = [
        arrow for arrow in arrows if not arrow_is_told(told.get(contract["name"], ""), *arrow)
    ]
    assert unseen == []


@pytest.mark.parametrize(
    "container",
    [
        container
        for contract in CONTRACTS
        if contract.get("exhaustive")
        for container in contract["containers"]
    ],
)
def test_room_that_no_contract_names_is_refused(container: str, tmp_path: Path) -> None:
    folder = copy_make(tmp_path)
    file_of(folder, container).with_name("stray.py").write_text("", "utf-8")
    code, told = lint(folder)
    assert code == 1
    assert any("stray" in text for text in told.values())


def test_every_app_has_an_exhaustive_contract() -> None:
    locked = {
        container
        for contract in CONTRACTS
        if contract.get("exhaustive")
        for container in contract["containers"]
    }
    # config knows all and nobody imports it.
    assert set(LINTER["root_packages"]) - {"config"} <= locked
    assert "exclude_type_checking_imports" not in LINTER


def test_pages_write_through_services_only() -> None:
    """No statement of mapui stores, changes or deletes rows, or speaks SQL; sessions are its own."""
    writing = re.compile(
        r"\.(save|create|delete|bulk_\w+|get_or_create|update_or_create|cursor|raw)\(|\)\.update\("
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources_of_pages()
        if path != ROOT / "mapui" / "site" / "logins.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if writing.search(line)
    ]
    assert found == []


def test_no_worker_runs_a_task_of_the_pages() -> None:
    tasks = re.compile(r"@(shared_task|app\.task)")
    assert [path for path in sources_of_pages() if tasks.search(path.read_text("utf-8"))] == []


def sources_of_pages() -> list[Path]:
    found = [path for path in (ROOT / "mapui").rglob("*.py") if "node_modules" not in path.parts]
    assert found
    return sorted(found)
