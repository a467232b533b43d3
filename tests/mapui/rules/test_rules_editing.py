"""Editing, importing and activating rules: what is stored and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from routing.engine.priors import PriorRow
from routing.enums import RuleSetStatus
from routing.models import Rule, RuleSet, Trial
from routing.rulebook import content_read, rule_store
from routing.rulebook.listed import rule_set_content, rule_set_in_effect
from tests.mapui.factories import category_create, jurisdiction_create, staff_create
from tests.mapui.rules.rules_requests import address, row_data
from tests.routing.delivery_factories import jurisdiction_make
from tests.routing.rule_factories import active_make, draft_make, row_make

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


def test_draft_and_import_are_for_the_jurisdiction_shown(editor, draft):
    other = jurisdiction_create("nachbarstadt.example", "Nachbarstadt")
    page = editor.get("/rules/", {"jurisdiction": other.identifier}).content.decode()
    assert "Noch keine Regeln." in page
    written = editor.get(address("rules_csv", draft)).content
    editor.post(
        f"/rules/import/?jurisdiction={other.identifier}",
        {"file": SimpleUploadedFile("neu.csv", written)},
    )
    imported = RuleSet.objects.get(jurisdiction=other)
    editor.post("/rules/draft/", {"source": imported.pk})
    assert RuleSet.objects.filter(jurisdiction=other).count() == 2
    assert RuleSet.objects.filter(jurisdiction=draft.jurisdiction).count() == 1


def test_draft_is_tried_from_its_page(editor, draft):
    page = editor.get(address("rules_set", draft)).content.decode()
    assert f'name="subject" value="rules-{draft.pk}"' in page
    editor.post(reverse("trials"), {"subject": f"rules-{draft.pk}", "limit": "1000"})
    trial = Trial.objects.get()
    assert (trial.rule_set, trial.revision, trial.issue_limit) == (draft, draft.revision, 1000)


def test_priors_are_edited(editor, draft):
    category_create(code="ROAD_SURFACE", jurisdiction=draft.jurisdiction)
    data = {"revision": 0, "category": ["ROAD_SURFACE"], "part": ["none"], "usage": ["ROAD"]}
    refused = editor.post(address("rules_prior_new", draft), {**data, "weight": "101"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["weight"]
    editor.post(address("rules_prior_new", draft), {**data, "weight": "2,5"})
    assert rule_set_content(draft).priors == (
        PriorRow("ROAD_SURFACE", "*", "ROAD", "none", "*", 2.5),
    )
    page = editor.get(address("rules_set", draft)).content.decode()
    assert "Straße – auf keinem Straßenteil" in page
    assert "Erfahrungswert" in page
    twice = editor.post(address("rules_prior_new", draft), {**data, "revision": 1, "weight": "3"})
    assert "Für diese Fläche gibt es schon eine Häufigkeit." in twice.content.decode()
    prior = draft.priors.get()
    form = editor.get(address("rules_prior", draft, prior.pk)).context["form"]
    assert (form["part"].value(), form["built_up"].value()) == (["none"], [])
    data = {"revision": 1, "built_up": ["in"], "weight": "0.5"}
    editor.post(address("rules_prior", draft, prior.pk), data)
    assert rule_set_content(draft).priors == (PriorRow("*", "*", "*", "*", "in", 0.5),)
    asked = editor.get(address("rules_prior_remove", draft, prior.pk)).content.decode()
    assert "Häufigkeit entfernen?" in asked
    editor.post(address("rules_prior_remove", draft, prior.pk), {"revision": 2})
    assert not draft.priors.exists()
