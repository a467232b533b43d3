"""What the checks of an edition found, for its page and its map."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.enums import Severity
from gis_core.messages import feature_shown
from gis_core.models import Edition, EditionCheck
from gis_core.srids import WGS84, storage_srid

SEVERITY_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
# What checks tell of an example besides its key, and what that is called on the page.
SAMPLE_FACTS: Final = {
    "file": _("File"),
    "reason": _("Reason"),
    "column": pgettext_lazy("geodata", "Attribute"),
    "value": pgettext_lazy("geodata", "Value"),
    "other": _("and"),
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
    """An example of a finding: which object, facts as (name, value) in words, geometry as WKT."""

    name: str
    facts: list[tuple[str, str]]
    geometries: list[tuple[str, str]]


def samples_shown(check: EditionCheck) -> list[SampleShown]:
    """The examples of a finding in the language of the page."""
    return [_sample(values) for values in check.details.get("samples", [])]


def _sample(values: dict[str, Any]) -> SampleShown:
    return SampleShown(
        name=str(values.get("key") or feature_shown(values.get("feature") or "")),
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
