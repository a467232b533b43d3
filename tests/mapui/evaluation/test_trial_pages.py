"""Pages of trial runs, golden cases and statistics: who may open them, what they show, what they do."""

from __future__ import annotations

import csv
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from issues.enums import IssueStatus
from issues.models import Issue
from routing import tasks
from routing.deciding.decisions import decision_make
from routing.deciding.overrule import decision_overrule
from routing.enums import TrialState
from routing.models import Decision, GoldenCase, RuleSet, Trial
from routing.trying.golden import golden_pin
from routing.trying.trials import trial_cancel, trial_start, trial_work
from tests.gis_core.geodata_factories import stage, write
from tests.mapui.factories import jurisdiction_create, staff_create
from tests.mapui.geodata.geodata_factories import OWNERS, parcel_key, report_make
from tests.routing.trying.trial_factories import draft_make, issues_make

pytestmark = pytest.mark.django_db
PAGES = ("/trials/", "/golden/", "/golden/cases.csv", "/statistics/", "/statistics/statistics.csv")


@pytest.fixture
def editor(client, city):
    client.force_login(
        staff_create("regeln", permissions=("edit_rules", "triage_issue", "manage_geodata"))
    )
    return client


@pytest.fixture
def trial(city) -> Trial:
    issues_make(city, 16)
    made = trial_start(jurisdiction=city, rule_set=draft_make(city, A06="UNB", A22a="TRIAGE"))
    trial_work(trial_id=made.pk)
    return made


def owners_stage(city, tmp_path):
    lines = ["flstkennz;eigentumsklasse"] + [
        f"{parcel_key(n)};{'PRIV' if n == 1 else owner}" for n, owner in OWNERS.items()
    ]
    return stage(city, "ownership", write(tmp_path / "owners.csv", "\n".join(lines) + "\n"))


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_closed_to_others(client, city, address):
    answer = client.get(address)
    if address.endswith(".csv"):  # a program gets no login page
        assert answer.status_code == 401
    else:
        assert answer["Location"] == f"/login/?next={address}"
    part = client.get(address, headers={"HX-Request": "true"})
    assert part.status_code == 401
    client.force_login(staff_create("fremd", permissions=()))
    assert client.get(address).status_code == 403


def test_parts_of_a_trial_are_closed_to_others(client, trial):
    number = trial.changes.first().issue.number
    addresses = [
        reverse("trial", args=[trial.pk]),
        reverse("trial_issue", args=[trial.pk, number]),
        reverse("trial_map", args=[trial.pk]),
        reverse("trial_map_script", args=[trial.pk]),
        reverse("trial_changes_feed", args=[trial.pk]),
    ]
    client.force_login(staff_create("sichtung", permissions=("triage_issue",)))
    assert {client.get(address).status_code for address in addresses} == {403}
    for name in ("trial_cancel", "trial_resume"):
        assert client.post(reverse(name, args=[trial.pk])).status_code == 403


