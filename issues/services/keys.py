"""API keys of senders. Only the SHA-256 of a key is kept."""

from __future__ import annotations

import secrets

from gis_core.models import Jurisdiction
from issues.models import ApiKey
from issues.selectors import key_hash


def api_key_create(
    *, jurisdiction: Jurisdiction, name: str, reports_per_minute: int = 60
) -> tuple[ApiKey, str]:
    """Makes a key for a sender. The second value is the key in clear: it is nowhere to be had again."""
    clear = secrets.token_urlsafe(32)
    stored = ApiKey.objects.create(
        jurisdiction=jurisdiction,
        name=name,
        key_hash=key_hash(clear),
        reports_per_minute=reports_per_minute,
    )
    return stored, clear
