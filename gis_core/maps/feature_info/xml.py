"""Answers in XML: the dialects of GML, and those of single vendors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from gis_core.maps.capabilities.xml import child, children, text_of, xml_name
from gis_core.maps.feature_info.answer import Found, InfoUnavailable, Pair

EXCEPTIONS: Final = ("ServiceExceptionReport", "ServiceException", "ExceptionReport")
MEMBERS: Final = ("featureMember", "featureMembers", "member")
# GML's own properties, and what a geometry of any version consists of.
NO_ATTRIBUTES: Final = frozenset({"boundedBy", "location"})
GEOMETRIC: Final = frozenset({"coordinates", "coord", "pos", "posList", "lowerCorner"})
CAUSE_LENGTH: Final = 300


def xml_objects(root: Any) -> Iterator[Found]:
    """The objects in a document. Raises InfoUnavailable for an exception and for what is in no known dialect."""
    name = xml_name(root)
    if name in EXCEPTIONS:
        raise InfoUnavailable("info_refused", cause=text_of(root)[:CAUSE_LENGTH])
    read = DIALECTS.get(name)
    if read is None:
        raise InfoUnavailable("capabilities_other", name=name, text=text_of(root)[:CAUSE_LENGTH])
    return read(root)


def _mapserver(root: Any) -> Iterator[Found]:
    """msGMLOutput: an element for each layer, in it one for each object."""
    for layer in root:
        title = text_of(child(layer, "name")) or xml_name(layer).removesuffix("_layer")
        for one in layer:
            if xml_name(one).endswith("_feature"):
                yield Found(title, _properties(one))


def _collection(root: Any) -> Iterator[Found]:
    """FeatureCollection of WFS: GeoServer, QGIS Server, deegree. An object is named as its type."""
    for member in children(root, *MEMBERS):
        for one in member:
            if xml_name(one) == "FeatureCollection":
                yield from _collection(one)
            else:
                yield Found(xml_name(one), _properties(one))


def _qgis(root: Any) -> Iterator[Found]:
    """GetFeatureInfoResponse: layers with objects with attributes; those of a raster stand in the layer itself."""
    for layer in children(root, "Layer"):
        title = layer.get("name", "")
        for one in (layer, *children(layer, "Feature")):
            attributes = [
                (attribute.get("name", ""), attribute.get("value", ""))
                for attribute in children(one, "Attribute")
                if attribute.get("name") != "geometry"
            ]
            yield Found(title, attributes)


def _esri(root: Any) -> Iterator[Found]:
    """FeatureInfoResponse: attributes of an element FIELDS, or pairs of elements."""
    for one in children(root, "FIELDS"):
        yield Found("", list(one.attrib.items()))
    for layer in children(root, "FeatureInfoCollection"):
        for one in children(layer, "FeatureInfo"):
            fields = [
                (text_of(child(field, "FieldName")), text_of(child(field, "FieldValue")))
                for field in children(one, "Field")
            ]
            yield Found(layer.get("layername", ""), fields)


def _properties(feature: Any) -> list[Pair]:
    return [
        (xml_name(one), text_of(one))
        for one in feature
        if xml_name(one) and xml_name(one) not in NO_ATTRIBUTES and not _is_geometry(one)
    ]


def _is_geometry(element: Any) -> bool:
    return any(xml_name(one) in GEOMETRIC for one in element.iter())


DIALECTS: Final[dict[str, Callable[[Any], Iterator[Found]]]] = {
    "msGMLOutput": _mapserver,
    "FeatureCollection": _collection,
    "GetFeatureInfoResponse": _qgis,
    "FeatureInfoResponse": _esri,
}
