"""What is told of a public issue besides its place, wherever it is given away as data."""

from __future__ import annotations

from typing import Any

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from issues.api.presenters import photo_url
from issues.public_view import PublicIssue


def issue_url(issue: PublicIssue, jurisdiction: Jurisdiction) -> str:
    """The absolute address of the public page."""
    return city_address(jurisdiction, "public_issue", issue.number)


def public_record(issue: PublicIssue, jurisdiction: Jurisdiction) -> dict[str, Any]:
    """The same in every format, by name."""
    return {
        "number": issue.number,
        "title": issue.title,
        "category_code": issue.category_code,
        "category": issue.category,
        "status": issue.status.value,
        "status_text": issue.status_text,
        "note": issue.note,
        "text": issue.text,
        "address": issue.address,
        "authority": issue.authority,
        "received": issue.received_at.isoformat(),
        "updated": issue.changed_at.isoformat(),
        "is_coarse": issue.is_coarse,
        "accuracy_m": issue.accuracy_m,
        "url": issue_url(issue, jurisdiction),
        "photos": [photo_url(one.name) for one in issue.photos],
    }
