"""What staff are given of an issue as data. Nothing tells who reported, and nothing is in the reporter's words."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from issues.enums import Channel, IssueStatus
from parcels.keys import parcel_label
from routing.enums import Outcome

# What no file holds, and would cost the most to read.
UNREAD: Final = ("point", "description", "answers", "set_aside", "public_text", "content_hash")
# The column of a file of geodata → what the table calls it.
ISSUE_COLUMNS: Final = (
    "number",
    "received",
    "state",
    "changed",
    "due",
    "category",
    "authority",
    "confidence",
    "parcel",
    "parcel_key",
    "road",
    "channel",
    "released",
    "longitude",
    "latitude",
)


def issue_row(issue: Any, authorities: dict[int, str], districts: dict[str, str]) -> list[Any]:
    """As `ISSUE_COLUMNS` has it. An issue that nobody has placed has no coordinates."""
    is_assigned = issue.outcome == Outcome.ASSIGNED
    return [
        issue.number,
        _moment(issue.received_at),
        str(IssueStatus(issue.status).label),
        _moment(issue.status_changed_at),
        _moment(issue.due_at),
        issue.category.name,
        authorities.get(issue.authority_pk, "") if is_assigned else "",
        round(issue.confidence, 2) if is_assigned else None,
        _parcel(issue.parcel_key, districts),
        issue.parcel_key or "",
        issue.road or "",
        str(Channel(issue.channel).label),
        _moment(issue.released_at),
        round(issue.longitude, 6) if issue.is_placed else None,
        round(issue.latitude, 6) if issue.is_placed else None,
    ]


def _parcel(key: str | None, districts: dict[str, str]) -> str:
    """As people write it: Gemarkung, Flur and number."""
    return parcel_label(key, districts.get(key[:6], "")) if key else ""


def _moment(at: Any) -> str:
    """Local time, sortable: `2026-03-03 13:00`."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
