"""The ways back to a delivery: a signed link to the partner page, and an address for answers by mail.

Whoever has the link or the address acts for the authority and for this delivery alone.
"""

from __future__ import annotations

import base64
import hmac
import uuid
from datetime import datetime
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode

from routing.errors import RoutingError
from routing.models import AuthorityContact, Delivery

# The scopes of the links: no token that was signed for anything else opens a page.
SALT: Final = "routing.forwarding.partner"
LIST_SALT: Final = "routing.forwarding.partner.open"
# Of a delivery's id and of the signature over it, in an address for answers. Together they are 24 letters and digits
# in base32: a local part has no more than 64 octets (RFC 5321, 4.5.3.1.1), and case may be lost on the way.
ID_BYTES: Final = 10
SIGNATURE_BYTES: Final = 5


class LinkInvalid(RoutingError):
    """The link is not ours, was changed, or was revoked."""


class LinkExpired(LinkInvalid):
    """The link was ours and is too old."""


def partner_link(delivery: Delivery) -> str:
    """The absolute address of the page on which the receiver answers, valid from now on (`link_expiry`)."""
    return f"{settings.PUBLIC_URL}/partner/{partner_token(delivery)}/"


def photo_link(link: str, number: int) -> str:
    """The address of a photo of the delivery's issue below its link, counted from 1 in the order of the photos."""
    return f"{link}photos/{number}/"


def partner_token(delivery: Delivery) -> str:
    """Signed: delivery, version of its links, and the moment from which its validity counts."""
    name = base64.urlsafe_b64encode(delivery.public_id.bytes).decode().rstrip("=")
    return _signer(SALT).sign(f"{name}.{delivery.link_version}")


def delivery_of_link(token: str) -> Delivery:
    """The delivery that a link is for; raises LinkInvalid or LinkExpired. Reads, and changes nothing."""
    name, _, version = _unsigned(token, SALT).partition(".")
    public_id = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{name}=="))
    known = Delivery.objects.select_related(
        "authority", "contact", "decision__issue__category", "decision__issue__jurisdiction"
    )
    delivery = known.filter(public_id=public_id, link_version=int(version)).first()
    if delivery is None:
        raise LinkInvalid("the link was revoked")
    return delivery


def open_cases_link(contact: AuthorityContact) -> str:
    """The absolute address of the page with all open cases of a contact, valid as long as a partner link."""
    token = _signer(LIST_SALT).sign(f"{contact.pk}.{contact.link_version}")
    return f"{settings.PUBLIC_URL}/partner/open/{token}/"


def contact_of_link(token: str) -> AuthorityContact:
    """The contact that such a link is for; raises LinkInvalid or LinkExpired. Reads, and changes nothing."""
    pk, _, version = _unsigned(token, LIST_SALT).partition(".")
    known = AuthorityContact.objects.select_related("authority__jurisdiction")
    contact = known.filter(pk=int(pk), link_version=int(version), is_active=True).first()
    if contact is None:
        raise LinkInvalid("the link was revoked")
    return contact


def link_begun(token: str) -> datetime:
    """When the link was made; the token must have been checked (`delivery_of_link`)."""
    signed_at = signing.b62_decode(token.rpartition(":")[0].rpartition(":")[2])
    return datetime.fromtimestamp(signed_at).astimezone()


def link_expiry(token: str) -> datetime:
    """Until when the link opens the page; the token must have been checked."""
    return link_begun(token) + settings.PARTNER_LINK_LIFETIME


def links_revoke(delivery: Delivery) -> None:
    """From now on no link that was given out for the delivery opens anything; the next one does."""
    Delivery.objects.filter(pk=delivery.pk).update(link_version=F("link_version") + 1)
    delivery.refresh_from_db(fields=["link_version"])


def _signer(salt: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=salt)


def _unsigned(token: str, salt: str) -> str:
    """What was signed, as we made it. Raises LinkInvalid or LinkExpired."""
    try:
        return _signer(salt).unsign(token, max_age=settings.PARTNER_LINK_LIFETIME)
    except signing.SignatureExpired as error:
        raise LinkExpired("the link is too old") from error
    except (signing.BadSignature, ValueError) as error:
        raise LinkInvalid("the link is not ours") from error


def reply_token(delivery_id: uuid.UUID) -> str:
    """Names the delivery in an address for answers and cannot be made up without the secret key."""
    known = delivery_id.bytes[:ID_BYTES]
    signature = salted_hmac("routing.delivery.reply", known.hex(), algorithm="sha256").digest()
    return base64.b32encode(known + signature[:SIGNATURE_BYTES]).decode().lower()


def delivery_of_reply(token: str) -> Delivery | None:
    """The delivery that an address for answers names; None for a token that is not ours."""
    try:
        known = base64.b32decode(token.upper())[:ID_BYTES]
    except ValueError:
        return None
    first = uuid.UUID(bytes=known.ljust(16, b"\0"))
    if not hmac.compare_digest(reply_token(first).encode(), token.lower().encode()):
        return None
    last = uuid.UUID(bytes=known.ljust(16, b"\xff"))
    return Delivery.objects.filter(public_id__range=(first, last)).first()


def reply_address(token: str) -> str:
    """Where an answer by mail goes: the installation's mailbox, with the delivery's token."""
    local, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    return f"{local}+{token}@{domain}"


def mail_domain() -> str:
    """The domain of our Message-IDs, in ASCII whatever the domain of the sender."""
    return punycode(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2])
