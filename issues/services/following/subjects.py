"""What can be followed: an issue, a category, a street, an area, a parcel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import pgettext

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from issues.enums import FollowKind
from issues.errors import IssueUnknown, SubjectUnknown
from issues.models import Category, Issue, Subscription
from issues.models.querysets import IssueQuerySet, street_pattern
from parcels.addresses import street_search_text
from parcels.keys import parcel_label
from parcels.models import Address, Parcel

# More than any city; less than whatever makes a look-up slow.
AREA_MAX_M2: Final = 2_000_000_000.0


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The fields are those of `Subscription`."""

    jurisdiction: Jurisdiction
    kind: FollowKind
    key: str
    name: str
    issue: Issue | None = None
    category: Category | None = None
    street: str = ""
    area: GEOSGeometry | None = None


def issue_subject(issue: Issue) -> Subject:
    """A public issue; raises `IssueUnknown` for any other."""
    if not Issue.objects.filter(pk=issue.pk).public().exists():
        raise IssueUnknown(pgettext("follow", "This report is not public."))
    return Subject(
        jurisdiction=issue.jurisdiction,
        kind=FollowKind.ISSUE,
        key=f"issue:{issue.number}",
        name=issue.number,
        issue=issue,
    )


def category_subject(jurisdiction: Jurisdiction, code: str) -> Subject:
    """A category that the public sees; raises `SubjectUnknown`."""
    offered = Category.objects.filter(jurisdiction=jurisdiction, is_active=True, is_public=True)
    category = offered.filter(code=code).first()
    if category is None:
        raise SubjectUnknown(pgettext("follow", "Please choose a category."), field="category")
    return Subject(
        jurisdiction=jurisdiction,
        kind=FollowKind.CATEGORY,
        key=_key("category", code),
        name=code[:300],
        category=category,
    )


def street_subject(jurisdiction: Jurisdiction, street: str, *, is_known: bool = False) -> Subject:
    """A street of the city, in any spelling.

    Raises `SubjectUnknown` for one that no address of the cadastre is in, unless it is known to be one: houses stand
    at few roads outside.
    """
    street = " ".join(street.split())
    wanted = street_search_text(street)
    addresses = Address.objects.active().filter(jurisdiction=jurisdiction)
    found = addresses.filter(search_text__startswith=f"{wanted} ").order_by("pk").first()
    is_street = is_known or found is not None or not addresses.exists()
    if not (street_pattern(street) and is_street):
        raise SubjectUnknown(
            pgettext("follow", "There is no such street. Please write its name alone."),
            field="place",
        )
    name = found.street if found else street
    return Subject(
        jurisdiction=jurisdiction,
        kind=FollowKind.STREET,
        key=_key("street", wanted),
        name=name,
        street=name,
    )


def area_subject(jurisdiction: Jurisdiction, area: GEOSGeometry, name: str) -> Subject:
    """An area in the storage CRS that lies in the city at least in part; raises `SubjectUnknown`."""
    boundary = jurisdiction.boundary
    is_outside = boundary is not None and not boundary.intersects(area)
    if is_outside or area.area > AREA_MAX_M2:
        raise SubjectUnknown(
            pgettext("follow", "This area does not lie in the city."), field="place"
        )
    return Subject(
        jurisdiction=jurisdiction,
        kind=FollowKind.AREA,
        key=_key("area", area.wkt),
        name=name,
        area=area,
    )


def parcel_subject(jurisdiction: Jurisdiction, parcel: Parcel) -> Subject:
    """A parcel by its present outline: what is shown of an issue is a place, and never a parcel."""
    return Subject(
        jurisdiction=jurisdiction,
        kind=FollowKind.PARCEL,
        key=_key("parcel", parcel.key),
        name=parcel_label(parcel.key),
        area=parcel.geometry,
    )


def subject_told(subscription: Subscription, language: str = "") -> str:
    """What is followed in words; of an issue its number alone, which it keeps whatever becomes of it."""
    kind = FollowKind(subscription.kind)
    if kind is FollowKind.CATEGORY and subscription.category is not None:
        return text_in(subscription.category.names, language)
    if kind is FollowKind.ISSUE:
        return pgettext("follow", "report %(number)s") % {"number": subscription.name}
    return subscription.name


def issues_followed(subscription: Subscription) -> IssueQuerySet:
    """The public issues that the subscription is about."""
    public = Issue.objects.filter(jurisdiction=subscription.follower.jurisdiction_id).public()
    kind = FollowKind(subscription.kind)
    if kind is FollowKind.ISSUE:
        return public.filter(pk=subscription.issue_id)
    if kind is FollowKind.CATEGORY:
        return public.filter(category=subscription.category_id)
    if kind is FollowKind.STREET:
        return public.on_street(subscription.street)
    assert subscription.area is not None  # noqa: S101 - a constraint of the table
    return public.in_public_area(subscription.area)


def _key(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"
