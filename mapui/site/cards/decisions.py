"""A decision prepared for reading: who, why, on which evidence, of which date, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gis_core.languages import language_shown
from gis_core.models import Edition
from issues.enums import RoadPart
from issues.models import Issue
from mapui.site.cards.parcels import ParcelCard, parcel_card
from mapui.site.issues import authorities_of
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


class DecisionCard:
    """A decision of an issue. What most readers never open is read when a template asks for it.

    `parcel_now` is the parcel that the issue lies on now, `parcel` all that is shown of it; `parcel_then` names the
    decision's where that is another one.
    """

    def __init__(self, issue: Issue, decision: Decision) -> None:
        self.decision = decision
        self.is_clear = decision.outcome == Outcome.ASSIGNED
        self._issue = issue
        self._language = language_shown()
        self._authorities = {one.code: one for one in authorities_of(issue.jurisdiction)}
        self.legal_basis = legal_basis_shown(decision.legal_basis, self._language)
        self.bodies: BodyShares = body_shares(decision, self._authorities)
        self.notified = [body_name(code, self._authorities) for code in decision.notify]
        self.deliveries: list[Delivery] = list(decision.deliveries.all())

    @cached_property
    def parcel_now(self) -> Parcel | None:
        """Of several that lie there the decision's."""
        issue = self._issue
        if not issue.is_placed:
            return None
        hits = parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
        parcels = [hit.parcel for hit in hits]
        own = (one for one in parcels if one.key == self.decision.parcel_key)
        return next(own, next(iter(parcels), None))

    @property
    def parcel_then(self) -> str:
        key, now = self.decision.parcel_key, self.parcel_now
        return "" if not key or (now and now.key == key) else parcel_label(key)

    @cached_property
    def parcel(self) -> ParcelCard | None:
        return parcel_card(self.parcel_now) if self.parcel_now else None

    @cached_property
    def trace(self) -> list[RuleShown]:
        names = names_in(self._authorities, self._language)
        return [
            RuleShown(
                one["rule_id"], one["matched"], tried_phrase(one["because"], self._language, names)
            )
            for one in self.decision.trace
        ]

    @cached_property
    def _evidence(self) -> tuple[Situation, ...]:
        found = self.decision.evidence
        return Evidence.from_json(found).situations if found else ()

    @cached_property
    def situations(self) -> list[SituationShown]:
        """The first, and each that has at least SMALL of the disc."""
        told = (one for n, one in enumerate(self._evidence) if n == 0 or one.weight >= SMALL)
        return [_situation(one, self._authorities) for one in told]

    @property
    def small_situations(self) -> int:
        """How many are not shown."""
        return len(self._evidence) - len(self.situations)

    @cached_property
    def editions(self) -> list[Edition]:
        """Those on which the decision rests."""
        used = Edition.objects.filter(pk__in=self.decision.editions.values())
        return list(used.order_by("dataset"))


def decision_card(issue: Issue, *, decision: Decision | None = None) -> DecisionCard | None:
    """A decision of the issue, else the one in force; None as long as there is none."""
    decision = decision or decision_in_force(issue)
    return DecisionCard(issue, decision) if decision else None


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
