"""Release: what becomes public is the text as it was looked at, and each photo that was named."""

from __future__ import annotations

import dataclasses
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from issues.api.presenters import issue_shown
from issues.enums import Channel, EventKind, FindingKind, IssueStatus
from issues.errors import (
    IssuesError,
    IssueUnknown,
    ReleaseOutdated,
    ReleaseRefused,
    TextNotClean,
    TextTooLong,
)
from issues.models import Issue, Photo
from issues.public_view import PublicIssue, public_preview, public_view, release_proposal
from issues.services import (
    issue_move,
    issue_receive,
    issue_release,
    issue_set_status,
    issue_withdraw,
)
from issues.services.texts import XML_FORBIDDEN
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture

TEXT = "Loch. Rückruf bei Erika Beispiel, 02305 123456, erika@example.org"
ADDRESS = "bei Erika Beispiel, Musterweg 3, Tel. 02305 123456"
MASKED = "Loch. Rückruf bei [Name], [Telefonnummer], [E-Mail-Adresse]"


@pytest.fixture
def issue(category) -> Issue:
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG, address_string=ADDRESS),
        description=TEXT,
        photos=[picture(), picture(form="PNG")],
    ).issue


def stored() -> Issue:
    return Issue.objects.select_related("category").get()


def test_release_without_a_text_shows_the_masked_one_and_keeps_the_original(issue, admin_user):
    released = issue_release(issue=issue, by=admin_user)
    view = public_view(released)
    assert view.text == MASKED
    assert view.address == "bei [Name], Musterweg 3, Tel. [Telefonnummer]"
    assert (stored().description, stored().address_text) == (TEXT, ADDRESS)
    assert stored().released_by == admin_user


@pytest.mark.parametrize("text", ["", "  Loch\n\tim Weg  ", "x" * 20_000, "Tel. 02305 1 🕳", "<b>&"])
def test_released_text_is_letter_by_letter_the_given_one(issue, text):
    issue_release(issue=issue, text=text, address=text[:1500])
    assert (stored().public_text, stored().public_address) == (text, text[:1500])
    assert public_view(stored()).text == text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"text": "x" * 20_001}, TextTooLong),
        ({"address": "x" * 1501}, TextTooLong),
        ({"text": "a\x00b"}, TextNotClean),
        ({"address": "a\x1bb"}, TextNotClean),
        ({"text": "\ud800"}, TextNotClean),
    ],
)
def test_text_that_cannot_be_shown_as_it_is_releases_nothing(issue, given, error):
    with pytest.raises(error):
        issue_release(issue=issue, photos=issue.photos.all(), **given)
    assert stored().released_at is None
    assert stored().public_text == ""
    assert not Photo.objects.filter(is_released=True).exists()


@pytest.mark.parametrize(
    "secret", ["@ab ", "a@b\n", "Fr. Öz\n", "B-A 1\n", "0231123456,", "dw 12\n"]
)
def test_masked_text_always_fits(issue, secret):
    Issue.objects.update(
        description=(secret * 4000)[:4000], address_text=(secret * 300)[:300].strip()
    )
    issue_release(issue=stored())
    assert stored().released_at is not None


def test_event_says_who_and_what_kind_of_change_but_no_text(issue, admin_user):
    issue_release(issue=issue, text="Loch", by=admin_user)
    issue_release(issue=issue, text="Loch bei Erika Beispiel", by=admin_user)
    events = issue.events.filter(kind=EventKind.RELEASED)
    assert [event.by for event in events] == [admin_user, admin_user]
    assert [event.detail["public_text_changed"] for event in events] == [True, True]
    assert [event.detail["public_address_changed"] for event in events] == [True, False]
    assert not any("Erika" in str(event.detail) for event in events)


def test_release_of_the_same_again_changes_nothing(issue):
    first = issue_release(issue=issue, text="Loch")
    again = issue_release(issue=issue, text="Loch")
    issue_release(issue=issue)
    assert again.released_at == first.released_at
    assert issue.events.filter(kind=EventKind.RELEASED).count() == 1


