"""A drawn town of fixed coordinates (EPSG:25832): four parcels of 100 m side, a road, issues on them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Permission, User
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon

from gis_core.coordinates import storage_to_wgs84
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from issues.enums import Channel, IssueStatus
from issues.models import Category, Issue
from parcels.enums import CadastreDataset
from parcels.models import LandUse, Ownership, Parcel
from routing.enums import NetworkDataset, Outcome
from routing.models import Authority, Decision, ThroughRoad

WEST, SOUTH, SIDE = 382_900.0, 5_712_300.0, 100.0
SRID = 25832
PASSWORD = "ein langes Kennwort 7"
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def square(column: int, row: int, *, side: float = SIDE) -> MultiPolygon:
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return MultiPolygon(Polygon.from_bbox((west, south, west + side, south + side)), srid=SRID)


def jurisdiction_create(
    identifier: str = "musterstadt.example", name: str = "Musterstadt"
) -> Jurisdiction:
    outline = Polygon.from_bbox((WEST - 500, SOUTH - 500, WEST + 700, SOUTH + 700))
    return Jurisdiction.objects.create(
        identifier=identifier,
        name=name,
        municipality_key="05999000",
        issue_prefix="MST",
        boundary=MultiPolygon(outline, srid=SRID),
    )


def edition_create(jurisdiction: Jurisdiction, dataset: str) -> Edition:
    return Edition.objects.create(
        jurisdiction=jurisdiction,
        dataset=dataset,
        status=EditionStatus.ACTIVE,
        source="drawn",
        profile="drawn",
        as_of=NOON.date(),
        activated_at=NOON,
    )


def parcel_create(
    edition: Edition, column: int, row: int, *, denominator: int | None = None
) -> Parcel:
    numerator = 10 * (row + 1) + column
    key = f"059999001{numerator:05d}{denominator or 0:04d}__"
    return Parcel.objects.create(
        jurisdiction=edition.jurisdiction,
        edition_from=edition,
        key=key,
        content_hash=hashlib.blake2b(key.encode(), digest_size=16).digest(),
        gemarkung_key="059999",
        gemarkung_name="Musterberg",
        flur=1,
        numerator=numerator,
        denominator=denominator,
        official_area=10_000,
        geometry=square(column, row),
    )


def town_create() -> Jurisdiction:
    """Four parcels with land use and owner, and one through-road stretch along their southern edge."""
    jurisdiction = jurisdiction_create()
    parcels = edition_create(jurisdiction, CadastreDataset.PARCELS)
    uses = edition_create(jurisdiction, CadastreDataset.LAND_USE)
    owners = edition_create(jurisdiction, CadastreDataset.OWNERSHIP)
    stretches = edition_create(jurisdiction, NetworkDataset.THROUGH_ROADS)
    for column, row in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        parcel = parcel_create(parcels, column, row, denominator=4 if column else None)
        common = {"jurisdiction": jurisdiction, "content_hash": parcel.content_hash}
        LandUse.objects.create(
            **common,
            edition_from=uses,
            key=parcel.key,
            usage="BUILT",
            use_type="Wohnbaufläche",
            geometry=parcel.geometry,
        )
        Ownership.objects.create(**common, edition_from=owners, key=parcel.key, owner_class="PRIV")
    line = LineString((WEST, SOUTH), (WEST + 200, SOUTH))
    ThroughRoad.objects.create(
        jurisdiction=jurisdiction,
        edition_from=stretches,
        key="OD1",
        content_hash=b"0" * 16,
        section_key="S1",
        geometry=MultiLineString(line, srid=SRID),
    )
    return jurisdiction


def category_create(
    jurisdiction: Jurisdiction, code: str = "ROAD_SURFACE", **fields: Any
) -> Category:
    names = {
        "names": {"de": "Schlagloch", "en": "Pothole"},
        "groups": {"de": "Straße", "en": "Road"},
    }
    category, _created = Category.objects.get_or_create(
        jurisdiction=jurisdiction, code=code, defaults={**names, **fields}
    )
    return category


def authority_create(jurisdiction: Jurisdiction, code: str = "EUV", **fields: Any) -> Authority:
    defaults = {
        "names": {"de": "EUV Stadtbetrieb", "en": "City works"},
        "public_names": {"de": "Stadtbetrieb", "en": "City works"},
        "colour": "#1b6e3c",
    }
    authority, _created = Authority.objects.get_or_create(
        jurisdiction=jurisdiction, code=code, defaults={**defaults, **fields}
    )
    return authority


def issue_create(
    jurisdiction: Jurisdiction,
    *,
    east: float = 50,
    north: float = 50,
    released: bool = True,
    **fields: Any,
) -> Issue:
    """An issue `east` and `north` metres from the town's south-western corner."""
    number = Issue.objects.count() + 1
    x, y = WEST + east, SOUTH + north
    longitude, latitude = storage_to_wgs84(x, y)
    defaults = {
        "number": f"MST-2026-{number:06d}",
        "category": fields.pop("category", None) or category_create(jurisdiction),
        "description": "Tiefes Loch",
        "point": Point(x, y, srid=SRID),
        "latitude": latitude,
        "longitude": longitude,
        "channel": Channel.OPEN311,
        "sender_key": f"key-{number}",
        "content_hash": b"0" * 32,
        "received_at": NOON,
        "status": IssueStatus.RECEIVED,
        "status_changed_at": NOON,
        "released_at": NOON if released else None,
    }
    return Issue.objects.create(jurisdiction=jurisdiction, **{**defaults, **fields})


def decision_create(issue: Issue, authority: Authority | None, **fields: Any) -> Decision:
    code = authority.code if authority else "TRIAGE"
    candidate = {
        "body": code,
        "probability": 0.95,
        "confidence": 0.95,
        "rule_id": "R1",
        "legal_basis": "StrWG NRW § 9",
        "condition": "",
        "notify": [],
        "hypothesis": "",
        "area_code": "",
    }
    defaults = {
        "outcome": Outcome.ASSIGNED if authority else Outcome.TRIAGE,
        "authority": authority,
        "rule_id": "R1",
        "legal_basis": "StrWG NRW § 9",
        "probability": 0.95,
        "sentences": {"de": "Zuständig: EUV Stadtbetrieb.", "en": "Responsible: City works."},
        "candidates": [candidate],
        "trace": [{"rule_id": "R1", "matched": True, "because": "Straße"}],
        "evidence": {},
        "decided_at": NOON,
    }
    issue.decisions.filter(is_current=True).update(is_current=False)
    return Decision.objects.create(issue=issue, **{**defaults, **fields})


def staff_create(
    name: str = "sichtung", *, permissions: tuple[str, ...] = ("triage_issue", "release_issue")
) -> User:
    user = User.objects.create_user(name, password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user
