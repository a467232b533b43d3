"""What everybody may say of a public report: seen too, done, not done; once for a browser, and never by looking."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from gis_core.models import Jurisdiction
from issues.enums import EventKind, IssueStatus
from issues.models import Issue, Opinion, Sighting
from issues.services import issue_set_status
from mapui.public import views
from tests.mapui.factories import NOON, issue_create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


@pytest.fixture
def issue(town) -> Issue:
    made = issue_create(town)
    issue_set_status(issue=made, status=IssueStatus.DONE)
    return Issue.objects.get(pk=made.pk)


def say(client: Client, issue: Issue, said: str, **headers: str):
    return client.post(f"/issues/{issue.number}/said/", {"said": said}, headers=headers)


@pytest.mark.parametrize("said", ["seen", "done", "not_done"])
def test_said_counts_once_for_a_browser(client, issue, said):
    if said != "not_done":
        issue_set_status(issue=issue, status=IssueStatus.TRIAGE)
    for _turn in range(3):
        answer = say(client, issue, said)
    assert answer["Location"] == f"/issues/{issue.number}/?said={said}#said"
    assert "Danke." in client.get(answer["Location"]).content.decode()
    assert Sighting.objects.count() + Opinion.objects.count() == 1
    assert set(client.cookies) <= {"sessionid", "csrftoken"}


def test_the_latest_word_of_a_browser_counts(client, issue):
    say(client, issue, "not_done")
    issue_set_status(issue=issue, status=IssueStatus.TRIAGE)
    say(client, issue, "done")
    assert [one.is_done for one in Opinion.objects.all()] == [True]


@pytest.mark.parametrize(
    ("status", "offered", "refused"),
    [
        (IssueStatus.TRIAGE, ["seen", "done"], {"not_done": "Diese Meldung ist noch offen."}),
        (
            IssueStatus.DONE,
            ["not_done"],
            dict.fromkeys(("done", "seen"), "Diese Meldung ist schon abgeschlossen."),
        ),
    ],
)
def test_only_what_can_be_true_is_offered_and_taken(client, town, status, offered, refused):
    made = issue_create(town, status=status)
    page = client.get(f"/issues/{made.number}/").content.decode()
    assert re.findall(r'name="said" value="(\w+)"', page) == offered
    for said, word in refused.items():
        answer = say(client, made, said)
        assert (answer.status_code, word in answer.content.decode()) == (409, True)
    assert not Opinion.objects.exists() | Sighting.objects.exists()


def test_said_by_htmx_comes_back_as_the_panel(client, issue):
    answer = say(client, issue, "not_done", **{"HX-Request": "true"})
    page = answer.content.decode()
    assert page.lstrip().startswith("<article")
    assert "sieht die Stadt noch einmal nach" in page
    assert "1 Person sagt: ist nicht erledigt." in page


def test_many_doubts_of_a_closed_report_bring_it_back_to_staff(town, issue, staff_client):
    Jurisdiction.objects.update(doubts_noticed=2)
    for turn in range(3):
        say(Client(), issue, "not_done")
        issue.refresh_from_db()
        assert issue.has_news is (turn > 0)
    assert issue.status == IssueStatus.DONE
    [event] = issue.events.filter(kind=EventKind.DOUBTED)
    assert event.detail == {"people": 2}
    # Whoever opens it need not look for the reason.
    panel = staff_client.get(f"/triage/issues/{issue.number}/").content.decode()
    assert "3 Personen sagen: ist nicht erledigt." in panel


def test_doubts_of_an_open_report_or_of_a_former_closing_change_nothing(town, issue):
    Jurisdiction.objects.update(doubts_noticed=2)
    say(Client(), issue, "not_done")
    issue_set_status(issue=issue, status=IssueStatus.TRIAGE)
    for _turn in range(2):
        assert say(Client(), issue, "not_done").status_code == 409
    issue_set_status(issue=issue, status=IssueStatus.DONE)
    say(Client(), issue, "not_done")
    issue.refresh_from_db()
    assert issue.has_news is False


def test_one_address_says_so_only_a_few_times_whatever_it_forgets(issue):
    for _turn in range(views.SAID_OF_ONE):
        assert say(Client(), issue, "not_done").status_code == 302
    answer = say(Client(), issue, "not_done")
    assert answer.status_code == 429
    assert 'role="alert"' in answer.content.decode()
    assert Opinion.objects.count() == views.SAID_OF_ONE


def test_nothing_is_said_of_what_is_not_public_nor_by_a_get(client, town, issue):
    hidden = issue_create(town, released=False)
    issue_set_status(issue=issue, status=IssueStatus.TRIAGE)
    for number in (hidden.number, "MST-2026-999999"):
        assert client.post(f"/issues/{number}/said/", {"said": "seen"}).status_code == 404
    assert say(client, issue, "<script>").status_code == 404
    assert client.get(f"/issues/{issue.number}/said/").status_code == 405
    client.get(f"/issues/{issue.number}/?said=<script>alert(1)</script>")
    assert not Sighting.objects.exists()
    assert "sessionid" not in client.cookies
    assert Client(enforce_csrf_checks=True).post(f"/issues/{issue.number}/said/").status_code == 403


def test_answers_stand_with_their_day_if_the_public_could_read_them(client, town):
    made = issue_create(town, released=False)
    issue_set_status(issue=made, status=IssueStatus.FORWARDED, note="Intern vor der Freischaltung")
    Issue.objects.filter(pk=made.pk).update(released_at=NOON)
    made.events.update(at=NOON.replace(hour=1))
    issue_set_status(issue=made, status=IssueStatus.IN_PROGRESS, note="Kolonne kommt, 02305 123456")
    issue_set_status(issue=made, status=IssueStatus.DONE, note="Fertig")
    page = client.get(f"/issues/{made.number}/").content.decode()
    assert "Kolonne kommt, [Telefonnummer]" in page
    assert page.count("Fertig") == 1
    assert "Intern" not in page