def test_photos_are_released_and_taken_back_one_by_one(issue):
    first, second = issue.photos.order_by("pk")

    def shown() -> list[bool]:
        return [photo.is_released for photo in issue.photos.order_by("pk")]

    issue_release(issue=issue)
    assert shown() == [False, False]
    issue_release(issue=issue, photos=[first])
    assert shown() == [True, False]
    issue_release(issue=issue, photos=[second])
    assert shown() == [False, True]
    detail = issue.events.last().detail
    assert detail["photos"] == [str(second.public_id)]
    assert detail["photos_taken_back"] == [str(first.public_id)]
    issue_release(issue=issue, text="other")
    assert shown() == [False, True]
    issue_release(issue=issue, photos=[])
    assert shown() == [False, False]


def test_release_of_a_category_that_is_never_public_is_refused(issue, category):
    category.is_public = False
    category.save()
    with pytest.raises(ReleaseRefused):
        issue_release(issue=issue)
    assert stored().released_at is None


def test_release_of_a_foreign_or_unfetched_photo_is_refused(issue, category):
    other = issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
        description="other",
        photos=[picture()],
        media_urls=["https://example.org/a.jpg"],
    ).issue
    kept, pending = other.photos.order_by("-status")
    for target, photo in ((issue, kept), (other, pending)):
        with pytest.raises(ReleaseRefused):
            issue_release(issue=target, photos=[photo])
    assert not Photo.objects.filter(is_released=True).exists()


def test_withdrawal_takes_texts_and_photos_back(issue, admin_user):
    issue_withdraw(issue=issue, by=admin_user)
    assert not issue.events.filter(kind=EventKind.WITHDRAWN).exists()
    issue_release(issue=issue, text="Loch", by=admin_user, photos=issue.photos.all())
    withdrawn = issue_withdraw(issue=issue, reason="a face", by=admin_user)
    assert (withdrawn.released_at, withdrawn.released_by) == (None, None)
    # What was public is what the next release begins with.
    assert release_proposal(stored()).text == "Loch"
    assert not Photo.objects.filter(is_released=True).exists()
    assert issue.events.last().detail == {"reason": "a face"}
    with pytest.raises(IssueUnknown):
        public_view(stored())


# --- What was looked at -----------------------------------------------------------------------------
def test_proposal_marks_what_is_personal_in_the_words_of_the_reporter(issue):
    proposal = release_proposal(issue)
    assert proposal.text == MASKED
    assert [(TEXT[one.start : one.end], one.kind) for one in proposal.text_findings] == [
        ("Erika Beispiel", FindingKind.NAME),
        ("02305 123456", FindingKind.TELEPHONE),
        ("erika@example.org", FindingKind.MAIL),
    ]
    assert [photo.is_released for photo in proposal.photos] == [False, False]
    assert len(proposal.address_findings) == 2


def test_place_without_an_address_is_named_by_its_road(issue):
    Issue.objects.filter(pk=issue.pk).update(address_text="", road="Im Winkel")
    assert release_proposal(stored()).address == "Im Winkel"
    issue_release(issue=stored())
    assert public_view(stored()).title.endswith(", Im Winkel")


def test_road_that_was_not_seen_is_not_released(issue):
    seen = release_proposal(issue).seen
    Issue.objects.filter(pk=issue.pk).update(road="Im Winkel")
    with pytest.raises(ReleaseOutdated):
        issue_release(issue=stored(), seen=seen)


def test_proposal_for_a_public_issue_is_what_is_public(issue):
    issue_release(issue=issue, text="Loch", address="Musterweg")
    assert (release_proposal(stored()).text, release_proposal(stored()).address) == (
        "Loch",
        "Musterweg",
    )


