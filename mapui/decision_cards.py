"""A decision prepared for reading: who, why, on which evidence, of which date, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from gis_core.models import Edition
from issues.enums import RoadPart
from issues.models import Issue
from mapui.parcel_cards import ParcelCard, parcel_card
from mapui.selectors import authorities_named, decision_in_force, editions_used
from parcels.enums import OwnerClass, Usage
from parcels.models import Parcel
from routing.enums import AreaKind, Outcome, RoadClass, ThroughRoadState
from routing.models import Authority, Decision, Delivery
from routing.sentences import legal_basis_shown, tried_phrase
from routing.types import AreaFact, Evidence, ParcelFact, SectionFact, Situation


@dataclass(frozen=True)
class CandidateShown:
    """A body that may have to act, with its share of certainty in per cent."""

    authority: Authority | None
    code: str
    area: str
    percent: int
    rule_id: str
    legal_basis: str
    hypothesis: str


@dataclass(frozen=True)
class ParcelShown:
    fact: ParcelFact
    usage: str
    owner: str


@dataclass(frozen=True)
class SectionShown:
    fact: SectionFact
    road_class: str
    through_road: str


@dataclass(frozen=True)
class AreaShown:
    """A built-up area has neither name nor code: then its kind says what it is."""

    fact: AreaFact
    kind: str


@dataclass(frozen=True)
class SituationShown:
    """One of the situations inside the accuracy disc; `percent` is its share of the disc."""

    situation: Situation
    percent: int
    parcels: tuple[ParcelShown, ...]
    sections: tuple[SectionShown, ...]
    parts: tuple[str, ...]
    areas: tuple[AreaShown, ...]


@dataclass(frozen=True)
class RuleShown:
    rule_id: str
    matched: bool
    because: str


@dataclass(frozen=True)
class DecisionCard:
    decision: Decision
    legal_basis: str
    is_clear: bool
    percent: int
    candidates: tuple[CandidateShown, ...]
    notified: tuple[str, ...]
    trace: tuple[RuleShown, ...]
    situations: tuple[SituationShown, ...]
    editions: tuple[Edition, ...]
    deliveries: tuple[Delivery, ...]
    parcel: ParcelCard | None


def decision_card(issue: Issue, *, decision: Decision | None = None) -> DecisionCard | None:
    """A decision of the issue, else the one in force; None as long as there is none."""
    decision = decision or decision_in_force(issue)
    if decision is None:
        return None
    language = "en" if get_language() == "en" else "de"
    codes = [*(one["body"] for one in decision.candidates), *decision.notify]
    authorities = authorities_named(issue.jurisdiction, codes)
    evidence = Evidence.from_json(decision.evidence) if decision.evidence else None
    areas = evidence.area_names if evidence else {}
    parcel = (
        Parcel.objects.active()
        .filter(jurisdiction=issue.jurisdiction, key=decision.parcel_key)
        .first()
    )
    return DecisionCard(
        decision=decision,
        legal_basis=legal_basis_shown(decision.legal_basis, language),
        is_clear=decision.outcome == Outcome.ASSIGNED,
        percent=_percent(decision.confidence),
        candidates=tuple(
            _candidate(one, authorities, areas, language) for one in decision.candidates
        ),
        notified=tuple(
            authorities[code].name if code in authorities else code for code in decision.notify
        ),
        trace=tuple(
            RuleShown(one["rule_id"], one["matched"], tried_phrase(one["because"], language))
            for one in decision.trace
        ),
        situations=tuple(_situation(one) for one in evidence.situations) if evidence else (),
        editions=tuple(editions_used(decision)),
        deliveries=tuple(decision.deliveries.all()),
        parcel=parcel_card(parcel) if parcel else None,
    )


def _percent(share: float) -> int:
    return round(share * 100)


def _candidate(
    stored: dict[str, Any], authorities: dict[str, Authority], areas: dict[str, str], language: str
) -> CandidateShown:
    return CandidateShown(
        authority=authorities.get(stored["body"]),
        code=stored["body"],
        area=areas.get(stored.get("area_code", ""), ""),
        percent=_percent(stored["score"]),
        rule_id=stored["rule_id"],
        legal_basis=legal_basis_shown(stored["legal_basis"], language),
        hypothesis=stored.get("hypothesis", ""),
    )


def _situation(situation: Situation) -> SituationShown:
    return SituationShown(
        situation=situation,
        percent=_percent(situation.weight),
        parcels=tuple(
            ParcelShown(one, str(Usage(one.usage).label), str(OwnerClass(one.owner).label))
            for one in situation.parcels
        ),
        sections=tuple(
            SectionShown(
                one,
                str(RoadClass(one.road_class).label),
                str(ThroughRoadState(one.through_road).label),
            )
            for one in situation.sections
        ),
        parts=tuple(str(RoadPart(one.part).label) for one in situation.parts),
        areas=tuple(AreaShown(one, str(AreaKind(one.kind).label)) for one in situation.areas),
    )