def test_trial_is_begun_and_run_by_the_task(editor, city):
    issues_make(city, 8)
    draft = draft_make(city, A06="UNB")
    response = editor.post("/trials/", {"subject": f"rules-{draft.pk}", "limit": "5"})
    trial = Trial.objects.get()
    assert response["Location"] == reverse("trial", args=[trial.pk])
    assert (trial.rule_set, trial.issues_total, trial.state) == (draft, 5, TrialState.WAITING)
    page = editor.get(response["Location"]).content.decode()
    assert "Der Probelauf beginnt gleich" in page
    tasks.trial_run(trial.pk)
    part = editor.get(reverse("trial_progress", args=[trial.pk]), headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    page = editor.get(response["Location"]).content.decode()
    assert "fertig" in page or "erledigt" in page
    assert "kämen anders heraus" in page or "käme anders heraus" in page


@pytest.mark.parametrize("subject", ["rules-0", "edition-1", "", "x"])
def test_unknown_subject_is_an_error_of_the_form(editor, city, subject):
    draft_make(city)
    assert editor.post("/trials/", {"subject": subject, "limit": "5"}).status_code == 422
    assert not Trial.objects.exists()


def test_rules_of_another_jurisdiction_are_not_offered(editor, city):
    foreign = RuleSet.objects.create(jurisdiction=jurisdiction_create(), version=1, source="x")
    issues_make(city, 1)
    answer = editor.post("/trials/", {"subject": f"rules-{foreign.pk}"})
    assert answer.status_code == 422


def test_faulty_draft_says_what_is_wrong_with_it(editor, city):
    draft = draft_make(city, A06="NOBODY")
    answer = editor.post("/trials/", {"subject": f"rules-{draft.pk}"}, follow=True)
    assert "A06" in answer.content.decode()
    assert not Trial.objects.exists()


def test_who_may_only_geodata_cannot_try_rules(client, city, tmp_path):
    client.force_login(staff_create("gis", permissions=("manage_geodata",)))
    draft, edition = draft_make(city), owners_stage(city, tmp_path)
    assert client.post("/trials/", {"subject": f"rules-{draft.pk}"}).status_code == 422
    assert client.post("/trials/", {"subject": f"edition-{edition.pk}"}).status_code == 302
    tried = trial_start(jurisdiction=city, rule_set=draft)
    assert client.post(reverse("trial_cancel", args=[tried.pk])).status_code == 403


def test_trial_page_shows_groups_rules_and_filters(editor, trial):
    address = reverse("trial", args=[trial.pk])
    page = editor.get(address)
    groups = page.context["groups"]
    assert sum(one.count for one in groups) == page.context["changed"] == trial.changes.count()
    assert len(page.context["shown"]) == trial.changes.count()
    narrowed = editor.get(address, {"from": "EUV", "to": "UNB"})
    assert {one.change.to_body for one in narrowed.context["shown"]} == {"UNB"}
    by_rule = editor.get(address, {"rule": "A22a"})
    assert {one.change.from_rule for one in by_rule.context["shown"]} == {"A22a"}
    assert not editor.get(address, {"rule": "<script>"}).context["shown"]


@pytest.mark.parametrize("count", [1, 3])
def test_trial_page_queries_are_constant(editor, city, count, django_assert_num_queries):
    issues = issues_make(city, 4 * count)
    Issue.objects.filter(pk__in=[one.pk for one in issues]).update(accuracy_m=None)
    made = trial_start(jurisdiction=city, rule_set=draft_make(city, A06="UNB"))
    trial_work(trial_id=made.pk)
    assert made.changes.count() == count
    page = reverse("trial", args=[made.pk])
    # The first time, statements are prepared.
    editor.get(page)
    # Session, user, two kinds of permissions; trial, groups, names, progress, rules; changes, their count, names.
    with django_assert_num_queries(13):
        editor.get(page)


def test_both_reasons_stand_side_by_side(editor, trial):
    change = trial.changes.filter(to_body="UNB").first()
    address = reverse("trial_issue", args=[trial.pk, change.issue.number])
    part = editor.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "EUV Stadtbetrieb" in part
    assert "Naturschutzbehörde" in part
    assert "haben sich seit dem Probelauf geändert" not in part
    assert "<h1>" in editor.get(address).content.decode()
    other = reverse("trial_issue", args=[trial.pk, "NOTHING"])
    assert editor.get(other).status_code == 404


def test_trial_map_has_its_own_resources_and_markers(editor, trial):
    page = editor.get(reverse("trial_map", args=[trial.pk])).content.decode()
    script = reverse("trial_map_script", args=[trial.pk])
    assert script in page
    assert "impactLayer" in editor.get(script).content.decode()
    feed = editor.get(reverse("trial_changes_feed", args=[trial.pk])).json()
    assert len(feed["features"]) == trial.changes.count()
    shown = {one["properties"]["then"] for one in feed["features"]}
    assert all("Naturschutzbehörde" in one or one.lower().startswith("unklar") for one in shown)


def test_cancelled_trial_can_be_resumed(editor, city):
    issues_make(city, 4)
    made = trial_start(jurisdiction=city, rule_set=draft_make(city))
    editor.post(reverse("trial_cancel", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == TrialState.CANCELLED
    assert "Fortsetzen" in editor.get(reverse("trial", args=[made.pk])).content.decode()
    editor.post(reverse("trial_resume", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == TrialState.RUNNING
    assert editor.get(reverse("trial_cancel", args=[made.pk])).status_code == 405
    trial_cancel(trial=made)


def test_sweep_wakes_nobody_for_a_finished_trial(trial):
    tasks.trials_go_on()
    trial.refresh_from_db()
    assert trial.state == TrialState.DONE


def pinned(city) -> GoldenCase:
    issue, person = report_make(city, 1), staff_create("clerk")
    decision_overrule(issue_id=issue.pk, authority="UNB", reason="Biotop", by=person, seen=1)
    return golden_pin(issue=issue, by=person)


def test_golden_page_shows_exports_imports_and_takes_out(editor, city):
    case = pinned(city)
    page = editor.get("/golden/").content.decode()
    assert case.name in page
    assert "stimmt heute schon nicht" in page
    exported = editor.get("/golden/cases.csv").content
    editor.post(reverse("golden_off", args=[case.pk]))
    assert not GoldenCase.objects.filter(is_active=True).exists()
    file = SimpleUploadedFile("cases.csv", exported)
    answer = editor.post("/golden/import/", {"file": file}, follow=True)
    assert "1 Prüffälle hinzugefügt" in answer.content.decode()
    assert GoldenCase.objects.get(is_active=True).authority == case.authority


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"name;category\n", b"x" * 10])
def test_golden_import_of_a_bad_file_says_so(editor, content):
    file = SimpleUploadedFile("cases.csv", content)
    answer = editor.post("/golden/import/", {"file": file}, follow=True)
    assert [one.level_tag for one in answer.context["messages"]] == ["error"]


def test_golden_cases_are_changed_by_editors_only(client, city):
    case = pinned(city)
    client.force_login(staff_create("sichtung", permissions=("triage_issue",)))
    assert client.get("/golden/").status_code == 200
    assert client.post(reverse("golden_off", args=[case.pk])).status_code == 403
    assert client.post("/golden/import/").status_code == 403
    assert client.get(reverse("golden_off", args=[case.pk])).status_code == 403


def test_edition_says_which_golden_cases_it_would_break(editor, city, tmp_path):
    issue = report_make(city, 1)
    Decision.objects.update(decided_by=staff_create("clerk"))
    golden_pin(issue=issue, by=staff_create("other"), name="Wiese")
    from routing.trying.edition_impact import impact_store

    edition = owners_stage(city, tmp_path)
    impact_store(edition)
    assert edition.report["golden_broken"] == [
        {"name": "Wiese", "expected": "EUV", "then": "TRIAGE"}
    ]
    for address in (f"/geodata/{edition.pk}/", f"/geodata/{edition.pk}/activate/"):
        page = editor.get(address).content.decode()
        assert "Ein Prüffall würde brechen" in page
        assert "Wiese: EUV" in page


def test_statistics_page_and_files_say_the_same(editor, city):
    for issue in issues_make(city, 8):
        decision_make(issue_id=issue.pk)
    Issue.objects.update(status=IssueStatus.DONE)
    page = editor.get("/statistics/")
    overall = page.context["found"].overall.tally
    assert overall.judged > 0
    assert "Wie richtig die Entscheidungen sind" in page.content.decode()
    rows = editor.get("/statistics/statistics.json").json()["rows"]
    [total] = [row for row in rows if row["kind"] == "all"]
    assert (total["judged"], total["precision"]) == (overall.judged, 1.0)
    lines = editor.get("/statistics/statistics.csv").content.decode("utf-8-sig").splitlines()
    read = list(csv.DictReader(lines, delimiter=";"))
    assert [one["key"] for one in read] == [row["key"] for row in rows]
    assert json.dumps(rows)


def test_statistics_page_of_nothing(editor, city):
    assert "Noch ist nichts entschieden." in editor.get("/statistics/").content.decode()


def test_who_may_not_triage_does_not_read_what_people_wrote(client, city, trial):
    Issue.objects.update(description="Herr Muster war es")
    change = trial.changes.first()
    address = reverse("trial_issue", args=[trial.pk, change.issue.number])
    client.force_login(staff_create("regeln", permissions=("edit_rules",)))
    assert "Herr Muster" not in client.get(address).content.decode()
    assert "/triage/issues/" not in client.get(reverse("trial", args=[trial.pk])).content.decode()
    client.force_login(staff_create("beides", permissions=("edit_rules", "triage_issue")))
    assert "Herr Muster" in client.get(address).content.decode()
