"""The issues of lists and maps, and what they may be filtered by. No number of queries depends on that of rows."""

from __future__ import annotations

from collections.abc import Iterable
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
from mapui.site.types import IssueFilter
from routing.models import Authority, Decision

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
    found = issues_chosen(issues, chosen=chosen)
    return found.defer("description", "address_text", "answers")


def issues_chosen(issues: QuerySet[Any], *, chosen: IssueFilter) -> QuerySet[Any]:
    """Those of the issues that are open, if asked for, and of the topic; latest first."""
    if chosen.status == OPEN:
        issues = issues.exclude(status__in=[one for one in IssueStatus if one.is_closed])
    if chosen.group:
        issues = issues.filter(**{f"category__groups__{language_first()}": chosen.group})
    return issues.order_by("-received_at", "-pk")


def issues_decided(issues: QuerySet[Any]) -> QuerySet[Any]:
    """The same issues with their category, and what lists and maps tell of the decision that counts."""
    return issues.select_related("category").annotate(
        standing=FilteredRelation("decisions", condition=Q(decisions__is_current=True)),
        outcome=F("standing__outcome"),
        authority_pk=F("standing__authority_id"),
        confidence=F("standing__probability"),
        parcel_key=F("standing__parcel_key"),
    )


def authorities_of(jurisdiction: Jurisdiction | None) -> list[Authority]:
    """All authorities by code; `is_named`: some decision names it. Read once and kept with the jurisdiction."""
    if jurisdiction is None:
        return []
    if not hasattr(jurisdiction, "_authorities_read"):
        named = Decision.objects.filter(authority=OuterRef("pk"))
        found = jurisdiction.authorities.annotate(is_named=Exists(named)).order_by("code")
        vars(jurisdiction)["_authorities_read"] = list(found)
    authorities: list[Authority] = vars(jurisdiction)["_authorities_read"]
    return authorities


def authorities_by_pk(jurisdiction: Jurisdiction | None) -> dict[int, Authority]:
    return {one.pk: one for one in authorities_of(jurisdiction)}


def authorities_in_use(jurisdiction: Jurisdiction | None) -> list[Any]:
    """The authorities that some decision of this jurisdiction names; they make up the legend."""
    return [one for one in authorities_of(jurisdiction) if vars(one)["is_named"]]


def categories_shown(jurisdiction: Jurisdiction | None, *, public_only: bool) -> list[Category]:
    """The active categories in their order; of each no more than what filters offer."""
    active = Category.objects.filter(jurisdiction=jurisdiction, is_active=True)
    categories = active.only("code", "names", "groups", "pictogram")
    return list(categories.filter(is_public=True) if public_only else categories)


def groups_of(categories: Iterable[Category]) -> list[Category]:
    """One category of each group, in the order of the categories; its `group` names the group."""
    seen: dict[str, Category] = {}
    for category in categories:
        if category.groups:
            seen.setdefault(text_in(category.groups, language_first()), category)
    return list(seen.values())
