"""What the pages and maps read. Every selector has a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import Polygon
from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)

from gis_core.models import Edition, Jurisdiction, MapService
from gis_core.srids import WGS84
from issues.enums import IssueStatus
from issues.models import Category, Issue, IssueEvent
from mapui.site.enums import MapName
from mapui.site.types import Bounds, IssueFilter
from routing.enums import DecisionCause, Outcome, ProposalState
from routing.models import Authority, AuthorityContact, Decision, Delivery, GoldenCase, Proposal

# More markers than this serve nobody; the list beside the map pages through all of them.
FEATURE_LIMIT: Final = 1000
OPEN: Final = "open"
UNCLEAR: Final = "unclear"
PROPOSED: Final = "proposed"
# What a map shows where no boundary has been loaded: Germany.
EVERYWHERE: Final[Bounds] = ((47.2, 5.8), (55.1, 15.1))


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


def bounds_shown(jurisdiction: Jurisdiction | None) -> Bounds:
    """The boundary's bounds in WGS84 degrees."""
    if jurisdiction is None or not jurisdiction.boundary:
        return EVERYWHERE
    boundary = Jurisdiction.objects.filter(pk=jurisdiction.pk)
    extent = boundary.annotate(degrees=Transform("boundary", WGS84)).aggregate(e=Extent("degrees"))[
        "e"
    ]
    west, south, east, north = (round(value, 5) for value in extent)
    return ((south, west), (north, east))


def map_services_shown(name: MapName) -> QuerySet[MapService]:
    services = MapService.objects.filter(is_active=True)
    return services if name is MapName.TRIAGE else services.filter(staff_only=False)


def issues_public(
    *, jurisdiction: Jurisdiction | None, chosen: IssueFilter, bbox: Polygon | None = None
) -> QuerySet[Issue]:
    """Released issues of public categories, latest first, without the reporter's own words."""
    released = Issue.objects.filter(jurisdiction=jurisdiction).public()
    issues = _issues_chosen(released, chosen=chosen, bbox=bbox)
    return issues.defer("description", "address_text", "answers")


def issues_for_triage(
    *, jurisdiction: Jurisdiction | None, chosen: IssueFilter, bbox: Polygon | None = None
) -> QuerySet[Any]:
    """All issues, latest first."""
    issues = _issues_chosen(
        Issue.objects.filter(jurisdiction=jurisdiction), chosen=chosen, bbox=bbox
    )
    assigned = Decision.objects.filter(is_current=True, outcome=Outcome.ASSIGNED)
    if chosen.authority == UNCLEAR:
        return issues.filter(~Exists(assigned.filter(issue=OuterRef("pk"))))
    if chosen.authority == PROPOSED:
        proposals = Proposal.objects.filter(state=ProposalState.OPEN)
        return issues.filter(pk__in=proposals.values("issue_id"))
    if chosen.authority:
        # The key is asked for beforehand: a plan made for any authority would read the decisions of all.
        named = Authority.objects.filter(jurisdiction=jurisdiction, code=chosen.authority)
        [pk] = named.values_list("pk", flat=True) or [None]
        return issues.filter(pk__in=assigned.filter(authority=pk).values("issue_id"))
    return issues


def _issues_chosen(
    issues: QuerySet[Any], *, chosen: IssueFilter, bbox: Polygon | None
) -> QuerySet[Any]:
    if chosen.status == OPEN:
        issues = issues.exclude(status__in=[one for one in IssueStatus if one.is_closed])
    elif chosen.status:
        issues = issues.filter(status=chosen.status)
    if chosen.group:
        issues = issues.filter(category__group_de=chosen.group)
    if bbox is not None:
        issues = issues.filter(point__intersects=bbox)
    return issues.order_by("-received_at", "-pk")


def issues_decided(issues: QuerySet[Any]) -> QuerySet[Any]:
    """The same issues with their category, and `outcome` and `authority_pk` of the decision that counts."""
    return issues.select_related("category").annotate(
        standing=FilteredRelation("decisions", condition=Q(decisions__is_current=True)),
        outcome=F("standing__outcome"),
        authority_pk=F("standing__authority_id"),
    )


def authorities_by_pk(jurisdiction: Jurisdiction | None) -> dict[int, Authority]:
    return Authority.objects.filter(jurisdiction=jurisdiction).in_bulk()


def authorities_in_use(jurisdiction: Jurisdiction | None) -> list[Authority]:
    """The authorities that some decision of this jurisdiction names; they make up the legend."""
    named = Decision.objects.filter(authority=OuterRef("pk"))
    authorities = Authority.objects.filter(Exists(named), jurisdiction=jurisdiction)
    return list(authorities.order_by("code"))


def groups_shown(jurisdiction: Jurisdiction | None, *, public_only: bool) -> list[Category]:
    """One category of each group, in the order of the categories; its `group` names the group."""
    categories = Category.objects.filter(jurisdiction=jurisdiction, is_active=True).exclude(
        group_de=""
    )
    if public_only:
        categories = categories.filter(is_public=True)
    seen: dict[str, Category] = {}
    for category in categories:
        seen.setdefault(category.group_de, category)
    return list(seen.values())


def decision_in_force(issue: Issue) -> Decision | None:
    """The decision that counts, with its rule set, authority, deliveries and their contacts."""
    decisions = Decision.objects.filter(issue=issue).select_related("authority", "rule_set")
    deliveries = Prefetch(
        "deliveries", Delivery.objects.select_related("authority", "contact").order_by("pk")
    )
    return decisions.prefetch_related(deliveries).filter(is_current=True).first()


def decision_ruled(decision: Decision | None) -> Decision | None:
    """What the rules said last before a person decided; None where no person did."""
    if decision is None or decision.cause != DecisionCause.OVERRULED:
        return None
    former = Decision.objects.filter(issue_id=decision.issue_id, rule_set__isnull=False)
    return former.select_related("authority").order_by("-number").first()


def golden_of(issue: Issue) -> GoldenCase | None:
    """The golden case that was pinned from this issue."""
    return GoldenCase.objects.filter(issue=issue, is_active=True).first()


def editions_used(decision: Decision) -> list[Edition]:
    """The editions on which a decision rests."""
    return list(Edition.objects.filter(pk__in=decision.editions.values()).order_by("dataset"))


def authorities_named(jurisdiction: Jurisdiction, codes: Iterable[str]) -> dict[str, Authority]:
    """Authorities by code, for the candidates of a decision."""
    found = Authority.objects.filter(jurisdiction=jurisdiction, code__in=set(codes))
    return {one.code: one for one in found}


def area_names(jurisdiction: Jurisdiction, codes: Iterable[str]) -> dict[str, str]:
    """The names of areas by their codes, as the contacts that serve them are called."""
    contacts = AuthorityContact.objects.filter(
        authority__jurisdiction=jurisdiction, area_code__in=set(codes)
    )
    return dict(contacts.exclude(name="").values_list("area_code", "name"))


def issue_events(issue: Issue) -> list[IssueEvent]:
    """What happened to an issue, latest first."""
    return list(IssueEvent.objects.filter(issue=issue).select_related("by").order_by("-at", "-pk"))


def proposal_open(issue: Issue) -> Proposal | None:
    """What a later edition of the geodata proposes for this issue, if nobody has answered that yet."""
    proposals = Proposal.objects.filter(issue=issue, state=ProposalState.OPEN)
    return proposals.select_related("authority", "edition").first()
