"""The list of mails that were set aside."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from issues.enums import MailReason, MailState
from issues.guesses import CATCH_ALL
from issues.models import InboxMail, Issue
from tests.mapui.factories import category_create, jurisdiction_create, staff_create

URL = "/triage/intake/mails/"
RAW = b"From: Maria <maria@example.org>\nSubject: Loch\n\nVor dem Haus.\n"


@pytest.fixture
def worker(client, town):
    client.force_login(staff_create("arbeit", permissions=("work_issue", "see_issue")))
    return client


@pytest.fixture
def make_aside(town):
    def make(uid: int = 1, *, raw: bytes | None = RAW, **values: object) -> InboxMail:
        mail = InboxMail(
            **{
                "jurisdiction": town,
                "uid_validity": 1,
                "uid": uid,
                "state": MailState.ASIDE,
                "reason": MailReason.LIST,
                "sender": "Maria <maria@example.org>",
                "subject": f"<script>{uid}</script>",
                **values,
            }
        )
        if raw is not None:
            mail.file.save("x.eml", ContentFile(raw), save=False)
        mail.save()
        return mail

    return make


def test_mails_are_listed_with_the_reason_and_escaped(worker, make_aside):
    make_aside(told="12 MB")
    page = worker.get(URL).content.decode()
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert "Verteiler" in page
    assert "12 MB" in page
    assert "Beiseitegelegte E-Mails (1)" in worker.get("/triage/intake/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_the_same_statements_for_any_number(
    worker, make_aside, count, django_assert_max_num_queries
):
    for uid in range(count):
        make_aside(uid)
    with django_assert_max_num_queries(10):
        worker.get(URL)


def test_mail_is_taken_in_as_a_report(worker, make_aside, town):
    category_create(town, CATCH_ALL)
    mail = make_aside()
    answer = worker.post(f"{URL}{mail.pk}/take/", follow=True)
    issue = Issue.objects.get()
    assert issue.description == "Loch\n\nVor dem Haus."
    assert f"Die E-Mail ist jetzt Meldung {issue.number}." in answer.content.decode()
    again = worker.post(f"{URL}{mail.pk}/take/", follow=True)
    assert "Inzwischen hat sich jemand" in again.content.decode()


def test_mail_that_is_not_kept_cannot_be_taken_in(worker, make_aside):
    mail = make_aside(raw=None, reason=MailReason.LARGE)
    assert f"{mail.pk}/take/" not in worker.get(URL).content.decode()
    worker.post(f"{URL}{mail.pk}/take/")
    mail.refresh_from_db()
    assert mail.state == MailState.ASIDE


def test_mail_is_dismissed(worker, make_aside):
    mail = make_aside()
    worker.post(f"{URL}{mail.pk}/dismiss/")
    mail.refresh_from_db()
    assert (mail.state, mail.by.username, mail.sender) == (MailState.DISMISSED, "arbeit", "")
    assert "Keine E-Mail wartet." in worker.get(URL).content.decode()


def test_mails_of_another_city_are_not_found(worker, make_aside):
    elsewhere = jurisdiction_create("nebenan.example", "Nebenan")
    mail = make_aside(jurisdiction=elsewhere)
    assert worker.post(f"{URL}{mail.pk}/dismiss/").status_code == 404
