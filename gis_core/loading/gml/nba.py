"""Updates of the cadastre (NBA): Insert, Replace, Delete and Update of NAS deliveries, folded into one change.

Deliveries are read twice: first only for what happens to which object, so that of several versions of an object
only the last is loaded. An update names the version that it replaces: if that is not the one at hand, a delivery
in between is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import shapely

from gis_core.datasets import DatasetSpec
from gis_core.enums import EditionStatus
from gis_core.errors import LoadError
from gis_core.loading.gml.locations import Locations, locations_known
from gis_core.loading.gml.nba_scan import DeliveryFile, delivery_scan, has_changes
from gis_core.loading.gml.places import Places
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.read.profiles import Profile
from gis_core.messages import Message
from gis_core.models import Edition, Jurisdiction
from gis_core.srids import storage_srid

# Value of a column that an update does not know: what is stored of the object stays.
AS_STORED: Final = "\x00"
_NAS: Final = "http://www.adv-online.de/namespaces/adv/gid/"

# Where a version stands: the number of the file and that of the feature in it.
Place = tuple[int, int]


def is_nas(profile: Profile) -> bool:
    """Whether the profile reads NAS, which knows updates."""
    return profile.namespace.startswith(_NAS)


@dataclass
class _Object:
    """What the deliveries say about one object: its last version, or None where it ended."""

    name: str
    version: str
    place: Place | None
    # The version that must be active for the first change to fit, "" for one that begins here.
    expected: str = ""


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
    places: Places
    delivery: dict[str, str]
    updated: bool
    # The active points of house numbers that the deliveries name or place, and the name of the storage CRS.
    stored: dict[str, tuple[shapely.Point, str]] = field(default_factory=dict)

    def wanted(self, identifier: str, place: Place) -> bool:
        """Whether the version at this place is the one that counts."""
        known = self.objects.get(identifier)
        return known is not None and known.place == place

    @property
    def ended(self) -> list[str]:
        """Identifiers of the objects that are no more."""
        return [identifier for identifier, thing in self.objects.items() if thing.place is None]

    def place(self, identifier: str) -> tuple[shapely.Point, str] | None:
        """The point of a house number and its srsName: what is stored stays where it came by a better way."""
        found, stored = self.places.place(identifier), self.stored.get(identifier)
        if found is None:
            return stored
        rank = self.places.rank(identifier)
        former = self.locations.former
        if stored is not None and rank > (former.ranks.get(identifier, 0) if former else 0):
            return stored
        self.locations.ranks[identifier] = rank
        return found

    def location_text(self, identifiers: list[str]) -> str:
        """Streets and house numbers; AS_STORED where an update refers to some that it does not bring.

        Features that are house numbers themselves have their number in a column of its own.
        """
        is_numbered = not self.profile.places
        text, complete = self.locations.text(identifiers, is_numbered=is_numbered)
        return text if complete or not self.partial else AS_STORED


def deliveries_plan(paths: list[Path], profile: Profile, report: LoadReport) -> DeliveryPlan | None:
    """Folds all deliveries in the order of their dates; None where plain reading does.

    Raises LoadError for a gap, a missing part of an update and an update of what cannot be updated.
    """
    changed = any(map(has_changes, paths))
    if not profile.location and not changed:
        return None
    locations, places = Locations(), Places(profile.places, profile.geometry)
    # Of complete deliveries only the locations are kept: all objects would fill the memory.
    features = frozenset(profile.features) if changed else frozenset()
    files = [delivery_scan(path, profile, features, locations, places) for path in paths]
    updated = any(file.changes for file in files)
    if not updated:
        return DeliveryPlan(
            profile, paths, {}, False, locations, places, _delivery(files), updated=False
        )
    changing = [file.path.name for file in files if file.changes and not file.empty]
    if changing and not profile.object_id:
        raise LoadError("nba_not_for_dataset", dataset=profile.dataset, file=changing[0])
    files = _ordered(files, report)
    first = [file for file in files if file.portion.date == files[0].portion.date]
    partial = any(file.changes for file in first)
    objects = _fold(files, partial)
    order = [file.path for file in files]
    delivery = _delivery(files)
    return DeliveryPlan(profile, order, objects, partial, locations, places, delivery, updated=True)


def _delivery(files: list[DeliveryFile]) -> dict[str, str]:
    last = max(file.portion for file in files)
    return {"profile": last.profile, "date": last.date} if last.date else {}


# --- Order and folding ----------------------------------------------------------------------------


def _ordered(files: list[DeliveryFile], report: LoadReport) -> list[DeliveryFile]:
    """By date and part; a part that came twice is read once, a part that is missing is an error in an update."""
    result: dict[Any, DeliveryFile] = {}
    for file in sorted(files, key=lambda file: (file.portion.date, file.portion.number)):
        portion = file.portion
        if portion.date and portion in result:
            same = result[portion].path.name
            report.note(Message("part_twice", {"other": same}), file=file.path.name)
            continue
        result[portion if portion.date else file.path] = file
    for date in sorted({file.portion.date for file in result.values() if file.portion.date}):
        parts = [file for file in result.values() if file.portion.date == date]
        total = max(file.portion.total for file in parts)
        missing = sorted({*range(1, total + 1)} - {file.portion.number for file in parts})
        if not missing:
            continue
        counts: dict[str, Any] = {"total": total, "missing": missing}
        if any(file.changes for file in parts):
            raise LoadError("nba_parts_missing", file=parts[0].path.name, **counts)
        report.note(Message("parts_missing", counts))
    return list(result.values())


def _fold(files: list[DeliveryFile], partial: bool) -> dict[str, _Object]:
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
                        "nba_other_object",
                        file=file.path.name,
                        feature=f"{kind} {name} {identifier}",
                    )
                objects[identifier] = _Object(name, begun, (index, place), expected)
            else:
                objects[identifier] = _Object(name, version, None, expected)
    return objects


def _fits(
    known: _Object | None, version: str, partial: bool, file: DeliveryFile, feature: str
) -> None:
    """A change must follow on the version before it."""
    if known is None:
        if not partial:
            raise LoadError(
                "nba_gap_unknown",
                file=file.path.name,
                feature=feature,
            )
        return
    if version and known.version and known.version != version:
        raise LoadError(
            "nba_gap_version",
            file=file.path.name,
            feature=feature,
            expected=version,
            known=known.version,
        )


# --- The active state -----------------------------------------------------------------------------


def active_check(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan, profile: Profile
) -> None:
    """Updates must follow on what is active: an edition of deliveries, not younger, with the versions replaced.

    Gives the plan the locations of the deliveries before it.
    """
    file = plan.files[0].name
    edition = Edition.objects.filter(
        jurisdiction=jurisdiction, dataset=spec.dataset, status=EditionStatus.ACTIVE
    ).first()
    if edition is None:
        raise LoadError("nba_without_base", file=file)
    plan.locations.former = locations_known(edition)
    if profile.places:
        concerned = plan.places.identifiers() | plan.locations.changed() | plan.objects.keys()
        plan.stored = _active_points(spec, jurisdiction, profile, concerned)
    before = (edition.restores or edition).report.get("delivery", {}).get("date", "")
    now = plan.delivery.get("date", "")
    if before and now and now < before:
        raise LoadError("nba_older", file=file, date=now, active=before)
    followed = {identifier: thing for identifier, thing in plan.objects.items() if thing.expected}
    active = _active_dates(spec, jurisdiction, profile, list(followed))
    is_cut = _is_cut(spec, jurisdiction)
    never = _never_there(spec, jurisdiction, profile, followed.keys() - active.keys())
    for identifier, thing in followed.items():
        feature = f"{thing.name} {identifier}"
        if identifier not in active:
            if is_cut or (thing.place is None and identifier not in never):
                # It ended already: the same update again. Or it lies outside the municipality.
                continue
            raise LoadError(
                "nba_gap_inactive",
                file=file,
                feature=feature,
            )
        date = active[identifier]
        if date and date not in {thing.expected[:8], thing.version[:8]}:
            raise LoadError(
                "nba_gap_version",
                file=file,
                feature=feature,
                expected=thing.expected,
                known=date,
            )


def _is_cut(spec: DatasetSpec, jurisdiction: Jurisdiction) -> bool:
    """Whether the deliveries so far held more than the municipality: then not all of their objects are known."""
    return Edition.objects.filter(
        jurisdiction=jurisdiction,
        dataset=spec.dataset,
        status__in=(EditionStatus.ACTIVE, EditionStatus.SUPERSEDED),
        report__cut__has_key="count",
    ).exists()


def _never_there(
    spec: DatasetSpec, jurisdiction: Jurisdiction, profile: Profile, identifiers: Collection[str]
) -> set[str]:
    """Which of these objects no edition ever held; none where the profile leaves objects out."""
    if not identifiers or profile.codes or profile.leave_out:
        return set()
    rows = spec.model.objects.filter(
        **{"jurisdiction": jurisdiction, f"{profile.object_id}__in": list(identifiers)}
    )
    return set(identifiers) - set(rows.values_list(profile.object_id, flat=True))


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


def _active_points(
    spec: DatasetSpec, jurisdiction: Jurisdiction, profile: Profile, identifiers: set[str]
) -> dict[str, tuple[shapely.Point, str]]:
    rows = spec.model.objects.active().filter(
        **{"jurisdiction": jurisdiction, f"{profile.object_id}__in": list(identifiers)}
    )
    points = rows.order_by().values_list(profile.object_id, "geometry")
    system = f"EPSG:{storage_srid()}"
    return {name: (shapely.Point(point.x, point.y), system) for name, point in points}


def stored_texts(
    model: Any, column: str, wanted: Iterable[str], jurisdiction: Jurisdiction, *, object_id: str
) -> dict[str, str]:
    """What is stored in a column of the active rows with these object identifiers, which `object_id` holds."""
    rows = model.objects.active().filter(
        **{"jurisdiction": jurisdiction, f"{object_id}__in": list(wanted)}
    )
    return dict(rows.order_by().values_list(object_id, column))
