"""What a municipality lacks before it can take reports: facts, geodata, rules, contacts, people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from gis_core.coordinates import storage_crs, transform_geometry
from gis_core.dataset_names import dataset_label
from gis_core.enums import EditionStatus, Severity
from gis_core.models import Edition, Jurisdiction
from gis_core.srids import WGS84, storage_srid
from issues.models import Category, Grant
from parcels.enums import CadastreDataset
from parcels.models import Parcel
from routing.engine.facts import DATASETS_NEEDED
from routing.engine.findings import errors_of, names_some
from routing.engine.ranking import TRIAGE
from routing.engine.ruleset import COMPUTED_BODIES
from routing.enums import AreaKind, NetworkDataset
from routing.models import Area, Authority, AuthorityContact, RuleSet
from routing.rulebook.checked import rule_set_findings
from routing.rulebook.listed import rule_rows, rule_set_in_effect
from routing.sentences import legal_basis_shown

# What goes wrong without a dataset that decisions can do without.
_WITHOUT: Final[dict[str, Any]] = {
    NetworkDataset.THROUGH_ROADS: pgettext_lazy(
        "readiness",
        "on classified roads the limits of through-roads are unknown, and people decide",
    ),
    NetworkDataset.AREAS: pgettext_lazy(
        "readiness", "nobody knows what is built up, and which neighbour a place lies in"
    ),
    NetworkDataset.ROAD_PARTS: pgettext_lazy(
        "readiness", "footway and carriageway are told apart by the category alone"
    ),
    CadastreDataset.ADDRESSES: pgettext_lazy("readiness", "addresses lead to no place"),
    CadastreDataset.CADASTRAL_DISTRICTS: pgettext_lazy(
        "readiness", "Gemarkungen are not found by their names"
    ),
}
# Facts that the public is told, by their name in the file.
_PUBLIC: Final = ("public_names", "website", "phone", "public_mail")
# The Land whose law the program's short forms of legal bases stand for (`legal_bases.csv`), and how it is written.
_LAND, _LAW = "05", "NRW"


@dataclass(frozen=True)
class Lack:
    """What is missing or wrong, and what to do; an error keeps reports from being decided rightly."""

    severity: Severity
    text: str


def lacks_of(jurisdiction: Jurisdiction) -> list[Lack]:
    """Everything that is missing, errors first."""
    found = [*_of_facts(jurisdiction), *_of_geodata(jurisdiction), *_of_people(jurisdiction)]
    rule_set = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    if rule_set is None:
        text = pgettext_lazy(
            "readiness", "No rule set is in effect. Load a folder with load_rules."
        )
        found.append(_error(text))
    else:
        found += _of_rules(rule_set)
    return sorted(found, key=lambda one: one.severity != Severity.ERROR)


def _error(text: Any, **values: Any) -> Lack:
    return Lack(Severity.ERROR, str(text) % values)


def _warning(text: Any, **values: Any) -> Lack:
    return Lack(Severity.WARNING, str(text) % values)


def _of_facts(jurisdiction: Jurisdiction) -> Iterator[Lack]:
    key = jurisdiction.municipality_key
    if len(key) != 8 or not key.isdigit():
        text = pgettext_lazy("readiness", "The key of the municipality (AGS) has 8 digits: %(key)s")
        yield _error(text, key=key)
    if missing := [name for name in _PUBLIC if not getattr(jurisdiction, name)]:
        text = pgettext_lazy("readiness", "The public is told nothing of: %(names)s")
        yield _warning(text, names=", ".join(missing))
    if jurisdiction.boundary is None:
        text = pgettext_lazy(
            "readiness",
            "There is no boundary. Load areas with the municipality %(key)s, or parcels.",
        )
        yield _error(text, key=key)
    elif not _is_at_home(jurisdiction.boundary):
        text = pgettext_lazy(
            "readiness",
            "The municipality lies outside the area of use of EPSG:%(srid)s. Set STORAGE_SRID, and load anew"
            " into an empty database.",
        )
        yield _error(text, srid=storage_srid())


def _is_at_home(boundary: GEOSGeometry) -> bool:
    """Whether its middle lies where the storage CRS is to be used."""
    area = storage_crs().crs.area_of_use
    middle = shapely.from_wkb(bytes(boundary.wkb)).centroid
    there = transform_geometry(middle, storage_crs(), WGS84)
    return area is None or shapely.box(*area.bounds).intersects(there)


def _of_geodata(jurisdiction: Jurisdiction) -> Iterator[Lack]:
    editions = Edition.objects.filter(jurisdiction=jurisdiction, status=EditionStatus.ACTIVE)
    active = set(editions.values_list("dataset", flat=True))
    for name in DATASETS_NEEDED:
        if name not in active:
            text = pgettext_lazy(
                "readiness", "No active edition, which decisions need: %(dataset)s"
            )
            yield _error(text, dataset=dataset_label(name))
    for name, effect in _WITHOUT.items():
        if name not in active:
            text = pgettext_lazy("readiness", "No active edition of %(dataset)s: %(effect)s")
            yield _warning(text, dataset=dataset_label(name), effect=effect)
    areas = Area.objects.active().filter(jurisdiction=jurisdiction)
    if NetworkDataset.AREAS in active and not areas.filter(kind=AreaKind.BUILT_UP).exists():
        text = pgettext_lazy(
            "readiness", "The areas hold no built-up area (geschlossene Ortslage)."
        )
        yield _warning(text)
    parcels = Parcel.objects.active().filter(jurisdiction=jurisdiction)
    land = jurisdiction.municipality_key[:2]
    if other := parcels.exclude(key__startswith=land).values_list("key", flat=True).first():
        text = pgettext_lazy(
            "readiness", "A parcel lies in another Land than the municipality (%(land)s): %(key)s"
        )
        yield _error(text, land=land, key=other)


def _of_people(jurisdiction: Jurisdiction) -> Iterator[Lack]:
    if not Category.objects.filter(jurisdiction=jurisdiction, is_active=True).exists():
        yield _error(
            pgettext_lazy("readiness", "There are no categories. Load them with load_categories.")
        )
    if not Grant.objects.filter(jurisdiction=jurisdiction).exists():
        yield _warning(pgettext_lazy("readiness", "Nobody has a role here: Personal."))


def _of_rules(rule_set: RuleSet) -> Iterator[Lack]:
    if errors_of(rule_set_findings(rule_set)):
        text = pgettext_lazy("readiness", "The rule set in effect has errors: validate_rules.")
        yield _error(text)
    rows = rule_rows(rule_set)
    jurisdiction = rule_set.jurisdiction
    if unreached := _unreached(jurisdiction, {row.body for row in rows}):
        text = pgettext_lazy("readiness", "Authorities of the rules without a contact: %(codes)s")
        yield _error(text, codes=", ".join(unreached))
    foreign = [
        row.rule_id for row in rows if _LAW in legal_basis_shown(row.legal_basis, "de").split()
    ]
    if foreign and not jurisdiction.municipality_key.startswith(_LAND):
        text = pgettext_lazy("readiness", "Rules that name the law of another Land: %(rules)s")
        yield _error(text, rules=names_some(foreign))
    editions = Edition.objects.filter(jurisdiction=jurisdiction, status=EditionStatus.ACTIVE)
    asks = any(row.body == "(table)" for row in rows)
    if asks and not editions.filter(dataset=NetworkDataset.AGREEMENTS).exists():
        text = pgettext_lazy(
            "readiness", "Rules ask for agreements, and none are loaded: they name nobody."
        )
        yield _warning(text)


def _unreached(jurisdiction: Jurisdiction, bodies: set[str]) -> list[str]:
    """Codes of the authorities that nothing can be sent to."""
    reached = set(
        AuthorityContact.objects.filter(
            authority__jurisdiction=jurisdiction, is_active=True
        ).values_list("authority_id", flat=True)
    )
    named = Authority.objects.filter(jurisdiction=jurisdiction, code__in=bodies - COMPUTED_BODIES)
    return sorted(
        one.code
        for one in named.exclude(code=TRIAGE)
        if (one.acts_through_id or one.pk) not in reached
    )
