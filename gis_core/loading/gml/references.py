"""What a property only refers to (xlink:href): elements of the same document, by their gml:id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from pathlib import Path
from typing import Final

from lxml import etree

from gis_core.errors import GeometryError
from gis_core.loading.gml.document import GmlError, gml_identifier, local_name
from gis_core.loading.read.formats import file_open

_HREF: Final = re.compile(rb"""href\s*=\s*["']#([^"'<>&]+)["']""")
_CHUNK: Final = 1 << 20
# The longest reference that is found where two chunks meet.
_REST: Final = 300
HREF_LENGTH: Final = 100
# How often all references of a document may be followed, for each of them and beside.
_FOLLOWED_EACH: Final = 20
_FOLLOWED_FREE: Final = 1000


def href_of(element: etree._Element) -> str:
    """What an element without content refers to, or ""."""
    if len(element) or (element.text or "").strip():
        return ""
    return next((str(v) for k, v in element.items() if local_name(str(k)) == "href"), "")


class References:
    """The elements that a document refers to by "#" and their gml:id.

    The document is read again, once, when the first of them is asked for.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Without a path everything that is only referred to is elsewhere."""
        self._path = path
        self._found: dict[str, etree._Element] | None = None
        self._most = self._followed = 0

    def held(self, holder: etree._Element) -> etree._Element:
        """A property as the holder of what it contains or refers to. GeometryError for what is elsewhere."""
        href = href_of(holder)
        if not href:
            return holder
        if self._found is None:
            self._found = self._read()
        self._followed += 1
        if self._followed > self._most:
            raise GeometryError("references_many", most=self._most)
        target = self._found.get(href[1:]) if href.startswith("#") else None
        if target is None:
            raise GeometryError("geometry_elsewhere", href=href[:HREF_LENGTH])
        return target

    def _read(self) -> dict[str, etree._Element]:
        if self._path is None:
            self._most = 1
            return {}
        wanted = _wanted(self._path)
        # References that lead to one another again and again would grow without end.
        self._most = _FOLLOWED_FREE + _FOLLOWED_EACH * wanted.total()
        try:
            return _elements(self._path, wanted)
        except (etree.XMLSyntaxError, LookupError) as error:
            raise GmlError("xml_broken", cause=str(error)) from error


def _wanted(path: Path) -> Counter[str]:
    """What the document refers to, and how often."""
    names: Counter[str] = Counter()
    with file_open(path) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            names.update(name.decode("utf-8", "replace") for name in _HREF.findall(rest + chunk))
            rest = chunk[-_REST:]
    return names


def _elements(path: Path, wanted: Container[str]) -> dict[str, etree._Element]:
    """The wanted elements by their gml:id, each in a holder of its own."""
    found: dict[str, etree._Element] = {}
    with file_open(path) as stream:
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        # Within an element that is wanted nothing is freed.
        inside = 0
        for event, element in events:
            is_wanted = (name := gml_identifier(element)) in wanted
            if event == "start":
                inside += is_wanted
                continue
            if is_wanted:
                found[name] = _alone(element)
                inside -= 1
            if not inside:
                element.clear()
                parent = element.getparent()
                while parent is not None and parent[0] is not element:
                    del parent[0]
    return found


def _alone(element: etree._Element) -> etree._Element:
    holder = etree.Element("holder")
    holder.append(etree.fromstring(etree.tostring(element, with_tail=False)))
    return holder
