"""What WMTS 1.0.0 and WFS 1.1.0 or 2.0.0 say of themselves: both use the head that OWS Common describes."""

from __future__ import annotations

import math
from typing import Any, Final, TypedDict
from urllib.parse import urlencode

from gis_core.enums import ServiceKind
from gis_core.maps.addresses import address_with
from gis_core.maps.capabilities.described import (
    Box,
    CapabilitiesError,
    LayerDescription,
    Notes,
    ServiceDescription,
    Style,
    licence_told,
)
from gis_core.maps.capabilities.xml import (
    box_read,
    child,
    children,
    crs_read,
    link_read,
    number_read,
    other_document,
    text_of,
    texts_of,
    xml_name,
    xml_root,
)

WFS_VERSIONS: Final = ("2.0.0", "1.1.0")
# The scale of zoom 0 in the grid of Web Mercator (OGC 07-057r7, annex E.4).
SCALE_AT_ZOOM_0: Final = 559_082_264.028_717_8
ZOOMS: Final = 23
MERCATOR: Final = "EPSG:3857"
MERCATOR_LIMIT: Final = 20_037_508.34
_PLACES: Final = {"TileMatrix": "{z}", "TileRow": "{y}", "TileCol": "{x}"}


def wmts_describe(content: bytes, url: str = "") -> ServiceDescription:
    """Reads capabilities of a WMTS. `url`: the service's address. Raises CapabilitiesError."""
    root = xml_root(content)
    contents = child(root, "Contents")
    if xml_name(root) != "Capabilities" or contents is None:
        raise other_document(root)
    notes = Notes()
    grids = {}
    for grid in children(contents, "TileMatrixSet"):
        name = text_of(child(grid, "Identifier"))
        if MERCATOR in crs_read(text_of(child(grid, "SupportedCRS"))):
            grids[name] = _matrices(grid, where=name, notes=notes)
    layers = [_tile_layer(one, grids, url, notes) for one in children(contents, "Layer")]
    formats = (text for one in children(contents, "Layer") for text in texts_of(one, "Format"))
    return ServiceDescription(
        kind=ServiceKind.WMTS,
        version="1.0.0",
        **_head(root),
        formats=tuple(dict.fromkeys(formats)),
        layers=tuple(layer for layer in layers if layer.name),
        notes=tuple(notes.found),
    )


def wfs_describe(content: bytes, url: str = "") -> ServiceDescription:
    """Reads capabilities of a WFS: its feature types as layers. Raises CapabilitiesError."""
    root = xml_root(content)
    if xml_name(root) != "WFS_Capabilities":
        raise other_document(root)
    version = root.get("version", "")
    if version not in WFS_VERSIONS:
        raise CapabilitiesError("capabilities_version", version=version[:20] or "?")
    notes = Notes()
    types = []
    for one in children(child(root, "FeatureTypeList"), "FeatureType"):
        name = text_of(child(one, "Name"))
        if not name:
            continue
        systems = texts_of(one, "DefaultCRS", "OtherCRS", "DefaultSRS", "OtherSRS")
        types.append(
            LayerDescription(
                name=name,
                title=text_of(child(one, "Title")) or name,
                abstract=text_of(child(one, "Abstract")),
                crs=frozenset[str]().union(*map(crs_read, systems)),
                box=_wgs84_box(one, where=name, notes=notes),
            )
        )
    return ServiceDescription(
        kind=ServiceKind.WFS,
        version=version,
        **_head(root),
        layers=tuple(types),
        notes=tuple(notes.found),
    )


class _Head(TypedDict):
    title: str
    abstract: str
    provider: str
    licence: str


def _head(root: Any) -> _Head:
    """What OWS Common says of title, provider and licence."""
    service = child(root, "ServiceIdentification")
    return {
        "title": text_of(child(service, "Title")),
        "abstract": text_of(child(service, "Abstract")),
        "provider": text_of(child(root, "ServiceProvider", "ProviderName")),
        "licence": licence_told(texts_of(service, "Fees", "AccessConstraints")),
    }


