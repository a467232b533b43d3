"""GML without GDAL: GDAL would fetch a document's schemaLocation from the network.

Documents are streamed with lxml; a document type declaration is refused before anything else is read, so that
neither entities nor external files can come into play. Geometry is read by local names, hence GML 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final
from xml.parsers import expat

from lxml import etree

from gis_core.errors import CodedError

_HEAD_CHUNK: Final = 64 * 1024
_HEAD_LIMIT: Final = 4 * 1024 * 1024
_LOCAL_NAMES: dict[str, str] = {}


class GmlError(CodedError):
    """A document is not well-formed, not allowed, or not GML; `feature` is the one in which it shows, if known."""

    def __init__(self, code: str, *, feature: str = "", **params: Any) -> None:
        self.feature = feature
        super().__init__(code, **params)


def local_name(tag: str) -> str:
    """The name without its namespace."""
    try:
        return _LOCAL_NAMES[tag]
    except KeyError:
        return _LOCAL_NAMES.setdefault(tag, tag.rpartition("}")[2])


def gml_identifier(element: etree._Element) -> str:
    """The gml:id of an element, of GML 3.1 or 3.2, or ""."""
    return next((str(v) for k, v in element.items() if local_name(str(k)) == "id"), "")


@dataclass(frozen=True)
class Head:
    """What a document says before its content: root element, its attributes and namespaces."""

    root: str
    attributes: dict[str, str]
    namespaces: frozenset[str]


def head_read(stream: IO[bytes]) -> Head:
    """Reads up to the root element. Raises GmlError for a DOCTYPE and for what is not XML.

    The namespaces are those of the first elements too: some services declare them only where they need them.
    """
    namespaces: set[str] = set()
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: Any) -> None:
        raise GmlError("xml_dtd")

    def root(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        parser.StartElementHandler = None

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartNamespaceDeclHandler = lambda _, uri: namespaces.add(uri or "")
    parser.StartElementHandler = root
    read = 0
    try:
        while not found and (chunk := stream.read(_HEAD_CHUNK)):
            parser.Parse(chunk, False)
            read += len(chunk)
            if read > _HEAD_LIMIT:
                raise GmlError("xml_root_late")
        if not found:
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # What is wrong behind the root is told, with its feature, by whoever reads on.
        if not found:
            raise GmlError("xml_broken", cause=str(error)) from error
    if not found:
        raise GmlError("xml_rootless")
    name, attributes = found[0]
    plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
    return Head(name.rpartition("}")[2], plain, frozenset(namespaces))


def elements_stream(stream: IO[bytes], names: Collection[str]) -> Iterator[etree._Element]:
    """Yields each element with one of these local names when it is complete, then frees all before it.

    Raises GmlError where the document is truncated, badly encoded or not well-formed.
    """
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    element: etree._Element | None = None
    try:
        for _, element in events:
            yield element
            # The element itself goes when its next sibling comes, or together with its parent.
            parent = element.getparent()
            while parent is not None and (before := element.getprevious()) is not None:
                parent.remove(before)
    except (etree.XMLSyntaxError, LookupError) as error:
        feature = _unfinished(element, names)
        if "too long" in str(error) or "huge" in str(error):
            raise GmlError("xml_text_long", feature=feature) from error
        raise GmlError("xml_broken", feature=feature, cause=str(error)) from error


def _unfinished(last: etree._Element | None, names: Collection[str]) -> str:
    """The feature in which reading stopped: on the way to the last element, the innermost of these names."""
    found = ""
    place = None if last is None else last.getroottree().getroot()
    while place is not None:
        named = isinstance(place.tag, str) and place is not last and local_name(place.tag) in names
        if named and (identifier := gml_identifier(place)):
            found = f"{local_name(place.tag)} {identifier}"
        place = place[-1] if len(place) else None
    return found
