"""What clerks do with one issue, through the pages: decide, confirm, pin, put right."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gis_core.coordinates import storage_to_wgs84
from issues.enums import Channel
from issues.models import Category, Issue
from issues.services import issue_receive
from issues.types import LocationInput
from routing.deciding.decisions import decision_make
from routing.enums import DecisionCause, DeliveryState, Outcome
from routing.models import Authority, Decision, Delivery, GoldenCase, Proposal
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.mapui.factories import authority_create, jurisdiction_create, staff_create
from tests.mapui.geodata.geodata_factories import report_make
from tests.mapui.tiles import numbers_listed

pytestmark = pytest.mark.django_db
ACTIONS = (
    "issue_overrule",
    "issue_confirm",
    "issue_pin",
    "issue_category",
    "issue_answers",
    "issue_place",
)


@pytest.fixture
def issue(city):
    return report_make(city, 1)


@pytest.fixture
def clerk(client, city):
    client.force_login(staff_create())
    return client


def post(client, name, issue, **fields):
    return client.post(reverse(name, args=[issue.number]), fields, follow=True)


def told(response) -> list[tuple[str, str]]:
    return [(one.level_tag, str(one)) for one in response.context["messages"]]


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_need_login_permission_and_post(client, issue, name):
    address = reverse(name, args=[issue.number])
    assert client.post(address)["Location"].startswith("/login/")
    client.force_login(staff_create("fremd", permissions=("manage_geodata",)))
    assert client.post(address).status_code == 403
    client.force_login(staff_create("sichtung"))
    assert client.get(address).status_code == 405
    assert Decision.objects.count() == 1


def test_panel_offers_candidates_first_and_no_foreign_authority(clerk, issue):
    authority_create(jurisdiction_create(), "FOREIGN")
    page = clerk.get(reverse("triage_issue", args=[issue.number]))
    groups = page.context["overrule_form"].fields["authority"].choices
    assert [value for value, _name in groups[1][1]] == ["EUV", "NEIGH"]
    everybody = [value for value, _name in groups[2][1]]
    assert "UNB" in everybody
    assert "FOREIGN" not in everybody


def test_clerk_overrules_with_a_reason(clerk, issue):
    response = post(clerk, "issue_overrule", issue, authority="UNB", reason="Biotop", seen="1")
    decision = Decision.objects.get(issue=issue, number=2)
    assert (decision.authority.code, decision.cause) == ("UNB", DecisionCause.OVERRULED)
    text = response.content.decode()
    assert "Untere Naturschutzbehörde" in text
    assert "Biotop" in text
    assert "Die Regeln sagten: EUV" in text
    assert "Als Prüffall merken" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"authority": "UNB", "reason": " "},
        {"authority": "Untere Naturschutzbehörde", "reason": "x"},
        {"authority": "FOREIGN", "reason": "x"},
        {"authority": "", "reason": "x"},
        {"reason": "x"},
    ],
)
def test_bad_choice_changes_nothing_and_says_so(clerk, issue, fields):
    authority_create(jurisdiction_create(), "FOREIGN")
    response = post(clerk, "issue_overrule", issue, seen="1", **fields)
    assert [level for level, _text in told(response)] == ["error"]
    assert Decision.objects.count() == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.QUEUED}


def test_second_clerk_sees_that_somebody_decided(clerk, issue):
    post(clerk, "issue_overrule", issue, authority="UNB", reason="x", seen="1")
    response = post(clerk, "issue_overrule", issue, authority="UAB", reason="x", seen="1")
    assert response.status_code == 409
    assert "sichtung hat das geändert" in response.content.decode()
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("outcome", [Outcome.PROPOSED, Outcome.TRIAGE])
def test_proposal_is_confirmed_by_one_click(clerk, issue, outcome):
    Delivery.objects.all().delete()
    Decision.objects.update(outcome=outcome)
    address = reverse("triage_issue", args=[issue.number])
    assert "So zuweisen" in clerk.get(address).content.decode()
    post(clerk, "issue_confirm", issue, seen="1")
    assert Decision.objects.get(number=2).outcome == Outcome.ASSIGNED
    assert "So zuweisen" not in clerk.get(address).content.decode()


def test_confirm_without_what_was_seen_changes_nothing(clerk, issue):
    Decision.objects.update(outcome=Outcome.PROPOSED)
    assert post(clerk, "issue_confirm", issue).status_code == 409
    assert Decision.objects.count() == 1


def test_proposed_issue_is_among_the_unclear_ones(clerk, issue):
    Decision.objects.update(outcome=Outcome.PROPOSED)
    assert numbers_listed(clerk, "/triage/", authority="unclear") == [issue.number]


def test_decision_of_a_person_becomes_a_golden_case_once(clerk, issue):
    post(clerk, "issue_pin", issue)
    assert not GoldenCase.objects.exists()
    post(clerk, "issue_overrule", issue, authority="UNB", reason="x", seen="1")
    response = post(clerk, "issue_pin", issue)
    assert GoldenCase.objects.get().authority.code == "UNB"
    assert "Diese Meldung ist ein Prüffall." in response.content.decode()
    assert told(post(clerk, "issue_pin", issue))[0][0] == "error"


def test_category_is_changed_and_decided_anew(
    clerk, city, issue, django_capture_on_commit_callbacks
):
    rats = Category.objects.get(jurisdiction=city, code="RATS")
    with django_capture_on_commit_callbacks(execute=True):
        post(clerk, "issue_category", issue, category=rats.pk)
    assert Issue.objects.get(pk=issue.pk).category == rats
    assert Decision.objects.get(number=2).cause == DecisionCause.RECATEGORISED


def test_guess_for_something_else_is_shown_and_taken_with_one_click(
    clerk, city, issue, django_capture_on_commit_callbacks
):
    other = Category.objects.get(jurisdiction=city, code="OTHER")
    Issue.objects.filter(pk=issue.pk).update(category=other, description="Die Laterne ist aus")
    page = clerk.get(reverse("triage_issue", args=[issue.number]))
    guess = page.context["guesses"][0]
    assert guess.code == "STREET_LIGHT"
    shown = page.content.decode()
    assert "Vielleicht:" in shown
    assert f'<button name="category" value="{guess.pk}"' in shown
    with django_capture_on_commit_callbacks(execute=True):
        page = post(clerk, "issue_category", issue, category=guess.pk)
    assert Issue.objects.get(pk=issue.pk).category == guess
    assert page.context["guesses"] == []
    assert "Vielleicht:" not in page.content.decode()


@pytest.mark.parametrize(
    ("description", "is_urgent"),
    [("Ein Kabel hängt herunter, Lebensgefahr", True), ("Die Laterne ist aus", False)],
)
def test_danger_under_something_else_is_marked_on_the_page_and_in_the_list(
    clerk, city, issue, description, is_urgent
):
    other = Category.objects.get(jurisdiction=city, code="OTHER")
    Issue.objects.filter(pk=issue.pk).update(category=other, description=description)
    page = clerk.get(reverse("triage_issue", args=[issue.number])).content.decode()
    head = "Vielleicht dringend: Der Text spricht von „Akute Gefahr für Menschen“."
    assert (head in page) is is_urgent
    rows = clerk.get(reverse("triage")).content.decode()
    assert issue.number in rows
    assert ("vielleicht dringend" in rows) is is_urgent


def test_category_deleted_since_is_left_and_not_offered(clerk, city, issue):
    Category.objects.filter(pk=issue.category_id).update(is_active=False)
    page = clerk.get(reverse("triage_issue", args=[issue.number]))
    offered = page.context["category_form"].fields["category"].queryset
    assert issue.category_id not in offered.values_list("pk", flat=True)
    response = post(clerk, "issue_category", issue, category=issue.category_id)
    assert told(response)[0][0] == "error"


def test_place_is_moved_by_coordinates_with_a_decimal_comma(
    clerk, issue, django_capture_on_commit_callbacks
):
    longitude, latitude = storage_to_wgs84(EAST + 130, NORTH + 20)
    fields = {"lat": f"{latitude:.7f}".replace(".", ","), "long": f"{longitude:.7f}"}
    with django_capture_on_commit_callbacks(execute=True):
        post(clerk, "issue_place", issue, accuracy="5", **fields)
    moved = Issue.objects.get(pk=issue.pk)
    assert (round(moved.point.x, 2), moved.accuracy_m) == (EAST + 130, 5.0)
    assert Decision.objects.get(number=2).cause == DecisionCause.MOVED


@pytest.mark.parametrize("text", ["Am Markt 3", "05528700100003______"])
def test_place_is_moved_by_address_or_parcel(clerk, issue, text):
    response = post(clerk, "issue_place", issue, text=text)
    assert told(response)[0][0] == "success", told(response)
    assert EAST + 120 <= Issue.objects.get(pk=issue.pk).point.x <= EAST + 160


@pytest.mark.parametrize(
    "fields",
    [
        {"lat": "52.5", "long": "13.4"},
        {"lat": "x", "long": "7"},
        {"lat": "51.5"},
        {"text": "Nirgendwo 99"},
        {"lat": "51.55", "long": "7.31", "accuracy": "9999"},
        {},
    ],
)
def test_bad_place_changes_nothing_and_says_so(clerk, city, issue, fields):
    from django.contrib.gis.geos import MultiPolygon, Polygon

    box = Polygon.from_bbox((EAST - 500, NORTH - 500, EAST + 500, NORTH + 500))
    city.boundary = MultiPolygon(box, srid=25832)
    city.save()
    response = post(clerk, "issue_place", issue, **fields)
    assert [level for level, _text in told(response)] == ["error"]
    assert Issue.objects.get(pk=issue.pk).point.equals_exact(issue.point)


def test_proposal_after_a_change_is_shown_with_its_cause(clerk, issue):
    decision = Decision.objects.get()
    Proposal.objects.create(
        issue=issue,
        decision=decision,
        cause=DecisionCause.MOVED,
        outcome=Outcome.ASSIGNED,
        authority=Authority.objects.get(code="UNB"),
        probability=0.9,
        sentences={"de": "Ein Satz.", "en": "A sentence."},
    )
    text = clerk.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Meldung geändert (Ort geändert), vorgeschlagen: " in text
    assert "None" not in text


def test_part_of_the_page_comes_back_with_news_for_list_and_map(clerk, issue):
    response = clerk.post(
        reverse("issue_overrule", args=[issue.number]),
        {"authority": "UNB", "reason": "x", "seen": "1"},
        headers={"HX-Request": "true"},
    )
    assert "issues-changed" in response["HX-Trigger"]
    assert "<html" not in response.content.decode()
    part = clerk.get(reverse("issue_part", args=[issue.number, "correct"]))
    assert "data-place-on-map" in part.content.decode()


@pytest.fixture
def asked(city):
    """An issue of a category with a question of one answer, one of several and one of free text."""
    category = Category.objects.get(jurisdiction=city, code="WASTE_DUMP")
    category.attributes.all().delete()
    values = [{"key": key, "names": {"de": f"{key} (de)", "en": key}} for key in ("a", "b")]
    for code, datatype in (
        ("one", "singlevaluelist"),
        ("many", "multivaluelist"),
        ("free", "text"),
    ):
        category.attributes.create(
            code=code,
            datatype=datatype,
            descriptions={"de": f"Frage {code}?", "en": f"Question {code}?"},
            values=values if datatype != "text" else [],
            is_required=code == "free",
        )
    return report_make_answered(city)


def report_make_answered(city) -> Issue:
    longitude, latitude = storage_to_wgs84(EAST + 50, NORTH + 20)
    received = issue_receive(
        jurisdiction=city,
        category=Category.objects.get(jurisdiction=city, code="WASTE_DUMP"),
        channel=Channel.STAFF,
        location=LocationInput(lat=latitude, long=longitude),
        answers={"one": "a", "free": "<script>alert(1)</script>"},
    )
    decision_make(issue_id=received.issue.pk)
    return received.issue


def test_answers_are_shown_changed_and_decided_on(clerk, asked, django_capture_on_commit_callbacks):
    page = clerk.get(reverse("triage_issue", args=[asked.number])).content.decode()
    assert "Frage many?" in page
    assert "<script>alert(1)" not in page
    fields = {"answer-one": "b", "answer-many": ["a", "b"], "answer-free": "nichts"}
    with django_capture_on_commit_callbacks(execute=True):
        response = post(clerk, "issue_answers", asked, **fields)
    assert told(response) == [("success", "Die Antworten wurden geändert.")]
    assert Issue.objects.get(pk=asked.pk).answers == {
        "one": "b",
        "many": ["a", "b"],
        "free": "nichts",
    }
    assert Decision.objects.get(issue=asked, number=2).cause == DecisionCause.ANSWERED


def test_answer_that_is_none_changes_nothing(clerk, asked):
    response = post(clerk, "issue_answers", asked, **{"answer-one": "c", "answer-free": "x"})
    assert [level for level, _text in told(response)] == ["error"]
    assert Issue.objects.get(pk=asked.pk).answers["one"] == "a"
