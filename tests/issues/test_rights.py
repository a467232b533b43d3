"""Rights: what roles give, how far they reach, and that rights given directly reach everywhere."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from issues.enums import PeopleEventKind, Role
from issues.errors import DepartmentElsewhere, DepartmentInUse, PersonKnown, PersonOutOfReach
from issues.models import Department, Grant, PeopleEvent
from issues.rights import (
    ANSWER,
    DECIDE,
    EDIT_RULES,
    MANAGE_GEODATA,
    MANAGE_PEOPLE,
    RELEASE,
    ROLE_RIGHTS,
    SEE,
    TRIAGE,
    WORK,
    issues_reached,
)
from issues.services import people
from tests.mapui.factories import (
    category_create,
    issue_create,
    jurisdiction_create,
    staff_create,
    town_create,
)

pytestmark = pytest.mark.django_db
OF_ISSUES = (SEE, WORK, DECIDE, ANSWER, RELEASE, TRIAGE)


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def elsewhere(db):
    return jurisdiction_create("nebenan.example", "Nebenan")


@pytest.fixture
def lamps(town):
    return category_create(town, "LIGHTING", names={"de": "Laterne"})


@pytest.fixture
def lighting(town, lamps):
    department = Department.objects.create(jurisdiction=town, names={"de": "Beleuchtung"})
    department.categories.add(lamps)
    return department


def person_with(role: Role, jurisdiction, department=None, name: str = "person") -> User:
    person, _new = User.objects.get_or_create(username=name)
    people.grant_give(
        person=person, jurisdiction=jurisdiction, role=role, department=department, by=None
    )
    return User.objects.get(pk=person.pk)


def rights_of(person: User, thing=None) -> set[str]:
    known = {*OF_ISSUES, MANAGE_GEODATA, EDIT_RULES, MANAGE_PEOPLE}
    return {right for right in known if person.has_perm(right, thing)}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.TRIAGE, {TRIAGE, SEE, WORK, DECIDE, ANSWER}),
        (Role.CASEWORK, {SEE, WORK, ANSWER}),
        (Role.RELEASE, {SEE, RELEASE}),
        (Role.DECISION, {SEE, DECIDE}),
        (Role.INFORMATION, {SEE}),
        (Role.GEODATA, {MANAGE_GEODATA}),
        (Role.RULES, {EDIT_RULES}),
        (Role.PEOPLE, {MANAGE_PEOPLE}),
    ],
)
def test_role_gives_its_rights_in_its_jurisdiction_alone(town, elsewhere, role, expected):
    person = person_with(role, town)
    assert rights_of(person) == expected
    assert rights_of(person, town) == expected
    assert rights_of(person, issue_create(town)) == expected
    assert rights_of(person, elsewhere) == set()
    assert rights_of(person, issue_create(elsewhere)) == set()


def test_every_role_has_rights():
    assert set(ROLE_RIGHTS) == set(Role)


def test_department_limits_a_role_to_its_categories(town, lamps, lighting):
    person = person_with(Role.CASEWORK, town, lighting)
    lamp, hole = issue_create(town, category=lamps), issue_create(town)
    assert rights_of(person, lamp) == {SEE, WORK, ANSWER}
    assert rights_of(person, hole) == set()
    assert rights_of(person) == {SEE, WORK, ANSWER}
    assert rights_of(person, town) == set()
    assert list(issues_reached(person)) == [lamp]
    assert list(issues_reached(person, DECIDE)) == []


def test_roles_add_up_and_each_keeps_its_limit(town, elsewhere, lamps, lighting):
    lamp, hole, far = (
        issue_create(town, category=lamps),
        issue_create(town),
        issue_create(elsewhere),
    )
    person_with(Role.INFORMATION, town)
    person_with(Role.INFORMATION, elsewhere)
    person = person_with(Role.DECISION, town, lighting)
    assert set(issues_reached(person)) == {lamp, hole, far}
    assert list(issues_reached(person, DECIDE)) == [lamp]


def test_department_reaches_what_it_was_handed(town, lighting):
    person = person_with(Role.CASEWORK, town, lighting)
    handed, other = issue_create(town, department=lighting), issue_create(town)
    assert list(issues_reached(person, WORK)) == [handed]
    assert person.has_perm(WORK, handed)
    assert not person.has_perm(WORK, other)


def test_department_without_categories_reaches_nothing(town):
    empty = Department.objects.create(jurisdiction=town, names={"de": "Leer"})
    issue_create(town)
    assert list(issues_reached(person_with(Role.TRIAGE, town, empty))) == []


@pytest.mark.parametrize("by_group", [True, False])
def test_rights_given_directly_reach_everywhere(town, elsewhere, by_group):
    issues = {issue_create(town), issue_create(elsewhere)}
    person = staff_create(permissions=() if by_group else ("triage_issue",))
    if by_group:
        group = Group.objects.create(name="Alte Gruppe")
        group.permissions.add(Permission.objects.get(codename="triage_issue"))
        person.groups.add(group)
    person = User.objects.get(pk=person.pk)
    assert set(issues_reached(person, WORK)) == issues
    assert person.has_perm(DECIDE, elsewhere)
    assert not person.has_perm(RELEASE)


def test_nobody_else_reaches_anything(town):
    issue = issue_create(town)
    off = staff_create()
    off.is_active = False
    for person in (AnonymousUser(), off, User.objects.create(username="ohne")):
        assert list(issues_reached(person)) == []
        assert not person.has_perm(SEE, issue)
    assert list(issues_reached(User.objects.create(username="alles", is_superuser=True))) == [issue]


@pytest.mark.parametrize(
    "roles", [[Role.INFORMATION], [Role.INFORMATION, Role.RELEASE, Role.TRIAGE]]
)
def test_roles_cost_one_statement_a_request(town, lighting, roles):
    """Two more are those of the rights given directly, as before."""
    for role in roles:
        person = person_with(role, town, lighting)
    with CaptureQueriesContext(connection) as caught:
        for right in OF_ISSUES:
            person.has_perm(right)
            person.has_perm(right, town)
    assert len(caught) == 3


# --- What the services and the database refuse ----------------------------------------------------------


def test_role_is_given_once_and_logged_with_who_gave_it(town):
    manager, person = staff_create("personal", permissions=()), User.objects.create(username="neu")
    for _turn in range(2):
        grant = people.grant_give(person=person, jurisdiction=town, role=Role.RULES, by=manager)
    people.grant_take(grant=grant, by=manager)
    logged = PeopleEvent.objects.order_by("pk").values_list(
        "kind", "by__username", "person__username", "detail"
    )
    assert list(logged) == [
        (PeopleEventKind.ROLE_GIVEN, "personal", "neu", {"role": "rules"}),
        (PeopleEventKind.ROLE_TAKEN, "personal", "neu", {"role": "rules"}),
    ]
    assert not Grant.objects.exists()


def test_department_must_fit_the_role(town, elsewhere, lighting):
    for role, jurisdiction in ((Role.TRIAGE, elsewhere), (Role.GEODATA, town)):
        with pytest.raises(DepartmentElsewhere):
            person_with(role, jurisdiction, lighting)


def test_database_refuses_a_department_of_another_jurisdiction(town, elsewhere, lighting):
    person = User.objects.create(username="person")
    given = {"jurisdiction": elsewhere, "role": Role.TRIAGE, "department": lighting}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="grant_department_is_of_the_jurisdiction"),
        transaction.atomic(),
    ):
        Grant.objects.create(person=person, **given)


def test_department_in_use_is_not_removed(town, lighting):
    grant = people.grant_give(
        person=User.objects.create(username="neu"),
        jurisdiction=town,
        role=Role.TRIAGE,
        department=lighting,
        by=None,
    )
    manager = staff_create("personal", permissions=("manage_people",))
    with pytest.raises(DepartmentInUse):
        people.department_remove(department=lighting, by=manager)
    people.grant_take(grant=grant, by=manager)
    people.department_remove(department=lighting, by=manager)
    assert not Department.objects.exists()


def test_mail_address_has_one_account(town):
    manager = staff_create("personal", permissions=("manage_people",))
    given = {"first_name": "Mia", "last_name": "Muster", "by": manager}
    person = people.person_invite(mail="Mia@Example.org", **given)
    assert (person.username, person.has_usable_password()) == ("mia@example.org", False)
    with pytest.raises(PersonKnown):
        people.person_invite(mail="MIA@example.org", **given)


def test_accounts_beyond_ones_reach_are_not_switched_off(town, elsewhere):
    manager = person_with(Role.PEOPLE, town, name="personal")
    here = person_with(Role.TRIAGE, town, name="hier")
    both = person_with(Role.TRIAGE, town, name="beide")
    person_with(Role.TRIAGE, elsewhere, name="beide")
    chief = User.objects.create(username="chef", is_superuser=True)
    for person in (manager, both, chief, staff_create("direkt")):
        with pytest.raises(PersonOutOfReach):
            people.person_switch(person=person, is_active=False, by=manager)
    assert not people.person_switch(person=here, is_active=False, by=manager).is_active
