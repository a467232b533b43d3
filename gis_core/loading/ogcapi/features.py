"""An OGC API Features by its address: fetched page by page into a directory, from which it is read as GeoJSON.

Each page names the next one. A fetch that broke off goes on behind its last whole page. A feature that comes on two
pages is recognised later, as in every source; here it is noticed when features are missing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from gis_core.errors import LoadError
from gis_core.loading.fetch.client import PAUSES_S, STALL_S, Client, RetryLater
from gis_core.loading.fetch.pages import (
    FETCH_MAX_BYTES,
    PAGE_FEATURES,
    Box,
    Page,
    changed,
    label_of,
    missing,
    pages_resumed,
    state_write,
    useless,
)
from gis_core.loading.ogcapi.collections import GEOJSON, Collection, collection_find, json_read
from gis_core.loading.read.batches import Progress
from gis_core.messages import Message

# A page is held whole while its features are counted.
PAGE_MAX_BYTES: Final = 128 * 1024 * 1024
_PORTS: Final = {"http": 80, "https": 443}


def ogcapi_fetch(  # noqa: PLR0913 - each by its name, most of them have a usual value
    url: str,
    directory: Path,
    *,
    names: list[str],
    name: str = "",
    box: Box | None = None,
    page_features: int = PAGE_FEATURES,
    stall_s: float = STALL_S,
    pauses_s: tuple[float, ...] = PAUSES_S,
    progress: Progress,
) -> tuple[list[Path], str]:
    """Fetches a collection; the pages in order, and the URI of their CRS ("" for longitude and latitude).

    `names` are the feature types that a profile can read; `name` chooses a collection. With `box` only what touches
    it. Raises LoadError naming the address and the cause: no OGC API, less than the service counts, a page of another
    server, an answer that breaks off, a service that stalls.
    """
    label = label_of(url)
    client = Client(label, stall_s, pauses_s, accept=GEOJSON)
    collection = client.tried(
        lambda: collection_find(client, url, names=names, wanted=name, box=box, limit=page_features)
    )
    pages, identifiers = pages_resumed(
        directory, vars(collection), lambda page: _identifiers_kept(directory, page)
    )
    asked = {collection.items, *(page.following for page in pages)}
    following = pages[-1].following if pages else collection.items
    size = 0
    while following:
        start = sum(page.returned for page in pages)
        try:
            page, found = client.tried(
                lambda at=following, start=start: _page(client, collection, directory, at, start)  # type: ignore[misc]
            )
        except LoadError as error:
            if error.message.code.startswith("wfs_http"):
                # A link to a next page may hold for a while only.
                shutil.rmtree(directory, ignore_errors=True)
            raise
        if cause := changed(pages, page):
            raise useless(directory, cause, label)
        if page.following in asked:
            raise useless(directory, Message("ogc_repeats", {"start": start}), label)
        identifiers |= found
        pages.append(page)
        asked.add(page.following)
        state_write(directory, vars(collection), pages)
        progress(label, start + page.returned)
        size += (directory / page.file).stat().st_size
        if size > FETCH_MAX_BYTES:
            raise useless(directory, Message("wfs_fetch_large", {"most": FETCH_MAX_BYTES}), label)
        following = page.following
    if cause := missing(pages, identifiers, None):
        raise useless(directory, cause, label)
    return [directory / page.file for page in pages if page.returned], collection.crs


def ogcapi_sample(
    url: str,
    directory: Path,
    *,
    name: str,
    box: Box | None,
    features: int,
) -> Path:
    """The first page of a collection, of so many features at most, in longitude and latitude; it has its name.

    `name` chooses the collection where the address names none. Raises LoadError naming the address and the cause.
    """
    client = Client(label_of(url), accept=GEOJSON)
    found = client.tried(
        lambda: collection_find(
            client, url, names=[], wanted=name, box=box, limit=features, in_storage_crs=False
        )
    )
    page, _identified = client.tried(lambda: _page(client, found, directory, found.items, 0))
    path: Path = directory / page.file
    return path.rename(directory / f"{found.name.replace('/', '_')}.geojson")


def _page(
    client: Client, collection: Collection, directory: Path, url: str, start: int
) -> tuple[Page, set[str]]:
    """Fetches one page; it gets its name only when it is whole."""
    # Beside the directory, which holds whole pages only.
    part = directory.with_name(f"{directory.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    headers = client.get(url, part, max_bytes=PAGE_MAX_BYTES)
    comes = headers.get("Content-Crs", "").strip("<> ")
    if collection.crs and comes and comes != collection.crs:
        raise LoadError("ogc_other_crs", file=client.label, asked=collection.crs, crs=comes)
    values = _collection_read(part.read_bytes(), client.label, start)
    features, said = values["features"], values.get("numberReturned")
    if type(said) is int and said != len(features):
        raise RetryLater("wfs_short", start=start, said=said, came=len(features))
    matched = values.get("numberMatched")
    name = f"page-{start:09d}.geojson"
    page = Page(
        name,
        start,
        len(features),
        matched if type(matched) is int else None,
        _following(values, url, client.label),
    )
    directory.mkdir(exist_ok=True)
    part.replace(directory / name)
    return page, _identifiers(features, start)


def _collection_read(content: bytes, label: str, start: int) -> dict[str, Any]:
    """The FeatureCollection that a page is; what breaks off is asked for again."""
    try:
        values = json_read(content, label)
    except LoadError as error:
        raise RetryLater("ogc_broken", start=start, cause=error.message.params["cause"]) from error
    facts = values if isinstance(values, dict) else {}
    if facts.get("type") != "FeatureCollection" or not isinstance(facts.get("features"), list):
        raise LoadError("wfs_no_features", file=label, name=str(facts.get("type"))[:40])
    return facts


def _identifiers(features: list[Any], start: int) -> set[str]:
    told = (one.get("id") if isinstance(one, dict) else None for one in features)
    return {
        f"{start}/{index}" if identifier is None else str(identifier)
        for index, identifier in enumerate(told)
    }


def _identifiers_kept(directory: Path, page: Page) -> set[str]:
    """Those of a page that was fetched before."""
    return _identifiers(json.loads((directory / page.file).read_bytes())["features"], page.start)


def _following(values: dict[str, Any], url: str, label: str) -> str:
    """The address of the next page, "" for the last one. LoadError where it is one of another server."""
    links = values.get("links")
    for link in links if isinstance(links, list) else []:
        if not isinstance(link, dict) or link.get("rel") != "next":
            continue
        href = str(link.get("href"))
        try:
            there = str(urljoin(url, href))
            is_own = _origin(there) == _origin(url)
        except ValueError as error:
            raise LoadError("address_none", file=label, url=repr(href)) from error
        if not is_own:
            raise LoadError("ogc_foreign_page", file=label, server=label_of(there))
        return there
    return ""


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
