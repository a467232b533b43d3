"""Who may do what with which issues: rights, the roles that bundle them, and how far a person's right reaches.

What somebody was given directly or by a group (`ModelBackend`) reaches everywhere. A role reaches over a jurisdiction,
or over the categories of a department in it and what the department was handed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from gis_core.models import Jurisdiction
from issues.enums import Role
from issues.models import Grant, Issue
from issues.models.querysets import IssueQuerySet

SEE: Final = "issues.see_issue"
WORK: Final = "issues.work_issue"
DECIDE: Final = "issues.decide_issue"
ANSWER: Final = "issues.answer_issue"
RELEASE: Final = "issues.release_issue"
# All of the daily work but the release.
TRIAGE: Final = "issues.triage_issue"
MANAGE_GEODATA: Final = "gis_core.manage_geodata"
EDIT_RULES: Final = "routing.edit_rules"
ACTIVATE_RULES: Final = "routing.activate_rules"
MANAGE_PEOPLE: Final = "issues.manage_people"
MANAGE_HOUSE: Final = "issues.manage_house"

# Who has the whole has its parts.
PARTS: Final[Mapping[str, frozenset[str]]] = {TRIAGE: frozenset({SEE, WORK, DECIDE, ANSWER})}
ROLE_RIGHTS: Final[Mapping[Role, frozenset[str]]] = {
    Role.TRIAGE: frozenset({TRIAGE}),
    Role.CASEWORK: frozenset({SEE, WORK, ANSWER}),
    Role.RELEASE: frozenset({SEE, RELEASE}),
    Role.DECISION: frozenset({SEE, DECIDE}),
    Role.INFORMATION: frozenset({SEE}),
    Role.GEODATA: frozenset({MANAGE_GEODATA}),
    Role.RULES: frozenset({EDIT_RULES, ACTIVATE_RULES}),
    Role.PEOPLE: frozenset({MANAGE_PEOPLE}),
    Role.HOUSE: frozenset({MANAGE_HOUSE}),
}

Person = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Ground:
    """A jurisdiction, or what a department of it has: some categories, and what it was handed. Keys; None for all."""

    jurisdiction: int
    categories: frozenset[int] | None
    department: int | None = None

    def holds(self, thing: Any) -> bool:
        """Whether an issue lies on it; of a jurisdiction, whether it is all of it."""
        if isinstance(thing, Jurisdiction):
            return thing.pk == self.jurisdiction and self.categories is None
        if isinstance(thing, Issue):
            is_own = (
                self.categories is None
                or thing.category_id in self.categories
                or thing.department_id == self.department
            )
            return thing.jurisdiction_id == self.jurisdiction and is_own
        return False


@dataclass(frozen=True)
class Reach:
    """How far a right of a person reaches."""

    is_everywhere: bool
    grounds: tuple[Ground, ...] = ()

    def holds(self, thing: Any = None) -> bool:
        """Whether an issue or a whole jurisdiction lies in it; without either, whether anything does."""
        if self.is_everywhere:
            return True
        return any(thing is None or ground.holds(thing) for ground in self.grounds)


class GrantBackend(BaseBackend):
    """Knows what people may do by their roles, and where: `person.has_perm(right, issue or jurisdiction)`."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return reach_of(user_obj, perm).holds(obj)


def reach_of(person: Person, right: str) -> Reach:
    """Costs one statement for each person and request, and none for somebody who has the right directly."""
    if not person.is_active or person.is_anonymous:
        return Reach(False)
    if _is_held_directly(person, right):
        return Reach(True)
    return Reach(False, tuple(ground for role, ground in _grants(person) if _gives(role, right)))


def issues_reached(person: Person, right: str = SEE) -> IssueQuerySet:
    """The issues with which a person may do this. Whatever shows or changes issues for staff begins here."""
    reach = reach_of(person, right)
    issues: IssueQuerySet = Issue.objects.all()
    if reach.is_everywhere:
        return issues
    if not reach.grounds:
        return issues.none()
    wanted = Q()
    for ground in reach.grounds:
        there = Q(jurisdiction=ground.jurisdiction)
        if ground.categories is not None:
            there &= Q(category__in=sorted(ground.categories)) | Q(department=ground.department)
        wanted |= there
    return issues.filter(wanted)


def people_with(right: str) -> QuerySet[User]:
    """The active people who have this right anywhere, by name."""
    wholes = [right, *(whole for whole, parts in PARTS.items() if right in parts)]
    roles = [role for role in Role if _gives(role, right)]
    codes = [one.partition(".")[2] for one in wholes]
    return (
        User.objects.filter(is_active=True)
        .filter(
            Q(is_superuser=True)
            | Q(user_permissions__codename__in=codes)
            | Q(groups__permissions__codename__in=codes)
            | Q(pk__in=Grant.objects.filter(role__in=roles).values("person"))
        )
        .distinct()
        .order_by("last_name", "first_name", "username")
    )


def reached(person: Person, *rights: str) -> Q:
    """A condition on what has a `jurisdiction`: those in all of which a person has one of the rights."""
    reaches = [reach_of(person, right) for right in rights]
    if any(one.is_everywhere for one in reaches):
        return Q()
    grounds = [ground for one in reaches for ground in one.grounds if ground.categories is None]
    return Q(jurisdiction__in=[ground.jurisdiction for ground in grounds])


def _gives(role: str, right: str) -> bool:
    held = ROLE_RIGHTS[Role(role)]
    return right in held or any(right in PARTS.get(one, ()) for one in held)


def _is_held_directly(person: Any, right: str) -> bool:
    if getattr(person, "is_superuser", False):
        return True
    wholes = {whole for whole, parts in PARTS.items() if right in parts}
    return not ModelBackend().get_all_permissions(person).isdisjoint({right, *wholes})


def _grants(person: Any) -> list[tuple[str, Ground]]:
    """Role and ground of each grant, kept with the person as long as the request lasts."""
    if not hasattr(person, "_grants_read"):
        person._grants_read = list(_grants_read(person))
    found: list[tuple[str, Ground]] = person._grants_read
    return found


def _grants_read(person: Any) -> Iterator[tuple[str, Ground]]:
    categories = ArrayAgg("department__categories", filter=Q(department__categories__isnull=False))
    rows = Grant.objects.filter(person=person).order_by("pk").annotate(own=categories)
    for role, jurisdiction, department, own in rows.values_list(
        "role", "jurisdiction", "department", "own"
    ):
        categories_own = None if department is None else frozenset(own or ())
        yield role, Ground(jurisdiction, categories_own, department)
