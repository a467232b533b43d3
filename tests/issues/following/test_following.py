"""Following by mail: confirming, what is told when and to whom, once; and being forgotten."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.contrib.gis.geos import LineString, MultiLineString
from django.core.cache import cache
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import Frequency, IssueStatus, LetterKind, LetterState
from issues.models import Follower, FollowLetter, FollowTold, Issue, IssueEvent, Subscription
from issues.services import issue_release, issue_set_status, issue_withdraw
from issues.services.following import letters, news, subjects, subscribing
from issues.services.workflow import issue_state_restore, state_kept
from issues.tasks import follow_news_gather, following_erase
from mapui.evaluation.public import SMALL
from mapui.public import following, views
from mapui.site.public_filter import LIMIT, LIMIT_MAX, FeedForm
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.mapui.factories import (
    SRID,
    category_create,
    edition_create,
    issue_create,
    jurisdiction_create,
    square,
)
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db
EMAIL = "Maria@Example.org"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


@pytest.fixture(scope="module")
def server():
    with smtp_server() as (mailbox, port):
        yield mailbox, port


@pytest.fixture
def mailbox(server, settings) -> Mailbox:
    """A real SMTP server's mailbox, empty."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server[1]
    server[0].messages.clear()
    return server[0]


@pytest.fixture
def town(db) -> Jurisdiction:
    return jurisdiction_create()


@pytest.fixture
def issue(town) -> Issue:
    return released(town)


def released(town: Jurisdiction, **values) -> Issue:
    """An issue that a person has released an hour ago."""
    made = issue_create(town, released=False, **values)
    issue_release(issue=made, text="Loch <b>tief</b>", address="Lange Straße 12, 44575 Musterstadt")
    hours_pass()
    return Issue.objects.select_related("jurisdiction", "category").get(pk=made.pk)


def hours_pass(hours: int = 1) -> None:
    """All that has happened lies further back."""
    back = timedelta(hours=hours)
    for one in Issue.objects.all():
        Issue.objects.filter(pk=one.pk).update(
            status_changed_at=one.status_changed_at - back,
            released_at=one.released_at and one.released_at - back,
        )
    for event in IssueEvent.objects.all():
        IssueEvent.objects.filter(pk=event.pk).update(at=event.at - back)
    for one in Subscription.objects.exclude(told_until=None):
        Subscription.objects.filter(pk=one.pk).update(told_until=one.told_until - back)
    for told in FollowTold.objects.all():
        FollowTold.objects.filter(pk=told.pk).update(until=told.until - back)


def follow(subject, frequency=Frequency.AT_ONCE, email=EMAIL, language="de") -> Subscription:
    """Follows it, confirmed an hour ago."""
    subscription = subscribing.subscribe(
        subject=subject, email=email, frequency=frequency, language=language
    )
    assert subscription is not None
    subscribing.subscription_confirm(subscription)
    FollowLetter.objects.all().delete()
    hours_pass()
    return subscription


def move(issue: Issue, status: IssueStatus, note: str = "") -> None:
    issue_set_status(issue=issue, status=status, note=note)
    hours_pass()


def told(mailbox: Mailbox) -> list[EmailMessage]:
    """What the worker sends now."""
    before = len(mailbox.messages)
    follow_news_gather()
    return mailbox.messages[before:]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    return message.get_body((kind,)).get_content()


# --- Confirming -----------------------------------------------------------------------------------------


def test_letters_come_from_the_citys_own_address(client, mailbox, issue):
    Jurisdiction.objects.update(sender_mail="melden@musterstadt.example")
    client.post("/follow/", {"issue": issue.number, "email": EMAIL, "frequency": "at_once"})
    letters.letters_send_due()
    [letter] = mailbox.messages
    assert letter["From"] == "Musterstadt <melden@musterstadt.example>"


def test_many_clicks_are_one_letter_and_another_one_an_hour_later(client, mailbox, issue):
    asked = {"issue": issue.number, "email": EMAIL, "frequency": "at_once"}
    for _turn in range(4):
        client.post("/follow/", asked)
        letters.letters_send_due()
    assert len(mailbox.messages) == 1
    cache.clear()
    Subscription.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    client.post("/follow/", asked)
    letters.letters_send_due()
    assert len(mailbox.messages) == 2


