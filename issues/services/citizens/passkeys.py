"""Passkeys (WebAuthn Level 2) of citizens: a key that the device keeps and opens with a finger, a face or a PIN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import pgettext
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gis_core.models import Jurisdiction
from issues.errors import SignInRefused
from issues.models import Citizen, Passkey

PASSKEYS_MAX: Final = 10
ANSWER_MAX: Final = 20_000
# For the page, and what has to be known of them when its answer comes.
Options = tuple[dict[str, Any], Mapping[str, Any]]


def passkey_offer(citizen: Citizen, *, host: str) -> Options:
    """What a browser needs to make a new key for the account. `host` is the page's, without a port."""
    name = citizen.email or citizen.jurisdiction.public_name
    person = PublicKeyCredentialUserEntity(id=citizen.public_id.bytes, name=name, display_name=name)
    options, state = _server(citizen.jurisdiction, host).register_begin(
        person,
        credentials=[_stored(one) for one in citizen.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def passkey_add(
    citizen: Citizen, *, host: str, state: Mapping[str, Any] | None, answer: str, name: str
) -> Passkey:
    """Keeps the key that the browser made. Raises `SignInRefused`."""
    if citizen.passkeys.count() >= PASSKEYS_MAX:
        raise SignInRefused(pgettext("passkey", "There are too many passkeys; remove one first."))
    server = _server(citizen.jurisdiction, host)
    try:
        made = server.register_complete(_begun(state), _parsed(answer)).credential_data
    except _MALFORMED as error:
        raise _refused() from error
    if made is None:
        raise _refused()
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                citizen=citizen, credential_id=made.credential_id, data=bytes(made), name=name[:100]
            )
    except IntegrityError as error:
        raise _refused() from error


def passkey_ask(*, jurisdiction: Jurisdiction, host: str) -> Options:
    """What a browser needs to answer with a key that it has for this host, whosever it is."""
    options, state = _server(jurisdiction, host).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), state


def citizen_by_passkey(
    *, jurisdiction: Jurisdiction, host: str, state: Mapping[str, Any] | None, answer: str
) -> Citizen:
    """The account of the key that answered. Raises `SignInRefused`, also for a key of another city."""
    try:
        given = AuthenticationResponse.from_dict(_parsed(answer))
        known = Passkey.objects.select_related("citizen__jurisdiction").filter(
            credential_id=given.raw_id, citizen__jurisdiction=jurisdiction
        )
        key = known.first()
        if key is None or given.response.user_handle != key.citizen.public_id.bytes:
            raise _refused()
        _server(jurisdiction, host).authenticate_complete(_begun(state), [_stored(key)], given)
    except _MALFORMED as error:
        raise _refused() from error
    return key.citizen


def passkey_remove(citizen: Citizen, key_id: int) -> None:
    """Removes one of the account's own keys; nothing where it has none of that number."""
    citizen.passkeys.filter(pk=key_id).delete()


# What the library raises for an answer that is none; what comes was made by anybody.
_MALFORMED: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError)


def _server(jurisdiction: Jurisdiction, host: str) -> Fido2Server:
    """Keys hold for the host of the page. Without HTTPS (on one's own machine) every origin of it counts."""
    entity = PublicKeyCredentialRpEntity(id=host, name=jurisdiction.public_name)
    return Fido2Server(entity, verify_origin=None if settings.HTTPS else lambda _origin: True)


def _stored(key: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(key.data))


def _begun(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not state:
        raise ValueError("nobody asked")
    return state


def _parsed(answer: str) -> dict[str, Any]:
    parsed = json.loads(answer[:ANSWER_MAX])
    if not isinstance(parsed, dict):
        raise TypeError("no answer of a key")
    return parsed


def _refused() -> SignInRefused:
    return SignInRefused(
        pgettext("passkey", "The passkey did not answer, or nobody knows it here.")
    )
