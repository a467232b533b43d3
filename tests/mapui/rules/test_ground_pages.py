"""Coverage on the ground as pages: who may open them, what they show, and the way from a hole to a row."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation

from mapui.rules.ground import percent_shown
from parcels.models import LandUse
from routing.enums import GroundVerdict, RuleSetStatus, TrialState
from routing.models import GroundCoverage, GroundRow, RuleSet
from routing.rulebook import draft_create
from routing.trying.ground_runs import coverage_start, coverage_work, holes_of
from tests.mapui.factories import staff_create
from tests.mapui.rules.rules_requests import address

pytestmark = pytest.mark.django_db
QUERIES = 16
OF_HOLE = ("rules_hole", "rules_hole_script", "rules_hole_style", "rules_hole_feed")


@pytest.fixture
def active(city) -> RuleSet:
    return RuleSet.objects.get(jurisdiction=city, status=RuleSetStatus.ACTIVE)


@pytest.fixture
def hole(active) -> GroundRow:
    """Dumped waste on the city's green space, on which the rules of the model city name its works."""
    coverage = measure(active)
    row = coverage.rows.get(category="WASTE_DUMP", owner="CITY")
    GroundRow.objects.filter(pk=row.pk).update(verdict=GroundVerdict.NOBODY, bodies=[])
    row.refresh_from_db()
    return row


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """What workers were woken for; the tests do their work."""
    found: list[int] = []
    monkeypatch.setattr("mapui.rules.views.ground.coverage_nudge", found.append)
    return found


def measure(rule_set: RuleSet) -> GroundCoverage:
    LandUse.objects.filter(key__in=("use0", "use5", "use6")).delete()
    coverage = coverage_start(rule_set=rule_set, places_per_kind=1)
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    assert coverage.state == TrialState.DONE
    return coverage


def everything() -> tuple[int, ...]:
    return tuple(one.objects.count() for one in (GroundCoverage, GroundRow, RuleSet, User))


# --- Who may -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rules_ground", "rules_ground_watch", "rules_hole"])
def test_pages_are_for_who_may_edit_or_activate(client, active, hole, name):
    shown = address(name, active, *([hole.pk] if name == "rules_hole" else []))
    assert client.get(shown)["Location"].startswith("/login/")
    client.force_login(staff_create())
    assert client.get(shown).status_code == 403
    for user in ("edit_rules", "activate_rules"):
        client.force_login(staff_create(user, permissions=(user,)))
        assert client.get(shown).status_code == 200


@pytest.mark.parametrize("name", OF_HOLE[1:])
def test_parts_of_the_map_are_for_who_may_edit_or_activate(client, active, hole, name):
    shown = address(name, active, hole.pk)
    assert client.get(shown).status_code == 403
    client.force_login(staff_create())
    assert client.get(shown).status_code == 403
    client.force_login(staff_create("recht", permissions=("edit_rules",)))
    assert client.get(shown).status_code == 200


def test_only_editors_measure_and_only_by_post(client, active, sent):
    start = address("rules_ground_start", active)
    assert client.post(start)["Location"].startswith("/login/")
    client.force_login(staff_create("leitung", permissions=("activate_rules",)))
    assert client.post(start).status_code == 403
    assert "ground/start/" not in client.get(address("rules_ground", active)).content.decode()
    client.force_login(staff_create("recht", permissions=("edit_rules",)))
    assert client.get(start).status_code == 405
    assert not GroundCoverage.objects.exists()
    assert client.post(start)["Location"] == address("rules_ground", active)
    assert sent == [GroundCoverage.objects.get().pk]


def test_holes_of_other_versions_and_clear_ground_have_no_page(editor, active, hole):
    other = draft_create(jurisdiction=active.jurisdiction)
    assert editor.get(address("rules_hole", other, hole.pk)).status_code == 404
    clear = hole.coverage.rows.filter(verdict=GroundVerdict.CLEAR).first()
    assert editor.get(address("rules_hole", active, clear.pk)).status_code == 404


# --- Measuring ---------------------------------------------------------------------------------------