def test_subscription_counts_once_its_button_was_pressed(client, mailbox, issue):
    answer = client.post(
        "/follow/", {"issue": issue.number, "email": EMAIL, "frequency": "at_once"}
    )
    assert answer["Location"] == "/follow/sent/"
    letters.letters_send_due()
    [letter] = mailbox.messages
    assert letter["To"] == EMAIL.lower()
    assert letter["From"] == f"Musterstadt <{configured.DEFAULT_FROM_EMAIL}>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "de"
    link = re.search(r"http\S+(/follow/confirm/\S+)", text_of(letter))[1]
    assert link in text_of(letter, "html")
    # A scanner follows links, and more than once.
    for _turn in range(2):
        assert client.get(link).status_code == client.head(link).status_code == 200
    assert not Subscription.objects.exclude(confirmed_at=None).exists()
    move(issue, IssueStatus.IN_PROGRESS)
    assert told(mailbox) == []
    sent = client.post(link)
    assert "Meldung MST-2026-000001" in client.get(sent["Location"]).content.decode()
    # What happened before is no news; what comes later is told.
    hours_pass()
    assert told(mailbox) == []
    move(issue, IssueStatus.DONE)
    [news_letter] = told(mailbox)
    assert news_letter["Subject"] == "Schlagloch, Lange Straße 12: erledigt"
    assert client.post(link).status_code == 302
    assert told(mailbox) == []


def test_letter_is_plain_and_html_and_names_the_one_click(mailbox, issue, client):
    follower = follow(subjects.issue_subject(issue)).follower
    move(issue, IssueStatus.IN_PROGRESS, note="<script>alert(1)</script> 02305 123456")
    [letter] = told(mailbox)
    assert letter.get_content_type() == "multipart/alternative"
    assert "<script>alert(1)</script> [Telefonnummer]" in text_of(letter)
    assert "&lt;script&gt;alert(1)" in text_of(letter, "html")
    assert "<script>" not in text_of(letter, "html")
    assert "src=" not in text_of(letter, "html")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip(" <>").removeprefix(configured.PUBLIC_URL)
    assert address == subscribing.end_url(follower).removeprefix(configured.PUBLIC_URL)
    assert client.get(address).status_code == 200
    assert Follower.objects.exists()
    # Programs bring no cookie and no token with them.
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follower.objects.exists()
    assert not Subscription.objects.exists()
    assert strict.post(address).status_code == 200
    assert client.get(address).status_code == 410
    assert (
        client.get(subscribing.list_url(follower).removeprefix(configured.PUBLIC_URL)).status_code
        == 410
    )


def test_language_is_kept(mailbox, issue, client):
    client.cookies["django_language"] = "en"
    client.post("/follow/", {"issue": issue.number, "email": EMAIL, "frequency": "at_once"})
    letters.letters_send_due()
    assert mailbox.messages[0]["Subject"].startswith("Please confirm")
    subscribing.subscription_confirm(Subscription.objects.get())
    hours_pass()
    move(issue, IssueStatus.DONE)
    [letter] = told(mailbox)
    assert letter["Subject"] == "Pothole, Lange Straße 12: done"
    assert letter["Content-Language"] == "en"


def test_unconfirmed_subscription_vanishes_after_two_days(client, issue):
    client.post("/follow/", {"issue": issue.number, "email": EMAIL, "frequency": "daily"})
    subscription = Subscription.objects.get()
    link = subscribing.confirm_url(subscription).removeprefix(configured.PUBLIC_URL)
    following_erase()
    assert client.get(link).status_code == 200
    created = timezone.now() - subscribing.CONFIRM_WITHIN
    Subscription.objects.update(created_at=created)
    assert client.get(link).status_code == client.post(link).status_code == 410
    following_erase()
    assert not Follower.objects.exists()
    assert not FollowLetter.objects.exists()


@pytest.mark.parametrize("page", ["confirm", "list", "end"])
@pytest.mark.parametrize("token", ["x", "00000000000000000000000000000000:x", "../../etc", "ä:ö"])
def test_forged_link_leads_to_nothing(client, issue, page, token):
    subscription = follow(subjects.issue_subject(issue))
    for forged in (token, subscription.public_id.hex, f"{subscription.follower.public_id.hex}:abc"):
        assert client.get(f"/follow/{page}/{forged}/").status_code in {404, 410}
        client.post(f"/follow/{page}/{forged}/", {"all": "1"})
    assert Subscription.objects.count() == 1


