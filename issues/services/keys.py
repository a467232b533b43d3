"""API keys of senders. Only the SHA-256 of a key is kept."""

from __future__ import annotations

import secrets

from gis_core.models import Jurisdiction
from issues.models import ApiKey
from issues.selectors import key_hash


def api_key_create(
    *,
    jurisdiction: Jurisdiction,
    name: str,
    reports_per_minute: int = 60,
    accuracy_m: float | None = None,
    accuracy_confidence: float | None = None,
    confirms_reporters: bool = False,
) -> tuple[ApiKey, str]:
    """Makes a key for a sender. The second value is the key in clear: it is nowhere to be had again.

    `accuracy_m` (metres), `accuracy_confidence` and `confirms_reporters` as in `ApiKey`. Raises ValidationError where
    one is out of range.
    """
    clear = secrets.token_urlsafe(32)
    stored = ApiKey(
        jurisdiction=jurisdiction,
        name=name,
        key_hash=key_hash(clear),
        reports_per_minute=reports_per_minute,
        accuracy_m=accuracy_m,
        accuracy_confidence=accuracy_confidence,
        confirms_reporters=confirms_reporters,
    )
    stored.full_clean()
    stored.save()
    return stored, clear
