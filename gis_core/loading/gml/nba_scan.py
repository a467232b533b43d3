"""The first reading of NAS deliveries: what happens to which object, and which part of which delivery a file is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from gis_core.errors import GeometryError, LoadError
from gis_core.loading.gml.document import GmlError, elements_stream, gml_identifier, local_name
from gis_core.loading.gml.locations import LOCATION_ELEMENTS, Locations
from gis_core.loading.gml.paths import path_text
from gis_core.loading.gml.places import Places
from gis_core.loading.read.formats import GZIP_ERRORS, file_open
from gis_core.loading.read.profiles import Profile

# An object identifier of 16 characters, and behind it, in updates, when the version began.
_VERSIONED: Final = re.compile(r"^(\w{16})(\d{8}T\d{6}Z)$")
_CHANGE: Final = re.compile(rb"<(?:\w+:)?(?:Replace|Delete|Update)[\s>]")
_OBJECT: Final = re.compile(rb"<(?:\w+:)?(?:Insert|member|featureMembers?)[\s>]")
_UPDATES: Final = b"AX_NutzerbezogeneBestandsdatenaktualisierung_NBA"
_CHUNK: Final = 1 << 20
_WRAPPERS: Final = frozenset({"Insert", "Replace", "Delete", "Update", "member", "featureMember"})
_PORTION: Final = "AX_Portionskennung"
CRS_ELEMENT: Final = "AA_Koordinatenreferenzsystemangaben"


def identifier_split(text: str) -> tuple[str, str]:
    """Object identifier and version ("20100520T135847Z", or "") of a gml:id, fid, rid or urn:adv:oid."""
    name = text.rpartition(":")[2]
    match = _VERSIONED.match(name)
    return (match[1], match[2]) if match else (name, "")


@dataclass(frozen=True, order=True)
class Portion:
    """Which part of which delivery a file is."""

    date: str = ""
    number: int = 1
    total: int = 1
    profile: str = ""


@dataclass
class DeliveryFile:
    """What the first reading of a file found."""

    path: Path
    portion: Portion = field(default_factory=Portion)
    # Kind of change, object identifier, version, number of the feature, name of the element.
    events: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    # Whether anything at all is changed, be it of another dataset: then inserts are no complete state either.
    changes: bool = False
    # An update that says that nothing changed.
    empty: bool = False


def has_changes(path: Path) -> bool:
    """Whether the file speaks of changes at all: quicker than parsing it. A delivery of updates without any object
    says that nothing changed."""
    objects = named = False
    try:
        with file_open(path) as stream:
            rest = b""
            while chunk := stream.read(_CHUNK):
                text = rest + chunk
                if _CHANGE.search(text):
                    return True
                objects = objects or _OBJECT.search(text) is not None
                named = named or _UPDATES in text
                rest = chunk[-80:]
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    return named and not objects


def delivery_scan(
    path: Path,
    profile: Profile,
    features: frozenset[str],
    locations: Locations,
    places: Places,
) -> DeliveryFile:
    found, number, objects = DeliveryFile(path), 0, False
    places.begin(path)
    names = features | _WRAPPERS | {_PORTION, CRS_ELEMENT} | places.ways.keys()
    if profile.location:
        names |= LOCATION_ELEMENTS
    try:
        with file_open(path) as stream:
            for element in elements_stream(stream, names):
                name = local_name(element.tag)
                objects = objects or name in _WRAPPERS
                if name in features:
                    number += 1
                    _feature_event(found, element, name, number)
                elif name in {"Replace", "Delete", "Update"}:
                    found.changes = True
                    _change_events(found, element, name, features)
                elif name == _PORTION:
                    found.portion = _portion(element)
                # A house number is a feature of addresses, and a location too.
                _remember(element, name, locations, places)
    except GmlError as error:
        raise LoadError(error.message, file=path.name, feature=error.feature) from error
    except GeometryError as error:
        raise LoadError(error.message, file=path.name, feature=gml_identifier(element)) from error
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    if not objects and has_changes(path):
        found.changes = found.empty = True
    return found


def _remember(element: etree._Element, name: str, locations: Locations, places: Places) -> None:
    """What features only refer to: streets, house numbers, places and their system."""
    if name == CRS_ELEMENT:
        places.srs_name = standard_crs(element) or places.srs_name
    elif name in LOCATION_ELEMENTS:
        locations.add(element)
    elif name in places.ways:
        begun, ended = lifetime(element)
        if not ended:
            places.add(element, begun)


def _feature_event(found: DeliveryFile, element: etree._Element, name: str, number: int) -> None:
    identifier, version = identifier_split(gml_identifier(element))
    begun, ended = lifetime(element)
    parent = element.getparent()
    kind = "Insert" if parent is None or local_name(parent.tag) != "Replace" else "Replaced"
    if ended and kind == "Insert":
        # A version of the past, delivered with the history.
        return
    found.events.append((kind, identifier, begun or version, number, name))


def _change_events(
    found: DeliveryFile, element: etree._Element, kind: str, features: frozenset[str]
) -> None:
    """What a Replace says it replaces, or what a Delete or Update ends."""
    name = (element.get("typeName") or element.get("typeNames") or "").rpartition(":")[2]
    if kind != "Replace" and not name:
        raise LoadError("nba_typeless", file=found.path.name, feature=kind)
    if kind == "Replace":
        wanted = [child for child in element if local_name(child.tag) in features]
        if not wanted:
            return
        name = local_name(wanted[0].tag)
    elif name not in features:
        return
    elif kind == "Update" and not _ends(element):
        raise LoadError(
            "nba_properties",
            file=found.path.name,
            feature=f"Update {name}",
        )
    for child in element.iter():
        if isinstance(child.tag, str) and local_name(child.tag) in {"FeatureId", "ResourceId"}:
            identifier, version = identifier_split(child.get("fid") or child.get("rid") or "")
            found.events.append((kind, identifier, version, 0, name))


def _ends(element: etree._Element) -> bool:
    """Whether an Update sets the end of the object's life."""
    names = [
        (child.text or "").strip()
        for child in element.iter()
        if isinstance(child.tag, str) and local_name(child.tag) in {"Name", "ValueReference"}
    ]
    return any(name.endswith("endet") for name in names)


def lifetime(element: etree._Element) -> tuple[str, str]:
    """Beginning and end of a version in the digits of an identifier ("20100520T135847Z"), "" where not said."""
    interval = next((c for c in element if local_name(c.tag) == "lebenszeitintervall"), None)
    if interval is None or not len(interval):
        return "", ""
    values = {local_name(child.tag): (child.text or "").strip() for child in interval[0]}
    begun, ended = values.get("beginnt", ""), values.get("endet", "")
    return begun.replace("-", "").replace(":", ""), ended.replace("-", "").replace(":", "")


def standard_crs(element: etree._Element) -> str:
    """The system of the coordinates that a header names as the usual one, or ""."""
    is_standard = path_text(element, ["standard"]) == "true"
    return (path_text(element, ["crs", "@href"]) or "") if is_standard else ""


def _portion(element: etree._Element) -> Portion:
    values = {local_name(child.tag): (child.text or "").strip() for child in element}
    number, total = values.get("laufendeNummerVonGesamtzahl", ""), values.get("gesamtzahl", "")
    return Portion(
        values.get("datum", ""),
        int(number) if number.isdigit() else 1,
        int(total) if total.isdigit() else 1,
        values.get("profilkennung", ""),
    )