def test_link_to_confirm_is_none_to_the_list(client, issue):
    subscription = follow(subjects.issue_subject(issue))
    token = subscribing.confirm_url(subscription).rstrip("/").rpartition("/")[2]
    assert client.post(f"/follow/end/{token}/").status_code == 200
    assert Subscription.objects.count() == 1


# --- What is told -----------------------------------------------------------------------------------------


def test_each_change_is_told_once_and_nothing_twice(mailbox, issue):
    follow(subjects.issue_subject(issue))
    follow(subjects.category_subject(issue.jurisdiction, issue.category.code))
    move(issue, IssueStatus.IN_PROGRESS)
    [first] = told(mailbox)
    assert text_of(first).count(issue.number) == 2  # number and link
    assert told(mailbox) == []
    hours_pass()
    assert told(mailbox) == []
    move(issue, IssueStatus.DONE)
    assert len(told(mailbox)) == 1


def test_what_is_taken_back_in_time_is_never_told(mailbox, issue):
    follow(subjects.issue_subject(issue))
    kept, since = state_kept(issue), timezone.now()
    issue_set_status(issue=issue, status=IssueStatus.DONE)
    assert told(mailbox) == []  # it is held
    assert issue_state_restore(issue=issue, kept=kept, since=since, by=None)
    hours_pass()
    assert told(mailbox) == []


def test_new_report_is_told_to_whoever_follows_its_street_area_or_category(mailbox, town):
    town.refresh_from_db()
    category = category_create(town)
    near = square(0, 0)
    followed = {
        "street@example.org": subjects.street_subject(town, "lange str."),
        "area@example.org": subjects.area_subject(town, near, "hier"),
        "category@example.org": subjects.category_subject(town, category.code),
        "far@example.org": subjects.area_subject(town, square(4, 4), "dort"),
        "other@example.org": subjects.street_subject(town, "Kurze Straße"),
    }
    for email, subject in followed.items():
        follow(subject, email=email)
    new = issue_create(town, released=False)
    hours_pass()
    assert told(mailbox) == []
    issue_release(issue=new, address="Lange Straße 3")
    hours_pass()
    found = told(mailbox)
    assert sorted(one["To"] for one in found) == [
        "area@example.org",
        "category@example.org",
        "street@example.org",
    ]
    assert all("Neue Meldung" in text_of(one) for one in found)


def test_sheltered_issue_is_told_by_its_coarse_place_alone(mailbox, town):
    follow(subjects.area_subject(town, square(0, 0).buffer(-5), "genau"), email="exact@example.org")
    follow(subjects.street_subject(town, "Lange Straße"), email="street@example.org")
    follow(subjects.category_subject(town, category_create(town).code))
    released(town, east=40, north=40, is_sheltered=True)
    [letter] = told(mailbox)
    assert letter["To"] == EMAIL.lower()
    assert "Lange Straße" not in text_of(letter)


def test_quiet_steps_of_a_sheltered_issue_are_not_told(mailbox, town):
    issue = released(town, is_sheltered=True)
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.FORWARDED)
    assert told(mailbox) == []
    move(issue, IssueStatus.DONE)
    [letter] = told(mailbox)
    assert "erledigt" in letter["Subject"]


def test_withdrawn_issue_is_told_of_no_more_even_if_the_letter_waits(mailbox, issue):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    news.news_gather()
    assert FollowLetter.objects.count() == 1
    issue_withdraw(issue=issue)
    letters.letters_send_due()
    assert mailbox.messages == []
    assert not FollowLetter.objects.exists()
    # Released again, with nothing new in it, it is no news.
    issue_release(issue=issue)
    hours_pass()
    assert told(mailbox) == []


