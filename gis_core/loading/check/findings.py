"""A finding of a check, not stored yet."""

from __future__ import annotations

from typing import Any

from gis_core.enums import Severity
from gis_core.messages import Message
from gis_core.models import EditionCheck


def finding(
    code: str,
    severity: Severity,
    count: int,
    params: dict[str, Any] | None = None,
    **details: Any,
) -> EditionCheck:
    """`params` are those of the text "check_" + code; `details` are kept with it: samples, thresholds."""
    told = Message(f"check_{code}", params or {})
    return EditionCheck(
        code=code,
        severity=severity,
        count=count,
        params=told.as_json()["params"],
        details=details,
    )
