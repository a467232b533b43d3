"""Two cities on one installation: a role in one opens nothing of the other."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from issues.enums import Role
from issues.services.people import grant_give
from parcels.enums import CadastreDataset
from routing.models import GoldenCase, RuleSet, Trial
from tests.mapui.factories import (
    authority_create,
    edition_create,
    issue_create,
    jurisdiction_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(town):
    return jurisdiction_create("nebenan.example", "Nebenan")


@pytest.fixture
def browse(client, town):
    """Whoever has this role in the first city asks for an address."""

    def ask(role: Role, name: str, *arguments, **query):
        person, _new = User.objects.get_or_create(username=role)
        grant_give(person=person, jurisdiction=town, role=role, by=None)
        client.force_login(person)
        return client.get(reverse(name, args=arguments), query).status_code

    return ask


def things_of(city) -> dict[str, tuple[Role, str, int]]:
    """What there is in a city: who opens it, by which page, its key."""
    draft = RuleSet.objects.create(jurisdiction=city, version=1)
    trial = Trial.objects.create(jurisdiction=city, rule_set=draft)
    edition = edition_create(city, CadastreDataset.BUILDINGS)
    authority = authority_create(city, "X")
    return {
        "rules": (Role.RULES, "rules_set", draft.pk),
        "trial": (Role.RULES, "trial", trial.pk),
        "authority": (Role.RULES, "authority_edit", authority.pk),
        "edition": (Role.GEODATA, "geodata_edition", edition.pk),
    }


def test_things_of_another_city_are_not_found(browse, town, elsewhere):
    here = {name: browse(*asked) for name, asked in things_of(town).items()}
    there = {name: browse(*asked) for name, asked in things_of(elsewhere).items()}
    assert set(here.values()) == {200}
    assert set(there.values()) == {404}


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.RULES, "rules"),
        (Role.RULES, "authorities"),
        (Role.RULES, "trials"),
        (Role.RULES, "golden"),
        (Role.RULES, "golden_file"),
        (Role.INFORMATION, "statistics"),
        (Role.INFORMATION, "statistics_csv"),
        (Role.GEODATA, "geodata_list"),
        (Role.GEODATA, "words"),
        (Role.GEODATA, "words_export"),
        (Role.PEOPLE, "people"),
        (Role.PEOPLE, "departments"),
        (Role.PEOPLE, "people_history"),
    ],
)
def test_lists_of_another_city_are_closed(browse, town, elsewhere, role, name):
    # The city with the latest report is shown where none is named.
    issue_create(elsewhere)
    assert browse(role, name) == 200
    assert browse(role, name, jurisdiction=town.identifier) == 200
    assert browse(role, name, jurisdiction=elsewhere.identifier) == 403


def test_golden_case_of_another_city_stays(client, town, elsewhere):
    issue = issue_create(elsewhere)
    case = GoldenCase.objects.create(
        jurisdiction=elsewhere,
        category=issue.category,
        point=issue.point,
        name="Fall",
    )
    person = User.objects.create(username="regeln")
    grant_give(person=person, jurisdiction=town, role=Role.RULES, by=None)
    client.force_login(person)
    assert client.post(reverse("golden_off", args=[case.pk])).status_code == 403
    case.refresh_from_db()
    assert case.is_active