CHANGES = {
    "words": lambda _issue: Issue.objects.update(description="Nachtrag: Erika Beispiel"),
    "address": lambda _issue: Issue.objects.update(address_text="Musterweg 4"),
    "place": lambda issue: issue_move(issue=issue, location=LocationInput(lat=LAT, long=7.3118)),
    "note": lambda issue: issue_set_status(issue=issue, status=IssueStatus.DONE, note="Fertig"),
    "release": lambda issue: issue_release(issue=issue, text="Loch"),
    "photo": lambda issue: issue_release(issue=issue, photos=issue.photos.all()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_release_of_what_has_changed_meanwhile_is_refused(issue, change):
    seen = release_proposal(issue).seen
    CHANGES[change](issue)
    before = Issue.objects.values().get()
    with pytest.raises(ReleaseOutdated):
        issue_release(issue=issue, text="Schlagloch", seen=seen)
    assert Issue.objects.values().get() == before


def test_release_of_what_was_seen_is_accepted(issue):
    issue_release(issue=issue, text="Loch", seen=release_proposal(issue).seen)
    issue_release(issue=issue, text="Großes Loch", seen=release_proposal(stored()).seen)
    assert stored().public_text == "Großes Loch"


def test_words_added_later_are_not_public_until_released(issue):
    issue_release(issue=issue, text="Loch")
    Issue.objects.update(description=f"{TEXT} Nachtrag")
    assert public_view(stored()).text == "Loch"


# --- The view ---------------------------------------------------------------------------------------
def test_public_view_has_no_way_to_the_words_of_the_reporter(issue):
    names = {field.name for field in dataclasses.fields(PublicIssue)}
    assert not names & {"description", "address_text", "address_id", "answers", "reporter", "issue"}
    issue_release(issue=issue, text="Loch", address="Musterweg")
    assert "Erika" not in repr(public_view(stored(), photos=issue.photos.all()))


def test_public_view_of_what_is_not_public_is_no_view(issue):
    with pytest.raises(IssueUnknown):
        public_view(stored())


def test_public_view_shows_the_released_photos_alone(issue):
    first, second = issue.photos.order_by("pk")
    issue_release(issue=issue, photos=[second])
    view = public_view(stored(), photos=issue.photos.order_by("pk"))
    assert [photo.name for photo in view.photos] == [Photo.objects.get(pk=second.pk).copy_id]
    preview = public_preview(stored(), text="", address="", photos=[first])
    assert [photo.name for photo in preview.photos] == [first.public_id]


def test_preview_is_what_a_release_then_shows(issue):
    photos = list(issue.photos.order_by("pk"))
    preview = public_preview(stored(), text="Loch", address="Musterweg", photos=photos)
    issue_release(issue=issue, text="Loch", address="Musterweg", photos=photos)
    view = public_view(stored(), photos=issue.photos.order_by("pk"))
    names = [photo.name for photo in preview.photos]
    assert names == [photo.public_id for photo in photos]
    copied = tuple(
        dataclasses.replace(one, name=photo.public_id, edits=photo.edits)
        for one, photo in zip(view.photos, photos, strict=True)
    )
    assert dataclasses.replace(view, photos=copied) == preview


def test_note_on_the_status_is_masked_for_everybody_but_staff(issue):
    issue_set_status(issue=issue, status=IssueStatus.DONE, note="Frau Müller, 02305 123456, dankt.")
    issue_release(issue=issue)
    assert public_view(stored()).note == "Frau [Name], [Telefonnummer], dankt."
    assert stored().status_note == "Frau Müller, 02305 123456, dankt."


def test_open311_shows_strangers_the_public_view_and_the_sender_its_own_words(
    issue, category, sender
):
    key, _clear = sender
    Issue.objects.update(api_key=key, address_id="Tel. 02305 123456")
    issue_release(issue=issue, text="Loch")
    common = {"agencies": {}, "questions": {}}
    strange = issue_shown(stored(), api_key=None, **common)
    assert (strange["description"], strange["address_id"]) == ("Loch", None)
    assert "Erika" not in str(strange)
    own = issue_shown(stored(), api_key=key, **common)
    assert own["description"] == TEXT
    assert strange.keys() == own.keys()


def test_issues_released_before_have_an_event_and_no_text(issue, category):
    Issue.objects.update(released_at="2026-03-03T12:00Z")
    migration = import_module("issues.migrations.0007_public_view")
    with connection.cursor() as cursor:
        cursor.execute(migration.EVENTS_FOR_RELEASED)
    event = issue.events.last()
    assert (event.kind, event.by) == (EventKind.RELEASED, None)
    assert event.detail["text"].startswith("emptied")
    assert public_view(stored()).text == ""


TEXTS = st.text(max_size=60)


@pytest.mark.django_db
@given(text=TEXTS)
def test_any_text_is_released_as_it_is_or_refused(text):
    from issues.services.release import _text_check

    try:
        _text_check(text, field="public_text")
    except IssuesError:
        assert XML_FORBIDDEN.search(text)
    else:
        assert not XML_FORBIDDEN.search(text)
