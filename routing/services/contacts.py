"""How authorities are reached comes in as data: one CSV file a jurisdiction."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from gis_core.models import Jurisdiction
from routing.errors import RoutingError
from routing.models import Authority, AuthorityContact

COLUMNS: Final = ("code", "area_code", "name", "channel", "address", "settings")


class ContactsUnreadable(RoutingError):
    """A file of contacts that cannot be used; the message names file, line and cause."""


@transaction.atomic
def contacts_load(*, jurisdiction: Jurisdiction, path: Path) -> int:
    """Create or update the contacts of a file, switch off the others; returns how many are in the file.

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
                yield reader.line_num, {column: row[column].strip() for column in COLUMNS}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContactsUnreadable(f"{path}: {error}") from error
