"""Authorities: those that a decision names, those that a clerk may choose, those of a jurisdiction; storing them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from gis_core.db.prepared import prepared_execute
from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from routing.models import Authority, AuthorityContact


@dataclass(frozen=True, kw_only=True)
class AuthorityChoice:
    """An authority, in an area where it has contacts for areas only. `value` names both and nothing else."""

    authority: Authority
    area_code: str
    name: str
    is_candidate: bool

    @property
    def value(self) -> str:
        return f"{self.authority.code}/{self.area_code}" if self.area_code else self.authority.code


NAMED_FIELDS: Final = (
    "id",
    "jurisdiction_id",
    "code",
    "names",
    "colour",
    "acts_through_id",
)
NAMED: Final = """
    SELECT a.id, a.jurisdiction_id, a.code, a.names::text, a.colour, a.acts_through_id,
           t.id, t.code
    FROM routing_authority a LEFT JOIN routing_authority t ON t.id = a.acts_through_id
    WHERE a.jurisdiction_id = $1 AND (a.code = ANY($2) OR a.acts_through_id IS NOT NULL)
"""


def authorities_named(jurisdiction_id: int, codes: Collection[str]) -> dict[str, Authority]:
    """The authorities of these codes by them, with what a decision needs of each and of the one it acts through.

    All that act through another come along: the public hears of none of them. Written in SQL because this stands in
    every intake's way.
    """
    with connection.cursor() as cursor:
        prepared_execute(cursor, NAMED, [jurisdiction_id, list(codes)])
        rows = cursor.fetchall()
    found: dict[str, Authority] = {}
    for row in rows:
        authority = Authority.from_db(None, NAMED_FIELDS, [*row[:3], json.loads(row[3]), *row[4:6]])
        if authority.acts_through_id is not None:
            authority.acts_through = Authority.from_db(None, ("id", "code"), row[6:])
        found[authority.code] = authority
    return found


def names_in(authorities: Mapping[str, Authority], language: str) -> dict[str, str]:
    """Codes of authorities → their names in a language."""
    return {code: text_in(one.names, language) for code, one in authorities.items()}


def authorities_valid(jurisdiction: Jurisdiction, *, on: date) -> QuerySet[Authority]:
    """The authorities of a jurisdiction that may be responsible on a day."""
    return Authority.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        jurisdiction=jurisdiction,
    )


def authority_choices(
    jurisdiction: Jurisdiction, *, on: date, candidates: Iterable[str] = ()
) -> list[AuthorityChoice]:
    """What a clerk may choose: the candidates (codes, best first), then the others by name; two queries."""
    contacts = AuthorityContact.objects.filter(is_active=True).order_by("area_code")
    authorities = authorities_valid(jurisdiction, on=on).prefetch_related(
        Prefetch("contacts", contacts)
    )
    order = {code: position for position, code in enumerate(dict.fromkeys(candidates))}
    choices = [
        AuthorityChoice(
            authority=authority, area_code=area, name=name, is_candidate=authority.code in order
        )
        for authority in authorities
        for area, name in _areas(authority)
    ]
    return sorted(
        choices,
        key=lambda one: (order.get(one.authority.code, len(order)), one.name, one.area_code),
    )


def _areas(authority: Authority) -> list[tuple[str, str]]:
    """(area code, name) for each area that only some contact serves; one without area where a general one does."""
    contacts = {one.area_code: one for one in authority.contacts.all()}
    if not contacts or "" in contacts:
        return [("", authority.name)]
    return [
        (
            area,
            _("%(authority)s: %(area)s") % {"authority": authority.name, "area": one.name or area},
        )
        for area, one in contacts.items()
    ]


def authorities_listed(jurisdiction: Jurisdiction | None) -> QuerySet[Authority]:
    """All authorities by code, each with its contacts, those in use first."""
    contacts = AuthorityContact.objects.order_by("-is_active", "area_code", "valid_from", "pk")
    return (
        Authority.objects.filter(jurisdiction=jurisdiction)
        .select_related("acts_through")
        .prefetch_related(Prefetch("contacts", contacts))
        .order_by("code")
    )


@transaction.atomic
def authority_store(*, authority: Authority) -> Authority:
    """A new or changed authority; it counts at once. Raises ValidationError naming the fields."""
    authority.full_clean()
    authority.save()
    return authority
