"""How authorities are reached: which contact counts for a report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from django.db import connection

from gis_core.db.prepared import prepared_execute
from gis_core.models import Jurisdiction
from routing.models import AuthorityContact

CONTACTS_CHOSEN: Final = """
    SELECT DISTINCT ON (authority_id) authority_id, id FROM routing_authoritycontact
    WHERE authority_id = ANY($1) AND is_active AND broken_address <> address AND area_code IN ('', $2)
      AND (categories = '[]' OR categories @> jsonb_build_array($3::text))
      AND coalesce(valid_from, $4) <= $4 AND coalesce(valid_to, $4) >= $4
    ORDER BY authority_id, area_code = '', categories = '[]',
             coalesce(valid_to, $6) - coalesce(valid_from, $5), valid_from DESC NULLS LAST, id
"""


def contacts_chosen(
    authority_ids: Sequence[int], *, area_code: str, category: str, on: date
) -> dict[int, int]:
    """Authority → the narrowest of its contacts (id) that fits area, category and day; those without are left out.

    A contact for the area comes before a general one, then one that names the category, then one that counts for
    the fewest days, then the one since the latest day, then the older entry.
    """
    with connection.cursor() as cursor:
        prepared_execute(
            cursor,
            CONTACTS_CHOSEN,
            [list(authority_ids), area_code, category, on, date.min, date.max],
        )
        return dict(cursor.fetchall())


def area_names(jurisdiction: Jurisdiction, codes: Collection[str]) -> dict[str, str]:
    """The names of areas by their codes, as the contacts that serve them are called."""
    contacts = AuthorityContact.objects.filter(
        authority__jurisdiction=jurisdiction, area_code__in=codes
    )
    return dict(contacts.exclude(name="").values_list("area_code", "name"))
