"""A WFS by its address: fetched page by page into a directory, from which it is read as any other GML.

OWSLib reads the capabilities; every request goes through gis_core.net.outgoing, which refuses private networks.
A fetch that broke off goes on behind its last whole page. A feature that comes on two pages is recognised later,
as in every source; here it is noticed when features are missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gis_core.errors import LoadError
from gis_core.loading.fetch.client import (
    CAPABILITIES_MAX_BYTES,
    EXCEPTIONS,
    PAUSES_S,
    STALL_S,
    Client,
    RetryLater,
    XmlUnreadable,
    exception_text,
    number_read,
    xml_read,
)
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
from gis_core.loading.gml.document import GmlError, elements_stream, gml_identifier, head_read
from gis_core.loading.read.batches import Progress
from gis_core.loading.wfs.service import (
    Service,
    box_text,
    feature_address,
    features_count,
    service_find,
    since_filter,
)
from gis_core.messages import Message


def wfs_fetch(  # noqa: PLR0913 - each by its name, most of them have a usual value
    url: str,
    directory: Path,
    *,
    type_names: list[str],
    type_name: str = "",
    page_features: int = PAGE_FEATURES,
    stall_s: float = STALL_S,
    pauses_s: tuple[float, ...] = PAUSES_S,
    since: tuple[str, str] | None = None,
    only: str = "",
    box: Box | None = None,
    geometry: str = "",
    progress: Progress,
) -> list[Path]:
    """Fetches a feature type; the pages, in order.

    With `since` (property, value) only the features whose property is not before the value, with `only` nothing of
    them but one property, with `box` only what touches it; `geometry` is the property that holds the place.

    `type_names` are those that a profile can read; `type_name` chooses one when there are several. Raises
    LoadError naming the address and the cause: no WFS, an exception, a truncated answer, a service that stalls.
    """
    label = label_of(url)
    client = Client(label, stall_s, pauses_s)
    service = client.tried(lambda: service_find(client, url, type_names, type_name))
    more = _selection(service, since, only, box, geometry)
    asked = {"service": vars(service), "count": page_features, "more": more}
    pages, identifiers = pages_resumed(
        directory, asked, lambda page: _identifiers(directory, page, service)
    )
    total = client.tried(lambda: features_count(client, service, **more))
    size = 0
    # The count may be that of the server's own limit: only an empty page is the end.
    while not pages or pages[-1].returned:
        start = sum(page.returned for page in pages)
        try:
            page, found = client.tried(
                lambda at=start: _page(client, service, directory, at, page_features, more)  # type: ignore[misc]
            )
        except LoadError:
            if total is None or start < total:
                raise
            # Some services take a start behind the end for a mistake.
            break
        if page.returned and not found - identifiers:
            again = found == _identifiers(directory, pages[0], service)
            if again and not _is_whole(pages, identifiers, total, page_features):
                raise useless(directory, Message("wfs_repeats", {"start": start}), label)
            break
        if cause := changed(pages, page):
            raise useless(directory, cause, label)
        identifiers |= found
        pages.append(page)
        state_write(directory, asked, pages)
        progress(label, start + page.returned)
        size += (directory / page.file).stat().st_size
        if size > FETCH_MAX_BYTES:
            raise useless(directory, Message("wfs_fetch_large", {"most": FETCH_MAX_BYTES}), label)
    if cause := missing(pages, identifiers, total):
        raise useless(directory, cause, label)
    return [directory / page.file for page in pages if page.returned]


def wfs_sample(url: str, directory: Path, *, name: str, box: Box | None, features: int) -> Path:
    """The first page of a feature type, of so many features at most; it has its name.

    `name` chooses the type where the service has several. Raises LoadError naming the address and the cause.
    """
    client = Client(label_of(url))
    service = client.tried(lambda: service_find(client, url, [], name))
    more = _selection(service, None, "", box, "")
    page, _found = client.tried(lambda: _page(client, service, directory, 0, features, more))
    path: Path = directory / page.file
    return path.rename(directory / f"{service.type_name.replace(':', '_')}.gml")


def _selection(
    service: Service, since: tuple[str, str] | None, only: str, box: Box | None, geometry: str
) -> dict[str, str]:
    """The parameters that say what is wanted of the feature type; a filter takes the place of BBOX."""
    more = {"PROPERTYNAME": only} if only else {}
    if since:
        more["FILTER"] = since_filter(service, *since, box=box, geometry=geometry)
    elif box:
        more["BBOX"] = box_text(box)
    return more


def _is_whole(
    pages: list[Page], identifiers: set[str], total: int | None, page_features: int
) -> bool:
    """Whether a service that knows no pages sent everything in its first answer."""
    known = total is not None or any(page.matched is not None for page in pages)
    if known:
        return missing(pages, identifiers, total) is None
    return pages[0].returned > page_features


# --- Pages ----------------------------------------------------------------------------------------


def _page(
    client: Client,
    service: Service,
    directory: Path,
    start: int,
    count: int,
    more: dict[str, str],
) -> tuple[Page, set[str]]:
    """Fetches one page; it gets its name only when it is whole."""
    # Beside the directory, which holds whole pages only.
    part = directory.with_name(f"{directory.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    client.get(feature_address(service, start, count, **more), part)
    page, found = _page_read(part, service, start, client.label)
    name = f"page-{start:09d}.gml"
    directory.mkdir(exist_ok=True)
    part.replace(directory / name)
    return Page(name, start, page.returned, page.matched), found


def _page_read(path: Path, service: Service, start: int, label: str) -> tuple[Page, set[str]]:
    """Counts the features of a page and compares with what it says of itself."""
    name = service.type_name.rpartition(":")[2]
    try:
        with path.open("rb") as stream:
            head = head_read(stream)
        if head.root in EXCEPTIONS:
            raise LoadError("wfs_exception", file=label, cause=_exception_read(path, start))
        if head.root != "FeatureCollection":
            raise LoadError("wfs_no_features", file=label, name=head.root)
        with path.open("rb") as stream:
            found = [
                gml_identifier(e)
                for e in elements_stream(stream, {name, "boundedBy"})
                if _is(e, name)
            ]
    except GmlError as error:
        raise RetryLater("wfs_broken", start=start, cause=error.message) from error
    said = number_read(
        head.attributes.get("numberReturned") or head.attributes.get("numberOfFeatures") or ""
    )
    if said is not None and said != len(found):
        raise RetryLater("wfs_short", start=start, said=said, came=len(found))
    matched = number_read(head.attributes.get("numberMatched", ""))
    return (
        Page(path.name, start, len(found), matched),
        {identifier or f"{start}/{index}" for index, identifier in enumerate(found)},
    )


def _exception_read(path: Path, start: int) -> str:
    try:
        return exception_text(xml_read(path.read_bytes()[:CAPABILITIES_MAX_BYTES]))
    except XmlUnreadable as error:
        raise RetryLater("wfs_broken", start=start, cause=str(error)) from error


def _is(element: Any, name: str) -> bool:
    return str(element.tag).rpartition("}")[2] == name


def _identifiers(directory: Path, page: Page, service: Service) -> set[str]:
    return _page_read(directory / page.file, service, page.start, "")[1]
