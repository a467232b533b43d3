"""Who may report: a proof of work that nobody sees, and a mail address that only a button confirms."""

from __future__ import annotations

import base64
import json
import re
import smtplib
from uuid import uuid4

import altcha
import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from issues.enums import ReplyState, ReporterCheck
from issues.models import Category, Issue, StagedPhoto, WaitingReport
from issues.services.replies import mailing
from issues.services.reporting import confirming
from issues.tasks import confirmations_send_due, drafts_erase
from mapui.reporting import views
from mapui.reporting.proof import challenge_for, is_proved
from tests.mapui.factories import category_create
from tests.mapui.reporting.forms import Reporter
from tests.mapui.reporting.test_steps import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def reporter(client, town):
    category_create(town)
    return Reporter(client)


def solved(challenge: str) -> str:
    """What a browser makes of a challenge."""
    told = altcha.Challenge.from_dict(json.loads(challenge))
    solution = altcha.solve_challenge(told)
    assert solution is not None
    return altcha.Payload(challenge=told, solution=solution).to_base64()


# --- The proof of work ---------------------------------------------------------------------------------


def test_proof_counts_for_its_own_draft_alone_and_once_made_needs_no_puzzle(monkeypatch):
    monkeypatch.setattr("mapui.reporting.proof.ROUNDS", (2, 5))
    monkeypatch.setattr("mapui.reporting.proof.COST", 10)
    entry = uuid4()
    proof = solved(challenge_for(entry))
    assert is_proved(entry, proof)
    assert not is_proved(uuid4(), proof)
    forged = json.loads(base64.b64decode(proof))
    forged["challenge"]["parameters"]["keyPrefix"] = ""
    assert not is_proved(entry, base64.b64encode(json.dumps(forged).encode()).decode())


@pytest.mark.parametrize("proof", ["", "x", "e30=", base64.b64encode(b"[" * 9999).decode(), "ä"])
def test_what_is_no_proof_proves_nothing(proof):
    assert is_proved(uuid4(), proof) is False


def test_with_the_proof_more_reports_are_taken(reporter, monkeypatch):
    monkeypatch.setattr("mapui.reporting.proof.ROUNDS", (2, 5))
    monkeypatch.setattr("mapui.reporting.proof.COST", 10)
    monkeypatch.setattr(views, "REPORTS_UNPROVED", 1)
    for _ in range(3):
        one = Reporter(reporter.client)
        challenge = one.form.xpath(".//input[@name='proof']")[0].get("data-challenge")
        one.post(proof=solved(challenge))
        one.describe()
        # Once it is solved, no new one is asked.
        assert one.form.xpath(".//input[@name='proof']")[0].get("data-challenge") is None
        assert one.press("to", "sent").status_code == 302
    assert Issue.objects.count() == 3


# --- The confirmed mail address -----------------------------------------------------------------------


@pytest.fixture
def checked(reporter):
    Category.objects.update(reporter_check=ReporterCheck.MAIL)
    return reporter


def test_report_waits_for_the_button_behind_the_mailed_link(checked, town):
    checked.describe(photos=[picture()])
    checked.press("to", "sent")
    assert list(checked.errors) == ["email"]
    answer = checked.press("to", "sent", email="maria@example.org")
    assert answer["Location"] == "/report/waiting/"
    assert "E-Mail" in checked.client.get(answer["Location"]).content.decode()
    assert not Issue.objects.exists()
    assert confirmations_send_due() == 1
    [letter] = mail.outbox
    assert letter.to == ["maria@example.org"]
    # Who writes stands below every letter.
    assert letter.body.endswith(f"Viele Grüße\n{town.public_name}\n")
    link = re.search(r"http\S+(/report/confirm/\S+)", letter.body)[1]
    # A scanner follows links, and more than once.
    for _ in range(2):
        assert checked.client.get(link).status_code == 200
        assert checked.client.head(link).status_code == 200
    assert not Issue.objects.exists()
    sent = checked.client.post(link)
    issue = Issue.objects.get()
    assert issue.number in checked.client.get(sent["Location"]).content.decode()
    assert (issue.reporter.email, issue.photos.count()) == ("maria@example.org", 1)
    assert checked.client.post(link).status_code == 410
    assert Issue.objects.count() == 1
    assert not WaitingReport.objects.exists()


def test_waiting_report_sent_twice_is_kept_once_and_ends(checked):
    checked.describe()
    values = {**checked.values(), "to": "sent", "email": "maria@example.org"}
    for _ in range(2):
        checked.client.post("/report/", values)
    waiting = WaitingReport.objects.get()
    link = confirming.confirmation_url(waiting)
    WaitingReport.objects.update(expires_at=timezone.now())
    assert checked.client.post(link.partition("8000")[2] or link).status_code in {404, 410}
    assert confirmations_send_due() == 0
    drafts_erase()
    assert not WaitingReport.objects.exists()
    assert not StagedPhoto.objects.exists()


def test_forged_link_confirms_nothing(client, town):
    assert client.post("/report/confirm/00:x/").status_code == 410


def test_mail_that_does_not_go_out_is_tried_again(checked, monkeypatch):
    checked.describe()
    checked.press("to", "sent", email="maria@example.org")

    def down(_message: object) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mailing, "mail_hand_over", down)
    assert confirmations_send_due() == 1
    waiting = WaitingReport.objects.get()
    assert (waiting.state, waiting.attempts) == (ReplyState.QUEUED, 1)
    assert waiting.due_at > timezone.now()
    WaitingReport.objects.update(due_at=timezone.now(), attempts=mailing.ATTEMPTS_MAX - 1)
    confirmations_send_due()
    assert WaitingReport.objects.get().state == ReplyState.FAILED
