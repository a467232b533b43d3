"""How authorities are reached: which contact counts for a report; contacts come in as data or by a form."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from gis_core.db.prepared import prepared_execute
from gis_core.models import Jurisdiction
from routing.errors import RoutingError
from routing.models import Authority, AuthorityContact

COLUMNS: Final = ("code", "area_code", "name", "channel", "address", "settings")
OPTIONAL_COLUMNS: Final = ("categories", "valid_from", "valid_to")
# Names of the environment variables that hold keys of receivers.
KEY_PREFIX: Final = "OPEN311_KEY_"

CONTACTS_CHOSEN: Final = """
    SELECT DISTINCT ON (authority_id) authority_id, id FROM routing_authoritycontact
    WHERE authority_id = ANY($1) AND is_active AND area_code IN ('', $2)
      AND (categories = '[]' OR categories @> jsonb_build_array($3::text))
      AND coalesce(valid_from, $4) <= $4 AND coalesce(valid_to, $4) >= $4
    ORDER BY authority_id, area_code = '', categories = '[]',
             coalesce(valid_to, $6) - coalesce(valid_from, $5), valid_from DESC NULLS LAST, id
"""


class ContactsUnreadable(RoutingError):
    """A file of contacts that cannot be used; the message names file, line and cause."""


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


@transaction.atomic
def contacts_load(*, jurisdiction: Jurisdiction, path: Path) -> int:
    """Create or update the contacts of a file, switch off the others; returns how many are in the file.

    A contact is known by authority, area, categories and days; any of the last three may be missing.

    Deliveries keep the contact they were queued for, so none is deleted. Raises ContactsUnreadable; then
    nothing is changed.
    """
    authorities = {one.code: one for one in Authority.objects.filter(jurisdiction=jurisdiction)}
    listed: list[int] = []
    for line, row in _rows(path):
        try:
            contact, _ = AuthorityContact.objects.update_or_create(
                authority=authorities[row["code"]],
                area_code=row["area_code"],
                categories=sorted(filter(None, row["categories"].split("|"))),
                valid_from=row["valid_from"] or None,
                valid_to=row["valid_to"] or None,
                is_active=True,
                defaults={
                    "name": row["name"],
                    "channel": row["channel"],
                    "address": row["address"],
                    "settings": json.loads(row["settings"] or "{}"),
                },
            )
            contact.full_clean()
        except KeyError as error:
            raise ContactsUnreadable(
                f"{path.name}, line {line}: {error} is no authority."
            ) from error
        except (ValueError, ValidationError) as error:
            raise ContactsUnreadable(f"{path.name}, line {line}: {error}") from error
        if contact.pk in listed:
            raise ContactsUnreadable(f"{path.name}, line {line}: this contact is there already.")
        listed.append(contact.pk)
    AuthorityContact.objects.filter(authority__jurisdiction=jurisdiction, is_active=True).exclude(
        pk__in=listed
    ).update(is_active=False)
    return len(listed)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter=";", restval="", strict=True)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise ContactsUnreadable(f"{path.name}: no column {', '.join(sorted(missing))}.")
            for row in reader:
                columns = (*COLUMNS, *OPTIONAL_COLUMNS)
                yield reader.line_num, {column: row.get(column, "").strip() for column in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContactsUnreadable(f"{path}: {error}") from error


@transaction.atomic
def contact_store(*, contact: AuthorityContact) -> AuthorityContact:
    """A new or changed contact; it counts at once. Raises ValidationError naming the fields.

    The key of an Open311 receiver is named by an environment variable; only those made for that may be named, lest
    somebody has another secret of the installation sent to an address of their choice.
    """
    variable = contact.settings.get("api_key_env", "")
    if variable and not variable.startswith(KEY_PREFIX):
        raise ValidationError({"settings": f"{variable}: {KEY_PREFIX}…"})
    contact.full_clean()
    contact.save()
    return contact


def area_names(jurisdiction: Jurisdiction, codes: Collection[str]) -> dict[str, str]:
    """The names of areas by their codes, as the contacts that serve them are called."""
    contacts = AuthorityContact.objects.filter(
        authority__jurisdiction=jurisdiction, area_code__in=codes
    )
    return dict(contacts.exclude(name="").values_list("area_code", "name"))
