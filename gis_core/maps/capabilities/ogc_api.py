"""What services say of themselves that speak OGC API (Maps, Features), and tiles by address (XYZ)."""

from __future__ import annotations

import json
from typing import Any, Final

from gis_core.enums import ServiceKind
from gis_core.maps.capabilities.described import (
    Box,
    CapabilitiesError,
    LayerDescription,
    Notes,
    ServiceDescription,
    licence_told,
)
from gis_core.maps.capabilities.xml import address_joined, box_read, crs_read

MAP_RELATIONS: Final = ("http://www.opengis.net/def/rel/ogc/1.0/map", "[ogc-rel:map]", "map")
COLLECTION_RELATIONS: Final = ("http://www.opengis.net/def/rel/ogc/1.0/data", "data", "collections")
MERCATOR: Final = "EPSG:3857"


def json_read(content: bytes) -> dict[str, Any]:
    """The object of a JSON document. Raises CapabilitiesError."""
    try:
        values = json.loads(content)
    except Exception as error:
        # json raises RecursionError as well; whatever it is, it is no document (ADR 13).
        cause = f"{type(error).__name__}: {error}"
        raise CapabilitiesError("capabilities_no_json", cause=cause) from error
    if not isinstance(values, dict):
        raise CapabilitiesError("capabilities_no_json", cause=type(values).__name__)
    return values


def collections_address(landing: dict[str, Any], url: str) -> str:
    """Where the landing page says that the collections are; empty where it says nothing."""
    return _link(landing, COLLECTION_RELATIONS, url)


def ogc_api_describe(
    collections: dict[str, Any], url: str = "", landing: dict[str, Any] | None = None
) -> ServiceDescription:
    """Reads a list of collections: one layer each. `url`: where the list came from. Raises CapabilitiesError.

    A service is one of maps as soon as one of its collections has a map.
    """
    listed = collections.get("collections")
    if not isinstance(listed, list):
        raise CapabilitiesError("capabilities_no_collections")
    notes = Notes()
    layers = [_layer(one, url, notes) for one in listed if isinstance(one, dict)]
    head = landing or {}
    licence = _link(collections, ("license",), url) or _link(head, ("license",), url)
    return ServiceDescription(
        kind=ServiceKind.OGC_MAPS
        if any(layer.address for layer in layers)
        else ServiceKind.OGC_FEATURES,
        title=_text(head.get("title")) or _text(collections.get("title")),
        abstract=_text(head.get("description")),
        provider=_text(head.get("attribution")) or _text(collections.get("attribution")),
        licence=licence_told([licence]),
        formats=("image/png",),
        layers=tuple(layer for layer in layers if layer.name),
        notes=tuple(notes.found),
    )


def xyz_describe(url: str) -> ServiceDescription:
    """Tiles by address say nothing of themselves but that they are on the grid of Web Mercator."""
    layer = LayerDescription(name="tiles", title="", crs=frozenset({MERCATOR}), address=url)
    return ServiceDescription(kind=ServiceKind.XYZ, layers=(layer,))


def _layer(values: dict[str, Any], url: str, notes: Notes) -> LayerDescription:
    name = _text(values.get("id"))
    systems = values.get("crs")
    crs = [_text(one) for one in systems] if isinstance(systems, list) else []
    return LayerDescription(
        name=name,
        title=_text(values.get("title")) or name,
        abstract=_text(values.get("description")),
        crs=frozenset[str]().union(*map(crs_read, crs)),
        box=_box(values, where=name, notes=notes),
        attribution=_text(values.get("attribution")),
        address=_link(values, MAP_RELATIONS, url),
    )


def _box(values: dict[str, Any], *, where: str, notes: Notes) -> Box | None:
    """The first box of the extent; those with heights have six numbers."""
    box: Any = values.get("extent")
    for key in ("spatial", "bbox"):
        box = box.get(key) if isinstance(box, dict) else None
    first = box[0] if isinstance(box, list) and box else None
    if not isinstance(first, list) or len(first) not in {4, 6}:
        return None
    flat = first if len(first) == 4 else [*first[:2], *first[3:5]]
    return box_read([str(one) for one in flat], where=where, notes=notes)


def _link(values: dict[str, Any], relations: tuple[str, ...], url: str) -> str:
    links = values.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") in relations:
            return address_joined(url, _text(link.get("href")))
    return ""


def _text(value: Any) -> str:
    """In one line. JSON may write half characters and NUL, which nothing can store."""
    if not isinstance(value, str):
        return ""
    return " ".join(value.encode("utf-8", "ignore").decode().replace("\0", "").split())
