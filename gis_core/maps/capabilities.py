"""What a WMS says of itself, as far as it matters here: title, provider, layers with their CRS, formats of images.

OWSLib reads all of a capabilities document and fails on any of it: an empty bounding box, a scale written as text, a
legend without a size. Real services have each of them. So these four things are read here and the rest is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from defusedxml.ElementTree import fromstring

from gis_core.srids import WEB_MERCATOR, storage_srid

ROOTS: Final = frozenset({"WMS_Capabilities", "WMT_MS_Capabilities"})
TEXT_MAX: Final = 200


class CapabilitiesError(ValueError):
    """The document is no WMS capabilities; the message says what it is."""


@dataclass(frozen=True)
class WmsDescription:
    """`version` is the one to speak. `layers`: by name, in which of the two CRS that we could use each is offered.

    Those are EPSG:3857 and the storage CRS, written `EPSG:n`.
    """

    version: str
    title: str
    provider: str
    formats: tuple[str, ...]
    layers: Mapping[str, frozenset[str]]


def wms_describe(content: bytes) -> WmsDescription:
    """Reads capabilities of WMS 1.1.1 or 1.3.0, whatever else is wrong with them. Raises CapabilitiesError."""
    root = _root(content)
    if _name(root) not in ROOTS:
        raise CapabilitiesError(f"it is a {_name(root)!r}: {_text(root)[:TEXT_MAX]}")
    capability = _child(root, "Capability")
    get_map = _child(_child(capability, "Request"), "GetMap")
    formats = (_text(one) for one in _children(get_map, "Format"))
    service = _child(root, "Service")
    contact = _child(_child(service, "ContactInformation"), "ContactPersonPrimary")
    return WmsDescription(
        version="1.3.0" if root.get("version", "").startswith("1.3") else "1.1.1",
        title=_text(_child(service, "Title")),
        provider=_text(_child(contact, "ContactOrganization")),
        formats=tuple(one for one in formats if one),
        layers=_layers(capability),
    )


def _root(content: bytes) -> Any:
    """The document's root. Entities and external document types are refused."""
    try:
        return fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except Exception as error:
        # Encodings that nobody knows, bytes that are none: whatever the parser raises, it is no document (ADR 13).
        raise CapabilitiesError(f"it is no XML ({type(error).__name__}: {error})") from error


def _layers(capability: Any) -> dict[str, frozenset[str]]:
    """All named layers, wherever they stand; CRS are inherited. One that stands twice has what either has."""
    useful = frozenset({f"EPSG:{WEB_MERCATOR}", f"EPSG:{storage_srid()}"})
    found: dict[str, frozenset[str]] = {}
    waiting = [(layer, frozenset[str]()) for layer in _children(capability, "Layer")]
    while waiting:
        layer, inherited = waiting.pop()
        own = [_text(one) for kind in ("CRS", "SRS") for one in _children(layer, kind)]
        offered = inherited | (useful & {word.upper() for text in own for word in text.split()})
        if name := _text(_child(layer, "Name")):
            found[name] = found.get(name, frozenset()) | offered
        waiting += [(inner, offered) for inner in _children(layer, "Layer")]
    return found


def _name(element: Any) -> str:
    """The element's name without its namespace; comments and processing instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Any, name: str) -> Iterator[Any]:
    return (one for one in (() if element is None else element) if _name(one) == name)


def _child(element: Any, name: str) -> Any:
    return next(_children(element, name), None)


def _text(element: Any) -> str:
    """All text in the element in one line."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())
