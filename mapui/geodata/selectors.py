"""What the pages for geodata read. The number of queries never depends on the number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Case, QuerySet, When

from gis_core.dataset_names import dataset_choices
from gis_core.datasets import dataset_spec
from gis_core.enums import ChangeKind, EditionStatus
from gis_core.models import Edition, Jurisdiction
from gis_core.selectors import edition_difference, editions_active
from parcels.enums import DistrictKind
from parcels.models import CadastralDistrict, Parcel

OPEN_STATES: Final = (EditionStatus.LOADING, EditionStatus.STAGED, EditionStatus.FAILED)


@dataclass
class SourceState:
    """A source of a dataset with the edition that is active and the latest one that waits for somebody."""

    name: str = ""
    active: Edition | None = None
    pending: Edition | None = None

    @property
    def objects(self) -> int | None:
        """How many objects the active edition brought, or the one that a roll-back brought back; None: nobody knows."""
        edition = self.active
        while edition and edition.restores:
            edition = edition.restores
        return edition.report.get("rows") if edition else None

    @property
    def label(self) -> str:
        edition = self.active or self.pending
        return edition.source_label if edition else ""


@dataclass(frozen=True)
class DatasetState:
    """A dataset (name and label) with its sources in the order in which they count, one at least."""

    dataset: str
    label: str
    sources: list[SourceState]

    @property
    def is_active(self) -> bool:
        return any(one.active for one in self.sources)

    @property
    def names_sources(self) -> bool:
        """Whether the sources are told apart by name."""
        return len(self.sources) > 1 or bool(self.sources[0].name)


@dataclass(frozen=True)
class DistrictChanges:
    """Numbers of changes of one Gemarkung, by kind in the order of ChangeKind."""

    key: str
    name: str
    counts: list[int]


@dataclass(frozen=True)
class DifferenceTable:
    """Numbers of changes by kind: altogether and per Gemarkung."""

    kinds: list[tuple[ChangeKind, int]]
    districts: list[DistrictChanges] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.kinds)


def dataset_states(jurisdiction: Jurisdiction | None) -> list[DatasetState]:
    """Every dataset that can be loaded, in the order of loading."""
    wanted = (EditionStatus.ACTIVE, *OPEN_STATES)
    editions = Edition.objects.filter(jurisdiction=jurisdiction, status__in=wanted)
    sources: dict[str, dict[str, SourceState]] = defaultdict(dict)
    # What is active comes first, in the order in which it counts; then what waits, the latest last.
    is_active = Case(When(status=EditionStatus.ACTIVE, then=0), default=1)
    editions = editions.select_related("restores")
    for edition in editions.order_by(is_active, "precedence", "source_name", "pk"):
        state = sources[edition.dataset].setdefault(
            edition.source_name, SourceState(edition.source_name)
        )
        if edition.status == EditionStatus.ACTIVE:
            state.active = edition
        else:
            state.pending = edition
    return [
        DatasetState(name, label, list(sources[name].values()) or [SourceState()])
        for name, label in dataset_choices()
    ]


def sources_known(jurisdiction: Jurisdiction) -> list[str]:
    """The names of the sources that are active, by name."""
    named = editions_active(jurisdiction).exclude(source_name="").order_by("source_name")
    return list(named.values_list("source_name", flat=True).distinct())


def sources_told(edition: Edition) -> list[Edition]:
    """The active editions of the dataset's sources as they count; none where there is only one."""
    if not dataset_spec(edition.dataset).same:
        return []
    active = list(editions_active(edition.jurisdiction_id, edition.dataset))
    return active if len(active) > 1 else []


def editions_shown(*, jurisdiction: Jurisdiction | None, dataset: str = "") -> QuerySet[Edition]:
    """All editions, latest first."""
    editions = Edition.objects.filter(jurisdiction=jurisdiction)
    if dataset:
        editions = editions.filter(dataset=dataset)
    return editions.select_related("created_by", "activated_by").order_by("-created_at", "-pk")


def difference_table(edition: Edition) -> DifferenceTable:
    """Counts of the stored changes; in a first edition everything is new."""
    if edition.is_first:
        return DifferenceTable([(ChangeKind.NEW, edition.report["new"])])
    found = edition_difference(edition)
    keyed = {key: counts for key, counts in found.districts.items() if key}
    names = district_names(edition.jurisdiction_id, keyed) if keyed else {}
    districts = [
        DistrictChanges(key, names.get(key, ""), [counts.get(kind, 0) for kind in ChangeKind])
        for key, counts in sorted(keyed.items())
    ]
    return DifferenceTable([(kind, found.counts.get(kind, 0)) for kind in ChangeKind], districts)


def district_names(jurisdiction: int, keys: Collection[str]) -> dict[str, str]:
    """Names of Gemarkungen by their keys of 6 digits, from the districts or else from the parcels themselves."""
    districts = CadastralDistrict.objects.active().filter(
        jurisdiction=jurisdiction, kind=DistrictKind.GEMARKUNG, key__in=list(keys)
    )
    names = dict(districts.values_list("key", "name"))
    if missing := [key for key in keys if key not in names]:
        parcels = Parcel.objects.active().filter(
            jurisdiction=jurisdiction, gemarkung_key__in=missing
        )
        names |= dict(parcels.values_list("gemarkung_key", "gemarkung_name").distinct())
    return names


def changes_shown(edition: Edition, *, kind: str = "", district: str = "") -> QuerySet[Any]:
    """Changes in the order of kind and key."""
    changes = edition.changes.defer("geometry").order_by("kind", "key")
    if kind:
        changes = changes.filter(kind=kind)
    return changes.filter(district=district) if district else changes
