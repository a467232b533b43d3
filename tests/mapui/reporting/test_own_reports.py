"""One's own reports by a mailed link: nobody learns whose address has reports, and nobody's mailbox is filled."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from issues.models import Issue, LinkRequest, Reporter
from issues.services.reporting.links import report_path
from issues.services.reporting.mine import ADDRESS_PER_HOUR, list_url
from issues.tasks import drafts_erase, links_send_due
from mapui.reporting import mine
from tests.mapui.factories import issue_create, jurisdiction_create

pytestmark = pytest.mark.django_db
URL = "/report/mine/"


@pytest.fixture(autouse=True)
def counters():
    cache.clear()


@pytest.fixture
def issue(town) -> Issue:
    issue = issue_create(town, released=False, address_text="Am Markt 1")
    Reporter.objects.create(issue=issue, email="Maria@Example.org")
    return issue


def order(client, email: str, city: str = ""):
    return client.post(URL + (f"?jurisdiction={city}" if city else ""), {"email": email})


def link_in(letter) -> str:
    return re.search(r"http\S+?(/report/mine/\S+/)", letter.body)[1]


def test_answer_is_the_same_and_only_the_owner_of_reports_gets_a_mail(client, issue, mailoutbox):
    known, strange = order(client, "maria@example.org"), order(client, "fremd@example.org")
    assert (known.status_code, known["Location"]) == (strange.status_code, strange["Location"])
    assert known.content == strange.content
    assert LinkRequest.objects.count() == 2
    assert links_send_due() == 2
    [letter] = mailoutbox
    assert letter.to == ["maria@example.org"]
    # Whatever the city is called, with "Stadt" or without.
    assert letter.subject.endswith(f"({issue.jurisdiction.public_name})")
    assert letter.body.endswith(f"Viele Grüße\n{issue.jurisdiction.public_name}\n")
    page = client.get(link_in(letter)).content.decode()
    assert issue.number in page
    assert "Am Markt 1" in page
    assert report_path(issue) in page
    assert links_send_due() == 0


def test_list_holds_the_reports_of_that_city_alone(client, issue, mailoutbox):
    other = jurisdiction_create("other.example", "Anderstadt")
    there = issue_create(other, number="AND-2026-000001")
    Reporter.objects.create(issue=there, email="maria@example.org")
    somebody = issue_create(issue.jurisdiction, number="MST-2026-000099")
    Reporter.objects.create(issue=somebody, email="maria@example.org.evil.example")
    order(client, "maria@example.org", "other.example")
    links_send_due()
    page = client.get(link_in(mailoutbox[0])).content.decode()
    assert there.number in page
    assert issue.number not in page
    assert somebody.number not in page


def test_link_ends_after_a_day_and_is_forgotten(client, issue):
    order(client, "maria@example.org")
    stored = LinkRequest.objects.get()
    path = urlsplit(list_url(stored)).path
    lives = stored.expires_at - timezone.now()
    assert timedelta(hours=23, minutes=59) < lives <= timedelta(hours=24)
    assert client.get(path).status_code == 200
    LinkRequest.objects.update(expires_at=timezone.now())
    ended = client.get(path)
    assert ended.status_code == 410
    assert issue.number not in ended.content.decode()
    drafts_erase()
    assert not LinkRequest.objects.exists()
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "0" * 32, f"{'0' * 32}:abc"])
def test_forged_link_shows_nothing(client, issue, token):
    assert client.get(f"{URL}{token}/").status_code == 410
    own = report_path(issue).split("/")[-2]
    assert client.get(f"{URL}{own}/").status_code == 410


def test_nobody_s_mailbox_is_filled_and_the_answer_stays_the_same(client, issue, mailoutbox):
    answers = {order(client, address).status_code for address in ["maria@example.org"] * 6}
    assert answers == {302}
    links_send_due()
    assert len(mailoutbox) == ADDRESS_PER_HOUR


def test_client_that_asks_for_many_is_stopped(client, issue, monkeypatch):
    monkeypatch.setattr(mine, "ORDERS", 2)
    answers = [order(client, f"a{n}@example.org").status_code for n in range(4)]
    assert answers == [302, 302, 429, 429]
    assert LinkRequest.objects.count() == 2


@pytest.mark.parametrize(
    "email", ["", "kein", "a@b", "x" * 300 + "@example.org", "a\nb@example.org"]
)
def test_what_is_no_address_is_told_at_the_field(client, town, email):
    answer = order(client, email)
    assert answer.status_code == 422
    # In words that say "Sie" or nobody, whatever library has words of its own.
    assert ("Das ist keine E-Mail-Adresse." in answer.content.decode()) == (0 < len(email) < 200)
    assert "Gib " not in answer.content.decode()
    assert not LinkRequest.objects.exists()


def test_looking_orders_nothing(client, issue):
    assert client.get(f"{URL}?email=maria@example.org").status_code == 200
    assert client.head(URL).status_code == 200
    assert not LinkRequest.objects.exists()


def test_report_that_is_to_be_erased_is_listed_no_more(client, issue, mailoutbox):
    Reporter.objects.update(erase_asked_at=timezone.now())
    order(client, "maria@example.org")
    links_send_due()
    assert mailoutbox == []


def test_mail_is_tried_again_while_the_server_is_away(client, issue, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    order(client, "maria@example.org")
    assert links_send_due() == 1
    stored = LinkRequest.objects.get()
    assert (stored.state, stored.attempts) == ("queued", 1)
    assert stored.due_at > timezone.now()
