"""The editor of rules: who may open and do what, what the pages show and refuse."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from routing.enums import RuleSetStatus
from routing.models import Authority, AuthorityContact, Rule, RuleSet
from routing.selectors.rules import rule_set_content, rule_set_in_effect
from routing.services.rules import content_read, draft_create, rule_store
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import contact_make, jurisdiction_make
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
EDIT = ["rules_describe", "rules_row_new", "rules_threshold_new", "rules_discard"]


@pytest.fixture
def editor(client):
    client.force_login(staff_create("recht", permissions=("edit_rules",)))
    return client


@pytest.fixture
def activator(client):
    client.force_login(staff_create("leitung", permissions=("activate_rules",)))
    return client


@pytest.fixture
def draft() -> RuleSet:
    return draft_make(row_make("R1", note=HOSTILE), row_make("R2", usage="ROAD|PATH", priority=11))


def row_data(draft: RuleSet, **fields: object) -> dict[str, object]:
    return {
        "revision": draft.revision,
        "rule_id": "R9",
        "priority": "20",
        "usage": ["ROAD", "PATH"],
        "body": "EUV",
        "confidence": "0.85",
        "legal_basis": "StrWG 47",
        **fields,
    }


def address(name: str, draft: RuleSet, *args: int) -> str:
    return reverse(name, args=[draft.pk, *args])


@pytest.mark.parametrize("name", ["rules", "rules_import", "rules_condition", "authorities"])
def test_lists_are_for_who_may_edit_or_activate(client, draft, name):
    assert client.get(reverse(name))["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", READ)
def test_pages_are_for_who_may_edit_or_activate(client, draft, name):
    assert client.get(address(name, draft))["Location"].startswith("/login/")
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


def test_pages_of_a_part_send_an_expired_session_to_the_login(client, draft):
    response = client.get(address("rules_set", draft), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/login/?next=/rules/"


def test_hostile_text_is_escaped(editor, draft):
    draft.note, draft.source = HOSTILE, HOSTILE
    draft.save()
    for name in ("rules_set", "rules_coverage", "rules_difference", "rules_describe"):
        assert HOSTILE not in editor.get(address(name, draft)).content.decode()
    assert HOSTILE not in editor.get("/rules/").content.decode()
    verdict = editor.get("/rules/condition/", {"expression": HOSTILE}).content.decode()
    assert "&lt;script&gt;" in verdict


def test_draft_is_made_and_edited(editor):
    active = active_make()
    page = editor.post(reverse("rules_draft"), follow=True)
    draft = page.context["rule_set"]
    assert (draft.version, draft.drafted_from, draft.created_by.username) == (2, active, "recht")
    response = editor.post(address("rules_row_new", draft), row_data(draft))
    assert response["Location"] == address("rules_set", draft)
    rule = draft.rules.get(rule_id="R9")
    assert (rule.usage, rule.category, rule.road_class) == ("ROAD|PATH", "*", "*")
    draft.refresh_from_db()
    data = row_data(draft, condition="opt80=1", usage=[], note="neu")
    editor.post(address("rules_row", draft, rule.pk), data)
    rule.refresh_from_db()
    assert (rule.usage, rule.condition, rule.note) == ("*", "opt80=1", "neu")
    draft.refresh_from_db()
    editor.post(address("rules_row_remove", draft, rule.pk), {"revision": draft.revision})
    assert [one.rule_id for one in draft.rules.all()] == ["R1"]


def test_form_of_a_row_shows_what_is_stored(editor):
    stored = row_make(
        "R1", category="ROAD_SURFACE|GONE", usage="ROAD|STREET", condition='usage("ROAD")'
    )
    draft = draft_make(stored)
    form = editor.get(address("rules_row", draft, draft.rules.get().pk)).context["form"]
    assert form["expression"].value() == 'usage("ROAD")'
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "")}
    # Sent back as it is nothing changes, also what nobody knows: it is an error of the set, to be mended knowingly.
    assert editor.post(address("rules_row", draft, draft.rules.get().pk), data).status_code == 302
    assert rule_set_content(draft).rows == (stored,)


def test_row_like_another_needs_a_name_of_its_own(editor, draft):
    like = draft.rules.get(rule_id="R2")
    form = editor.get(address("rules_row_new", draft), {"like": like.pk}).context["form"]
    assert (form["rule_id"].value(), form["usage"].value()) == (None, ["ROAD", "PATH"])
    response = editor.post(
        f"{address('rules_row_new', draft)}?like={like.pk}", row_data(draft, rule_id="R2")
    )
    assert response.status_code == 422
    assert "Es gibt schon eine Regel R2." in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rule_id": ""}, "rule_id"),
        ({"priority": "-1"}, "priority"),
        ({"usage": ["STREET"]}, "usage"),
        ({"category": ["NOBODY_KNOWS"]}, "category"),
        ({"body": "NOBODY"}, "body"),
        ({"body": ""}, "body"),
        ({"notify": "<x>"}, "notify"),
        ({"confidence": "1.5"}, "confidence"),
        ({"confidence": "nan"}, "confidence"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"condition": "nothing known"}, "condition"),
        ({"expression": "is_raining"}, "expression"),
        ({"expression": "always", "condition": "opt80=1"}, "expression"),
        ({"precision_from": "7"}, "precision_from"),
    ],
)
def test_row_that_cannot_be_is_refused_with_its_field(editor, draft, fields, field):
    response = editor.post(address("rules_row_new", draft), row_data(draft, **fields))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert draft.rules.count() == 2


def test_second_editor_is_told_and_loses_nothing(editor, draft):
    data = row_data(draft, note="mit Mühe geschrieben")
    rule_store(draft=draft, revision=0, row=row_make("R3"), replaces=None)
    response = editor.post(address("rules_row_new", draft), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "mit Mühe geschrieben" in page
    assert 'name="revision" value="1"' in page
    assert not draft.rules.filter(rule_id="R9").exists()
    assert editor.post(address("rules_row_new", draft), {**data, "revision": 1}).status_code == 302


def test_set_that_counts_has_no_forms(editor):
    active = active_make()
    page = editor.get(address("rules_set", active)).content.decode()
    assert "Bearbeiten" not in page
    rule = active.rules.get()
    for name, args in [
        ("rules_row", [rule.pk]),
        ("rules_row_new", []),
        ("rules_describe", []),
        ("rules_discard", []),
        ("rules_row_remove", [rule.pk]),
    ]:
        assert editor.get(address(name, active, *args)).status_code == 404
        assert editor.post(address(name, active, *args), row_data(active)).status_code == 404


def test_row_of_another_set_is_not_found(editor, draft):
    other = draft_make()
    rule = other.rules.get()
    for name in ("rules_row", "rules_row_remove"):
        assert editor.get(address(name, draft, rule.pk)).status_code == 404
        assert editor.post(address(name, draft, rule.pk), {"revision": 0}).status_code == 404
    assert Rule.objects.filter(pk=rule.pk).exists()


def test_thresholds_and_note_are_edited(editor, draft):
    data = {
        "revision": 0,
        "category": "*",
        "body": "EUV",
        "assign_from": "0.8",
        "assign_margin": "0.3",
        "is_proposed_only": "on",
    }
    editor.post(address("rules_threshold_new", draft), data)
    threshold = draft.thresholds.get()
    assert (float(threshold.assign_from), threshold.is_proposed_only) == (0.8, True)
    assert "nie, nur vorgeschlagen" in editor.get(address("rules_set", draft)).content.decode()
    data = {**data, "revision": 1, "assign_from": "0.9"}
    editor.post(address("rules_threshold", draft, threshold.pk), data)
    threshold.refresh_from_db()
    assert float(threshold.assign_from) == 0.9
    editor.post(address("rules_threshold_remove", draft, threshold.pk), {"revision": 2})
    assert not draft.thresholds.exists()
    described = {"revision": 3, "note": "Neu ab Januar", "assign_from": "0.75"}
    editor.post(address("rules_describe", draft), {**described, "assign_margin": "0.2"})
    draft.refresh_from_db()
    assert (draft.note, float(draft.assign_from), draft.revision) == ("Neu ab Januar", 0.75, 4)
    editor.post(address("rules_discard", draft), {"revision": 4})
    assert not RuleSet.objects.exists()


def test_findings_stand_on_the_page_in_german(editor):
    draft = draft_make(row_make("R1", usage="STREET"), row_make("R2", condition="is_raining"))
    page = editor.get(address("rules_set", draft)).content.decode()
    assert "R1: Spalte Nutzung: „STREET“ gehört nicht zu ROAD, PATH" in page
    assert "R2: Die Bedingung „is_raining“ nennt ein unbekanntes Prädikat: is_raining." in page
    assert "Mit Fehlern lässt sie sich nicht aktivieren." in page


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", ""),
        ('usage("ROAD") and not bears_through_roads', "Verständlich."),
        ("is_raining", "nennt ein unbekanntes Prädikat: is_raining"),
        ("usage(", "ist weder bekannt noch ein Ausdruck"),
    ],
)
def test_condition_is_checked_while_it_is_typed(editor, expression, told):
    page = editor.get("/rules/condition/", {"expression": expression}).content.decode()
    assert told in page


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
    assert shown == [
        "X01",
        "X02",
        "X05",
        "R02",
        "B05",
        "B07",
        "B08",
        "B06",
        "B04",
        "B11",
        "P01",
        "P02",
        "P03",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_set_has_a_constant_number_of_queries(editor, count, django_assert_num_queries):
    draft = draft_make(*(row_make(f"R{number}", priority=number) for number in range(count)))
    # Session, user, two kinds of permissions; the set; categories, authorities; findings: rules, thresholds,
    # authorities, categories; the sets for its phase; rows and thresholds shown.
    with django_assert_num_queries(14):
        editor.get(address("rules_set", draft))


def test_coverage_page_shows_holes(editor):
    city_rules_load()
    rule_set = RuleSet.objects.get()
    page = editor.get(address("rules_coverage", rule_set)).content.decode()
    assert "Von 95.800 Kombinationen" in page
    detail = editor.get(address("rules_coverage", rule_set), {"category": "ROAD_SURFACE"})
    shown = detail.content.decode()
    assert "Schlagloch oder Straßenschaden" in shown
    assert "keine Regel" in shown
    holes = editor.get(
        address("rules_coverage", rule_set), {"category": "ROAD_SURFACE", "show": "holes"}
    )
    assert {row.state for row in holes.context["rows"]} == {"hole"}
    assert 0 < len(holes.context["rows"]) < len(detail.context["rows"])
    unknown = editor.get(address("rules_coverage", rule_set), {"category": "NOBODY"})
    assert unknown.context["overview"].rows


def test_coverage_of_a_set_with_errors_says_why_there_is_none(editor):
    draft = draft_make(row_make(body="NOBODY"))
    page = editor.get(address("rules_coverage", draft)).content.decode()
    assert "Solange es Fehler gibt" in page
    assert editor.get(address("rules_coverage_json", draft)).status_code == 409


def test_difference_page_shows_cells(editor):
    active = active_make(row_make("R1"), row_make("R2", priority=11))
    draft = draft_create(jurisdiction=jurisdiction_make())
    changed = row_make("R1", usage="ROAD", confidence=0.5)
    rule_store(draft=draft, revision=0, row=changed, replaces=draft.rules.get(rule_id="R1"))
    response = editor.get(address("rules_difference", draft))
    assert response.context["against"] == active
    [difference] = response.context["rules"]
    assert difference.cells == (
        ("Tatsächliche Nutzung", "alle", "Straße"),
        ("Sicherheit", "0,9", "0,5"),
    )
    written = editor.get(address("rules_difference", draft), {"format": "json"}).json()
    assert [one["name"] for one in written["rules"]] == ["R1"]
    assert editor.get(address("rules_difference", draft), {"against": "x"}).status_code == 404
    assert editor.get(address("rules_difference", draft), {"against": "9999"}).status_code == 404


def test_files_are_what_the_import_reads(editor, draft):
    for kind in ("csv", "json"):
        response = editor.get(address(f"rules_{kind}", draft))
        assert "attachment" in response["Content-Disposition"]
        content = content_read(response.content, name=f"rules.{kind}")
        assert tuple(content["rows"]) == rule_set_content(draft).rows


def test_import_makes_a_draft_and_names_what_is_wrong(editor, draft):
    written = editor.get(address("rules_csv", draft)).content
    upload = SimpleUploadedFile("neu.csv", written.replace(b"R2;", b"R7;"))
    response = editor.post("/rules/import/", {"file": upload}, follow=True)
    made = response.context["rule_set"]
    assert (made.version, made.source, made.status) == (2, "neu.csv", RuleSetStatus.DRAFT)
    broken = SimpleUploadedFile("neu.csv", written.replace(b";0.9;", b";neun;"))
    response = editor.post("/rules/import/", {"file": broken})
    assert response.status_code == 422
    assert "neu.csv, Zeile 2: c: „neun“ ist keine Zahl." in response.content.decode()
    assert RuleSet.objects.count() == 2


def test_import_that_is_too_large_is_not_read(editor, draft):
    upload = SimpleUploadedFile("neu.csv", b"x" * (2 * 1024 * 1024 + 1))
    response = editor.post("/rules/import/", {"file": upload})
    assert response.status_code == 413
    assert "größer als 2 MB" in response.content.decode()


def test_import_needs_the_token(draft):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff_create("recht", permissions=("edit_rules",)))
    upload = SimpleUploadedFile("neu.csv", b"x")
    assert strict.post("/rules/import/", {"file": upload}).status_code == 403


def test_activation_from_a_day(activator, draft):
    page = activator.get(address("rules_activate", draft)).content.decode()
    assert "Dieser Entwurf wurde in seinem jetzigen Stand nicht erprobt." in page
    day = timezone.localdate() + timedelta(days=3)
    yesterday = timezone.localdate() - timedelta(days=1)
    refused = activator.post(
        address("rules_activate", draft), {"revision": 0, "valid_from": yesterday.isoformat()}
    )
    assert refused.status_code == 422
    data = {"revision": 0, "valid_from": day.isoformat()}
    shown = activator.post(address("rules_activate", draft), data, follow=True).content.decode()
    assert "gilt ab" in shown
    assert "vorgemerkt" in shown
    assert rule_set_in_effect(jurisdiction_make(), on=day) == draft
    draft.refresh_from_db()
    assert draft.activated_by.username == "leitung"
    assert activator.get(address("rules_activate", draft)).status_code == 404
    taken = activator.post(address("rules_retire", draft), follow=True).content.decode()
    assert "zurückgenommen" in taken
    assert rule_set_in_effect(jurisdiction_make(), on=day) is None


def test_activation_of_a_revision_nobody_saw_is_refused(activator, draft):
    rule_store(draft=draft, revision=0, row=row_make("R3"), replaces=None)
    data = {"revision": 0, "valid_from": timezone.localdate().isoformat()}
    page = activator.post(address("rules_activate", draft), data, follow=True).content.decode()
    assert "Jemand anderes hat den Entwurf inzwischen geändert." in page
    draft.refresh_from_db()
    assert draft.status == RuleSetStatus.DRAFT


def test_activation_of_a_set_with_errors_is_not_offered(activator):
    draft = draft_make(row_make(usage="STREET"))
    page = activator.get(address("rules_activate", draft)).content.decode()
    assert 'name="valid_from"' not in page
    data = {"revision": 0, "valid_from": timezone.localdate().isoformat()}
    activator.post(address("rules_activate", draft), data)
    draft.refresh_from_db()
    assert draft.status == RuleSetStatus.DRAFT


def test_authority_and_contact_are_stored(activator):
    jurisdiction = jurisdiction_make()
    data = {
        "code": "BAUHOF",
        "name_de": "Bauhof",
        "name_en": "Works",
        "public_name_de": "Bauhof",
        "public_name_en": "Works",
        "colour": "#112233",
        "valid_from": "2026-01-01",
    }
    assert activator.post("/rules/authorities/new/", data).status_code == 302
    authority = Authority.objects.get(code="BAUHOF")
    assert (authority.jurisdiction, str(authority.valid_from)) == (jurisdiction, "2026-01-01")
    edited = {**data, "code": "OTHER", "valid_to": "2025-01-01"}
    response = activator.post(reverse("authority_edit", args=[authority.pk]), edited)
    assert response.status_code == 422
    edited["valid_to"] = "2027-01-01"
    activator.post(reverse("authority_edit", args=[authority.pk]), edited)
    authority.refresh_from_db()
    assert (authority.code, str(authority.valid_to)) == ("BAUHOF", "2027-01-01")
    contact = {
        "channel": "open311",
        "address": "https://receiver.example/v2",
        "is_active": "on",
        "api_key_env": "OPEN311_KEY_BAUHOF",
        "photos": "on",
        "service_codes": "ROAD_SURFACE = FAHRBAHN\n* = SONSTIGES",
    }
    activator.post(reverse("contact_new", args=[authority.pk]), contact)
    stored = AuthorityContact.objects.get()
    assert stored.settings == {
        "api_key_env": "OPEN311_KEY_BAUHOF",
        "photos": "upload",
        "service_codes": {"ROAD_SURFACE": "FAHRBAHN", "*": "SONSTIGES"},
    }
    page = activator.get("/rules/authorities/").content.decode()
    assert "receiver.example" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"address": "kein Postfach"}, "address"),
        ({"channel": "open311", "address": "javascript:alert(1)"}, "address"),
        ({"channel": "pigeon"}, "channel"),
        ({"api_key_env": "SECRET_KEY"}, "api_key_env"),
        ({"service_codes": "ROAD_SURFACE"}, "service_codes"),
        ({"categories": ["NOBODY"]}, "categories"),
    ],
)
def test_contact_that_cannot_be_is_refused(activator, fields, field):
    authority = contact_make("EUV").authority
    data = {"channel": "mail", "address": "a@b.example", "is_active": "on", **fields}
    response = activator.post(reverse("contact_new", args=[authority.pk]), data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert AuthorityContact.objects.count() == 1


def test_contact_of_another_authority_is_not_found(activator):
    contact, other = contact_make("EUV"), contact_make("ORD")
    address = reverse("contact_edit", args=[other.authority_id, contact.pk])
    assert activator.get(address).status_code == 404


def test_navigation_leads_to_the_rules(editor, client):
    assert 'href="/rules/"' in editor.get("/rules/").content.decode()
    client.logout()
    assert 'href="/rules/"' not in client.get("/").content.decode()


def test_json_of_the_coverage_is_a_list(editor, draft):
    rows = json.loads(editor.get(address("rules_coverage_json", draft)).content)
    assert isinstance(rows, list)