def _wgs84_box(element: Any, *, where: str, notes: Notes) -> Box | None:
    box = child(element, "WGS84BoundingBox")
    if box is None:
        return None
    corners = [text_of(child(box, name)) for name in ("LowerCorner", "UpperCorner")]
    return box_read(" ".join(corners).split(), where=where, notes=notes)


def _matrices(grid: Any, *, where: str, notes: Notes) -> tuple[str, ...]:
    """The names of the zooms of Web Mercator's grid, "" for one that is missing.

    A matrix of another grid has no place among them and leaves a note.
    """
    found = [""] * ZOOMS
    for one in children(grid, "TileMatrix"):
        name = text_of(child(one, "Identifier"))
        scale = number_read(text_of(child(one, "ScaleDenominator")), where=where, notes=notes)
        level = math.log2(SCALE_AT_ZOOM_0 / scale) if scale and scale > 0 else -1.0
        zoom = round(level)
        corner = text_of(child(one, "TopLeftCorner")).split()
        numbers = [number_read(text, where=where, notes=notes) for text in corner]
        expected = [-MERCATOR_LIMIT, MERCATOR_LIMIT]
        in_place = len(numbers) == 2 and all(
            value is not None and abs(value - there) < 1
            for value, there in zip(numbers, expected, strict=True)
        )
        sides = {text_of(child(one, side)) for side in ("TileWidth", "TileHeight")}
        if 0 <= zoom < ZOOMS and abs(level - zoom) < 0.001 and in_place and sides == {"256"}:
            found[zoom] = name
        else:
            notes.add("capabilities_matrix", where=where, value=name)
    return tuple(found)


def _tile_layer(
    element: Any, grids: dict[str, tuple[str, ...]], url: str, notes: Notes
) -> LayerDescription:
    name = text_of(child(element, "Identifier"))
    linked = [
        text_of(child(one, "TileMatrixSet")) for one in children(element, "TileMatrixSetLink")
    ]
    grid = next((one for one in linked if any(grids.get(one, ()))), "")
    styles = _tile_styles(element, where=name, url=url, notes=notes)
    address = _template(element, name=name, grid=grid, styles=styles, url=url) if grid else ""
    return LayerDescription(
        name=name,
        title=text_of(child(element, "Title")) or name,
        abstract=text_of(child(element, "Abstract")),
        styles=styles,
        crs=frozenset({MERCATOR}) if address else frozenset(),
        box=_wgs84_box(element, where=name, notes=notes),
        is_queryable=any(children(element, "InfoFormat")),
        address=address,
        matrices=grids.get(grid, ()),
    )


def _tile_styles(element: Any, *, where: str, url: str, notes: Notes) -> tuple[Style, ...]:
    """The default style first."""
    found: list[Style] = []
    for one in children(element, "Style"):
        name = text_of(child(one, "Identifier"))
        legend = link_read(child(one, "LegendURL"), base=url, where=where, notes=notes)
        style = Style(name, text_of(child(one, "Title")) or name, legend)
        found.insert(0 if one.get("isDefault") == "true" else len(found), style)
    return tuple(found)


def _template(element: Any, *, name: str, grid: str, styles: tuple[Style, ...], url: str) -> str:
    """The address of a tile, from the layer's template or, where it has none that we can fill, by parameters."""
    style = styles[0].name if styles else "default"
    formats = texts_of(element, "Format")
    image_format = next((one for one in ("image/png", "image/jpeg") if one in formats), "")
    for one in children(element, "ResourceURL"):
        template = str(one.get("template", ""))
        if one.get("resourceType") != "tile" or image_format not in {"", one.get("format")}:
            continue
        values = {**_PLACES, "Style": style, "style": style, "TileMatrixSet": grid}
        for place, value in values.items():
            template = template.replace(f"{{{place}}}", value)
        bare = template.replace("{z}", "").replace("{x}", "").replace("{y}", "")
        if template.startswith(("http://", "https://")) and "{" not in bare and bare != template:
            return template
    if not url:
        return ""
    query = urlencode(
        {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": name,
            "STYLE": style,
            "FORMAT": image_format or "image/png",
            "TILEMATRIXSET": grid,
        },
        safe=":/",
    )
    return f"{address_with(url, {})}{'&' if '?' in url else '?'}{query}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
