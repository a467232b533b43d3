"""Which contact of an authority counts for a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from gis_core.models import Jurisdiction
from routing.models import Authority, AuthorityContact


def contacts_chosen(
    authority_ids: Iterable[int], *, area_code: str, category: str, on: date
) -> dict[int, AuthorityContact]:
    """Authority → the narrowest of its contacts that fit area, category and day; authorities without one are left out.

    A contact for the area comes before a general one, then one that names the category, then one that counts for
    the fewest days, then the one since the latest day, then the older entry.
    """
    fitting = AuthorityContact.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        Q(categories=[]) | Q(categories__contains=[category]),
        authority_id__in=authority_ids,
        is_active=True,
        area_code__in={"", area_code},
    )
    chosen: dict[int, AuthorityContact] = {}
    for contact in sorted(fitting, key=_width):
        chosen.setdefault(contact.authority_id, contact)
    return chosen


def _width(contact: AuthorityContact) -> tuple[bool, bool, int, int, int]:
    start = contact.valid_from or date.min
    days = ((contact.valid_to or date.max) - start).days
    return not contact.area_code, not contact.categories, days, -start.toordinal(), contact.pk


def authorities_listed(jurisdiction: Jurisdiction | None) -> QuerySet[Authority]:
    """All authorities by code, each with its contacts, those in use first."""
    contacts = AuthorityContact.objects.order_by("-is_active", "area_code", "valid_from", "pk")
    return (
        Authority.objects.filter(jurisdiction=jurisdiction)
        .select_related("acts_through")
        .prefetch_related(Prefetch("contacts", contacts))
        .order_by("code")
    )
