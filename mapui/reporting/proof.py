"""The proof of work that a browser does beside the form, so that a thousand reports cost whoever sends them something.

The challenge (ALTCHA, PBKDF2) names the draft, so a proof counts for one report. Nobody sees or solves anything.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Final
from uuid import UUID

import altcha
from django.utils.crypto import salted_hmac

ALGORITHM: Final = "PBKDF2/SHA-256"
# About a second of a telephone's work; the server does one of the rounds.
ROUNDS: Final = (400, 1200)
COST: Final = 500
LIFETIME_S: Final = 4 * 3600


def challenge_for(entry: UUID) -> str:
    """What the browser has to solve for this draft, as JSON."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=ROUNDS[0] + secrets.randbelow(ROUNDS[1] - ROUNDS[0]),
        expires_at=int(time.time()) + LIFETIME_S,
        data={"entry": entry.hex},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    return json.dumps(challenge.to_dict())


def is_proved(entry: UUID, proof: str) -> bool:
    """Whether the text is a solution of a challenge of ours for this draft; False for anything else."""
    try:
        told = json.loads(base64.b64decode(proof, validate=True))
        is_own = told["challenge"]["parameters"]["data"]["entry"] == entry.hex
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return is_own and (
        altcha.verify_solution(proof, _secret("challenge"), hmac_key_secret=_secret("key")).verified
        is True
    )


def _secret(name: str) -> str:
    """Made of the installation's own key, so that it needs no setting."""
    return salted_hmac("mapui.reporting.proof", name).hexdigest()
