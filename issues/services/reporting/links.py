"""The private link of a report: whoever has it is taken for the person who reported."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from gis_core.net.cities import city_address
from issues.models import Issue

_signer: Final = Signer(salt="issues.report")


def report_token(public_id: UUID) -> str:
    """What stands in the link; the signature keeps anybody from trying identifiers."""
    return _signer.sign(public_id.hex)


def report_path(issue: Issue) -> str:
    """The private page of whoever reported the issue."""
    return reverse("own_report", args=[report_token(issue.public_id)])


def report_url(issue: Issue) -> str:
    """The same as an absolute address."""
    return city_address(issue.jurisdiction, "own_report", report_token(issue.public_id))


def issue_by_link(token: str) -> Issue | None:
    """The issue of a private link; None: the link is invalid."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Issue.objects.select_related("category", "jurisdiction", "closing_reason")
    issue: Issue | None = found.defer("jurisdiction__boundary").filter(public_id=public_id).first()
    return issue