def test_digest_waits_for_its_day_and_tells_all_in_one(mailbox, town):
    one, two = released(town), released(town)
    follow(subjects.category_subject(town, one.category.code), Frequency.WEEKLY)
    move(one, IssueStatus.IN_PROGRESS)
    move(one, IssueStatus.DONE)
    move(two, IssueStatus.DONE)
    assert told(mailbox) == []
    Subscription.objects.update(due_at=timezone.now())
    [letter] = told(mailbox)
    assert letter["Subject"] == "2 Neuigkeiten aus Musterstadt"
    assert "in Bearbeitung" not in text_of(letter)
    assert told(mailbox) == []


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        (Frequency.AT_ONCE, None),
        (Frequency.DAILY, datetime(2026, 3, 4, 6, tzinfo=BERLIN)),
        (Frequency.WEEKLY, datetime(2026, 3, 9, 6, tzinfo=BERLIN)),
    ],
)
def test_letters_leave_at_six(frequency, due):
    assert subscribing.due_next(frequency, datetime(2026, 3, 3, 12, tzinfo=BERLIN)) == due


def test_followers_of_another_city_hear_nothing(mailbox, town):
    other = jurisdiction_create("nachbar.example", "Nachbar")
    foreign = category_create(other)
    follow(subjects.category_subject(other, foreign.code))
    follow(subjects.area_subject(other, square(0, 0), "Nachbar"), email="two@example.org")
    move(released(town), IssueStatus.DONE)
    assert told(mailbox) == []


# --- Sending ------------------------------------------------------------------------------------------------


def test_letter_of_a_worker_that_died_while_handing_over_is_not_sent_again(mailbox, issue):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    news.news_gather()
    # It was accepted, and the worker was killed before it could tell.
    FollowLetter.objects.update(state=LetterState.SENDING, due_at=timezone.now())
    assert letters.letters_send_due() == 0
    assert mailbox.messages == []
    assert not FollowLetter.objects.exists()


def test_worker_killed_between_sending_and_telling_sends_nothing_twice(mailbox, issue, monkeypatch):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    news.news_gather()
    send = EmailBackend.send_messages

    def send_and_die(backend: EmailBackend, messages: list) -> None:
        send(backend, messages)
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "send_messages", send_and_die)
    with pytest.raises(SystemExit):
        letters.letters_send_due()
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    for _turn in range(2):
        FollowLetter.objects.update(due_at=timezone.now())
        letters.letters_send_due()
        hours_pass()
        follow_news_gather()
    assert len(mailbox.messages) == 1


def test_worker_killed_before_sending_leaves_the_letter_to_the_next(mailbox, issue, monkeypatch):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    news.news_gather()
    begin = EmailBackend.open

    def die(backend: EmailBackend) -> None:
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "open", die)
    with pytest.raises(SystemExit):
        letters.letters_send_due()
    monkeypatch.setattr(EmailBackend, "open", begin)
    assert letters.letters_send_due() == 0  # it is held
    FollowLetter.objects.update(due_at=timezone.now())
    letters.letters_send_due()
    assert len(mailbox.messages) == 1


def test_letter_that_the_server_does_not_take_yet_comes_later(mailbox, issue):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    mailbox.answers = ["451 later"]
    assert told(mailbox) == []
    letter = FollowLetter.objects.get()
    assert (letter.state, letter.attempts) == (LetterState.QUEUED, 1)
    assert letters.letters_send_due() == 0
    FollowLetter.objects.update(due_at=timezone.now())
    letters.letters_send_due()
    assert [one["Message-ID"].partition("@")[0] for one in mailbox.messages] == [
        f"<{letter.public_id}"
    ]
    assert not FollowLetter.objects.exists()


def test_server_that_is_down_or_refuses_for_good(mailbox, issue, settings):
    follow(subjects.issue_subject(issue))
    move(issue, IssueStatus.DONE)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert told(mailbox) == []
    assert FollowLetter.objects.get().state == LetterState.QUEUED
    settings.EMAIL_PORT = port
    mailbox.recipient_answers = ["550 unknown"]
    FollowLetter.objects.update(due_at=timezone.now())
    letters.letters_send_due()
    assert mailbox.messages == []
    assert not FollowLetter.objects.exists()


# --- The pages ------------------------------------------------------------------------------------------------


