"""Pages of rules to read: who may open them, what they show."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from routing.engine.priors import PriorRow
from routing.enums import RuleSetStatus
from routing.models import Authority, RuleSet
from routing.rulebook import draft_create, prior_store, rule_store
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import rule_set_content
from tests.mapui.factories import staff_create
from tests.mapui.rules.rules_requests import address, row_data
from tests.routing.delivery_factories import jurisdiction_make
from tests.routing.rule_factories import active_make, city_rules_load, draft_make, row_make

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"
READ = [
    "rules_set",
    "rules_coverage",
    "rules_coverage_csv",
    "rules_coverage_json",
    "rules_difference",
    "rules_csv",
    "rules_json",
]
EDIT = [
    "rules_describe",
    "rules_row_new",
    "rules_threshold_new",
    "rules_prior_new",
    "rules_discard",
]


@pytest.mark.parametrize(
    "name", ["rules", "rules_import", "rules_condition", "priors_proposal", "authorities"]
)
def test_lists_are_for_who_may_edit_or_activate(client, draft, name):
    assert client.get(reverse(name))["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", READ)
def test_pages_are_for_who_may_edit_or_activate(client, draft, name):
    answer = client.get(address(name, draft))
    if name.endswith(("_csv", "_json")):  # a program gets no login page
        assert answer.status_code == 401
    else:
        assert answer["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(address(name, draft)).status_code == 403
    for user in ("edit_rules", "activate_rules"):
        client.force_login(staff_create(user, permissions=(user,)))
        assert client.get(address(name, draft)).status_code == 200


@pytest.mark.parametrize("name", EDIT)
def test_edits_are_for_editors(activator, draft, name):
    assert activator.get(address(name, draft)).status_code == 403
    assert activator.post(address(name, draft), row_data(draft)).status_code == 403
    assert activator.post(reverse("rules_draft")).status_code == 403
    assert activator.post(reverse("rules_import")).status_code == 403
    assert RuleSet.objects.count() == 1


@pytest.mark.parametrize("name", ["rules_activate", "rules_retire"])
def test_activation_is_not_for_editors(editor, draft, name):
    data = {"revision": 0, "valid_from": timezone.localdate().isoformat()}
    assert editor.get(address(name, draft)).status_code == 403
    assert editor.post(address(name, draft), data).status_code == 403
    assert not RuleSet.objects.filter(status=RuleSetStatus.ACTIVE).exists()


def test_authorities_change_for_who_may_activate_only(editor, draft):
    authority = Authority.objects.get()
    for name, args in [
        ("authority_new", []),
        ("authority_edit", [authority.pk]),
        ("contact_new", [authority.pk]),
    ]:
        assert editor.get(reverse(name, args=args)).status_code == 403
        assert editor.post(reverse(name, args=args)).status_code == 403


def test_get_writes_nothing(client, draft):
    client.force_login(staff_create("alles", permissions=("edit_rules", "activate_rules")))
    rule, before = draft.rules.first(), rule_set_content(draft)
    for name in [*READ, *EDIT, "rules_activate", "rules_retire"]:
        assert client.get(address(name, draft)).status_code == 200
    assert client.get(address("rules_row_remove", draft, rule.pk)).status_code == 200
    assert client.get(reverse("rules_draft")).status_code == 405
    draft.refresh_from_db()
    assert (rule_set_content(draft), draft.revision, draft.status) == (before, 0, "draft")
    assert RuleSet.objects.count() == 1


def test_parts_of_a_page_are_closed_to_an_expired_session(client, draft):
    shown = address("rules_set", draft)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{shown}"}
    assert client.get(shown, headers=headers).status_code == 401


def test_hostile_text_is_escaped(editor, draft):
    draft.note, draft.source = HOSTILE, HOSTILE
    draft.save()
    for name in ("rules_set", "rules_coverage", "rules_difference", "rules_describe"):
        assert HOSTILE not in editor.get(address(name, draft)).content.decode()
    assert HOSTILE not in editor.get("/rules/").content.decode()
    verdict = editor.get("/rules/condition/", {"expression": HOSTILE}).content.decode()
    assert "&lt;script&gt;" in verdict


def test_findings_stand_on_the_page_in_german(editor):
    draft = draft_make(row_make("R1", usage="STREET"), row_make("R2", condition="is_raining"))
    page = editor.get(address("rules_set", draft)).content.decode()
    assert "R1: Spalte Nutzung: „STREET“ gehört nicht zu ROAD, PATH" in page
    assert "R2: Die Bedingung „is_raining“ nennt ein unbekanntes Prädikat: is_raining." in page
    assert "Mit Fehlern lässt sie sich nicht aktivieren." in page


@pytest.mark.parametrize(
    ("chosen", "rules"),
    [
        ({}, ["R1", "R2"]),
        ({"text": "waldweg"}, ["R2"]),
        ({"text": "Straße, Weg"}, ["R1"]),
        ({"body": "EUV"}, ["R1", "R2"]),
        ({"body": "TRIAGE"}, []),
        ({"body": "NOBODY"}, ["R1", "R2"]),
    ],
)
def test_rows_are_filtered(editor, chosen, rules):
    draft = draft_make(row_make("R1", usage="ROAD|PATH"), row_make("R2", note="Waldweg"))
    response = editor.get(address("rules_set", draft), chosen, headers={"HX-Request": "true"})
    shown = [one.rule.rule_id for group in response.context["groups"] for one in group.rules]
    assert shown == rules
    assert "<html" not in response.content.decode()


def test_rows_of_a_category_stand_in_the_order_in_which_they_are_tried(editor):
    city_rules_load()
    draft = draft_create(jurisdiction=jurisdiction_make())
    response = editor.get(address("rules_set", draft), {"category": "BRIDGE"})
    [group] = response.context["groups"]
    shown = [one.rule.rule_id for one in group.rules]
    assert group.title == "Schaden an einer Brücke"
    codes = Authority.objects.values_list("code", flat=True)
    tried = rule_set_compile(draft, frozenset(codes)).for_category("BRIDGE")
    assert shown == [one.row.rule_id for one in tried]
    assert shown[:3] == ["X01", "X02", "X05"]
    assert shown[-1] == "P03"


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_set_has_a_constant_number_of_queries(editor, count, django_assert_num_queries):
    draft = draft_make(*(row_make(f"R{number}", priority=number) for number in range(count)))
    # Session, user, two kinds of permissions; the set; categories, authorities; findings: rules, thresholds,
    # authorities, categories, priors; the sets for its phase; rows, thresholds, priors.
    with django_assert_num_queries(17):
        editor.get(address("rules_set", draft))


def test_coverage_page_shows_holes(editor):
    city_rules_load()
    rule_set = RuleSet.objects.get()
    page = editor.get(address("rules_coverage", rule_set)).content.decode()
    assert "Von 142.672 Kombinationen" in page
    detail = editor.get(address("rules_coverage", rule_set), {"category": "ROAD_SURFACE"})
    shown = detail.content.decode()
    assert "Schlagloch oder Straßenschaden" in shown
    assert "keine Regel" in shown
    holes = editor.get(
        address("rules_coverage", rule_set), {"category": "ROAD_SURFACE", "show": "holes"}
    )
    assert {row.state for row in holes.context["rows"]} == {"hole", "partly"}
    assert 0 < len(holes.context["rows"]) < len(detail.context["rows"])
    unknown = editor.get(address("rules_coverage", rule_set), {"category": "NOBODY"})
    assert unknown.context["overview"].rows


def test_coverage_of_a_set_with_errors_says_why_there_is_none(editor):
    draft = draft_make(row_make(body="NOBODY"))
    page = editor.get(address("rules_coverage", draft)).content.decode()
    assert "Solange es Fehler gibt" in page
    assert editor.get(address("rules_coverage_json", draft)).status_code == 409


def test_difference_page_shows_cells(editor):
    active = active_make(row_make("R1", usage="ROAD|PATH"), row_make("R2", priority=11))
    draft = draft_create(jurisdiction=jurisdiction_make())
    changed = row_make("R1", usage="ROAD", confidence=0.5)
    rule_store(draft=draft, revision=0, row=changed, replaces=draft.rules.get(rule_id="R1"))
    response = editor.get(address("rules_difference", draft))
    assert response.context["against"] == active
    [difference] = response.context["rules"]
    assert difference.cells == (
        ("Tatsächliche Nutzung", "Straße, Weg", "Straße"),
        ("Sicherheit", "0,9", "0,5"),
    )
    row = PriorRow("ROAD_SURFACE", "*", "ROAD", "*", "*", 4.0, settled=120)
    prior_store(draft=draft, revision=1, row=row, replaces=None)
    [difference] = editor.get(address("rules_difference", draft)).context["priors"]
    assert difference.name.endswith(": Straße")
    assert [cell[1:] for cell in difference.cells] == [("–", "4"), ("–", "120")]
    written = editor.get(address("rules_difference", draft), {"format": "json"}).json()
    assert [one["name"] for one in written["rules"]] == ["R1"]
    assert editor.get(address("rules_difference", draft), {"against": "x"}).status_code == 404
    assert editor.get(address("rules_difference", draft), {"against": "9999"}).status_code == 404


def test_navigation_leads_to_the_rules(editor, client):
    assert 'href="/rules/"' in editor.get("/rules/").content.decode()
    client.logout()
    assert 'href="/rules/"' not in client.get("/").content.decode()


def test_json_of_the_coverage_is_a_list(editor, draft):
    rows = json.loads(editor.get(address("rules_coverage_json", draft)).content)
    assert isinstance(rows, list)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_versions_has_a_constant_number_of_queries(
    editor, count, django_assert_num_queries
):
    for _number in range(count):
        draft_make()
    # Session, user, two kinds of permissions; jurisdiction; versions.
    with django_assert_num_queries(7):
        page = editor.get("/rules/").content.decode()
    assert page.count("phase-draft") == count
