"""What the pages for geodata read. The number of queries never depends on the number of rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gis_core.datasets import dataset_spec, dataset_specs
from gis_core.enums import ChangeKind, Dataset, EditionStatus, Severity
from gis_core.models import Edition, EditionChange, EditionCheck, Jurisdiction
from gis_core.selectors import edition_difference
from gis_core.srids import WGS84, storage_srid
from mapui.selectors import authorities_named
from mapui.types import Bounds
from parcels.enums import DistrictKind
from parcels.models import CadastralDistrict, Parcel
from routing.enums import Outcome

# More outlines than this make a browser slow; the map asks again for what is in view.
CHANGE_LIMIT: Final = 1500
SEVERITY_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
OPEN_STATES: Final = (EditionStatus.LOADING, EditionStatus.STAGED, EditionStatus.FAILED)

# What checks tell of an example besides its key, and what that is called on the page.
SAMPLE_FACTS: Final = {
    "file": _("File"),
    "reason": _("Reason"),
    "other": _("and"),
    "area_m2": _("Area (m²)"),
    "length_m": _("Length (m)"),
    "official_m2": _("Official area (m²)"),
    "geometry_m2": _("Area of the outline (m²)"),
    "district": _("Cadastral district"),
    "parcels": _("Parcels"),
}
SAMPLE_GEOMETRIES: Final = {"before": _("before"), "after": _("after"), "wkt": _("Place")}


@dataclass(frozen=True)
class DatasetState:
    """A dataset with the edition that is active and the latest one that waits for somebody."""

    dataset: Dataset
    active: Edition | None
    pending: Edition | None


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
    active: dict[str, Edition] = {}
    pending: dict[str, Edition] = {}
    for edition in editions.order_by("pk"):
        target = active if edition.status == EditionStatus.ACTIVE else pending
        target[edition.dataset] = edition
    return [
        DatasetState(spec.dataset, active.get(spec.dataset), pending.get(spec.dataset))
        for spec in dataset_specs()
    ]


def editions_shown(*, jurisdiction: Jurisdiction | None, dataset: str = "") -> QuerySet[Edition]:
    """All editions, latest first."""
    editions = Edition.objects.filter(jurisdiction=jurisdiction)
    if dataset:
        editions = editions.filter(dataset=dataset)
    return editions.select_related("created_by", "activated_by").order_by("-created_at", "-pk")


def checks_shown(edition: Edition) -> list[EditionCheck]:
    """The findings, errors first."""
    order = {severity.value: place for place, severity in enumerate(SEVERITY_ORDER)}
    return sorted(edition.checks.all(), key=lambda check: (order[check.severity], check.pk))


@dataclass(frozen=True)
class SampleShown:
    """An example of a finding: which object, facts as (name, value) in words, geometry as WKT."""

    name: str
    facts: list[tuple[str, str]]
    geometries: list[tuple[str, str]]


def samples_shown(check: EditionCheck) -> list[SampleShown]:
    """The examples of a finding in the language of the page."""
    return [_sample(values) for values in check.details.get("samples", [])]


def _sample(values: dict[str, Any]) -> SampleShown:
    return SampleShown(
        name=str(values.get("key") or values.get("feature") or ""),
        facts=[
            (str(label), str(localize(values[name])))
            for name, label in SAMPLE_FACTS.items()
            if values.get(name) not in (None, "")
        ],
        geometries=[
            (str(label), values[name])
            for name, label in SAMPLE_GEOMETRIES.items()
            if values.get(name)
        ],
    )


def errors_standing(edition: Edition) -> list[EditionCheck]:
    """The findings that block activation."""
    return list(edition.checks.filter(severity=Severity.ERROR))


def difference_table(edition: Edition) -> DifferenceTable:
    """Counts of the stored changes."""
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


def change_features(
    edition: Edition, *, kinds: Iterable[str], bbox: Polygon | None
) -> tuple[list[dict[str, Any]], bool]:
    """Changes of these kinds as GeoJSON features (WGS84), by kind and key; second, whether there are more."""
    changes = EditionChange.objects.filter(
        edition=edition, kind__in=list(kinds), geometry__isnull=False
    )
    if bbox is not None:
        view = bbox.transform(storage_srid(), clone=True)
        changes = changes.filter(geometry__bboverlaps=view)
    found = changes.annotate(outline=AsGeoJSON(Transform("geometry", WGS84), precision=7)).order_by(
        "-kind", "key"
    )
    rows = found.values_list("kind", "key", "related", "outline")[: CHANGE_LIMIT + 1]
    features = [
        {
            "type": "Feature",
            "id": f"{kind}-{key}",
            "geometry": json.loads(outline),
            "properties": {
                "kind": kind,
                "kind_text": str(ChangeKind(kind).label),
                "key": key,
                "related": related,
            },
        }
        for kind, key, related, outline in rows
    ]
    return features[:CHANGE_LIMIT], len(features) > CHANGE_LIMIT


def change_bounds(edition: Edition) -> Bounds | None:
    """Where the changes and the issues concerned lie (WGS84 degrees); None without any."""
    changes = EditionChange.objects.filter(edition=edition, geometry__isnull=False)
    places = [(one.longitude, one.latitude) for one in impact_shown(edition) or []]
    # Only the box is transformed: an edition may have a million changes.
    extent = changes.aggregate(e=Extent("geometry"))["e"]
    if extent is not None:
        box = Polygon.from_bbox(extent)
        box.srid = storage_srid()
        west, south, east, north = box.transform(WGS84, clone=True).extent
        places += [(west, south), (east, north)]
    if not places:
        return None
    longitudes, latitudes = zip(*places, strict=True)
    south_west = (round(min(latitudes), 5), round(min(longitudes), 5))
    return (south_west, (round(max(latitudes), 5), round(max(longitudes), 5)))


def kinds_mapped(edition: Edition, table: DifferenceTable) -> list[ChangeKind]:
    """The kinds of change that the map can draw; a dataset without geometry has none."""
    if dataset_spec(edition.dataset).geometry_field is None:
        return []
    return [kind for kind, count in table.kinds if count]


def finding_features(edition: Edition) -> list[dict[str, Any]]:
    """The places that the checks give as examples, as GeoJSON features (WGS84)."""
    features: list[dict[str, Any]] = []
    for check in checks_shown(edition):
        for sample in check.details.get("samples", []):
            text = sample.get("wkt") or sample.get("after") or sample.get("before")
            if not text:
                continue
            place = GEOSGeometry(text, srid=storage_srid()).transform(WGS84, clone=True)
            features.append(
                {
                    "type": "Feature",
                    "id": f"{check.code}-{len(features)}",
                    "geometry": json.loads(place.geojson),
                    "properties": {
                        "severity": str(check.get_severity_display()),
                        "message": check.message,
                        "key": sample.get("key") or sample.get("feature") or "",
                    },
                }
            )
    return features


@dataclass(frozen=True)
class ImpactShown:
    """An open issue (place in WGS84 degrees), who is responsible today and who would be, in words.

    `then_code` is the short name for the map, "?" where it would be unclear.
    """

    number: str
    latitude: float
    longitude: float
    today: str
    then: str
    then_code: str
    sentence: str


def impact_shown(edition: Edition) -> list[ImpactShown] | None:
    """The issues that would get another authority, as stored after the load; None when nobody has looked yet."""
    stored = edition.report.get("impact")
    if stored is None:
        return None
    language = "sentence_en" if get_language() == "en" else "sentence_de"
    codes = {one[name] for one in stored for name in ("from", "to")}
    named = authorities_named(edition.jurisdiction, codes)

    def words(code: str, outcome: str) -> str:
        if outcome == Outcome.TRIAGE or not code:
            return gettext("Unclear: to be triaged")
        return named[code].name if code in named else code

    return [
        ImpactShown(
            number=one["number"],
            latitude=one["latitude"],
            longitude=one["longitude"],
            today=words(one["from"], one["from_outcome"]),
            then=words(one["to"], one["to_outcome"]),
            then_code="?" if one["to_outcome"] == Outcome.TRIAGE else one["to"] or "?",
            sentence=one[language],
        )
        for one in stored
    ]


def impact_features(edition: Edition) -> list[dict[str, Any]]:
    """The same as GeoJSON points (WGS84)."""
    return [
        {
            "type": "Feature",
            "id": one.number,
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "today": one.today,
                "then": one.then,
                "code": one.then_code,
                "sentence": one.sentence,
                "url": reverse("triage_issue", args=[one.number]),
            },
        }
        for one in impact_shown(edition) or []
    ]
