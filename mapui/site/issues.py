"""The issues of lists and maps, and what they may be filtered by. No number of queries depends on that of rows."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
)

from gis_core.grid import GridBox
from gis_core.languages import language_first, text_in
from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from issues.models import Category, Issue
from issues.rights import Person, issues_reached
from mapui.site.types import IssueFilter
from routing.enums import Outcome, ProposalState
from routing.models import Authority, Decision, Proposal

OPEN: Final = "open"
UNCLEAR: Final = "unclear"
PROPOSED: Final = "proposed"


def issues_public(
    *, jurisdiction: Jurisdiction | None, chosen: IssueFilter, box: GridBox | None = None
) -> QuerySet[Issue]:
    """Released issues of public categories, latest first, without the reporter's own words; of a part of the grid."""
    issues = Issue.objects.filter(jurisdiction=jurisdiction).public()
    if chosen.status in IssueStatus:
        issues = issues.in_public_status(chosen.status)
    if box is not None:
        issues = issues.in_public_box(box)
    found = _issues_chosen(issues, chosen=chosen)
    return found.defer("description", "address_text", "answers")


def issues_for_triage(
    person: Person,
    *,
    jurisdiction: Jurisdiction | None,
    chosen: IssueFilter,
    box: GridBox | None = None,
) -> QuerySet[Any]:
    """The issues that this person may see, latest first; with a part of the grid those that are placed there."""
    issues: Any = issues_reached(person).filter(jurisdiction=jurisdiction)
    if chosen.status in IssueStatus:
        issues = issues.filter(status=chosen.status)
    if box is not None:
        issues = issues.in_box(box)
    issues = _issues_chosen(issues, chosen=chosen)
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


def _issues_chosen(issues: QuerySet[Any], *, chosen: IssueFilter) -> QuerySet[Any]:
    if chosen.status == OPEN:
        issues = issues.exclude(status__in=[one for one in IssueStatus if one.is_closed])
    if chosen.group:
        issues = issues.filter(**{f"category__groups__{language_first()}": chosen.group})
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
        groups={}
    )
    if public_only:
        categories = categories.filter(is_public=True)
    seen: dict[str, Category] = {}
    for category in categories:
        seen.setdefault(text_in(category.groups, language_first()), category)
    return list(seen.values())
