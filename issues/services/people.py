"""Inviting people, giving them roles, switching accounts off; departments. Each step is logged with who took it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from issues.enums import ROLES_OF_ISSUES, Density, PeopleEventKind, Role
from issues.errors import DepartmentElsewhere, DepartmentInUse, PersonKnown, PersonOutOfReach
from issues.models import Category, Department, Grant, PeopleEvent, Profile
from issues.rights import MANAGE_PEOPLE, reach_of


@transaction.atomic
def person_invite(*, first_name: str, last_name: str, mail: str, by: User) -> User:
    """An account without password; its name is the mail address. Raises `PersonKnown`."""
    mail = mail.strip().lower()
    if User.objects.filter(Q(email__iexact=mail) | Q(username__iexact=mail)).exists():
        raise PersonKnown(_("Somebody has this mail address already."), field="mail")
    person = User(username=mail, email=mail, first_name=first_name, last_name=last_name)
    person.set_unusable_password()
    person.save()
    _log(PeopleEventKind.INVITED, by=by, person=person, mail=mail)
    return person


@transaction.atomic
def invitation_renew(*, person: User, by: User) -> User:
    """Makes every link that was sent before useless."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    _log(PeopleEventKind.INVITED, by=by, person=person, mail=person.email)
    return person


@transaction.atomic
def invitation_follow(*, person: User, password: str) -> User:
    """Sets the first password of somebody who was invited."""
    person.set_password(password)
    person.save(update_fields=["password"])
    _log(PeopleEventKind.JOINED, by=person, person=person)
    return person


@transaction.atomic
def grant_give(
    *,
    person: User,
    jurisdiction: Jurisdiction,
    role: Role,
    by: User | None,
    department: Department | None = None,
) -> Grant:
    """Gives a role; who has it already keeps it. Raises `DepartmentElsewhere`."""
    if department is not None:
        if department.jurisdiction_id != jurisdiction.pk:
            raise DepartmentElsewhere(
                _("The department is not one of %(name)s.") % {"name": jurisdiction},
                field="department",
            )
        if role not in ROLES_OF_ISSUES:
            raise DepartmentElsewhere(
                _("The role “%(role)s” cannot be limited to a department.") % {"role": role.label},
                field="department",
            )
    grant, is_new = Grant.objects.get_or_create(
        person=person, jurisdiction=jurisdiction, role=role, department=department
    )
    if is_new:
        _log_grant(PeopleEventKind.ROLE_GIVEN, grant, by)
    return grant


@transaction.atomic
def grant_take(*, grant: Grant, by: User) -> None:
    """Takes a role away."""
    _log_grant(PeopleEventKind.ROLE_TAKEN, grant, by)
    grant.delete()


@transaction.atomic
def person_switch(*, person: User, is_active: bool, by: User) -> User:
    """Switches an account off or on. Raises `PersonOutOfReach`."""
    if person.pk == by.pk:
        raise PersonOutOfReach(_("Nobody can switch off their own account."))
    if not person_is_managed(person, by):
        raise PersonOutOfReach(_("This account has rights outside your reach."))
    if person.is_active != is_active:
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        kind = PeopleEventKind.ACTIVATED if is_active else PeopleEventKind.DEACTIVATED
        _log(kind, by=by, person=person)
    return person


def person_is_managed(person: User, by: User) -> bool:
    """Whether all that a person may do lies where `by` manages people."""
    if person.is_superuser and not by.is_superuser:
        return False
    reach = reach_of(by, MANAGE_PEOPLE)
    if reach.is_everywhere:
        return True
    if person.is_staff or person.user_permissions.exists() or person.groups.exists():
        return False
    managed = {ground.jurisdiction for ground in reach.grounds}
    return not person.grants.exclude(jurisdiction__in=managed).exists()


@transaction.atomic
def department_store(*, department: Department, categories: Collection[Category], by: User) -> None:
    """A new or changed department with its categories."""
    department.full_clean()
    department.save()
    department.categories.set(categories)
    codes = sorted(one.code for one in categories)
    _log_department(PeopleEventKind.DEPARTMENT_STORED, department, by, categories=codes)


@transaction.atomic
def department_remove(*, department: Department, by: User) -> None:
    """Raises `DepartmentInUse`."""
    if department.grants.exists():
        raise DepartmentInUse(_("The roles of people are limited to this department."))
    _log_department(PeopleEventKind.DEPARTMENT_REMOVED, department, by)
    department.delete()


@transaction.atomic
def profile_store(
    *,
    person: User,
    names: Mapping[str, str],
    language: str,
    density: Density,
    has_single_keys: bool,
    has_digest: bool,
) -> Profile:
    """Stores what a person says of themselves: `names` are `first_name`, `last_name` and `email`."""
    for name, value in names.items():
        setattr(person, name, value)
    person.save(update_fields=list(names))
    chosen = {
        "language": language,
        "density": density,
        "has_single_keys": has_single_keys,
        "has_digest": has_digest,
    }
    profile, _new = Profile.objects.update_or_create(person=person, defaults=chosen)
    return profile


def _log_grant(kind: PeopleEventKind, grant: Grant, by: User | None) -> None:
    limit = {"department": grant.department.name} if grant.department else {}
    _log(
        kind,
        by=by,
        person=grant.person,
        jurisdiction=grant.jurisdiction,
        role=str(grant.role),
        **limit,
    )


def _log_department(kind: PeopleEventKind, department: Department, by: User, **detail: Any) -> None:
    _log(kind, by=by, jurisdiction=department.jurisdiction, department=department.name, **detail)


def _log(
    kind: PeopleEventKind,
    *,
    by: User | None,
    person: User | None = None,
    jurisdiction: Jurisdiction | None = None,
    **detail: Any,
) -> None:
    PeopleEvent.objects.create(
        kind=kind, by=by, person=person, jurisdiction=jurisdiction, detail=detail
    )
