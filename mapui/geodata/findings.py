"""What the checks of an edition found, for its page and its map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from shapely import union_all
from shapely.geometry import shape

from gis_core.datasets import dataset_spec
from gis_core.enums import Severity
from gis_core.messages import feature_shown, told_text
from gis_core.models import Edition, EditionCheck
from gis_core.srids import WGS84, storage_srid
from mapui.site.types import Bounds

SEVERITY_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
# What checks tell of an example besides its key, and what that is called on the page.
SAMPLE_FACTS: Final = {
    "file": _("File"),
    "reason": _("Reason"),
    "column": pgettext_lazy("geodata", "Attribute"),
    "value": pgettext_lazy("geodata", "Value"),
    "other": _("and"),
    "source": pgettext_lazy("geodata", "Source"),
    "distance_m": _("Distance (m)"),
    "area_m2": _("Area (m²)"),
    "length_m": _("Length (m)"),
    "official_m2": _("Official area (m²)"),
    "geometry_m2": _("Area of the outline (m²)"),
    "district": _("Cadastral district"),
    "parcels": _("Parcels"),
}
SAMPLE_GEOMETRIES: Final = {"before": _("before"), "after": _("after"), "wkt": _("Place")}


def checks_shown(edition: Edition) -> list[EditionCheck]:
    """The findings, errors first."""
    order = {severity.value: place for place, severity in enumerate(SEVERITY_ORDER)}
    return sorted(edition.checks.all(), key=lambda check: (order[check.severity], check.pk))


@dataclass(frozen=True)
class SampleShown:
    """An example of a finding: which object, its key beside what people call it, facts as (name, value) in words,
    geometry as WKT."""

    name: str
    key: str
    facts: list[tuple[str, str]]
    geometries: list[tuple[str, str]]


@dataclass(frozen=True)
class FindingShown:
    """A finding with its examples; `is_former`: the edition before had the very same one."""

    check: EditionCheck
    samples: list[SampleShown]
    is_former: bool


def findings_shown(edition: Edition) -> list[FindingShown]:
    """The findings in the language of the page: errors first, what was found before last."""
    checks = checks_shown(edition)
    keys = {one["key"] for check in checks for one in _samples(check) if one.get("key")}
    labels = labels_shown(edition, keys)
    base = edition.base if any(map(_samples, checks)) else None
    former = {} if base is None else {one.code: one for one in base.checks.all()}
    found = [
        FindingShown(
            check,
            [_sample(values, labels) for values in _samples(check)],
            check.severity != Severity.ERROR and _is_same(check, former.get(check.code)),
        )
        for check in checks
    ]
    return sorted(found, key=lambda one: one.is_former)


def labels_shown(edition: Edition, keys: Iterable[str]) -> dict[str, str]:
    """What people call objects of the edition by their keys; empty where they are called by these."""
    labels = dataset_spec(edition.dataset).labels
    return {} if labels is None else labels(edition.jurisdiction, keys)


def _samples(check: EditionCheck) -> list[dict[str, Any]]:
    return list(check.details.get("samples", []))


def _is_same(check: EditionCheck, former: EditionCheck | None) -> bool:
    """Whether the edition before had the finding with the same examples; one about the load has none."""
    return (
        former is not None
        and bool(_samples(check))
        and (check.count, check.params, _samples(check))
        == (former.count, former.params, _samples(former))
    )


def _sample(values: dict[str, Any], labels: dict[str, str]) -> SampleShown:
    key = str(values.get("key") or "")
    return SampleShown(
        name=labels.get(key) or key or feature_shown(values.get("feature") or ""),
        key=key if key in labels else "",
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


def finding_features(edition: Edition) -> list[dict[str, Any]]:
    """The places that the checks give as examples, and of rows that cannot be stored, as GeoJSON features (WGS84)."""
    features = [
        _feature(f"fault-{number}", fault["wkt"], Severity.ERROR.label, told_text(fault), "")
        for number, fault in enumerate(edition.report.get("faults", []))
        if fault.get("wkt")
    ]
    for check in checks_shown(edition):
        for sample in check.details.get("samples", []):
            text = sample.get("wkt") or sample.get("after") or sample.get("before")
            if not text:
                continue
            key = sample.get("key") or sample.get("feature") or ""
            name, severity = f"{check.code}-{len(features)}", check.get_severity_display()
            features.append(_feature(name, text, severity, check.message, key))
    return features


def finding_bounds(edition: Edition) -> Bounds | None:
    """South-west and north-east (WGS84) of what finding_features() gives; None without any."""
    shapes = [shape(one["geometry"]) for one in finding_features(edition)]
    if not shapes:
        return None
    west, south, east, north = (round(value, 5) for value in union_all(shapes).bounds)
    return (south, west), (north, east)


def _feature(
    name: str, wkt: str, severity: str | Promise, message: str, key: str
) -> dict[str, Any]:
    place = GEOSGeometry(wkt, srid=storage_srid()).transform(WGS84, clone=True)
    return {
        "type": "Feature",
        "id": name,
        "geometry": json.loads(place.geojson),
        "properties": {"severity": str(severity), "message": message, "key": key},
    }
