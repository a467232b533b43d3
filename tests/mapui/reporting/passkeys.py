"""A device with passkeys, made of a real key: what a browser answers to the options of the server."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class Device:
    """Holds one key. `is_verified`: whether its owner showed a finger."""

    def __init__(self, host: str = "testserver", *, is_verified: bool = True) -> None:
        self.host = host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = uuid4().bytes
        self.handle = ""
        self.flags = AuthenticatorData.FLAG.UP
        if is_verified:
            self.flags |= AuthenticatorData.FLAG.UV

    def create(self, options: dict[str, Any]) -> str:
        given = options["publicKey"]
        self.handle = given["user"]["id"]
        made = AttestedCredentialData.create(
            b"\0" * 16, self.credential, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(
            self._host_hash(), self.flags | AuthenticatorData.FLAG.AT, 0, bytes(made)
        )
        client = self._client("webauthn.create", given["challenge"])
        attested = AttestationObject.create("none", data, {})
        return self._answer(client, attestationObject=encoded(bytes(attested)))

    def get(self, options: dict[str, Any], handle: str = "") -> str:
        data = AuthenticatorData.create(self._host_hash(), self.flags, 0)
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        signed = self.key.sign(bytes(data) + client.hash, ec.ECDSA(SHA256()))
        return self._answer(
            client,
            authenticatorData=encoded(bytes(data)),
            signature=encoded(signed),
            userHandle=handle or self.handle,
        )

    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, f"http://{self.host}")

    def _answer(self, client: CollectedClientData, **response: str) -> str:
        return json.dumps(
            {
                "id": encoded(self.credential),
                "rawId": encoded(self.credential),
                "type": "public-key",
                "response": {"clientDataJSON": encoded(bytes(client)), **response},
                "clientExtensionResults": {},
            }
        )
