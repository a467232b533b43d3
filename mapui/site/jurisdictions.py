"""Which jurisdiction a page is about."""

from __future__ import annotations

from datetime import datetime

from django.db.models import (
    OuterRef,
    Subquery,
)

from gis_core.models import Jurisdiction
from issues.models import Issue


def jurisdiction_shown(identifier: str = "") -> Jurisdiction | None:
    """The jurisdiction asked for, else the one with the latest issue, else the first; None before set-up."""
    issues = Issue.objects.filter(jurisdiction=OuterRef("pk")).order_by("-received_at")
    jurisdictions = Jurisdiction.objects.annotate(latest=Subquery(issues.values("received_at")[:1]))
    if identifier and (asked := jurisdictions.filter(identifier=identifier).first()):
        return asked
    return min(jurisdictions, key=_lateness, default=None)


def _lateness(jurisdiction: Jurisdiction) -> tuple[float, int]:
    latest: datetime | None = getattr(jurisdiction, "latest", None)
    return (-latest.timestamp() if latest else 0.0, jurisdiction.pk)