def test_same_form_three_times_is_one_subscription_and_few_letters(client, mailbox, issue):
    form = {"issue": issue.number, "email": EMAIL, "frequency": "daily"}
    for _turn in range(3):
        assert client.post("/follow/", form)["Location"] == "/follow/sent/"
    assert Subscription.objects.count() == FollowLetter.objects.count() == 1
    subscribing.subscription_confirm(Subscription.objects.get())
    FollowLetter.objects.all().delete()
    # Who follows it already is not told so by the page, and gets no letter.
    assert client.post("/follow/", form)["Location"] == "/follow/sent/"
    assert not FollowLetter.objects.exists()


def test_foreign_address_is_not_bombed(client, mailbox, town):
    for code in "ABCDEFGH":
        category_create(town, code)
        form = {"kind": "category", "category": code, "email": EMAIL, "frequency": "daily"}
        assert client.post("/follow/", form).status_code == 302
    letters.letters_send_due()
    assert len(mailbox.messages) == 4
    for _turn in range(20):
        answer = client.post("/follow/link/", {"email": EMAIL})
    assert answer.status_code == 429
    assert "Anfragen" in answer.content.decode()


def test_link_to_the_list_is_mailed_to_followers_alone_with_the_same_answer(client, mailbox, issue):
    follow(subjects.issue_subject(issue))
    for email in (EMAIL, "nobody@example.org"):
        assert client.post("/follow/link/", {"email": email})["Location"] == "/follow/sent/"
    letters.letters_send_due()
    [letter] = mailbox.messages
    link = re.search(r"http\S+(/follow/list/\S+)", text_of(letter))[1]
    page = client.get(link).content.decode()
    assert "Meldung MST-2026-000001" in page


def test_list_changes_and_ends_one_and_then_everything(client, issue):
    first = follow(subjects.issue_subject(issue))
    second = follow(subjects.street_subject(issue.jurisdiction, "Lange Straße"))
    stranger = follow(subjects.issue_subject(issue), email="other@example.org")
    link = subscribing.list_url(first.follower).removeprefix(configured.PUBLIC_URL)
    client.post(link, {"change": str(first.public_id), "frequency": "weekly"})
    first.refresh_from_db()
    assert first.frequency == Frequency.WEEKLY
    client.post(link, {"change": str(first.public_id), "frequency": "hourly"})
    client.post(link, {"end": str(stranger.public_id)})
    first.refresh_from_db()
    assert first.frequency == Frequency.WEEKLY
    assert Subscription.objects.count() == 3
    client.post(link, {"end": str(second.public_id)})
    assert Subscription.objects.filter(follower=first.follower).count() == 1
    assert "Adresse ist gelöscht" in client.post(link, {"all": "1"}).content.decode()
    assert list(Follower.objects.values_list("email", flat=True)) == ["other@example.org"]


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "category", "category": "NIX"},
        {"kind": "area", "area": "1 2,3 4,5 6"},
        {"kind": "area", "area": "x"},
        {"kind": "area", "place": ""},
        {"kind": "street", "place": "<script>"},
        {"kind": "street", "place": "..."},
        {"kind": "parcel", "place": "05999900100010______"},
        {"kind": "street", "place": "Lange Straße", "email": "keine"},
        {"kind": "street", "place": "Lange Straße", "frequency": "hourly"},
    ],
)
def test_wrong_form_is_told_at_the_field_and_keeps_what_was_typed(client, town, form):
    category_create(town)
    data = {"email": EMAIL, "frequency": "daily", **form}
    answer = client.post("/follow/", data)
    page = answer.content.decode()
    if form.get("place") == "<script>":
        # A word like any other, where no street is known.
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert "errorlist" in page
    assert f'value="{data["email"]}"' in page
    assert not Follower.objects.exists()


def test_road_without_a_house_is_followed_by_the_name_that_reporting_offers(mailbox, client, town):
    place = {"jurisdiction": town, "content_hash": b"1" * 16}
    Address.objects.create(
        **place,
        key="DENW1",
        street="Kurze Straße",
        number="1",
        search_text=address_search_text("Kurze Straße", "1"),
        geometry=square(0, 0).centroid,
        edition_from=edition_create(town, CadastreDataset.ADDRESSES),
    )
    roads = edition_create(town, NetworkDataset.ROAD_SECTIONS)
    for key, name, number in (("S1", "Lange Straße", "235"), ("S2", "Ginsterpfad", "")):
        RoadSection.objects.create(
            **place,
            key=key,
            road_class="B" if number else "G",
            road_number=number,
            name=name,
            length=40,
            geometry=MultiLineString(LineString((0, 0), (40, 0)), srid=SRID),
            edition_from=roads,
        )
    for word, status in (("b235", 302), ("ginsterpfad", 302), ("Ginsterweg", 422)):
        form = {"kind": "street", "place": word, "email": EMAIL, "frequency": "daily"}
        assert client.post("/follow/", form).status_code == status, word
    found = Subscription.objects.order_by("pk").values_list("street", flat=True)
    assert list(found) == ["B 235", "Ginsterpfad"]


