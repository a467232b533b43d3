"""The log of the master data in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gis_core.languages import text_in
from issues.models import HouseEvent
from issues.services.house import MODELS

VALUE_MAX = 60


@dataclass(frozen=True)
class EventShown:
    """A line: the event, and of each changed field its name, what it said and what it says."""

    event: HouseEvent
    changes: Sequence[tuple[str, str, str]]


def events_shown(events: Iterable[HouseEvent]) -> list[EventShown]:
    """What is new or removed is told without its fields."""
    return [EventShown(one, _changes(one) if one.action == "changed" else []) for one in events]


def _changes(event: HouseEvent) -> list[tuple[str, str, str]]:
    named = {one.name: str(one.verbose_name) for one in MODELS[event.part]._meta.concrete_fields}
    return [
        (named.get(field, field), _words(before), _words(after))
        for field, (before, after) in event.changes.items()
    ]


def _words(value: Any) -> str:
    """Texts in the language of the screen, yes and no, everything else as it is."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case dict():
            return text_in(value)[:VALUE_MAX] or "–"
        case list():
            return ", ".join(str(one.get("key")) for one in value if isinstance(one, dict)) or "–"
        case _other:
            return "–" if value in (None, "") else str(value)[:VALUE_MAX]
