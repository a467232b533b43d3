"""The page of priors proposed from settled issues: what it shows, who may take it, and what taking does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from routing.enums import RuleSetStatus
from routing.models import RuleSet
from routing.rulebook import settled
from tests.mapui.factories import jurisdiction_create, staff_create
from tests.routing.settled_factories import settled_city, settled_make

pytestmark = pytest.mark.django_db
PAGE = "priors_proposal"


@pytest.fixture
def city(monkeypatch):
    monkeypatch.setattr(settled, "LEAST_ISSUES", 3)
    return settled_city()


def page_of(client) -> str:
    return client.get(reverse(PAGE)).content.decode()


def test_counts_stand_beside_what_is_missing(editor, city):
    settled_make(city, 81)
    page = page_of(editor)
    [few] = editor.get(reverse(PAGE)).context["too_few"]
    assert (few.proposal.issues, few.proposal.missing) == (1, 2)
    assert "Zu wenige erledigte Meldungen" in page
    assert "Als Entwurf übernehmen" not in page


def test_proposal_stands_beside_present_value_count_and_area(editor, city):
    for _number in range(3):
        settled_make(city, 81)
    page = page_of(editor)
    [shown] = editor.get(reverse(PAGE)).context["proposals"]
    prior = next(one for one in shown.priors if one.prior.issues)
    assert prior.ground == ("Straße – Gehweg", "Straßenklasse: Gemeindestraße")
    assert prior.prior.weight > prior.prior.row.weight
    assert prior.present == "10"
    # The footway's 3 m by 200 m; the decimals are German.
    assert "600" in page
    assert f"<strong>{prior.weight}</strong>" in page
    assert "Erfahrungswert" in page


def test_taking_makes_a_draft_and_shows_its_differences(editor, city):
    for _number in range(3):
        settled_make(city, 81)
    assert page_of(editor)
    assert RuleSet.objects.count() == 1
    response = editor.post(reverse("priors_take"))
    draft = RuleSet.objects.get(version=2)
    assert (draft.status, draft.created_by.username) == (RuleSetStatus.DRAFT, "recht")
    assert response["Location"] == reverse("rules_difference", args=[draft.pk])
    assert "aus so vielen erledigten Meldungen" in editor.get(response["Location"]).content.decode()
    assert (
        "aus 3 erledigten Meldungen"
        in editor.get(reverse("rules_set", args=[draft.pk])).content.decode()
    )


def test_nothing_to_take_is_said(editor, city):
    page = editor.post(reverse("priors_take"), follow=True).content.decode()
    assert "Noch gibt es in keiner Kategorie genug erledigte Meldungen." in page
    assert RuleSet.objects.count() == 1


def test_city_without_rules_is_told_so(editor):
    jurisdiction_create()
    assert "Es ist kein Regelwerk in Kraft." in page_of(editor)


def test_page_is_for_rules_staff_and_taking_for_editors(client, activator, city):
    assert activator.get(reverse(PAGE)).status_code == 200
    assert activator.post(reverse("priors_take")).status_code == 403
    client.force_login(staff_create("andere", permissions=("triage_issue",)))
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse("priors_take")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_constant_number_of_queries(editor, city, count, django_assert_num_queries):
    for _number in range(count):
        settled_make(city, 81)
    # Session, user, two kinds of permissions; jurisdiction; the set in effect; rules, thresholds, priors; the one
    # statement; categories; names of categories and authorities.
    with django_assert_num_queries(14):
        editor.get(reverse(PAGE))