def test_no_word_breaks_the_form(client, town, monkeypatch):
    monkeypatch.setattr(following, "ASKED_PER_HOUR", 0)
    monkeypatch.setattr(following, "LETTERS_PER_DAY", 0)
    words = (
        "--",
        "'",
        "1/2/3",
        "B 1 km 99999999999",
        "99,999",
        "1e999,1e999",
        "nan,nan",
        "ä" * 200,
    )
    more = (
        "%",
        "_" * 20,
        "\u202e",
        "😀",
        "05999900100010000000",
        "Musterberg-1-10/4",
        "(((",
        "[",
        "*",
    )
    for kind in ("street", "area", "parcel", "x"):
        for word in (*words, *more, "51.5,7.3", "a\tb", "a@b.de\nBcc: x@y.de"):
            form = {"kind": kind, "place": word, "email": EMAIL, "frequency": "daily"}
            assert client.post("/follow/", form).status_code in {302, 422}, (kind, word)


def test_unreleased_or_unknown_report_cannot_be_followed(client, town):
    hidden = issue_create(town, released=False)
    for number in (hidden.number, "MST-2026-999999"):
        assert client.get("/follow/", {"issue": number}).status_code == 404
        form = {"issue": number, "email": EMAIL, "frequency": "daily"}
        assert client.post("/follow/", form).status_code == 404
    assert not Follower.objects.exists()


def test_script_in_a_name_is_text_on_every_page(client, mailbox, town):
    subject = subjects.area_subject(town, square(0, 0), "<script>alert(1)</script>")
    subscription = subscribing.subscribe(
        subject=subject, email=EMAIL, frequency=Frequency.DAILY, language="xx"
    )
    assert subscription.follower.language == "de"
    confirm = subscribing.confirm_url(subscription).removeprefix(configured.PUBLIC_URL)
    letters.letters_send_due()
    pages = [client.get(confirm).content.decode(), text_of(mailbox.messages[0], "html")]
    client.post(confirm)
    pages.append(
        client.get(
            subscribing.list_url(subscription.follower).removeprefix(configured.PUBLIC_URL)
        ).content.decode()
    )
    for page in pages:
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in page


def test_many_changes_make_one_letter_that_says_there_are_more(mailbox, town, monkeypatch):
    monkeypatch.setattr(letters, "ITEMS_MAX", 1)
    first = released(town)
    released(town)
    follow(subjects.category_subject(town, first.category.code))
    for one in Issue.objects.all():
        issue_set_status(issue=one, status=IssueStatus.DONE)
    hours_pass()
    monkeypatch.setattr(news, "CHANGED_MAX", 1)
    [letter] = told(mailbox)
    assert "steht auf der Karte" in text_of(letter)
    assert FollowLetter.objects.filter(kind=LetterKind.NEWS).count() == 0


def test_document_tells_the_limits():
    text = " ".join(
        (Path(__file__).parents[3] / "docs" / "following.md").read_text("utf-8").split()
    )
    assert (following.LETTERS_PER_DAY, following.ASKED_PER_HOUR) == (4, 15)
    assert "Four letters a day" in text
    assert "15 requests an hour" in text
    said = (views.SAID_PER_HOUR, views.SAID_OF_ONE)
    assert "30 times an hour, and 5 times a day" in text
    assert said == (30, 5)
    assert (timedelta(minutes=5), timedelta(days=2)) == (news.HOLD, subscribing.CONFIRM_WITHIN)
    assert "older than five minutes" in text
    assert "erased after two days" in text
    assert f"{LIMIT}, at most {LIMIT_MAX:,}" in text
    assert f"Numbers under {SMALL} are not told" in text
    for name in set(FeedForm.base_fields):
        assert f"`{name}`" in text
