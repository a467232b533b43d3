"""People of the demo: one for each role, two of them limited to a department."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import User

from gis_core.models import Jurisdiction
from issues.enums import Role
from issues.models import Category, Department
from issues.services.people import department_store, grant_give

# German name of the department, its English name, and the groups of categories that are its own.
DEPARTMENTS: Final = (
    ("Tiefbau", "Roads", ("Straßen und Wege", "Schilder und Ampeln")),
    ("Straßenbeleuchtung", "Street lighting", ("Beleuchtung",)),
)
# Login → role and, by its German name, the department to which it is limited.
PEOPLE: Final = {
    "leitstelle": (Role.TRIAGE, ""),
    "tiefbau": (Role.CASEWORK, "Tiefbau"),
    "licht": (Role.DECISION, "Straßenbeleuchtung"),
    "freigabe": (Role.RELEASE, ""),
    "auskunft": (Role.INFORMATION, ""),
    "geodaten": (Role.GEODATA, ""),
    "regeln": (Role.RULES, ""),
    "personal": (Role.PEOPLE, ""),
    "stammdaten": (Role.HOUSE, ""),
}


def people_make(jurisdiction: Jurisdiction, *, password: str, by: User) -> None:
    """Makes them once; each start gives them the demo's new password."""
    departments = {
        name: _department(jurisdiction, name, en, groups, by) for name, en, groups in DEPARTMENTS
    }
    for login, (role, department) in PEOPLE.items():
        person, is_new = User.objects.get_or_create(
            username=login, defaults={"email": f"{login}@stadt.example"}
        )
        person.set_password(password)
        person.save(update_fields=["password"])
        if is_new:
            grant_give(
                person=person,
                jurisdiction=jurisdiction,
                role=role,
                department=departments.get(department),
                by=by,
            )


def _department(
    jurisdiction: Jurisdiction, name: str, english: str, groups: tuple[str, ...], by: User
) -> Department:
    known = Department.objects.filter(jurisdiction=jurisdiction, names__de=name).first()
    if known is not None:
        return known
    department = Department(
        jurisdiction=jurisdiction,
        names={"de": name, "en": english},
        mail=f"{english.lower().replace(' ', '-')}@stadt.example",
    )
    own = Category.objects.filter(jurisdiction=jurisdiction, groups__de__in=groups)
    department_store(department=department, categories=list(own), by=by)
    return department
