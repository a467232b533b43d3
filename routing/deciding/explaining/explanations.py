"""A decision explained as plain values: who, why, on what, since when. For staff; published as JSON.

The shape is that of `explanation.schema.json`.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from gis_core.languages import languages
from gis_core.models import Edition
from issues.models import Issue
from routing.deciding.explaining.grounds import ground_shares
from routing.models import Authority, Clarification, Decision
from routing.outbox.authorities import names_in
from routing.sentences import legal_basis_shown, tried_phrase
from routing.sentences.triage import doubt_phrase
from routing.sentences.words import words_of
from routing.types import Evidence

SCHEMA_FILE: Final = Path(__file__).with_name("explanation.schema.json")
# What the engine reads of a report; everything else in the stored evidence is told elsewhere.
_REPORTED: Final = ("category", "part", "answers", "accuracy_m", "on", "bears_through_roads")


@cache
def explanation_schema() -> dict[str, Any]:
    """The published schema (JSON Schema, draft 2020-12)."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return schema


def explanation_of(decision: Decision) -> dict[str, Any]:
    """Everything about one decision of an issue, former ones too, as it was when it was made."""
    issue = decision.issue
    authorities = {
        one.code: one for one in Authority.objects.filter(jurisdiction_id=issue.jurisdiction_id)
    }
    areas = Evidence.from_json(decision.evidence).area_names if decision.evidence else {}
    return {
        "schema": explanation_schema()["$id"],
        "issue": _issue(issue),
        "decision": _decision(decision, authorities),
        "candidates": [_candidate(one, authorities, areas) for one in decision.candidates],
        "rules": [_rule(one, authorities) for one in decision.trace],
        "doubts": _doubts(decision, authorities),
        "clarifications": [_clarification(one) for one in issue.clarifications.all()],
        "grounds": [one.to_json() for one in ground_shares(decision)],
        "evidence": _evidence(decision),
        "data": _data(decision),
        "history": [_former(one) for one in _history(issue)],
    }


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "category": {
            "code": issue.category.code,
            **issue.category.names,
        },
        "received_at": issue.received_at.isoformat(),
        "lat": issue.latitude,
        "long": issue.longitude,
        "accuracy_m": issue.accuracy_m,
    }


def _decision(decision: Decision, authorities: dict[str, Authority]) -> dict[str, Any]:
    return {
        "number": decision.number,
        "outcome": decision.outcome,
        "cause": decision.cause,
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by.get_username() if decision.decided_by else None,
        "reason": decision.reason or None,
        "authority": _named(decision.authority.code, authorities) if decision.authority else None,
        "area_code": decision.area_code or None,
        "notify": [_named(code, authorities) for code in decision.notify],
        "rule_id": decision.rule_id or None,
        "rule_set": decision.rule_set.version if decision.rule_set else None,
        "legal_basis": _basis(decision.legal_basis),
        "probability": decision.probability,
        "sentence": decision.sentences,
    }


def _named(code: str, authorities: dict[str, Authority]) -> dict[str, str]:
    """An authority by code and names; TRIAGE and codes that are gone have none."""
    found = authorities.get(code)
    return {
        "code": code,
        **(found.names if found else dict.fromkeys(languages(), "")),
    }


def _basis(basis: str) -> dict[str, str] | None:
    if not basis:
        return None
    return {"code": basis} | {
        language: legal_basis_shown(basis, language) for language in languages()
    }


def _candidate(
    stored: dict[str, Any], authorities: dict[str, Authority], areas: dict[str, str]
) -> dict[str, Any]:
    """`probability` and `confidence` are None for decisions of before they were recorded."""
    area = stored.get("area_code")
    return {
        "body": _named(stored["body"], authorities),
        "area": {"code": area, "name": areas.get(area, "")} if area else None,
        "probability": stored.get("probability"),
        "confidence": stored.get("confidence"),
        "rule_id": stored["rule_id"] or None,
        "legal_basis": _basis(stored["legal_basis"]),
        "hypothesis": stored.get("hypothesis") or None,
        "level": stored.get("level") or None,
        "via": stored.get("via") or None,
        "notify": [_named(code, authorities) for code in stored["notify"]],
    }


def _rule(stored: dict[str, Any], authorities: dict[str, Authority]) -> dict[str, Any]:
    because = stored["because"]
    told = {
        language: tried_phrase(because, language, names_in(authorities, language))
        for language in languages()
    }
    return {
        "rule_id": stored["rule_id"],
        "matched": stored["matched"],
        "because": told if because else None,
    }


def _doubts(decision: Decision, authorities: dict[str, Authority]) -> list[dict[str, str]]:
    found = []
    for doubt in decision.evidence.get("doubts", ()):
        told = {
            language: doubt_phrase(
                doubt,
                words_of(language),
                rule=decision.rule_id,
                authorities=names_in(authorities, language),
            )
            for language in languages()
            if doubt.partition(":")[0] in words_of(language).doubts
        }
        found.append({"code": doubt} | dict.fromkeys(languages(), doubt) | told)
    return found


def _clarification(one: Clarification) -> dict[str, Any]:
    labels = {option["code"]: option for option in one.options}
    given = labels.get(one.answer, {})
    return {
        "kind": one.kind,
        "question": one.texts,
        "options": [{"code": code, **option["labels"]} for code, option in labels.items()],
        "asked_at": one.asked_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        "answer": one.answer or None,
        "answer_text": given["labels"] if given else None,
    }


def _evidence(decision: Decision) -> dict[str, Any]:
    """What the rules were tried on, situation by situation; the first one is the place itself."""
    stored = decision.evidence
    return {
        **{name: stored.get(name) for name in _REPORTED},
        "accuracy_confidence": stored.get("confidence"),
        "parcel": decision.parcel_key or None,
        "road": decision.road or None,
        "clarifications": [
            {"kind": kind, "answer": answer} for kind, answer in stored.get("clarifications", ())
        ],
        "shadowed": list(stored.get("shadowed", ())),
        "lapsed": list(stored.get("lapsed", ())),
        "situations": stored.get("situations", []),
    }


def _data(decision: Decision) -> list[dict[str, Any]]:
    """The editions the decision rests on, with their age in days when it was made."""
    editions = Edition.objects.filter(pk__in=decision.editions.values()).order_by("dataset")
    return [
        {
            "dataset": one.dataset,
            "edition": one.pk,
            "as_of": _day(one.as_of),
            "activated_at": one.activated_at.isoformat() if one.activated_at else None,
            "age_days": (decision.decided_at.date() - one.as_of).days if one.as_of else None,
        }
        for one in editions
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _history(issue: Issue) -> list[Decision]:
    return list(issue.decisions.select_related("authority").order_by("-number"))


def _former(decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.number,
        "outcome": decision.outcome,
        "authority": decision.authority.code if decision.authority else None,
        "cause": decision.cause,
        "rule_id": decision.rule_id or None,
        "decided_at": decision.decided_at.isoformat(),
    }