def test_page_measures_one_at_a_time_and_tells_how_far_it_is(editor, active, sent):
    page = address("rules_ground", active)
    assert "noch nicht gemessen" in editor.get(page).content.decode()
    editor.post(address("rules_ground_start", active))
    waiting = editor.get(page).content.decode()
    assert "Die Messung beginnt gleich" in waiting
    assert "ground/start/" not in waiting
    again = editor.post(address("rules_ground_start", active), follow=True)
    assert "wird gerade schon gemessen" in again.content.decode()
    assert len(sent) == 1
    GroundCoverage.objects.update(state=TrialState.RUNNING, places=40, done=7)
    watch = address("rules_ground_watch", active)
    assert "7 von 40 Orten befragt" in editor.get(watch).content.decode()
    assert "HX-Refresh" not in editor.get(watch, headers={"HX-Request": "true"})
    GroundCoverage.objects.update(state=TrialState.FAILED, error="So nicht.")
    assert editor.get(watch, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "So nicht." in editor.get(page).content.decode()


def test_page_says_when_the_result_is_no_longer_that_of_the_draft(editor, active):
    draft = draft_create(jurisdiction=active.jurisdiction)
    measure(draft)
    page = address("rules_ground", draft)
    assert "Dies galt davor" not in editor.get(page).content.decode()
    RuleSet.objects.filter(pk=draft.pk).update(revision=draft.revision + 1)
    assert "Dies galt davor" in editor.get(page).content.decode()


# --- The result --------------------------------------------------------------------------------------


def test_page_shows_each_category_the_worst_first_and_the_holes(editor, active, hole):
    found = editor.get(address("rules_ground", active))
    shares = [one.shares.figures for one in found.context["categories"]]
    nobody = [float(dict(one)[GroundVerdict.NOBODY].split()[0].replace(",", ".")) for one in shares]
    assert nobody == sorted(nobody, reverse=True)
    assert len(shares) == active.jurisdiction.categories.filter(is_active=True).count()
    rows = list(holes_of(hole.coverage))
    assert [one.row for one in found.context["shown"]] == rows[:25]
    text = found.content.decode()
    assert f"Lücken 1 bis 25 von {len(rows)}." in text
    assert all(address("rules_hole", active, row.pk) in text for row in rows[:25])
    last = editor.get(address("rules_ground", active), {"page": "99"})
    assert last.context["shown"][-1].row == rows[-1]


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0,0 %"), (0.0004, "< 0,1 %"), (0.0005, "0,1 %"), (0.9206, "92,1 %"), (1.0, "100,0 %")],
)
def test_share_is_rounded_and_a_small_one_is_not_nothing(share, shown):
    with translation.override("de"):
        assert percent_shown(share) == shown


def test_bar_of_a_category_is_as_wide_as_its_shares(editor, active, hole):
    found = editor.get(address("rules_ground", active))
    for one in [found.context["all"], *(row.shares for row in found.context["categories"])]:
        assert sum(width for _verdict, _x, width in one.bar) == pytest.approx(1000, abs=2)
        assert all(width > 0 for _verdict, _x, width in one.bar)


def test_holes_are_chosen_by_category_and_by_what_is_missing(editor, active, hole):
    page = address("rules_ground", active)
    dumped = editor.get(page, {"category": "WASTE_DUMP"}).context["shown"]
    assert hole in [one.row for one in dumped]
    assert {one.row.category for one in dumped} == {"WASTE_DUMP"}
    for verdict in (GroundVerdict.NOBODY, GroundVerdict.DOUBT):
        chosen = editor.get(page, {"verdict": verdict.value}).context["shown"]
        assert {one.row.verdict for one in chosen} == {verdict}
    everything_else = editor.get(page, {"category": "NONE", "verdict": "clear", "page": "x"})
    assert len(everything_else.context["shown"]) == 25


def test_hole_tells_its_ground_in_words(editor, active, hole):
    [shown] = [
        one
        for one in editor.get(address("rules_ground", active), {"category": "WASTE_DUMP"}).context[
            "shown"
        ]
        if one.row == hole
    ]
    assert shown.category == "Wilder Müll"
    assert shown.ground[:3] == ("Grünfläche", "Eigentum: Stadt", "keine Straße")
    GroundRow.objects.filter(pk=hole.pk).update(road_class="L", through_road="out", part="footway")
    text = editor.get(address("rules_hole", active, hole.pk)).content.decode()
    assert "außerhalb der Ortsdurchfahrt · Gehweg" in text


