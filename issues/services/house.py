"""The master data of a city (Stammdaten): stored, switched off, removed; each change is logged with who made it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction
from issues.enums import HouseAction, HousePart
from issues.errors import EntryChanged, EntryInUse, EntryInvalid, ReportInvalid
from issues.models import (
    Category,
    CategoryAttribute,
    ChecklistItem,
    ClosedDay,
    ClosingReason,
    HouseEvent,
    LegalPage,
    ReplyTemplate,
    RetentionPeriod,
)
from issues.services.replies.placeholders import placeholders_check

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Entry = (
    Category
    | CategoryAttribute
    | ClosingReason
    | ReplyTemplate
    | ChecklistItem
    | ClosedDay
    | LegalPage
    | RetentionPeriod
)
PARTS: Final[dict[type[models.Model], HousePart]] = {
    Category: HousePart.CATEGORY,
    CategoryAttribute: HousePart.QUESTION,
    ClosingReason: HousePart.CLOSING_REASON,
    ReplyTemplate: HousePart.REPLY,
    ChecklistItem: HousePart.CHECKLIST,
    ClosedDay: HousePart.CLOSED_DAY,
    LegalPage: HousePart.LEGAL,
    RetentionPeriod: HousePart.RETENTION,
}
MODELS: Final = {part.value: model for model, part in PARTS.items()}
# What nothing else names. Everything else is switched off, so that issues keep what they say.
REMOVABLE: Final = (CategoryAttribute, ClosedDay)


@transaction.atomic
def entry_store(*, entry: Entry, by: User | None, seen: str = "") -> Entry:
    """Stores a new or changed entry; what is as it was is not logged. `seen` is `entry_seen` of what was looked at.

    Raises `EntryChanged`, `ReportInvalid` with an `EntryInvalid` for each field, and `PlaceholderUnknown` for a text
    to reporters.
    """
    before = _stored(entry)
    if before and seen != _digest(before):
        raise EntryChanged(_changed_told(entry))
    if isinstance(entry, ReplyTemplate):
        for text in entry.texts.values():
            placeholders_check(text)
    try:
        entry.full_clean()
    except ValidationError as error:
        raise ReportInvalid(list(_errors(error))) from error
    entry.save()
    after = _values(entry)
    changes = {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }
    if changes:
        _log(HouseAction.CHANGED if before else HouseAction.ADDED, entry, changes, by)
    return entry


@transaction.atomic
def entry_remove(*, entry: Entry, by: User | None) -> None:
    """Removes a closed day or a question. Raises `EntryInUse` for anything else."""
    if not isinstance(entry, REMOVABLE):
        raise EntryInUse(pgettext("house", "This entry can only be switched off."))
    changes = {name: [value, None] for name, value in _values(entry).items()}
    _log(HouseAction.REMOVED, entry, changes, by)
    entry.delete()


def entry_jurisdiction(entry: Entry) -> Jurisdiction:
    """Whose entry it is."""
    if isinstance(entry, CategoryAttribute | ChecklistItem):
        return entry.category.jurisdiction
    return entry.jurisdiction


def entry_seen(entry: Entry) -> str:
    """Names what an entry says now; empty for a new one."""
    return _digest(_values(entry)) if entry.pk else ""


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _stored(entry: Entry) -> dict[str, Any]:
    """What the database says of the entry, locked; nothing for a new one. Raises `EntryChanged` if it is gone."""
    if not entry.pk:
        return {}
    stored = type(entry).objects.select_for_update().filter(pk=entry.pk).first()
    if stored is None:
        raise EntryChanged(pgettext("house", "Somebody removed this entry meanwhile."))
    return _values(stored)


def _changed_told(entry: Entry) -> str:
    event = HouseEvent.objects.filter(part=PARTS[type(entry)], entry=entry.pk).first()
    if event is None or event.by is None:
        return pgettext("house", "This entry was changed meanwhile. Nothing was stored yet.")
    told = pgettext("house", "%(name)s changed this entry meanwhile. Nothing was stored yet.")
    return told % {"name": event.by.get_full_name() or event.by.get_username()}


def _values(entry: models.Model) -> dict[str, Any]:
    """Field → value as JSON has it, without key and jurisdiction."""
    encoder = DjangoJSONEncoder()
    found = {}
    for field in entry._meta.concrete_fields:
        if field.name in {"id", "jurisdiction"}:
            continue
        value = getattr(entry, field.attname)
        is_plain = isinstance(value, str | int | float | bool | list | dict | None)
        found[field.name] = value if is_plain else encoder.default(value)
    return found


def _errors(error: ValidationError) -> list[EntryInvalid]:
    """One for each message; what is said of several fields at once names none."""
    found = []
    for field, errors in error.error_dict.items():
        for one in errors:
            if one.code == "unique_together":
                told = pgettext("house", "There is such an entry already.")
                found.append(EntryInvalid(told))
            else:
                name = "" if field == "__all__" else field
                found += [EntryInvalid(message, field=name) for message in one.messages]
    return found


def _log(action: HouseAction, entry: Entry, changes: dict[str, Any], by: User | None) -> None:
    HouseEvent.objects.create(
        jurisdiction=entry_jurisdiction(entry),
        part=PARTS[type(entry)],
        action=action,
        entry=entry.pk,
        name=str(entry)[:300],
        changes=changes,
        by=by,
    )
