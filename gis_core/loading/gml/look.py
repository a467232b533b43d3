"""What a GML document holds, before anybody knows what it means: feature types with values of their properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from lxml import etree

from gis_core.errors import LoadError
from gis_core.loading.gml.document import (
    GmlError,
    elements_stream,
    gml_identifier,
    head_read,
    local_name,
)
from gis_core.loading.read.formats import GZIP_ERRORS, file_open

_MEMBERS: Final = ("member", "featureMember", "featureMembers")
_NO_FEATURES: Final = frozenset({"FeatureCollection", "boundedBy"})
_GML: Final = "http://www.opengis.net/gml"
# The cadastre's own model: its objects refer to each other, which no mapping of columns says.
_NAS: Final = "http://www.adv-online.de/namespaces/adv/gid/"
# Properties in properties are looked at down to this depth.
_DEPTH: Final = 3


@dataclass
class FeatureType:
    """`geometry`: the property that holds the place, "" for none; `shapes`: the kinds of geometry that were met;
    `columns`: the values of each property by its path (a/b), without blanks, and of "@id" the gml:id."""

    name: str
    namespace: str
    geometry: str = ""
    crs: str = ""
    shapes: dict[str, None] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def take(self, feature: etree._Element) -> None:
        for child in feature.iterchildren(tag=etree.Element):
            if (name := local_name(child.tag)) in _NO_FEATURES:
                continue
            shape = next(child.iterchildren(f"{{{_GML}}}*", f"{{{_GML}/3.2}}*"), None)
            if shape is None:
                self._values(child, name, 1)
            else:
                self.geometry = self.geometry or name
                self.shapes[local_name(shape.tag)] = None
                self.crs = self.crs or str(shape.get("srsName", ""))
        if identifier := gml_identifier(feature):
            self.columns.setdefault("@id", []).append(identifier)

    def _values(self, element: etree._Element, path: str, depth: int) -> None:
        below = list(element.iterchildren(tag=etree.Element))
        if not below:
            values = self.columns.setdefault(path, [])
            values += filter(None, [(element.text or "").strip()])
        for child in below if depth < _DEPTH else ():
            self._values(child, f"{path}/{local_name(child.tag)}", depth + 1)


def feature_types_look(path: Path, features: int) -> list[FeatureType]:
    """The types among so many of the first features. LoadError for what is no collection of any."""
    found: dict[str, FeatureType] = {}
    try:
        with file_open(path) as stream:
            head = head_read(stream)
        if any(uri.startswith(_NAS) for uri in head.namespaces):
            raise LoadError("mapping_of_nas", file=path.name)
        with file_open(path) as stream:
            for number, feature in enumerate(_features(stream)):
                if number >= features:
                    break
                namespace, _brace, name = str(feature.tag).lstrip("{").rpartition("}")
                found.setdefault(name, FeatureType(name, namespace)).take(feature)
    except GmlError as error:
        raise LoadError(error.message, file=path.name, feature=error.feature) from error
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    if not found:
        raise LoadError("mapping_of_xml", file=path.name, root=head.root)
    return list(found.values())


def _features(stream: IO[bytes]) -> Iterator[etree._Element]:
    for member in elements_stream(stream, _MEMBERS):
        for one in member.iterchildren(tag=etree.Element):
            if local_name(one.tag) not in _NO_FEATURES:
                yield one
