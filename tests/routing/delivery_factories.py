"""A decision and all it needs, at a fixed place of the model city."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import Channel
from issues.models import Category, Issue
from routing.enums import ChannelKind, Outcome
from routing.models import Authority, AuthorityContact, Decision, Delivery
from routing.outbox.queue import deliveries_queue

# The point test vector of the model city.
LATITUDE, LONGITUDE = 51.5503, 7.3117
EASTING, NORTHING = 382943.343, 5712374.038

EVIDENCE: dict[str, Any] = {
    "situations": [
        {
            "parcels": [
                {
                    "key": "055285014001230004__",
                    "gemarkung": "Habinghorst",
                    "flur": 14,
                    "number": "123/4",
                    "owner": "PRIV",
                    "location_text": "Habinghorster Str.",
                }
            ],
            "sections": [
                {
                    "key": "4409055O4409056O",
                    "road_class": "B",
                    "road": "B 235",
                    "name": "",
                    "distance": 3.2,
                    "station": 120.4,
                    "through_road": "in",
                }
            ],
        }
    ]
}


def jurisdiction_make() -> Jurisdiction:
    return Jurisdiction.objects.get_or_create(
        identifier="castrop-rauxel.de",
        defaults={"name": "Castrop-Rauxel", "municipality_key": "05562004", "issue_prefix": "CAS"},
    )[0]


def authority_make(code: str, **fields: Any) -> Authority:
    return Authority.objects.get_or_create(
        jurisdiction=jurisdiction_make(),
        code=code,
        defaults={
            "names": {"de": f"Amt {code}", "en": f"Office {code}"},
            "public_names": {"de": f"Amt {code}", "en": f"Office {code}"},
            **fields,
        },
    )[0]


def contact_make(code: str, *, area_code: str = "", **fields: Any) -> AuthorityContact:
    return AuthorityContact.objects.create(
        authority=authority_make(code),
        area_code=area_code,
        **{
            "channel": ChannelKind.MAIL,
            "address": f"{code.lower()}{area_code}@authority.example",
            **fields,
        },
    )


def issue_make(*, description: str = "Tiefes Loch in der Fahrbahn", **fields: Any) -> Issue:
    jurisdiction = jurisdiction_make()
    category, _ = Category.objects.get_or_create(
        jurisdiction=jurisdiction,
        code="ROAD_SURFACE",
        defaults={"names": {"de": "Schlagloch", "en": "Pothole"}},
    )
    now = timezone.now()
    count = Issue.objects.count() + 1
    return Issue.objects.create(
        number=f"CAS-2026-{count:06d}",
        jurisdiction=jurisdiction,
        category=category,
        description=description,
        point=Point(EASTING, NORTHING, srid=25832),
        latitude=LATITUDE,
        longitude=LONGITUDE,
        accuracy_m=5,
        channel=Channel.WEB,
        sender_key=f"test-{count}",
        content_hash=b"\0" * 32,
        received_at=now,
        status_changed_at=now,
        **fields,
    )


def decision_make(code: str = "STRNRW", *, issue: Issue | None = None, **fields: Any) -> Decision:
    """A stored decision for the authority of this code; nothing is queued yet."""
    return Decision.objects.create(
        issue=issue or issue_make(),
        authority=authority_make(code),
        **{
            "outcome": Outcome.ASSIGNED,
            "rule_id": "R01",
            "legal_basis": "FStrG § 5 (1)",
            "probability": 0.95,
            "sentences": {
                "de": "Die Fahrbahn der B 235 gehört dem Bund.",
                "en": "The carriageway of the B 235 belongs to the federation.",
            },
            "evidence": EVIDENCE,
            "parcel_key": "055285014001230004__",
            "road": "B 235",
            "decided_at": timezone.now(),
            **fields,
        },
    )


def delivery_make(code: str = "STRNRW", **contact: Any) -> Delivery:
    """A queued delivery to a fresh contact of the authority."""
    if not AuthorityContact.objects.filter(authority__code=code, is_active=True).exists():
        contact_make(code, **contact)
    decision = decision_make(code)
    assert deliveries_queue(decision) == []
    return decision.deliveries.get()
