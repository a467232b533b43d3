"""Requests to the editor of rules, for its tests."""

from __future__ import annotations

from django.urls import reverse

from routing.models import RuleSet


def row_data(draft: RuleSet, **fields: object) -> dict[str, object]:
    return {
        "revision": draft.revision,
        "rule_id": "R9",
        "priority": "20",
        "usage": ["ROAD", "PATH"],
        "body": "EUV",
        "confidence": "0.85",
        "legal_basis": "StrWG 47",
        **fields,
    }


def address(name: str, draft: RuleSet, *args: int) -> str:
    return reverse(name, args=[draft.pk, *args])
