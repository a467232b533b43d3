"""Pages of a service in a directory: where it lies, whether they make one state."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gis_core.errors import LoadError
from gis_core.messages import Message

PAGE_FEATURES: Final = 1000
FETCH_MAX_BYTES: Final = 64 * 1024**3
# Pages of a load that never went on are kept so long.
KEEP_S: Final = 7 * 24 * 3600.0
STATE: Final = "state.json"

# West, south, east, north in the storage CRS.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Page:
    """A page as it was stored: where it starts, how many features came, how many there are in all (None: unknown).

    `following` is the address of the next page where the service names it.
    """

    file: str
    start: int
    returned: int
    matched: int | None
    following: str = ""


def label_of(url: str) -> str:
    """What messages call the service. LoadError for what is no address."""
    try:
        return urlsplit(url).netloc or url
    except ValueError as error:
        raise LoadError("address_none", file=url, url=repr(url)) from error


def useless(directory: Path, cause: Message, label: str) -> LoadError:
    """The error for pages that do not make one state: they are removed, so that the next attempt begins anew."""
    shutil.rmtree(directory, ignore_errors=True)
    return LoadError(cause, file=label)


def changed(pages: list[Page], page: Page) -> Message | None:
    """What is wrong where the service counts otherwise than before."""
    known = next((before.matched for before in pages if before.matched is not None), None)
    if known is not None and page.matched is not None and page.matched != known:
        return Message("wfs_changed", {"before": known, "after": page.matched})
    return None


def missing(pages: list[Page], identifiers: set[str], total: int | None) -> Message | None:
    """Less than the service itself counts is a truncated state: what is missing would count as vanished."""
    matched = next((page.matched for page in pages if page.matched is not None), total)
    if matched is None or len(identifiers) >= matched:
        return None
    counts = {"matched": matched, "came": len(identifiers)}
    if again := sum(page.returned for page in pages) - len(identifiers):
        return Message("wfs_incomplete_twice", {**counts, "again": again})
    return Message("wfs_incomplete", counts)


def state_write(directory: Path, asked: dict[str, Any], pages: list[Page]) -> None:
    """Keeps what was asked for and which pages came, so that a fetch that broke off goes on behind them."""
    fresh = directory / f"{STATE}.part"
    fresh.write_text(json.dumps({"asked": asked, "pages": [vars(page) for page in pages]}), "utf-8")
    fresh.replace(directory / STATE)


def pages_resumed(
    directory: Path, asked: dict[str, Any], identifiers_of: Callable[[Page], set[str]]
) -> tuple[list[Page], set[str]]:
    """The pages of a fetch of the same request that broke off, as long as they are all there, and what is on them."""
    path = directory / STATE
    state = json.loads(path.read_text("utf-8")) if path.exists() else {}
    pages: list[Page] = []
    identifiers: set[str] = set()
    if state.get("asked") != asked:
        return pages, identifiers
    for values in state["pages"]:
        page = Page(**values)
        if not (directory / page.file).exists():
            break
        identifiers |= identifiers_of(page)
        pages.append(page)
    return pages, identifiers


def directory_for(root: Path, url: str, type_name: str, moment: float) -> Path:
    """Where the pages of one fetch lie: by service, feature type and time. Those of long ago are removed."""
    name = hashlib.sha256(f"{url} {type_name}".encode()).hexdigest()[:16]
    root.mkdir(parents=True, exist_ok=True)
    for old in root.iterdir():
        if old.stat().st_mtime < moment - KEEP_S:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    return root / f"{name}-{moment:.0f}"
