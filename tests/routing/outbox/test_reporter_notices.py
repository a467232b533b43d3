"""What authorities hear about whoever reported: by real SMTP, whoever has to hear it and nobody else."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from issues.enums import ReplyState
from issues.models import Issue, Reply, Reporter
from issues.services.reporting.own import call_allow, call_refuse, report_resume, report_withdraw
from issues.services.retention.asking import data_erase
from routing.enums import ChannelKind, DeliveryState, NoticeKind
from routing.forwarding import notices
from routing.forwarding.notices import notices_send_due
from routing.forwarding.sending import deliveries_send_due
from routing.models import Decision, Delivery, ReporterNotice
from routing.outbox.queue import deliveries_queue
from tests.routing.delivery_factories import contact_make, decision_make, delivery_make
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db
PHONE = "02305 7654"


@pytest.fixture
def mailbox(settings):
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def delivery() -> Delivery:
    delivery = delivery_make()
    Reporter.objects.create(issue=delivery.decision.issue, last_name="Beispiel")
    return delivery


def issue_of(delivery: Delivery) -> Issue:
    return delivery.decision.issue


def allow(delivery: Delivery) -> None:
    call_allow(issue=issue_of(delivery), name="Maria Beispiel", phone=PHONE)


def told(mailbox: Mailbox) -> list[str]:
    """The texts of the notices; the report itself, which answers nothing, is not one."""
    mails = [one for one in mailbox.messages if one["In-Reply-To"]]
    return [one.get_body().get_content() for one in mails]


def kinds() -> list[tuple[str, str]]:
    return list(ReporterNotice.objects.order_by("pk").values_list("kind", "state"))


def test_number_allowed_before_goes_out_after_the_report_and_not_in_it(delivery, mailbox):
    allow(delivery)
    assert kinds() == []
    deliveries_send_due()
    assert kinds() == [(NoticeKind.CALL, ReplyState.QUEUED)]
    notices_send_due()
    [letter, notice] = mailbox.messages
    assert PHONE not in letter.as_string()
    assert "Beispiel" not in letter.as_string()
    assert notice["To"] == delivery.contact.address
    assert PHONE in told(mailbox)[0]
    assert "Maria Beispiel" in told(mailbox)[0]


def test_number_allowed_later_goes_to_who_has_to_act(delivery, mailbox):
    deliveries_send_due()
    allow(delivery)
    allow(delivery)
    notices_send_due()
    assert len(told(mailbox)) == 1
    assert notices_send_due() == 0


def test_whoever_got_the_number_is_asked_to_erase_it_once(delivery, mailbox):
    deliveries_send_due()
    allow(delivery)
    notices_send_due()
    call_refuse(issue_of(delivery))
    data_erase(issue=issue_of(delivery), released_photos=False)
    notices_send_due()
    assert len(told(mailbox)) == 2
    assert "nicht mehr angerufen" in told(mailbox)[1]
    assert PHONE not in told(mailbox)[1]


def test_erased_contact_is_called_back(delivery, mailbox):
    deliveries_send_due()
    allow(delivery)
    notices_send_due()
    data_erase(issue=issue_of(delivery), released_photos=False)
    notices_send_due()
    assert "Art. 17 und 19 DSGVO" in told(mailbox)[1]
    assert [kind for kind, _state in kinds()] == [NoticeKind.CALL, NoticeKind.ERASED]


def test_number_that_has_not_left_never_does(delivery, mailbox):
    deliveries_send_due()
    allow(delivery)
    data_erase(issue=issue_of(delivery), released_photos=False)
    assert notices_send_due() == 0
    assert told(mailbox) == []
    assert kinds() == [(NoticeKind.CALL, ReplyState.CANCELLED)]


def test_erasing_while_a_worker_has_the_number_in_hands_is_told_after_it(
    delivery, mailbox, monkeypatch
):
    deliveries_send_due()
    allow(delivery)
    hand_over = notices.mail_hand_over

    def erased_meanwhile(message: object) -> None:
        monkeypatch.setattr(notices, "mail_hand_over", hand_over)
        data_erase(issue=issue_of(delivery), released_photos=False)
        hand_over(message)

    monkeypatch.setattr(notices, "mail_hand_over", erased_meanwhile)
    notices_send_due()
    assert [PHONE in one for one in told(mailbox)] == [True, False]
    assert kinds() == [(NoticeKind.CALL, ReplyState.SENT), (NoticeKind.ERASED, ReplyState.SENT)]


def test_erasing_while_the_report_is_under_way_sends_no_number(delivery, mailbox, monkeypatch):
    from routing.forwarding import sending

    allow(delivery)
    build = sending.envelope_build

    def erased_meanwhile(one: Delivery) -> object:
        envelope = build(one)
        data_erase(issue=issue_of(delivery), released_photos=False)
        return envelope

    monkeypatch.setattr(sending, "envelope_build", erased_meanwhile)
    deliveries_send_due()
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert notices_send_due() == 0
    assert len(mailbox.messages) == 1


def test_receiver_by_open311_gets_no_number(delivery):
    delivery.contact.channel = ChannelKind.OPEN311
    delivery.contact.save()
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=timezone.now())
    allow(delivery)
    call_refuse(issue_of(delivery))
    assert kinds() == []


def test_withdrawal_calls_off_what_is_unsent_and_is_told_to_who_has_it(delivery, mailbox):
    report_withdraw(issue_of(delivery))
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    assert kinds() == []
    other = delivery_make("KREIS")
    deliveries_send_due()
    report_withdraw(issue_of(other))
    notices_send_due()
    assert "zurückgezogen" in told(mailbox)[0]


def test_withdrawal_taken_back_is_decided_again(delivery, django_capture_on_commit_callbacks):
    issue = issue_of(delivery)
    report_withdraw(issue)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        report_resume(issue)
    assert callbacks
    assert issue.decisions.filter(is_current=True).exists()


def test_demand_to_erase_is_not_lost_with_the_server_away(delivery, mailbox, settings):
    deliveries_send_due()
    allow(delivery)
    notices_send_due()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    call_refuse(issue_of(delivery))
    assert notices_send_due() == 1
    stored = ReporterNotice.objects.get(kind=NoticeKind.NO_CALL)
    assert (stored.state, stored.attempts) == (ReplyState.QUEUED, 1)
    assert "ConnectionRefusedError" in stored.last_error
    settings.EMAIL_PORT = port
    ReporterNotice.objects.update(due_at=timezone.now())
    notices_send_due()
    assert len(told(mailbox)) == 2


def test_step_that_cannot_tell_the_authority_is_not_taken(delivery, monkeypatch):
    from routing import receivers

    deliveries_send_due_off = Delivery.objects.update(
        state=DeliveryState.SENT, sent_at=timezone.now()
    )
    assert deliveries_send_due_off == 1

    def broken(**_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(receivers, "notices_queue", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        data_erase(issue=issue_of(delivery), released_photos=False)
    assert Reporter.objects.exists()


# --- What the reporter hears -------------------------------------------------------------------------


def test_whoever_reported_hears_of_another_authority_once(delivery, mailbox):
    issue = issue_of(delivery)
    Reporter.objects.update(email="maria@example.org")
    deliveries_send_due()
    assert [one.text.count("Amt STRNRW") for one in Reply.objects.all()] == [1]
    Decision.objects.filter(issue=issue).update(is_current=False)
    contact_make("KREIS")
    other = decision_make("KREIS", issue=issue, number=2)
    deliveries_queue(other)
    deliveries_send_due()
    told_now = list(Reply.objects.order_by("pk"))
    assert len(told_now) == 2
    assert "liegt jetzt bei: Amt KREIS." in told_now[1].text
    # The same authority once more is no news.
    Decision.objects.filter(issue=issue).update(is_current=False)
    deliveries_queue(decision_make("KREIS", issue=issue, number=3))
    deliveries_send_due()
    assert Reply.objects.count() == 2


def test_nobody_hears_of_another_authority_for_a_sheltered_report(delivery, mailbox):
    issue = issue_of(delivery)
    Reporter.objects.update(email="maria@example.org")
    Issue.objects.update(is_sheltered=True)
    deliveries_send_due()
    Decision.objects.filter(issue=issue).update(is_current=False)
    contact_make("KREIS")
    deliveries_queue(decision_make("KREIS", issue=issue, number=2))
    deliveries_send_due()
    assert not Reply.objects.exists()
