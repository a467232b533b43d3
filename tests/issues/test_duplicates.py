"""Reports of the same: which are found, and what becomes of them when people put them together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from issues.enums import Channel, IssueStatus, PhotoStatus
from issues.errors import MergeRefused
from issues.models import Issue, Photo, Reporter
from issues.selectors import photos_of_reporter
from issues.services import issue_set_status
from issues.services.duplicates import duplicates_find, issue_merge, issue_unmerge
from issues.services.replies.sending import replies_send_due
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture

# Degrees of latitude per metre.
METRE = 1 / 111_250


def north(metres: float, **more: object) -> LocationInput:
    return LocationInput(lat=LAT + metres * METRE, long=LONG, **more)


@pytest.fixture
def lamp(make_issue) -> Issue:
    return make_issue("Die Laterne flackert seit Tagen")


@pytest.mark.parametrize(
    ("metres", "text", "found", "probable"),
    [
        (0, "", True, True),
        (12, "ganz anders", True, True),
        (18, "ganz anders", True, False),
        (30, "Laterne flackert", True, True),
        (38, "", True, False),
        (43, "", False, False),
    ],
)
def test_found_by_place_and_words(lamp, make_issue, metres, text, found, probable):
    again = make_issue(text, location=north(metres), channel=Channel.STAFF)
    likes = duplicates_find(again)
    assert [like.issue for like in likes] == ([lamp] if found else [])
    assert [like.is_probable for like in likes] == ([probable] if found else [])


@pytest.mark.parametrize(("minutes", "together"), [(0, True), (30, True), (31, False)])
def test_photos_of_the_same_time_make_the_same_likely(lamp, make_issue, minutes, together):
    at = timezone.now()
    again = make_issue("ganz anders", location=north(30), channel=Channel.STAFF)
    for issue, moment in ((lamp, at), (again, at - timedelta(minutes=minutes)), (again, None)):
        Photo.objects.create(issue=issue, status=PhotoStatus.PENDING, taken_at=moment)
    [like] = duplicates_find(again)
    assert (like.is_photographed_together, like.is_probable) == (together, together)


def test_inexact_places_reach_farther(lamp, make_issue):
    assert not duplicates_find(make_issue("a", location=north(80)))
    assert duplicates_find(make_issue("b", location=north(80, accuracy=60)))
    # No accuracy makes the whole city alike.
    far = make_issue("c", location=north(250, accuracy=4000))
    assert lamp not in [like.issue for like in duplicates_find(far)]


@pytest.mark.parametrize(
    "fields",
    [
        {"received_at": timezone.now() - timedelta(days=61)},
        {"status": IssueStatus.DONE},
        {"location_source": "unplaced", "accuracy_m": None},
    ],
    ids=["old", "closed", "unplaced"],
)
def test_not_found(lamp, make_issue, fields):
    Issue.objects.filter(pk=lamp.pk).update(**fields)
    assert not duplicates_find(make_issue("Laterne", location=north(3)))


def test_other_topics_are_not_alike_but_the_same_topic_is(lamp, make_issue, make_category):
    city = lamp.jurisdiction
    topic = {"de": "Licht"}
    lamp.category.groups = topic
    lamp.category.save()
    near = make_category(city, "LIGHT_DAMAGE", groups=topic)
    far = make_category(city, "WASTE", groups={"de": "Müll"})
    [like] = duplicates_find(make_issue("x", category=near, location=north(2)))
    assert not like.is_same_category
    assert not like.is_probable
    assert not duplicates_find(make_issue("y", category=far, location=north(2)))


# --- Put together, and taken apart --------------------------------------------------------------------
def test_merged_issue_brings_its_photos_and_its_reporter(lamp, make_issue, admin_user):
    again = make_issue("Laterne aus", photos=[picture()])
    Reporter.objects.create(issue=again, email="otto@example.org")
    merged = issue_merge(issue=again, into=lamp, by=admin_user)
    assert (merged.status, merged.duplicate_of) == (IssueStatus.DUPLICATE, lamp)
    assert lamp.photos.count() == 1
    issue_set_status(issue=lamp, status=IssueStatus.IN_PROGRESS)
    replies_send_due()
    first, second = mail.outbox
    assert "schon gemeldet" in first.body
    assert lamp.number in second.body
    assert second.to == ["otto@example.org"]


def test_taken_out_again_it_is_as_it_was(lamp, make_issue, admin_user):
    again = make_issue("Laterne aus", photos=[picture()])
    issue_merge(issue=again, into=lamp, by=admin_user)
    out = issue_unmerge(issue=again, by=admin_user)
    assert (out.status, out.duplicate_of) == (IssueStatus.TRIAGE, None)
    assert (lamp.photos.count(), again.photos.count()) == (0, 1)
    with pytest.raises(MergeRefused):
        issue_unmerge(issue=again, by=admin_user)


def test_taken_out_it_has_the_state_that_it_had(lamp, make_issue, admin_user):
    again = make_issue("zwei")
    issue_set_status(issue=again, status=IssueStatus.FORWARDED)
    issue_merge(issue=again, into=lamp, by=admin_user)
    assert issue_unmerge(issue=again, by=admin_user).status == IssueStatus.FORWARDED


def test_what_was_merged_into_a_merged_one_goes_along(lamp, make_issue, admin_user):
    second, third = make_issue("zwei"), make_issue("drei")
    issue_merge(issue=third, into=second, by=admin_user)
    issue_merge(issue=second, into=lamp, by=admin_user)
    third.refresh_from_db()
    assert third.duplicate_of == lamp


def test_photos_go_back_to_the_report_with_which_they_came(lamp, make_issue, admin_user):
    second, third = (make_issue(one, photos=[picture()]) for one in ("zwei", "drei"))
    issue_merge(issue=third, into=second, by=admin_user)
    issue_merge(issue=second, into=lamp, by=admin_user)
    for one in (second, third):
        assert photos_of_reporter(one).get().issue == lamp
    assert not photos_of_reporter(lamp)
    issue_unmerge(issue=second, by=admin_user)
    assert [one.photos.count() for one in (lamp, second, third)] == [1, 1, 0]
    assert photos_of_reporter(third).get().issue == lamp


def test_refused(lamp, make_issue, admin_user):
    second, third = make_issue("zwei"), make_issue("drei")
    issue_merge(issue=second, into=lamp, by=admin_user)
    for issue, into in [(lamp, lamp), (second, third), (third, second)]:
        with pytest.raises(MergeRefused):
            issue_merge(issue=issue, into=into, by=admin_user)
    assert Issue.objects.filter(status=IssueStatus.DUPLICATE).count() == 1
