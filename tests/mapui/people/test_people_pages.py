"""Pages of people: invited by mail, given roles, switched off; departments; one's own profile."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from config.tasks import invitation_send
from issues.enums import PeopleEventKind, Role
from issues.models import Department, PeopleEvent
from issues.services.people import grant_give
from mapui.people import invitations
from tests.mapui.factories import (
    PASSWORD,
    category_create,
    issue_create,
    jurisdiction_create,
    staff_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """Does at once what the queue would do."""

    def send_task(name, args):
        assert name == "config.tasks.invitation_send"
        invitation_send(*args)

    monkeypatch.setattr(invitations.current_app, "send_task", send_task)


@pytest.fixture
def manager(town):
    person = User.objects.create_user("personal", "personal@example.org", PASSWORD)
    grant_give(person=person, jurisdiction=town, role=Role.PEOPLE, by=None)
    return person


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def lighting(town):
    department = Department.objects.create(jurisdiction=town, names={"de": "Beleuchtung"})
    department.categories.add(category_create(town, "LIGHTING", names={"de": "Laterne"}))
    return department


def invite(page, **fields):
    given = {
        "first_name": "Mia",
        "last_name": "Muster",
        "mail": "mia@example.org",
        "role": Role.TRIAGE,
        **fields,
    }
    return page.post(reverse("person_invite"), given, follow=True)


def link() -> str:
    found = re.search(r"http://\S+?(/invitation/\S+/)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def text_of(response) -> str:
    return response.content.decode()


# --- Invitations ----------------------------------------------------------------------------------------


def test_invited_person_sets_a_password_once_and_works(page, lighting, client):
    told = invite(page, department=lighting.pk)
    assert "Die Einladung geht an mia@example.org." in text_of(told)
    person = User.objects.get(username="mia@example.org")
    [grant] = person.grants.all()
    assert (grant.role, grant.department) == (Role.TRIAGE, lighting)
    assert mail.outbox[0].to == ["mia@example.org"]
    assert mail.outbox[0].subject == "Flurpost: Ihr Zugang"

    client.logout()
    address = link()
    assert "Willkommen, Mia Muster" in text_of(client.get(address))
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(address, new)["Location"] == "/login/"
    assert client.get(address).status_code == 410
    assert client.post(address, new).status_code == 410
    login = {"username": "mia@example.org", "password": PASSWORD}
    assert client.post("/login/", login).status_code == 302
    assert client.get("/triage/").status_code == 200
    kinds = PeopleEvent.objects.order_by("pk").values_list("kind", "by__username")
    assert list(kinds)[1:] == [
        (PeopleEventKind.INVITED, "personal"),
        (PeopleEventKind.ROLE_GIVEN, "personal"),
        (PeopleEventKind.JOINED, "mia@example.org"),
    ]


def test_link_dies_by_age_a_newer_one_and_a_switched_off_account(page, client, monkeypatch):
    invite(page)
    person, first = User.objects.get(username="mia@example.org"), link()
    page.post(reverse("invitation_again", args=[person.pk]))
    second = link()
    somebody = type(client)()
    assert [somebody.get(one).status_code for one in (first, second)] == [410, 200]
    later = timezone.now() + invitations.VALID + timedelta(seconds=1)
    with monkeypatch.context() as patched:
        patched.setattr("django.core.signing.time.time", later.timestamp)
        assert somebody.get(second).status_code == 410
    page.post(reverse("person_off", args=[person.pk]))
    assert somebody.get(second).status_code == 410
    assert somebody.get(second.replace("invitation/", "invitation/x")).status_code == 410


def test_broker_that_is_down_is_told(page, monkeypatch):
    def fail(*_args, **_more):
        raise OperationalError

    monkeypatch.setattr(invitations.current_app, "send_task", fail)
    assert "Die Mail ging nicht hinaus" in text_of(invite(page))
    assert User.objects.filter(username="mia@example.org").exists()


def test_second_account_with_a_mail_address_is_refused(page):
    answer = invite(page, mail="PERSONAL@example.org")
    assert answer.status_code == 422
    assert "Diese E-Mail-Adresse hat schon jemand." in text_of(answer)
    assert mail.outbox == []


# --- Roles ----------------------------------------------------------------------------------------------


def test_role_is_given_limited_and_taken_away(page, town, lighting, client):
    person = staff_create("mia", permissions=())
    lamp = issue_create(town, category=lighting.categories.get())
    hole = issue_create(town)
    given = {"role": Role.INFORMATION, "department": lighting.pk}
    told = page.post(reverse("role_give", args=[person.pk]), given, follow=True)
    assert "nur die Kategorien von Beleuchtung" in text_of(told)

    client.force_login(person)
    seen = {
        one: client.get(reverse("triage_issue", args=[one.number])).status_code
        for one in (lamp, hole)
    }
    assert seen == {lamp: 200, hole: 404}
    page_of_lamp = text_of(client.get(reverse("triage_issue", args=[lamp.number])))
    assert reverse("issue_overrule", args=[lamp.number]) not in page_of_lamp
    listed = text_of(client.get("/triage/"))
    assert lamp.number in listed
    assert hole.number not in listed

    client.force_login(User.objects.get(username="personal"))
    grant = person.grants.get()
    client.post(reverse("role_take", args=[person.pk, grant.pk]))
    client.force_login(person)
    assert client.get("/triage/").status_code == 403


def test_role_without_categories_takes_no_department(page, lighting):
    person = staff_create("mia", permissions=())
    given = {"role": Role.GEODATA, "department": lighting.pk}
    answer = page.post(reverse("role_give", args=[person.pk]), given)
    assert answer.status_code == 422
    assert "kann nicht auf ein Amt beschränkt werden" in text_of(answer)
    assert not person.grants.exists()


def test_manager_of_one_city_sees_nobody_of_another(page, town):
    other = jurisdiction_create("nebenan.example", "Nebenan")
    far = staff_create("weit", permissions=())
    grant_give(person=far, jurisdiction=other, role=Role.TRIAGE, by=None)
    direct = staff_create("direkt")
    assert page.get(reverse("people"), {"jurisdiction": other.identifier}).status_code == 403
    listed = text_of(page.get(reverse("people")))
    for person in (far, direct):
        assert f">{person.username}<" not in listed
        assert page.get(reverse("person", args=[person.pk])).status_code == 404
        given = {"role": Role.PEOPLE}
        assert page.post(reverse("role_give", args=[person.pk]), given).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(page, town, django_assert_num_queries, count):
    for number in range(count):
        person = staff_create(f"person{number}", permissions=())
        grant_give(person=person, jurisdiction=town, role=Role.TRIAGE, by=None)
    with django_assert_num_queries(9):
        assert "person0" in text_of(page.get(reverse("people")))


def test_people_are_found_by_name(page, town):
    invite(page)
    assert "Mia Muster" in text_of(page.get(reverse("people"), {"q": "muster mia"}))
    assert "Niemand heißt „schulze“." in text_of(page.get(reverse("people"), {"q": "schulze"}))


def test_switched_off_account_is_out_at_once(page, client, town):
    person = staff_create("mia", permissions=())
    grant_give(person=person, jurisdiction=town, role=Role.TRIAGE, by=None)
    other = type(client)()
    other.force_login(person)
    assert other.get("/triage/").status_code == 200
    page.post(reverse("person_off", args=[person.pk]))
    assert other.get("/triage/").status_code == 302
    page.post(reverse("person_on", args=[person.pk]))
    assert User.objects.get(pk=person.pk).is_active


def test_nobody_switches_off_their_own_account(page, manager):
    told = page.post(reverse("person_off", args=[manager.pk]), follow=True)
    assert "das eigene Konto" in text_of(told)
    assert User.objects.get(pk=manager.pk).is_active


def test_history_tells_who_gave_whom_what(page, lighting):
    invite(page, department=lighting.pk)
    history = text_of(page.get(reverse("people_history")))
    assert "Sichtung · Beleuchtung · Musterstadt" in history
    assert "von personal" in history


# --- Departments ----------------------------------------------------------------------------------------


def test_department_is_made_changed_and_removed(page, town):
    hole = category_create(town)
    fields = {
        "name_de": "Tiefbau",
        "name_en": "Roads",
        "mail": "t@example.org",
        "categories": hole.pk,
    }
    assert "Tiefbau ist gespeichert." in text_of(
        page.post(reverse("department_new"), fields, follow=True)
    )
    department = Department.objects.get()
    ticked = f'value="{hole.pk}" id="id_categories_0_0" checked'
    assert ticked in text_of(page.get(reverse("department", args=[department.pk])))
    assert (department.names, list(department.categories.all())) == (
        {"de": "Tiefbau", "en": "Roads"},
        [hole],
    )
    page.post(reverse("department", args=[department.pk]), {"name_de": "Straßen"})
    department.refresh_from_db()
    assert (department.name, department.mail, department.categories.count()) == ("Straßen", "", 0)
    asked = page.get(reverse("department_remove", args=[department.pk]))
    assert "Straßen entfernen?" in text_of(asked)
    assert Department.objects.exists()
    page.post(reverse("department_remove", args=[department.pk]))
    assert not Department.objects.exists()


def test_one_department_of_a_city_is_its_clearing_unit(page, town):
    fields = {"name_de": "Klärung", "is_clearing": "on"}
    page.post(reverse("department_new"), fields)
    unit = Department.objects.get()
    assert unit.is_clearing
    assert "Klärungsstelle</span>" in text_of(page.get(reverse("departments")))
    second = page.post(reverse("department_new"), {"name_de": "Tiefbau", "is_clearing": "on"})
    assert "Klärungsstelle ist bereits: Klärung." in text_of(second)
    assert page.post(reverse("department", args=[unit.pk]), fields).status_code == 302
    page.post(reverse("department", args=[unit.pk]), {"name_de": "Klärung"})
    unit.refresh_from_db()
    assert not unit.is_clearing


def test_department_of_another_city_is_not_found(page):
    other = jurisdiction_create("nebenan.example", "Nebenan")
    department = Department.objects.create(jurisdiction=other, names={"de": "Dort"})
    assert page.get(reverse("department", args=[department.pk])).status_code == 404
