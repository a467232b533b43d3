"""Contacts of authorities: stored from a form, or from one CSV file a jurisdiction."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from gis_core.models import Jurisdiction
from routing.enums import Part
from routing.errors import RoutingError
from routing.forwarding.channels import channel_of
from routing.models import Authority, AuthorityContact
from routing.models.authorities import parts_all

COLUMNS: Final = ("code", "area_code", "name", "channel", "address", "settings")
OPTIONAL_COLUMNS: Final = ("categories", "valid_from", "valid_to", "parts")


class ContactsUnreadable(RoutingError):
    """A file of contacts that cannot be used; the message names file, line and cause."""


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
                    "parts": row["parts"].split("|") if row["parts"] else parts_all(),
                },
            )
            _check(contact)
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
    """A new or changed contact; it counts at once, also where mail came back before. Raises ValidationError."""
    contact.broken_address = ""
    _check(contact)
    contact.save()
    return contact


def _check(contact: AuthorityContact) -> None:
    """Raises ValidationError for what the model or the contact's channel does not take."""
    contact.full_clean()
    if unknown := sorted(set(contact.parts) - set(Part.values)):
        raise ValidationError({"parts": ", ".join(unknown)})
    try:
        channel = channel_of(contact.channel)
    except ValueError as error:
        raise ValidationError({"channel": str(error)}) from error
    try:
        channel.address_check(contact.address)
    except ValidationError as error:
        raise ValidationError({"address": error}) from error
    channel.settings_check(contact.settings)
