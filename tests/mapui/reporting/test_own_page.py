"""The private page: what whoever has the link sees and may do, and what nobody else may."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, PhotoOrigin, PhotoStatus
from issues.models import Issue, Note, Photo, Rating, ReplyTemplate, Reporter
from issues.services import issue_release, issue_set_status
from issues.services.duplicates import issue_merge
from issues.services.photos.work import work_photo_add
from issues.services.replies.sending import replies_send_due
from issues.services.reporting.links import report_path, report_token
from issues.services.reporting.own import photo_add
from issues.services.retention.holds import hold_set
from mapui.reporting import own
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.mapui.factories import category_create, edition_create, issue_create
from tests.mapui.reporting.forms import Reporter as Browser
from tests.mapui.reporting.test_steps import picture

pytestmark = pytest.mark.django_db
# Of the page, however much there is to show.
QUERIES = 15
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def browser(client, town, settings, tmp_path) -> Browser:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    category_create(town)
    return Browser(client)


@pytest.fixture
def issue(browser) -> Issue:
    browser.describe(photos=[picture()], text=f"Loch {SCRIPT} 02305 123456")
    browser.press("to", "sent", email="maria@example.org", last_name="Beispiel", phone="")
    return Issue.objects.get()


def text_of(response) -> str:
    return response.content.decode()


def step(client, issue: Issue, verb: str, **typed: str):
    return client.post(f"{report_path(issue)}{verb}/", typed)


def done(client, issue: Issue) -> None:
    issue_set_status(issue=issue, status=IssueStatus.DONE)


def kinds(issue: Issue) -> list[str]:
    return list(issue.events.values_list("kind", flat=True))


def test_page_shows_state_words_and_photo_and_no_browser_keeps_it(client, issue):
    answer = client.get(report_path(issue))
    page = text_of(answer)
    for words in (issue.number, "eingegangen", "Loch", "Ihr Foto 1"):
        assert words in page
    assert SCRIPT not in page
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["", "export.zip", "withdraw/", "erase/", "photos/"])
def test_forged_links_lead_nowhere(client, issue, path):
    token = report_token(issue.public_id)
    for forged in (issue.public_id.hex, token[:-1] + "A" * 2, f"{'0' * 32}:{token[33:]}", "x"):
        assert client.get(f"/report/own/{forged}/{path}").status_code == 404
        assert client.post(f"/report/own/{forged}/{path or 'done/'}").status_code in {404, 405}
    assert Issue.objects.get().status == IssueStatus.RECEIVED


def test_links_of_other_purposes_open_nothing_here(client, issue):
    from issues.services.reporting import confirming, mine

    for signer in (confirming._signer, mine._signer):
        token = signer.sign(issue.public_id.hex)
        assert client.get(f"/report/own/{token}/").status_code == 404


def test_reading_every_address_changes_nothing(client, issue):
    before = (Issue.objects.values().get(), Reporter.objects.values().get(), kinds(issue))
    path = report_path(issue)
    for name in ("", *(f"{one}/" for one in own.STEPS), "nothing/"):
        for ask in (client.get, client.head):
            assert ask(f"{path}{name}").status_code in {200, 302, 404}, name
    assert b"".join(client.get(f"{path}export.zip").streaming_content)
    assert (Issue.objects.values().get(), Reporter.objects.values().get(), kinds(issue)) == before


def test_own_photo_is_served_by_the_link_alone(client, issue, town):
    photo = issue.photos.get()
    path = f"{report_path(issue)}photos/{photo.public_id}.jpg"
    answer = client.get(path)
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    other = issue_create(town)
    assert client.get(f"{report_path(other)}photos/{photo.public_id}.jpg").status_code == 404
    assert client.get(f"/open311/v2/photos/{photo.public_id}.jpg").status_code == 404
    Photo.objects.update(status=PhotoStatus.ERASED, file="")
    assert client.get(path).status_code == 404


def test_done_is_news_and_a_note_and_the_clerk_closes(client, issue):
    answer = step(client, issue, "done", words=f"Gestern repariert {SCRIPT}")
    assert "danke" in text_of(client.get(answer["Location"])).lower()
    stored = Issue.objects.get()
    assert (stored.status, stored.has_news) == (IssueStatus.RECEIVED, True)
    assert "Gestern repariert" in Note.objects.get().text


def test_closed_report_is_looked_at_again_for_a_reason(client, issue):
    assert step(client, issue, "reopen", words="Ist noch da").status_code == 422
    done(client, issue)
    refused = step(client, issue, "reopen", words="  ")
    assert refused.status_code == 422
    assert Issue.objects.get().status == IssueStatus.DONE
    long = step(client, issue, "reopen", words="x" * 1001)
    assert long.status_code == 422
    assert "x" * 1001 in text_of(long)
    for _ in range(3):
        step(client, issue, "reopen", words="Ist noch da")
    stored = Issue.objects.get()
    assert (stored.status, stored.has_news) == (IssueStatus.TRIAGE, True)
    assert Note.objects.count() == 1
    # What was said to be done wrongly can be closed and reopened again.
    done(client, issue)
    step(client, issue, "reopen", words="Immer noch")
    assert Issue.objects.get().status == IssueStatus.TRIAGE


def test_words_about_a_merged_report_go_to_the_other_one(client, issue, town):
    main = issue_create(town)
    issue_merge(issue=issue, into=main, by=None)
    step(client, issue, "reopen", words="Ist noch da")
    assert Issue.objects.get(pk=issue.pk).status == IssueStatus.DUPLICATE
    assert Issue.objects.get(pk=main.pk).has_news
    assert Note.objects.get().issue == main


def test_whoever_reported_the_same_learns_nothing_of_the_other(client, issue, town, tmp_path):
    main = issue_create(town)
    theirs = photo_add(issue=main, content=picture().read())
    work_photo_add(issue=main, content=picture().read(), by=None)
    mine = issue.photos.get()
    issue_merge(issue=issue, into=main, by=None)
    step(client, issue, "reopen", words="Der Hund von Frau Kurz war es")
    step(client, main, "done", words="Herr Lang war da")
    for one, other, said, unsaid in (
        (issue, theirs, "Kurz", "Lang"),
        (main, mine, "Lang", "Kurz"),
    ):
        path = report_path(one)
        page = text_of(client.get(path))
        assert page.count("Ihr Foto") == 1
        assert str(other.public_id) not in client.get(path).content.decode()
        assert client.get(f"{path}photos/{other.public_id}.jpg").status_code == 404
        answer = client.get(f"{path}export.zip")
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert [name for name in archive.namelist() if "photos" in name] == ["photos/1.jpg"]
        told = archive.read("report.json").decode()
        assert said in told
        assert unsaid not in told
    step(client, issue, "erase", released="1")
    assert [Photo.objects.get(pk=one.pk).status for one in (mine, theirs)] == [
        PhotoStatus.ERASED,
        PhotoStatus.STORED,
    ]
    assert Photo.objects.get(origin=PhotoOrigin.STAFF).status == PhotoStatus.STORED
    assert "Kurz" not in Note.objects.get(reporter_of=issue).text


def test_photo_of_the_work_is_shown_once_it_is_released(client, issue):
    photo = work_photo_add(issue=issue, content=picture().read(), by=None)
    address = f"{report_path(issue)}photos/{photo.public_id}.jpg"
    assert client.get(address).status_code == 404
    assert "Fotos der zuständigen Stelle" not in text_of(client.get(report_path(issue)))
    issue_release(issue=issue, photos=[photo])
    photo.refresh_from_db()
    assert str(photo.copy_id) in client.get(report_path(issue)).content.decode()
    assert client.get(address).status_code == 404


def test_rating_once_changeable_for_two_weeks(client, issue):
    assert step(client, issue, "rate", stars="5").status_code == 422
    done(client, issue)
    for stars in ("0", "6", "²", "", "-1"):
        assert step(client, issue, "rate", stars=stars).status_code == 422
    for stars in ("2", "4", "4"):
        assert step(client, issue, "rate", stars=stars, words="Schnell").status_code == 302
    assert Rating.objects.get().stars == 4
    Rating.objects.update(at=timezone.now() - timedelta(days=14, seconds=1))
    assert step(client, issue, "rate", stars="1").status_code == 422
    assert Rating.objects.get().stars == 4
    assert "4 von 5 Sternen" in text_of(client.get(report_path(issue)))


def test_withdrawn_report_is_asked_about_leaves_the_public_and_counts_again(client, issue):
    issue_release(issue=issue)
    ReplyTemplate.objects.update_or_create(
        jurisdiction=issue.jurisdiction,
        category=None,
        status=IssueStatus.REJECTED,
        defaults={"texts": {"de": "Nicht weiter verfolgt."}, "is_active": True},
    )
    letters = issue.replies.count()
    question = text_of(client.get(f"{report_path(issue)}withdraw/"))
    assert "Meldung zurückziehen?" in question
    for status in (302, 422, 422):
        assert step(client, issue, "withdraw").status_code == status
    stored = Issue.objects.get()
    assert (stored.status, stored.closing_reason.code) == (IssueStatus.REJECTED, "withdrawn")
    assert client.get(f"/issues/{issue.number}/").status_code == 404
    page = text_of(client.get(report_path(issue)))
    assert "Sie haben diese Meldung zurückgezogen." in page
    # Whoever did it needs no letter that says so of "the person who reported".
    assert issue.replies.count() == letters
    assert step(client, issue, "rate", stars="1").status_code == 422
    assert step(client, issue, "resume").status_code == 302
    assert step(client, issue, "resume").status_code == 422
    stored = Issue.objects.get()
    assert (stored.status, stored.has_news) == (IssueStatus.TRIAGE, True)


def test_report_that_others_made_too_is_not_withdrawn(client, issue, town):
    issue_merge(issue=issue_create(town), into=issue, by=None)
    refused = step(client, issue, "withdraw")
    assert refused.status_code == 422
    assert "Andere haben dasselbe gemeldet" in text_of(refused)
    assert Issue.objects.get(pk=issue.pk).status == IssueStatus.RECEIVED


def test_city_without_the_reason_can_be_left_too(client, issue):
    issue.jurisdiction.closing_reasons.filter(code="withdrawn").delete()
    assert step(client, issue, "withdraw").status_code == 302
    assert Issue.objects.get().status == IssueStatus.REJECTED


def test_whoever_left_no_address_gives_one_later_and_hears_where_it_is(client, browser):
    browser.describe(text="Loch")
    browser.press("to", "sent")
    issue = Issue.objects.get()
    assert "Per E-Mail Bescheid bekommen" in text_of(client.get(report_path(issue)))
    for typed in ("", "maria", f"{SCRIPT}@example.org", "a" * 300 + "@example.org"):
        refused = step(client, issue, "mail", email=typed)
        assert refused.status_code == 422
        assert "Das ist keine E-Mail-Adresse." in text_of(refused)
    assert not Reporter.objects.exists()
    told = client.get(step(client, issue, "mail", email="maria@example.org")["Location"])
    assert "Sie hören per E-Mail von uns." in text_of(told)
    assert "Per E-Mail Bescheid bekommen" not in text_of(told)
    replies_send_due()
    [letter] = mail.outbox
    assert letter.to == ["maria@example.org"]
    assert report_path(issue) in letter.body
    # Nobody who finds the link turns the letters to themselves.
    assert step(client, issue, "mail", email="andere@example.org").status_code == 422
    assert Reporter.objects.get().email == "maria@example.org"


def test_call_is_allowed_with_a_number_and_forbidden_again(client, issue):
    refused = step(client, issue, "call", phone="anrufen", name="Maria")
    assert refused.status_code == 422
    assert "Telefonnummer" in text_of(refused)
    assert step(client, issue, "call", phone="0\x0712345").status_code == 422
    assert step(client, issue, "call", phone="02305 7654", name="M. Beispiel").status_code == 302
    reporter = Reporter.objects.get()
    assert (reporter.phone, reporter.last_name) == ("02305 7654", "M. Beispiel")
    assert reporter.may_call_since is not None
    assert "02305 7654" in text_of(client.get(report_path(issue)))
    for _ in range(2):
        step(client, issue, "no-call")
    assert Reporter.objects.get().may_call_since is None
    assert kinds(issue).count(EventKind.CALL_CHANGED) == 2


def test_export_holds_all_that_is_one_s_own_and_nothing_of_the_house(client, issue, admin_user):
    from issues.services.work import note_write

    note_write(issue=issue, text="Intern: Querulant", by=admin_user)
    replies_send_due()
    answer = client.get(f"{report_path(issue)}export.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["messages/1.txt", "photos/1.jpg", "report.json"]
    told = json.loads(archive.read("report.json"))
    assert (told["number"], told["contact"]["email"]) == (issue.number, "maria@example.org")
    assert told["description"] == issue.description
    assert issue.number in archive.read("messages/1.txt").decode()
    assert archive.read("photos/1.jpg").startswith(b"\xff\xd8")
    assert [one["state"] for one in told["steps"]] == ["received"]
    assert told["events"][0]["kind"] == "received"
    whole = archive.read("report.json").decode() + archive.read("messages/1.txt").decode()
    assert "Querulant" not in whole
    assert "/report/own/" not in whole


def test_export_tells_steps_and_one_s_own_doing_whoever_owns_the_ground(client, issue):
    Issue.objects.update(is_sheltered=True)
    done(client, Issue.objects.get())
    answer = client.get(f"{report_path(issue)}export.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    told = json.loads(archive.read("report.json"))
    assert [one["state"] for one in told["steps"]] == ["received", "done"]
    assert all(one["on"] for one in told["steps"])
    assert [one["kind"] for one in told["events"]] == ["received"]


def test_a_place_without_words_is_told_by_the_road_that_is_near(client, town, issue):
    assert "in der Nähe von" not in text_of(client.get(report_path(issue)))
    RoadSection.objects.create(
        jurisdiction=town,
        edition_from=edition_create(town, NetworkDataset.ROAD_SECTIONS),
        key="S1",
        content_hash=b"3" * 16,
        road_class="B",
        road_number="235",
        length=100,
        geometry=f"SRID={issue.point.srid};MULTILINESTRING(({issue.point.x} {issue.point.y + 200},"
        f" {issue.point.x + 90} {issue.point.y + 200}))",
    )
    assert "bei B 235" in text_of(client.get(report_path(issue)))
    # The road on which the decision found it goes before: everybody else reads that one.
    Issue.objects.update(road="Im Winkel")
    assert "bei Im Winkel" in text_of(client.get(report_path(issue)))


def test_erasing_asks_says_what_stays_and_is_done_once(client, issue):
    issue_release(issue=issue, photos=issue.photos.all())
    question = text_of(client.get(f"{report_path(issue)}erase/"))
    assert "§§ 195, 199, 839 BGB). 3 Jahre nach dem Abschluss" in question
    assert 'name="released"' in question
    told = "Ihre Daten sind gelöscht."
    assert told not in text_of(client.get(f"{report_path(issue)}?done=erase"))
    for _ in range(3):
        answer = step(client, issue, "erase")
        assert told in text_of(client.get(answer["Location"]))
    assert not Reporter.objects.exists()
    assert Photo.objects.get().is_released
    page = text_of(client.get(report_path(issue)))
    assert "keine Kontaktdaten" in page
    assert "123456" not in page
    assert "123456" not in Issue.objects.get().description
    step(client, issue, "erase", released="1")
    assert Photo.objects.get().status == PhotoStatus.ERASED
    assert kinds(issue).count(EventKind.CONTACT_ERASED) == 1


def test_erasing_against_a_hold_tells_why_not_yet(client, issue):
    until = timezone.localdate() + timedelta(days=9)
    hold_set(issue=issue, reason="Klage Müller", until=until, by=None)
    assert "hängt ein Anspruch ab" in text_of(client.get(f"{report_path(issue)}erase/"))
    step(client, issue, "erase")
    assert Reporter.objects.get().erase_asked_at is not None
    page = text_of(client.get(report_path(issue)))
    assert "Sobald wir dürfen, löschen wir sie von selbst." in page
    assert "Klage Müller" not in page
    assert step(client, issue, "call", phone="02305 7654").status_code == 422


def test_link_in_the_mail_is_that_of_the_page_and_nothing_staff_read(client, issue, mailoutbox):
    replies_send_due()
    [letter] = mailoutbox
    assert re.search(r"http\S+?(/report/own/\S+/)", letter.body)[1] == report_path(issue)
    assert "/report/own/" not in issue.replies.get().text


def test_steps_need_the_token_of_the_form(issue):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{report_path(issue)}withdraw/").status_code == 403
    assert Issue.objects.get().status == IssueStatus.RECEIVED


def test_whoever_tries_many_links_is_stopped(client, issue, monkeypatch):
    monkeypatch.setattr(own, "LOOKS_PER_MINUTE", 3)
    answers = [client.get("/report/own/x/").status_code for _ in range(5)]
    assert answers == [404, 404, 404, 429, 429]


def test_page_asks_the_database_as_often_with_many_photos_and_messages(
    client, issue, django_assert_num_queries
):
    replies_send_due()
    with django_assert_num_queries(QUERIES):
        client.get(report_path(issue))
    for name in ("a", "b"):
        client.post(f"{report_path(issue)}photos/", {"photos": [picture()]})
        issue_set_status(
            issue=issue,
            status=IssueStatus.TRIAGE if name == "a" else IssueStatus.IN_PROGRESS,
            reply=f"Neues {name}",
        )
    replies_send_due()
    with django_assert_num_queries(QUERIES):
        page = text_of(client.get(report_path(issue)))
    assert "Ihr Foto 3" in page
    assert "Neues b" in page