def test_hole_leads_to_the_map_with_its_places(editor, active, hole):
    text = editor.get(address("rules_ground", active), {"category": "WASTE_DUMP"}).content.decode()
    assert address("rules_hole", active, hole.pk) in text
    page = editor.get(address("rules_hole", active, hole.pk)).content.decode()
    assert "nennt hier niemanden" in page
    script = editor.get(address("rules_hole_script", active, hole.pk)).content.decode()
    assert address("rules_hole_feed", active, hole.pk) in script
    feed = json.loads(editor.get(address("rules_hole_feed", active, hole.pk)).content)
    [place] = feed["features"]
    longitude, latitude = place["geometry"]["coordinates"]
    assert f"lat={latitude:.6f}&amp;long={longitude:.6f}" in page
    assert place["properties"]["message"] == "Wilder Müll"


# --- From a hole to a row ----------------------------------------------------------------------------


def test_hole_of_a_draft_leads_to_a_row_that_is_filled_in(editor, active):
    draft = draft_create(jurisdiction=active.jurisdiction)
    hole = measure(draft).rows.get(category="WASTE_DUMP", owner="CITY")
    GroundRow.objects.filter(pk=hole.pk).update(
        verdict=GroundVerdict.NOBODY, through_road="unknown"
    )
    text = editor.get(address("rules_ground", draft), {"category": "WASTE_DUMP"}).content.decode()
    link = f"{address('rules_row_new', draft)}?hole={hole.pk}"
    assert link in text
    page = editor.get(link)
    form = page.context["form"]
    assert {
        name: form[name].value()
        for name in ("category", "road_class", "through_road", "part", "usage", "owner")
    } == {
        "category": ["WASTE_DUMP"],
        "road_class": ["N"],
        "through_road": [],
        "part": [],
        "usage": ["GREEN"],
        "owner": ["CITY"],
    }
    assert not form["body"].value()
    assert not form["rule_id"].value()
    assert "Aus einer Lücke vorbelegt: Wilder Müll – Grünfläche" in page.content.decode()
    data = {name: form[name].value() for name in ("category", "road_class", "usage", "owner")}
    data |= {"revision": draft.revision, "rule_id": "NEW", "priority": "60", "confidence": "0.9"}
    answer = editor.post(link, {**data, "body": "EUV", "legal_basis": "StrWG 47"})
    assert answer["Location"] == address("rules_set", draft)
    assert draft.rules.get(rule_id="NEW").usage == "GREEN"


def test_without_a_draft_one_is_made_by_post_first(editor, active, hole):
    before = everything()
    text = editor.get(address("rules_ground", active), {"category": "WASTE_DUMP"}).content.decode()
    assert "Entwurf mit der Zeile anlegen" in text
    assert everything() == before
    data = {"source": active.pk, "hole": hole.pk}
    answer = editor.post(reverse("rules_draft"), data)
    draft = RuleSet.objects.get(status=RuleSetStatus.DRAFT)
    assert answer["Location"] == f"{address('rules_row_new', draft)}?hole={hole.pk}"
    assert editor.get(answer["Location"]).context["form"]["owner"].value() == ["CITY"]
    text = editor.get(address("rules_ground", active), {"category": "WASTE_DUMP"}).content.decode()
    assert f"kommt in Entwurf {draft.version}." in text
    assert f"{address('rules_row_new', draft)}?hole={hole.pk}" in text


def test_row_is_stored_though_the_hole_was_measured_anew_meanwhile(editor, active, hole):
    draft = draft_create(jurisdiction=active.jurisdiction)
    link = f"{address('rules_row_new', draft)}?hole={hole.pk}"
    GroundCoverage.objects.all().delete()
    data = {"revision": draft.revision, "rule_id": "NEW", "priority": "60", "confidence": "0.9"}
    answer = editor.post(link, {**data, "body": "EUV", "legal_basis": "StrWG 47"})
    assert answer["Location"] == address("rules_set", draft)


def test_reading_writes_nothing(editor, active, hole):
    before = everything()
    for name in ("rules_ground", "rules_ground_watch"):
        editor.get(address(name, active))
    for name in OF_HOLE:
        editor.get(address(name, active, hole.pk))
    assert everything() == before


def test_pages_cost_the_same_however_many_holes_there_are(
    editor, active, hole, django_assert_num_queries
):
    page = address("rules_ground", active)
    editor.get(page)
    for left in (3, 1):
        kept = holes_of(hole.coverage).values_list("pk", flat=True)[:left]
        holes_of(hole.coverage).exclude(pk__in=list(kept)).delete()
        with django_assert_num_queries(QUERIES):
            assert len(editor.get(page).context["shown"]) == left
