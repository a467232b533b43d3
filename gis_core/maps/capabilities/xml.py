"""Reading XML of strangers: elements by their names without namespaces, numbers as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from defusedxml.ElementTree import fromstring

from gis_core.maps.capabilities.described import TEXT_MAX, Box, CapabilitiesError, Notes

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SCALE: Final = re.compile(r"^1\s*:\s*")
_EPSG: Final = re.compile(
    r"EPSG(?:\.xml#|::?|:[\d.]*:|/[\d.]+/)(\d{1,9})$", re.IGNORECASE | re.ASCII
)
_CRS84: Final = re.compile(r"(CRS:84|[:/]CRS84)$", re.IGNORECASE)
# Google's own number for Web Mercator, before EPSG had one.
_SYNONYMS: Final = {"EPSG:900913": "EPSG:3857", "EPSG:102100": "EPSG:3857"}
_HREF: Final = "{http://www.w3.org/1999/xlink}href"


def xml_root(content: bytes) -> Any:
    """The document's root. Entities and external document types are refused. Raises CapabilitiesError."""
    try:
        return fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except Exception as error:
        # Encodings that nobody knows, bytes that are none: whatever the parser raises, it is no document (ADR 13).
        cause = f"{type(error).__name__}: {error}"
        raise CapabilitiesError("capabilities_no_xml", cause=cause) from error


def other_document(root: Any) -> CapabilitiesError:
    """The error for XML that is something else, such as a service's exception."""
    return CapabilitiesError(
        "capabilities_other", name=xml_name(root), text=text_of(root)[:TEXT_MAX]
    )


def xml_name(element: Any) -> str:
    """The element's name without its namespace; comments and processing instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    return (one for one in (() if element is None else element) if xml_name(one) in names)


def child(element: Any, *path: str) -> Any:
    """The first element at the end of the path of names; None where there is none."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_of(element: Any) -> str:
    """All text in the element in one line."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())


def texts_of(element: Any, *names: str) -> tuple[str, ...]:
    """The texts of the children of these names, each once, without empty ones."""
    return tuple(dict.fromkeys(text for one in children(element, *names) if (text := text_of(one))))


def number_read(text: str, *, where: str, notes: Notes) -> float | None:
    """A finite number, also as `1:500` or with a decimal comma; None and a note for anything else."""
    bare = _SCALE.sub("", text.strip()).replace(",", ".")
    value = float(bare) if _NUMBER.fullmatch(bare) else math.nan
    if math.isfinite(value):
        return value
    notes.add("capabilities_number", where=where, value=text)
    return None


def box_read(texts: list[str], *, where: str, notes: Notes) -> Box | None:
    """West, south, east, north in degrees; None and a note where they are no box on the globe."""
    numbers = [number_read(text, where=where, notes=notes) for text in texts]
    if len(numbers) != 4 or None in numbers:
        return None
    west, south, east, north = (float(one) for one in numbers if one is not None)
    if -180.001 <= west <= east <= 180.001 and -90.001 <= south <= north <= 90.001:
        return (west, south, east, north)
    notes.add("capabilities_box", where=where, value=", ".join(texts))
    return None


def crs_read(text: str) -> frozenset[str]:
    """The systems named in a text: `EPSG:n` in all its spellings, `CRS:84`. Others are not known here."""
    found = set()
    for word in text.split():
        if match := _EPSG.search(word):
            name = f"EPSG:{int(match[1])}"
            found.add(_SYNONYMS.get(name, name))
        elif _CRS84.search(word):
            found.add("CRS:84")
    return frozenset(found)


def link_read(element: Any, *, base: str, where: str, notes: Notes) -> str:
    """The absolute address in `xlink:href`; empty for none that is http(s). Relative ones count from `base`."""
    written = "" if element is None else (element.get(_HREF) or element.get("href") or "").strip()
    if not written:
        return ""
    address = address_joined(base, written)
    if not address:
        notes.add("capabilities_address", where=where, value=written)
    return address


def address_joined(base: str, written: str) -> str:
    """The address as it is meant on a page of `base`; empty where it is no http(s) address."""
    try:
        address = urljoin(base, written)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""
