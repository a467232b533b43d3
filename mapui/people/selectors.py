"""What the pages of people read."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from gis_core.models import Jurisdiction
from issues.enums import PeopleEventKind, Role
from issues.models import Department, Grant, PeopleEvent
from issues.rights import MANAGE_PEOPLE, Person, reach_of


def people_shown(manager: Person, jurisdiction: Jurisdiction, text: str = "") -> QuerySet[User]:
    """Who works in a jurisdiction or has no right yet, with their roles there; everybody for who manages all.

    `text` is looked for in names and mail addresses.
    """
    here = Grant.objects.filter(jurisdiction=jurisdiction).select_related("department")
    people = User.objects.prefetch_related(Prefetch("grants", here, to_attr="grants_here"))
    direct = User.objects.exclude(user_permissions=None, groups=None).filter(pk=OuterRef("pk"))
    people = people.annotate(has_direct_rights=Exists(direct))
    if not reach_of(manager, MANAGE_PEOPLE).is_everywhere:
        plain = Q(is_staff=False, is_superuser=False, user_permissions=None, groups=None)
        people = people.filter(Q(pk__in=here.values("person")) | plain & Q(grants=None))
    for word in text.split():
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
        )
    return people.order_by("-is_active", "last_name", "first_name", "username").distinct()


def departments_of(jurisdiction: Jurisdiction) -> list[Department]:
    """By name in the language of the screen, with their categories."""
    found = Department.objects.filter(jurisdiction=jurisdiction).prefetch_related("categories")
    return sorted(found, key=lambda one: one.name.casefold())


@dataclass(frozen=True)
class EventShown:
    """A line of the history: the event, and in words what it was about."""

    event: PeopleEvent
    about: str


def events_shown(events: QuerySet[PeopleEvent]) -> list[EventShown]:
    """Latest first; `events` may be cut already."""
    return [
        EventShown(one, _about(one))
        for one in events.select_related("by", "person", "jurisdiction")
    ]


def events_of(jurisdiction: Jurisdiction) -> QuerySet[PeopleEvent]:
    """What happened to the people and departments of a jurisdiction."""
    people = Grant.objects.filter(jurisdiction=jurisdiction).values("person")
    return PeopleEvent.objects.filter(
        Q(jurisdiction=jurisdiction) | Q(jurisdiction=None, person__in=people)
    )


def _about(event: PeopleEvent) -> str:
    """“Sichtung · Tiefbau · Castrop-Rauxel”."""
    detail = event.detail
    parts = [detail.get("mail", "") if event.kind == PeopleEventKind.INVITED else ""]
    if "role" in detail:
        parts.append(str(Role(detail["role"]).label))
    parts += [detail.get("department", ""), event.jurisdiction.name if event.jurisdiction else ""]
    return " · ".join(filter(None, parts))
