"""Updates of the cadastre (NBA): Insert, Replace, Delete and Update of NAS deliveries, folded into one change.

Deliveries are read twice: first only for what happens to which object, so that of several versions of an object
only the last is loaded. An update names the version that it replaces: if that is not the one at hand, a delivery
in between is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gis_core.datasets import DatasetSpec
from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.gml import GmlError, elements_stream, gml_identifier, local_name
from gis_core.loading.batches import LoadReport
from gis_core.loading.formats import GZIP_ERRORS, file_open
from gis_core.loading.locations import LOCATION_ELEMENTS, Locations
from gis_core.loading.profiles import Profile
from gis_core.models import Edition, Jurisdiction

# An object identifier of 16 characters, and behind it, in updates, when the version began.
_VERSIONED: Final = re.compile(r"^(\w{16})(\d{8}T\d{6}Z)$")
_CHANGE: Final = re.compile(rb"<(?:\w+:)?(?:Replace|Delete|Update)[\s>]")
_CHUNK: Final = 1 << 20
_WRAPPERS: Final = frozenset({"Insert", "Replace", "Delete", "Update", "member", "featureMember"})
_PORTION: Final = "AX_Portionskennung"
# Value of a column that an update does not know: what is stored of the object stays.
AS_STORED: Final = "\x00"

_NAS: Final = "http://www.adv-online.de/namespaces/adv/gid/"

# Where a version stands: the number of the file and that of the feature in it.
Place = tuple[int, int]


def identifier_split(text: str) -> tuple[str, str]:
    """Object identifier and version ("20100520T135847Z", or "") of a gml:id, fid, rid or urn:adv:oid."""
    name = text.rpartition(":")[2]
    match = _VERSIONED.match(name)
    return (match[1], match[2]) if match else (name, "")


def is_nas(profile: Profile) -> bool:
    """Whether the profile reads NAS, which knows updates."""
    return profile.namespace.startswith(_NAS)


@dataclass(frozen=True, order=True)
class Portion:
    """Which part of which delivery a file is."""

    date: str = ""
    number: int = 1
    total: int = 1
    profile: str = ""


@dataclass
class _Object:
    """What the deliveries say about one object: its last version, or None where it ended."""

    name: str
    version: str
    place: Place | None
    # The version that must be active for the first change to fit, "" for one that begins here.
    expected: str = ""


@dataclass
class _File:
    """What the first reading of a file found."""

    path: Path
    portion: Portion = field(default_factory=Portion)
    # Kind of change, object identifier, version, number of the feature, name of the element.
    events: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    # Whether anything at all is changed, be it of another dataset: then inserts are no complete state either.
    changes: bool = False


@dataclass
class DeliveryPlan:
    """What is to be loaded from deliveries, and what of the active state stays.

    `files` are in the order of the deliveries. `partial` says that they are updates of the active state.
    """

    profile: Profile
    files: list[Path]
    objects: dict[str, _Object]
    partial: bool
    locations: Locations
    delivery: dict[str, str]
    updated: bool

    def wanted(self, identifier: str, place: Place) -> bool:
        """Whether the version at this place is the one that counts."""
        known = self.objects.get(identifier)
        return known is not None and known.place == place

    @property
    def ended(self) -> list[str]:
        """Identifiers of the objects that are no more."""
        return [identifier for identifier, thing in self.objects.items() if thing.place is None]

    def location_text(self, identifiers: list[str]) -> str:
        """Streets and house numbers; AS_STORED where an update refers to some that it does not bring."""
        text, complete = self.locations.text(identifiers)
        return text if complete or not self.partial else AS_STORED


def deliveries_plan(paths: list[Path], profile: Profile, report: LoadReport) -> DeliveryPlan | None:
    """Folds all deliveries in the order of their dates; None where plain reading does.

    Raises LoadError for a gap, a missing part of an update and an update of what cannot be updated.
    """
    changed = any(map(_has_changes, paths))
    if not profile.location and not changed:
        return None
    locations = Locations()
    # Of complete deliveries only the locations are kept: all objects would fill the memory.
    features = frozenset(profile.features) if changed else frozenset()
    files = [_scan(path, profile, features, locations) for path in paths]
    updated = any(file.changes for file in files)
    if not updated:
        return DeliveryPlan(profile, paths, {}, False, locations, _delivery(files), updated=False)
    if not profile.object_id:
        raise LoadError(
            f"is an update delivery, but {profile.dataset} holds no object identifiers:"
            " a complete delivery is needed",
            file=next(file.path.name for file in files if file.changes),
        )
    files = _ordered(files, report)
    first = [file for file in files if file.portion.date == files[0].portion.date]
    partial = any(file.changes for file in first)
    objects = _fold(files, partial)
    order = [file.path for file in files]
    return DeliveryPlan(profile, order, objects, partial, locations, _delivery(files), updated=True)


def _has_changes(path: Path) -> bool:
    """Whether the file speaks of changes at all: quicker than parsing it."""
    try:
        with file_open(path) as stream:
            rest = b""
            while chunk := stream.read(_CHUNK):
                if _CHANGE.search(rest + chunk):
                    return True
                rest = chunk[-40:]
    except GZIP_ERRORS as error:
        raise LoadError(f"damaged gzip: {error}", file=path.name) from error
    return False


def _delivery(files: list[_File]) -> dict[str, str]:
    last = max(file.portion for file in files)
    return {"profile": last.profile, "date": last.date} if last.date else {}


# --- First reading --------------------------------------------------------------------------------


def _scan(path: Path, profile: Profile, features: frozenset[str], locations: Locations) -> _File:
    found, number = _File(path), 0
    names = features | _WRAPPERS | {_PORTION}
    if profile.location:
        names |= LOCATION_ELEMENTS
    try:
        with file_open(path) as stream:
            for element in elements_stream(stream, names):
                name = local_name(element.tag)
                if name in features:
                    number += 1
                    _feature_event(found, element, name, number)
                elif name in {"Replace", "Delete", "Update"}:
                    found.changes = True
                    _change_events(found, element, name, features)
                elif name == _PORTION:
                    found.portion = _portion(element)
                elif name in LOCATION_ELEMENTS:
                    locations.add(element)
    except GmlError as error:
        raise LoadError(str(error), file=path.name, feature=error.feature) from error
    except GZIP_ERRORS as error:
        raise LoadError(f"damaged gzip: {error}", file=path.name) from error
    return found


def _feature_event(found: _File, element: etree._Element, name: str, number: int) -> None:
    identifier, version = identifier_split(gml_identifier(element))
    begun, ended = lifetime(element)
    parent = element.getparent()
    kind = "Insert" if parent is None or local_name(parent.tag) != "Replace" else "Replaced"
    if ended and kind == "Insert":
        # A version of the past, delivered with the history.
        return
    found.events.append((kind, identifier, begun or version, number, name))


def _change_events(
    found: _File, element: etree._Element, kind: str, features: frozenset[str]
) -> None:
    """What a Replace says it replaces, or what a Delete or Update ends."""
    name = (element.get("typeName") or element.get("typeNames") or "").rpartition(":")[2]
    if kind != "Replace" and not name:
        raise LoadError("does not say of which type", file=found.path.name, feature=kind)
    if kind == "Replace":
        wanted = [child for child in element if local_name(child.tag) in features]
        if not wanted:
            return
        name = local_name(wanted[0].tag)
    elif name not in features:
        return
    elif kind == "Update" and not _ends(element):
        raise LoadError(
            "changes single properties, of which only the end of life is known",
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


def _portion(element: etree._Element) -> Portion:
    values = {local_name(child.tag): (child.text or "").strip() for child in element}
    number, total = values.get("laufendeNummerVonGesamtzahl", ""), values.get("gesamtzahl", "")
    return Portion(
        values.get("datum", ""),
        int(number) if number.isdigit() else 1,
        int(total) if total.isdigit() else 1,
        values.get("profilkennung", ""),
    )


# --- Order and folding ----------------------------------------------------------------------------


def _ordered(files: list[_File], report: LoadReport) -> list[_File]:
    """By date and part; a part that came twice is read once, a part that is missing is an error in an update."""
    result: dict[Any, _File] = {}
    for file in sorted(files, key=lambda file: (file.portion.date, file.portion.number)):
        portion = file.portion
        if portion.date and portion in result:
            same = result[portion].path.name
            report.notes.append(f"{file.path.name}: is the same part as {same}, read once")
            continue
        result[portion if portion.date else file.path] = file
    for date in sorted({file.portion.date for file in result.values() if file.portion.date}):
        parts = [file for file in result.values() if file.portion.date == date]
        total = max(file.portion.total for file in parts)
        missing = sorted({*range(1, total + 1)} - {file.portion.number for file in parts})
        if not missing:
            continue
        text = f"of {total} parts these did not come: {', '.join(map(str, missing))}"
        if any(file.changes for file in parts):
            raise LoadError(f"is an update, and {text}", file=parts[0].path.name)
        report.notes.append(text)
    return list(result.values())


def _fold(files: list[_File], partial: bool) -> dict[str, _Object]:
    objects: dict[str, _Object] = {}
    for index, file in enumerate(files):
        # The version in a Replace comes before the identifier of the one that it replaces.
        replaced: dict[str, tuple[str, int]] = {}
        for kind, identifier, version, number, name in file.events:
            if kind == "Replaced":
                replaced[identifier] = (version, number)
                continue
            known = objects.get(identifier)
            if kind == "Insert":
                objects[identifier] = _Object(name, version, (index, number))
                continue
            _fits(known, version, partial, file, f"{kind} {name} {identifier}")
            expected = version if known is None else known.expected
            if kind == "Replace":
                begun, place = replaced.pop(identifier, ("", 0))
                if not place:
                    raise LoadError(
                        "replaces an object by another one",
                        file=file.path.name,
                        feature=f"{kind} {name} {identifier}",
                    )
                objects[identifier] = _Object(name, begun, (index, place), expected)
            else:
                objects[identifier] = _Object(name, version, None, expected)
    return objects


def _fits(known: _Object | None, version: str, partial: bool, file: _File, feature: str) -> None:
    """A change must follow on the version before it."""
    if known is None:
        if not partial:
            raise LoadError(
                "a delivery is missing before this one: the object is not known",
                file=file.path.name,
                feature=feature,
            )
        return
    if version and known.version and known.version != version:
        raise LoadError(
            f"a delivery is missing before this one: it follows on the version of {version},"
            f" known is that of {known.version}",
            file=file.path.name,
            feature=feature,
        )


# --- The active state -----------------------------------------------------------------------------


def active_check(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan, profile: Profile
) -> None:
    """Updates must follow on what is active: an edition of deliveries, not younger, with the versions replaced."""
    file = plan.files[0].name
    edition = Edition.objects.filter(
        jurisdiction=jurisdiction, dataset=spec.dataset, status=EditionStatus.ACTIVE
    ).first()
    if edition is None:
        raise LoadError(
            "is an update, but nothing is active: load a complete delivery first", file=file
        )
    before = edition.report.get("delivery", {}).get("date", "")
    now = plan.delivery.get("date", "")
    if before and now and now < before:
        raise LoadError(f"is of {now}, older than the active delivery of {before}", file=file)
    replaced = {
        identifier: thing
        for identifier, thing in plan.objects.items()
        if thing.expected and thing.place is not None
    }
    active = _active_dates(spec, jurisdiction, profile, list(replaced))
    for identifier, thing in replaced.items():
        feature = f"{thing.name} {identifier}"
        if identifier not in active:
            raise LoadError(
                "a delivery is missing before this one: the object is not among the active ones",
                file=file,
                feature=feature,
            )
        date = active[identifier]
        if date and date not in {thing.expected[:8], thing.version[:8]}:
            raise LoadError(
                f"a delivery is missing before this one: it follows on the version of"
                f" {thing.expected}, active is that of {date}",
                file=file,
                feature=feature,
            )


def _active_dates(
    spec: DatasetSpec, jurisdiction: Jurisdiction, profile: Profile, identifiers: list[str]
) -> dict[str, str]:
    """Dates ("20100520", "" where none is stored) of the active ones of these objects."""
    dated = any(field.name == "source_date" for field in spec.model._meta.concrete_fields)
    rows = (
        spec.model.objects.active()
        .filter(**{"jurisdiction": jurisdiction, f"{profile.object_id}__in": identifiers})
        .order_by()
        .values_list(profile.object_id, "source_date" if dated else profile.object_id)
    )
    return {
        identifier: date.strftime("%Y%m%d") if dated and date else "" for identifier, date in rows
    }


def stored_texts(
    model: Any, column: str, wanted: Iterable[str], jurisdiction: Jurisdiction
) -> dict[str, str]:
    """What is stored in a column of the active rows with these object identifiers."""
    rows = model.objects.active().filter(jurisdiction=jurisdiction, object_id__in=list(wanted))
    return dict(rows.order_by().values_list("object_id", column))
