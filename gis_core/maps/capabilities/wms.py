"""What a WMS 1.1.1 or 1.3.0 says of itself.

OWSLib reads all of a capabilities document and fails on any of it: an empty bounding box, a scale written as text, a
legend without a size. Real services have each of them. So each element is read by itself here, and an odd one costs
that element and leaves a note.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from gis_core.enums import ServiceKind
from gis_core.maps.capabilities.described import (
    Box,
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

ROOTS: Final = frozenset({"WMS_Capabilities", "WMT_MS_Capabilities"})
# ScaleHint of 1.1.1 is the diagonal of a pixel in metres; a pixel is 0.28 mm wide by definition.
HINT_TO_SCALE: Final = 1 / (math.sqrt(2) * 0.000_28)
_SIDES: Final = (
    "westBoundLongitude",
    "southBoundLatitude",
    "eastBoundLongitude",
    "northBoundLatitude",
)
_CORNERS: Final = ("minx", "miny", "maxx", "maxy")


@dataclass(frozen=True)
class _Inherited:
    """What a layer has from those around it. WMS adds CRS and styles, and replaces the rest."""

    level: int = 0
    crs: frozenset[str] = frozenset()
    styles: tuple[Style, ...] = ()
    box: Box | None = None
    min_scale: float | None = None
    max_scale: float | None = None
    is_queryable: bool = False
    attribution: str = ""


def wms_describe(content: bytes, url: str = "") -> ServiceDescription:
    """Reads capabilities, whatever is wrong with single elements. Raises CapabilitiesError.

    `url` is the service's address, from which relative ones count.
    """
    root = xml_root(content)
    if xml_name(root) not in ROOTS:
        raise other_document(root)
    notes = Notes()
    service, capability = child(root, "Service"), child(root, "Capability")
    return ServiceDescription(
        kind=ServiceKind.WMS,
        version="1.3.0" if root.get("version", "").startswith("1.3") else "1.1.1",
        title=text_of(child(service, "Title")),
        abstract=text_of(child(service, "Abstract")),
        provider=text_of(
            child(service, "ContactInformation", "ContactPersonPrimary", "ContactOrganization")
        ),
        licence=licence_told(texts_of(service, "Fees", "AccessConstraints")),
        formats=texts_of(child(capability, "Request", "GetMap"), "Format"),
        info_formats=texts_of(child(capability, "Request", "GetFeatureInfo"), "Format"),
        layers=tuple(_layers(capability, url, notes)),
        notes=tuple(notes.found),
    )


def _layers(capability: Any, url: str, notes: Notes) -> list[LayerDescription]:
    """All layers in document order, wherever they stand. Groups without a name stay for the tree."""
    found = []
    waiting = [(layer, _Inherited()) for layer in reversed(list(children(capability, "Layer")))]
    while waiting:
        element, around = waiting.pop()
        name, title = text_of(child(element, "Name")), text_of(child(element, "Title"))
        inner = list(children(element, "Layer"))
        own = _own(element, around, where=name or title or xml_name(element), url=url, notes=notes)
        if name or inner:
            found.append(
                LayerDescription(
                    name=name,
                    title=title or name,
                    abstract=text_of(child(element, "Abstract")),
                    level=own.level,
                    styles=own.styles,
                    crs=own.crs,
                    box=own.box,
                    min_scale=own.min_scale,
                    max_scale=own.max_scale,
                    is_queryable=own.is_queryable,
                    attribution=own.attribution,
                )
            )
        within = _Inherited(**{**vars(own), "level": own.level + 1})
        waiting += [(one, within) for one in reversed(inner)]
    return found


def _own(element: Any, around: _Inherited, *, where: str, url: str, notes: Notes) -> _Inherited:
    crs = frozenset[str]().union(*map(crs_read, texts_of(element, "CRS", "SRS")))
    smallest, largest = _scales(element, where=where, notes=notes)
    styles = _styles(element, where=where, url=url, notes=notes)
    queryable = element.get("queryable", "").strip().lower()
    return _Inherited(
        level=around.level,
        # A new set only where there is something new: there may be a hundred thousand layers.
        crs=around.crs if crs <= around.crs else around.crs | crs,
        styles=around.styles if not styles else tuple(dict.fromkeys((*styles, *around.styles))),
        box=_box(element, where=where, notes=notes) or around.box,
        min_scale=around.min_scale if smallest is None else smallest,
        max_scale=around.max_scale if largest is None else largest,
        is_queryable=queryable in {"1", "true"} if queryable else around.is_queryable,
        attribution=text_of(child(element, "Attribution", "Title")) or around.attribution,
    )


def _scales(element: Any, *, where: str, notes: Notes) -> tuple[float | None, float | None]:
    """The denominators from and to which the layer is drawn; what says "any scale" is none."""
    texts: tuple[str, str] = ("", "")
    factor = 1.0
    hint = child(element, "ScaleHint")
    if hint is not None:
        texts, factor = (hint.get("min", ""), hint.get("max", "")), HINT_TO_SCALE
    smallest = text_of(child(element, "MinScaleDenominator")) or texts[0]
    largest = text_of(child(element, "MaxScaleDenominator")) or texts[1]
    read = [
        number_read(text, where=where, notes=notes) if text else None
        for text in (smallest, largest)
    ]
    scales = [value * factor if value is not None and 0 < value < 1e12 else None for value in read]
    if scales[0] and scales[1] and scales[0] >= scales[1]:
        notes.add("capabilities_scales", where=where, value=f"{smallest}, {largest}")
        return None, None
    return scales[0], scales[1]


def _box(element: Any, *, where: str, notes: Notes) -> Box | None:
    """The first box in degrees that is one, of those that both versions of WMS know."""
    boxes = [
        *(
            [text_of(child(one, side)) for side in _SIDES]
            for one in children(element, "EX_GeographicBoundingBox")
        ),
        *(
            [one.get(corner, "") for corner in _CORNERS]
            for one in children(element, "LatLonBoundingBox")
        ),
    ]
    read = (box_read(texts, where=where, notes=notes) for texts in boxes)
    return next((box for box in read if box), None)


def _styles(element: Any, *, where: str, url: str, notes: Notes) -> tuple[Style, ...]:
    """Styles that can be asked for: one without a name cannot."""
    found = []
    for one in children(element, "Style"):
        name, title = text_of(child(one, "Name")), text_of(child(one, "Title"))
        if not name:
            notes.add("capabilities_style", where=where, value=title)
            continue
        link = child(one, "LegendURL", "OnlineResource")
        found.append(
            Style(name, title or name, link_read(link, base=url, where=where, notes=notes))
        )
    return tuple(found)
