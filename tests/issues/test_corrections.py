"""What staff put right: checked as at the intake, with an event, and told to whoever decides."""

from __future__ import annotations

import pytest

from issues.enums import Channel, EventKind, LocationSource
from issues.errors import AnswerInvalid, LocationOutside, LocationSwapped, ServiceUnknown
from issues.models import Issue, IssueEvent
from issues.services import (
    answers_closed,
    issue_answer,
    issue_move,
    issue_recategorise,
    issue_receive,
    issue_release,
)
from issues.signals import issue_changed
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG

pytestmark = pytest.mark.django_db


@pytest.fixture
def news():
    heard = []

    def hear(sender, **news):
        heard.append((news["issue_id"], news["cause"]))

    issue_changed.connect(hear)
    yield heard
    issue_changed.disconnect(hear)


@pytest.fixture
def issue(category) -> Issue:
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.WEB,
        location=LocationInput(lat=LAT, long=LONG, accuracy=20),
    ).issue


def last_event(issue: Issue, kind: EventKind) -> IssueEvent:
    """The issue's last event of a kind: who decides anew upon a change appends others after it."""
    return issue.events.filter(kind=kind).latest("pk")


def test_move_stores_place_event_and_tells(issue, news, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        moved = issue_move(issue=issue, location=LocationInput(lat=LAT + 0.001, long=LONG))
    stored = Issue.objects.get(pk=issue.pk)
    assert (stored.latitude, stored.accuracy_m) == (LAT + 0.001, None)
    assert stored.point.equals_exact(moved.point, 0.001)
    assert stored.point.distance(issue.point) == pytest.approx(111.2, abs=1)
    event = last_event(issue, EventKind.MOVED)
    assert event.detail["from"]["accuracy_m"] == 20.0
    assert event.detail["to"]["latitude"] == LAT + 0.001
    assert news == [(issue.pk, "moved")]


def test_place_that_staff_set_has_nothing_to_do_with_the_sender_s_coordinates(issue):
    assert issue.location_source == LocationSource.COORDINATES
    moved = issue_move(issue=issue, location=LocationInput(lat=LAT + 0.001, long=LONG))
    assert Issue.objects.get(pk=moved.pk).location_source == LocationSource.MAP


def test_move_to_the_same_place_is_no_change(issue, news, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        issue_move(issue=issue, location=LocationInput(lat=LAT, long=LONG, accuracy="20"))
    assert (news, issue.events.count()) == ([], 1)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        (LocationInput(lat=52.5, long=13.4), LocationOutside),
        (LocationInput(lat=LONG, long=LAT), LocationSwapped),
    ],
)
def test_move_outside_is_refused_and_changes_nothing(issue, location, error):
    before = Issue.objects.values_list().get(pk=issue.pk)
    with pytest.raises(error):
        issue_move(issue=issue, location=location)
    assert Issue.objects.values_list().get(pk=issue.pk) == before
    assert issue.location_source == LocationSource.COORDINATES


def test_recategorise_keeps_answers_the_new_category_knows(
    issue, make_category, make_question, news, django_capture_on_commit_callbacks
):
    make_question(issue.category, "size", "small big")
    make_question(issue.category, "depth", "flat deep")
    lamp = make_category(issue.jurisdiction, "LIGHT_OUT")
    make_question(lamp, "size", "small big")
    make_question(lamp, "number", is_required=True, datatype="string")
    issue = issue_answer(issue=issue, answers={"size": "big", "depth": "deep"})
    with django_capture_on_commit_callbacks(execute=True):
        changed = issue_recategorise(issue=issue, category=lamp)
    assert (changed.category, changed.answers) == (lamp, {"size": "big"})
    assert last_event(issue, EventKind.RECATEGORISED).detail == {
        "from": "ROAD_SURFACE",
        "to": "LIGHT_OUT",
        "dropped": ["depth"],
    }
    assert news == [(issue.pk, "category")]


def test_recategorise_to_what_is_not_offered_is_refused(issue, make_category, make_jurisdiction):
    gone = make_category(issue.jurisdiction, "GONE", is_active=False)
    foreign = make_category(make_jurisdiction("anderswo.example"), "LIGHT_OUT")
    for category in (gone, foreign):
        with pytest.raises(ServiceUnknown):
            issue_recategorise(issue=issue, category=category)
    assert Issue.objects.get(pk=issue.pk).category_id == issue.category_id


def test_category_deleted_since_can_be_left_but_not_chosen(issue, make_category):
    issue.category.is_active = False
    issue.category.save()
    other = make_category(issue.jurisdiction, "LIGHT_OUT")
    assert issue_recategorise(issue=issue, category=other).category == other
    with pytest.raises(ServiceUnknown):
        issue_recategorise(issue=issue, category=issue.category)


def test_answer_replaces_takes_back_and_checks(
    issue, make_question, news, django_capture_on_commit_callbacks
):
    make_question(issue.category, "size", "small big")
    make_question(issue.category, "depth", "flat deep")
    with django_capture_on_commit_callbacks(execute=True):
        issue_answer(issue=issue, answers={"size": "big", "depth": "flat"})
        changed = issue_answer(issue=issue, answers={"depth": " "})
        issue_answer(issue=issue, answers={"size": "big"})
    assert changed.answers == {"size": "big"}
    assert last_event(issue, EventKind.ANSWERED).detail == {"answers": ["depth"]}
    assert news == [(issue.pk, "answered")] * 2
    with pytest.raises(AnswerInvalid):
        issue_answer(issue=issue, answers={"size": "huge"})


def test_answer_that_is_required_may_stay_open(issue, make_question):
    make_question(issue.category, "size", "small big")
    make_question(issue.category, "number", is_required=True, datatype="string")
    assert issue_answer(issue=issue, answers={"size": "big"}).answers == {"size": "big"}


def test_closed_answers_leave_out_what_people_wrote(category, make_question):
    make_question(category, "size", "small big")
    make_question(category, "name", datatype="string")
    answers = {"size": "big", "name": "Erika Muster", "unknown": "x"}
    assert answers_closed(category, answers) == {"size": "big"}


def test_move_keeps_what_the_reporter_wrote_and_ends_the_release(issue):
    Issue.objects.filter(pk=issue.pk).update(address_text="bei der Kirche", address_id="sent")
    issue_release(issue=issue, text="Loch")
    there = LocationInput(lat=LAT + 0.001, long=LONG, address_string="Am Markt 3", address_id="x")
    moved = issue_move(issue=issue, location=there)
    stored = Issue.objects.get(pk=issue.pk)
    assert (stored.address_text, stored.address_id) == ("bei der Kirche", "sent")
    assert (moved.released_at, stored.public_text) == (None, "Loch")
    assert not Issue.objects.all().public().filter(pk=issue.pk).exists()


def test_another_category_ends_the_release_for_good(issue, make_category):
    hidden = make_category(issue.jurisdiction, "PARKING", is_public=False)
    shown = make_category(issue.jurisdiction, "GRAFFITI")
    issue_release(issue=issue)
    issue_recategorise(issue=issue, category=hidden)
    issue_recategorise(issue=issue, category=shown)
    assert not Issue.objects.all().public().filter(pk=issue.pk).exists()
    assert issue.events.filter(kind=EventKind.WITHDRAWN).count() == 1


def test_what_changes_nothing_leaves_the_release(issue):
    issue_release(issue=issue)
    issue_move(issue=issue, location=LocationInput(lat=LAT, long=LONG, accuracy=20))
    assert Issue.objects.all().public().filter(pk=issue.pk).exists()
