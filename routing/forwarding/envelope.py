"""What leaves the house about an issue: a fixed list of fields, the same for every channel.

Never in it: who reported, from which device or account, who owns the parcel, notes of the staff.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.crypto import salted_hmac

from gis_core.languages import text_in
from issues.enums import PhotoStatus
from issues.models import Issue, Photo
from issues.redaction import CONTACTS, masked
from issues.services.photos.copies import copy_draw
from routing.enums import DeliveryKind
from routing.models import Decision, Delivery

# Whatever language the worker runs in: the readers are German authorities.
LANGUAGE: Final = "de"


@dataclass(frozen=True)
class Place:
    """Where: WGS84 degrees, the same in the storage CRS (metres), and what the decision found there."""

    latitude: float
    longitude: float
    srid: int
    easting: float
    northing: float
    accuracy_m: float | None
    address: str
    parcel_key: str
    parcel_label: str
    road: str
    section_key: str
    station_m: float | None


@dataclass(frozen=True)
class Envelope:
    """One message to one authority. `reference` is unique per message: issue number and decision number."""

    delivery_id: uuid.UUID
    number: str
    reference: str
    idempotency_key: str
    reply_token: str
    is_copy: bool
    sender: str
    recipient: str
    category_code: str
    category: str
    is_emergency: bool
    description: str
    received_at: datetime
    place: Place
    reason: str
    rule_id: str
    legal_basis: str
    probability: float
    photos: tuple[Photo, ...]

    @property
    def subject(self) -> str:
        """`[CAS-2026-000123] Schlagloch, B 235, Habinghorster Str.` in one line; no street twice."""
        road, address = self.place.road, self.place.address
        where = [part for part in ("" if road in address else road, address) if part]
        return " ".join(f"[{self.number}] {', '.join([self.category, *where])}".split())

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a receiver recognises a repeated mail."""
        return f"<{self.delivery_id}@{mail_domain()}>"


def envelope_build(delivery: Delivery) -> Envelope:
    """The envelope of a delivery; reads the issue, its photos and the decision."""
    decision = delivery.decision
    issue = decision.issue
    return Envelope(
        delivery_id=delivery.public_id,
        number=issue.number,
        reference=f"{issue.number}/{decision.number}",
        idempotency_key=delivery.idempotency_key,
        reply_token=reply_token(delivery.public_id),
        is_copy=delivery.kind == DeliveryKind.COPY,
        sender=issue.jurisdiction.name,
        recipient=text_in(delivery.authority.names, LANGUAGE),
        category_code=issue.category.code,
        category=text_in(issue.category.names, LANGUAGE),
        is_emergency=issue.category.is_emergency,
        description=text_told(issue.description),
        received_at=issue.received_at,
        place=place_of(issue, decision),
        reason=text_in(decision.sentences, LANGUAGE),
        rule_id=decision.rule_id,
        legal_basis=decision.legal_basis,
        probability=decision.probability,
        photos=tuple(issue.photos.filter(status=PhotoStatus.STORED).order_by("pk")),
    )


def text_told(text: str) -> str:
    """A text of the reporter as it leaves the house: nobody can be reached or paid by it."""
    return masked(text, kinds=CONTACTS)


def place_of(issue: Issue, decision: Decision) -> Place:
    """Where the issue lies and what the decision found there."""
    situations = decision.evidence.get("situations") or [{}]
    parcel = _first(situations[0], "parcels")
    section = _first(situations[0], "sections") if decision.road else {}
    district = parcel.get("gemarkung") or decision.parcel_key[:6]
    label = [district, parcel.get("flur"), parcel.get("number")]
    return Place(
        latitude=issue.latitude,
        longitude=issue.longitude,
        srid=settings.STORAGE_SRID,
        easting=issue.point.x,
        northing=issue.point.y,
        accuracy_m=issue.accuracy_m,
        address=text_told(issue.address_text) or parcel.get("location_text", ""),
        parcel_key=decision.parcel_key,
        parcel_label="-".join(str(part) for part in label if part) if decision.parcel_key else "",
        road=decision.road,
        section_key=section.get("key", ""),
        station_m=section.get("station"),
    )


def _first(situation: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = situation.get(name) or [{}]
    return found[0]


def photo_open(photo: Photo) -> File[bytes]:
    """What an authority gets: the original, or where somebody turned or blackened the photo what the public may see.

    Both are without metadata.
    """
    return ContentFile(copy_draw(photo)) if photo.is_edited else photo.file.open("rb")


def mail_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def reply_token(delivery_id: uuid.UUID) -> str:
    """Names the delivery in a reply's address and cannot be made up without the secret key."""
    signature = salted_hmac(
        "routing.delivery.reply", delivery_id.hex, algorithm="sha256"
    ).hexdigest()
    return f"{delivery_id.hex}{signature[:16]}"


def reply_address(envelope: Envelope) -> str:
    local, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    return f"{local}+{envelope.reply_token}@{domain}"
