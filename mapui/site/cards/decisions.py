"""A decision prepared for reading: who, why, on which evidence, of which date, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gis_core.languages import language_shown
from gis_core.models import Edition
from issues.enums import RoadPart
from issues.models import Issue
from mapui.site.cards.parcels import ParcelCard, parcel_card
from parcels.enums import OwnerClass, Usage
from parcels.keys import parcel_label
from parcels.models import Parcel
from parcels.selectors import parcels_at_point
from routing.deciding.explaining.body_shares import (
    SMALL,
    BodyShares,
    body_name,
    body_shares,
    percent_of,
)
from routing.enums import AreaKind, Outcome, RoadClass, ThroughRoadState
from routing.models import Authority, Decision, Delivery
from routing.outbox.authorities import names_in
from routing.sentences import legal_basis_shown, tried_phrase
from routing.types import (
    AgreementFact,
    AreaFact,
    AssetFact,
    Evidence,
    ParcelFact,
    PartFact,
    SectionFact,
    Situation,
)


@dataclass(frozen=True)
class ParcelShown:
    """`owner_source`: the map service that told the class, and when; empty where the cadastre did."""

    fact: ParcelFact
    usage: str
    owner: str
    owner_source: str


@dataclass(frozen=True)
class SectionShown:
    fact: SectionFact
    road_class: str
    through_road: str


@dataclass(frozen=True)
class AreaShown:
    """`kind` is empty where the area is called by it."""

    name: str
    kind: str


@dataclass(frozen=True)
class AssetShown:
    fact: AssetFact
    owner: str


@dataclass(frozen=True)
class AgreementShown:
    fact: AgreementFact
    body: str


@dataclass(frozen=True)
class SituationShown:
    """One of the situations inside the accuracy disc; `percent` is its share of the disc."""

    percent: int
    parcels: tuple[ParcelShown, ...]
    sections: tuple[SectionShown, ...]
    parts: tuple[str, ...]
    assets: tuple[AssetShown, ...]
    agreements: tuple[AgreementShown, ...]
    areas: tuple[AreaShown, ...]


@dataclass(frozen=True)
class RuleShown:
    rule_id: str
    matched: bool
    because: str


@dataclass(frozen=True)
class DecisionCard:
    """`small_situations` are those with less than SMALL of the disc: they are counted, not shown.

    `parcel` is the one that the issue lies on now; `parcel_then` names the decision's where that is another one.
    """

    decision: Decision
    legal_basis: str
    is_clear: bool
    bodies: BodyShares
    notified: tuple[str, ...]
    trace: tuple[RuleShown, ...]
    situations: tuple[SituationShown, ...]
    small_situations: int
    editions: tuple[Edition, ...]
    deliveries: tuple[Delivery, ...]
    parcel: ParcelCard | None
    parcel_then: str


def decision_card(issue: Issue, *, decision: Decision | None = None) -> DecisionCard | None:
    """A decision of the issue, else the one in force; None as long as there is none."""
    decision = decision or decision_in_force(issue)
    if decision is None:
        return None
    language = language_shown()
    evidence = Evidence.from_json(decision.evidence) if decision.evidence else None
    situations = evidence.situations if evidence else ()
    told = [one for n, one in enumerate(situations) if n == 0 or one.weight >= SMALL]
    authorities = {
        one.code: one for one in Authority.objects.filter(jurisdiction=issue.jurisdiction)
    }
    names = names_in(authorities, language)
    parcel = _parcel(issue, decision)
    key_then = "" if parcel and parcel.key == decision.parcel_key else decision.parcel_key
    return DecisionCard(
        decision=decision,
        legal_basis=legal_basis_shown(decision.legal_basis, language),
        is_clear=decision.outcome == Outcome.ASSIGNED,
        bodies=body_shares(decision, authorities),
        notified=tuple(body_name(code, authorities) for code in decision.notify),
        trace=tuple(
            RuleShown(one["rule_id"], one["matched"], tried_phrase(one["because"], language, names))
            for one in decision.trace
        ),
        situations=tuple(_situation(one, authorities) for one in told),
        small_situations=len(situations) - len(told),
        editions=tuple(_editions_used(decision)),
        deliveries=tuple(decision.deliveries.all()),
        parcel=parcel_card(parcel) if parcel else None,
        parcel_then=parcel_label(key_then) if key_then else "",
    )


def _parcel(issue: Issue, decision: Decision) -> Parcel | None:
    """The parcel on which the issue lies now; of several that of the decision."""
    if not issue.is_placed:
        return None
    hits = parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
    parcels = [hit.parcel for hit in hits]
    return next(
        (one for one in parcels if one.key == decision.parcel_key), next(iter(parcels), None)
    )


def _situation(situation: Situation, authorities: dict[str, Authority]) -> SituationShown:
    return SituationShown(
        percent=percent_of(situation.weight),
        parcels=tuple(
            ParcelShown(
                one,
                str(Usage(one.usage).label),
                str(OwnerClass(one.owner).label),
                _owner_source(one),
            )
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
        parts=tuple(_part(one) for one in situation.parts),
        assets=tuple(
            AssetShown(one, body_name(one.owner, authorities)) for one in situation.assets
        ),
        agreements=tuple(
            AgreementShown(one, body_name(one.body, authorities)) for one in situation.agreements
        ),
        areas=tuple(_area(one) for one in situation.areas),
    )


def _owner_source(fact: ParcelFact) -> str:
    service, _separator, day = fact.owner_source.rpartition(", ")
    if not service:
        return ""
    values = {"service": service, "day": date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")}
    return _("told by the map service %(service)s on %(day)s") % values


def _part(fact: PartFact) -> str:
    """The zone of the rails at a level crossing is no part of the road that a category could be about."""
    if fact.part in RoadPart.values:
        return str(RoadPart(fact.part).label)
    return _("strip beside the rails")


def _area(fact: AreaFact) -> AreaShown:
    kind = str(AreaKind(fact.kind).label)
    is_called_so = fact.name.casefold() in {"", kind.casefold()}
    return AreaShown(kind, "") if is_called_so else AreaShown(fact.name, kind)


def decision_in_force(issue: Issue) -> Decision | None:
    """The decision that counts, with its rule set, authority, deliveries and their contacts."""
    decisions = Decision.objects.filter(issue=issue).select_related("authority", "rule_set")
    deliveries = Prefetch(
        "deliveries", Delivery.objects.select_related("authority", "contact").order_by("pk")
    )
    return decisions.prefetch_related(deliveries).filter(is_current=True).first()


def _editions_used(decision: Decision) -> list[Edition]:
    """The editions on which a decision rests."""
    return list(Edition.objects.filter(pk__in=decision.editions.values()).order_by("dataset"))
