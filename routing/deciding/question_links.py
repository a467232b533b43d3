"""Finding questions to reporters by what stands in their links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from gis_core.net.cities import city_address
from routing.models import Clarification

# The signature keeps anybody from trying identifiers; when it ends stands in the row (`expires_at`).
_signer: Final = Signer(salt="routing.clarification")


def clarification_token(public_id: UUID) -> str:
    return _signer.sign(public_id.hex)


def clarification_by_token(token: str) -> Clarification | None:
    """The question of a link, open or closed; None: the link is invalid."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Clarification.objects.select_related("issue__category", "issue__jurisdiction")
    return found.filter(public_id=public_id).first()


def questions_open(issue_ids: Collection[int]) -> Mapping[int, Mapping[str, object]]:
    """Issue → question, its address and until when an answer counts, in one query; for the sender alone."""
    now = timezone.now()
    waiting = Clarification.objects.filter(
        issue_id__in=issue_ids, answered_at__isnull=True, expires_at__gt=now
    )
    return {
        one.issue_id: {
            "question": one.text,
            "question_url": question_url(one),
            "question_until": one.expires_at,
        }
        for one in waiting
    }


def question_url(clarification: Clarification) -> str:
    """The absolute address at which the reporter answers."""
    token = clarification_token(clarification.public_id)
    return city_address(clarification.issue.jurisdiction, "question", token)
