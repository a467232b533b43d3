"""What leaves the house about an issue: a fixed list of fields, the same for every channel.

Never in it: who reported, from which device or account, who owns the parcel, notes of the staff.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile, File

from gis_core.languages import text_in
from issues.enums import PhotoOrigin, PhotoStatus, Priority
from issues.models import Issue, Photo
from issues.services.photos.copies import copy_draw
from routing.enums import DeliveryKind, Part
from routing.forwarding.answers import Answer, answers_told
from routing.forwarding.chain import Former, formers_told
from routing.forwarding.links import mail_domain, partner_link, reply_token
from routing.forwarding.places import Place, place_of
from routing.forwarding.wording import LANGUAGE, text_told
from routing.models import Delivery


@dataclass(frozen=True)
class Envelope:
    """One message to one authority. `reference` is unique per message: issue number and decision number.

    `parts` are those that the contact may get; what belongs to another part is empty here. `link` opens the page on
    which the authority answers. `follows`: the Message-IDs of what it was sent about the same issue before, the oldest
    first. `formers`: who else had the issue to act on it. `perhaps`: numbers at the receiver, maybe of the same report.
    """

    delivery_id: uuid.UUID
    issue_id: int
    number: str
    reference: str
    idempotency_key: str
    reply_token: str
    link: str
    follows: tuple[str, ...]
    is_copy: bool
    sender: str
    recipient: str
    category_code: str
    category: str
    is_emergency: bool
    is_urgent: bool
    description: str
    answers: tuple[Answer, ...]
    received_at: datetime
    place: Place
    reason: str
    formers: tuple[Former, ...]
    rule_id: str
    legal_basis: str
    probability: float
    photos: tuple[Photo, ...]
    parts: tuple[str, ...]
    perhaps: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """`[CAS-2026-000123] Schlagloch, B 235, Habinghorster Str.` in one line; no street twice."""
        title = ", ".join(filter(None, (self.category, self.place.where)))
        return " ".join(f"[{self.number}] {title}".split())

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a receiver recognises a repeated mail."""
        return message_id(self.delivery_id)


def envelope_build(delivery: Delivery) -> Envelope:
    """The envelope of a delivery; reads the issue, its photos and the decision."""
    decision = delivery.decision
    issue = decision.issue
    parts = tuple(one for one in Part.values if one in delivery.contact.parts)
    return Envelope(
        delivery_id=delivery.public_id,
        issue_id=issue.pk,
        number=issue.number,
        reference=f"{issue.number}/{decision.number}",
        idempotency_key=delivery.idempotency_key,
        reply_token=reply_token(delivery.public_id),
        link=partner_link(delivery),
        follows=tuple(message_id(one) for one in _earlier(delivery)),
        is_copy=delivery.kind == DeliveryKind.COPY,
        sender=issue.jurisdiction.name,
        recipient=text_in(delivery.authority.names, LANGUAGE),
        category_code=issue.category.code,
        category=text_in(issue.category.names, LANGUAGE),
        is_emergency=issue.category.is_emergency,
        is_urgent=issue.priority == Priority.HIGH,
        description=text_told(issue.description) if Part.TEXT in parts else "",
        answers=answers_told(issue) if Part.ANSWERS in parts else (),
        received_at=issue.received_at,
        place=place_of(
            issue, decision, with_address=Part.ADDRESS in parts, with_parcel=Part.PARCEL in parts
        ),
        reason=text_in(decision.sentences, LANGUAGE) if Part.REASON in parts else "",
        formers=formers_told(delivery) if Part.REASON in parts else (),
        rule_id=decision.rule_id,
        legal_basis=decision.legal_basis if Part.REASON in parts else "",
        probability=decision.probability,
        photos=photos_of(issue) if Part.PHOTOS in parts else (),
        parts=parts,
    )


def photos_of(issue: Issue) -> tuple[Photo, ...]:
    """What was reported, not what was done about it, in the order by which links count them."""
    return tuple(
        issue.photos.filter(status=PhotoStatus.STORED, origin=PhotoOrigin.REPORTER).order_by("pk")
    )


def message_id(public_id: uuid.UUID) -> str:
    return f"<{public_id}@{mail_domain()}>"


def _earlier(delivery: Delivery) -> list[uuid.UUID]:
    """What the authority was sent about the same issue before."""
    sent = Delivery.objects.filter(
        decision__issue=delivery.decision.issue_id,
        authority=delivery.authority_id,
        sent_at__isnull=False,
    )
    return list(
        sent.exclude(pk=delivery.pk).order_by("sent_at", "pk").values_list("public_id", flat=True)
    )


def photo_open(photo: Photo) -> File[bytes]:
    """What an authority gets: the original, or where somebody turned or blackened the photo what the public may see.

    Both are without metadata.
    """
    return ContentFile(copy_draw(photo)) if photo.is_edited else photo.file.open("rb")
