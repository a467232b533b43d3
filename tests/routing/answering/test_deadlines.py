"""The clocks of deliveries over Easter: who is awaited until when, who is reminded, and what stops the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, ReplyState
from issues.models import (
    Category,
    ClosedDay,
    Department,
    Inquiry,
    Issue,
    IssueEvent,
    StatutoryPeriod,
)
from issues.services import issue_event_append, issue_set_status
from routing.answering import watching
from routing.answering.clearing import clearing_mails_send_due
from routing.answering.deadlines import clock_of
from routing.answering.partner import PartnerAnswer, PartnerVerb, answer_mark, partner_answer
from routing.answering.replying import question_reply
from routing.answering.terms import terms_remove, terms_store
from routing.answering.watching import deadlines_watch
from routing.enums import (
    AuthorityKind,
    ChannelKind,
    DeadlineKind,
    DeliveryKind,
    DeliveryState,
    NoticeKind,
    PauseKind,
)
from routing.forwarding.notices import notices_send_due
from routing.models import (
    Authority,
    AuthorityContact,
    Decision,
    Delivery,
    ReporterNotice,
    ResponseTerms,
)
from routing.outbox.answers import Said, delivery_accepted
from routing.outbox.claim import delivery_claim
from routing.outbox.news import news_gather
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.routing.delivery_factories import delivery_make, jurisdiction_make
from tests.routing.forwarding.servers import smtp_server

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
# Maundy Thursday; the Friday and the Monday after it are holidays.
SENT = datetime(2026, 4, 2, 10, 0, tzinfo=BERLIN)
Clock = Callable[[datetime], None]


def day(month: int, number: int, hour: int = 10) -> datetime:
    return datetime(2026, month, number, hour, 0, tzinfo=BERLIN)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock of the machine, and looks at what is due."""

    def turn(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)
        deadlines_watch()

    monkeypatch.setattr(timezone, "now", lambda: SENT)
    return turn


@pytest.fixture
def sent(at: Clock) -> Delivery:
    delivery_make()
    return send()


def send(**receipt: str) -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT, **receipt))
    deadlines_watch()
    return stored(delivery)


def stored(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def issue_of(delivery: Delivery) -> Issue:
    return Issue.objects.get(decisions=delivery.decision_id)


def reminders() -> int:
    return ReporterNotice.objects.filter(kind=NoticeKind.REMINDED).count()


def answer(delivery: Delivery, verb: PartnerVerb, text: str = "") -> None:
    partner_answer(
        delivery=delivery, answer=PartnerAnswer(verb=verb, text=text), mark=answer_mark(delivery)
    )


def test_silence_is_reminded_after_five_working_days_and_given_up_after_ten(at, sent) -> None:
    assert (sent.deadline_kind, sent.deadline_at) == (DeadlineKind.ANSWER, day(4, 13))
    at(day(4, 13, 9))
    assert (reminders(), stored(sent).is_overdue) == (0, False)
    at(day(4, 13, 11))
    assert (reminders(), stored(sent).is_overdue) == (1, True)
    # The body is asked; nobody of the house has to look yet.
    assert not issue_of(sent).has_news
    at(day(4, 19))
    assert (reminders(), stored(sent).state) == (1, DeliveryState.SENT)
    at(day(4, 20, 11))
    given_up = stored(sent)
    assert (given_up.state, given_up.is_overdue, reminders()) == (DeliveryState.EXPIRED, True, 1)
    assert issue_of(sent).has_news
    told = IssueEvent.objects.filter(kind=EventKind.OVERDUE).order_by("pk")
    assert [one.detail["given_up"] for one in told] == [False, True]
    # What comes late still counts, and ends it.
    answer(given_up, PartnerVerb.ACCEPT)
    assert stored(sent).deadline_at is None
    at(day(4, 21))
    assert (stored(sent).state, stored(sent).is_overdue) == (DeliveryState.ACCEPTED, False)


def test_clearing_unit_is_mailed_what_nobody_takes_over(at, sent) -> None:
    Department.objects.create(
        jurisdiction=jurisdiction_make(),
        names={"de": "Klärung", "en": "Clearing"},
        mail="klaerung@stadt.example",
        is_clearing=True,
    )
    for moment in (day(4, 13, 11), day(4, 20, 11)):
        at(moment)
    assert clearing_mails_send_due() == 1
    [told] = [one for one in mail.outbox if one.to == ["klaerung@stadt.example"]]
    assert "Amt STRNRW hat nicht rechtzeitig geantwortet." in told.body


def test_reminder_whose_worker_was_killed_does_not_go_out_again(at, sent, settings) -> None:
    at(day(4, 13, 11))
    # As a worker leaves it that is killed between mail server and record.
    ReporterNotice.objects.update(attempts=1)
    with smtp_server() as (mailbox, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert notices_send_due() == 1
        assert not mailbox.messages
        assert ReporterNotice.objects.get().state == ReplyState.FAILED
        # One that failed before is another thing: the server said so.
        ReporterNotice.objects.update(state=ReplyState.QUEUED, due_at=SENT, last_error="451")
        assert notices_send_due() == 1
        assert len(mailbox.messages) == 1


def test_reminder_stands_in_the_thread_and_names_day_and_link(at, sent, settings) -> None:
    at(day(4, 13, 11))
    with smtp_server() as (mailbox, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert (notices_send_due(), notices_send_due()) == (1, 0)
    [mail] = mailbox.messages
    assert str(sent.public_id) in mail["In-Reply-To"]
    assert str(mail["Subject"]).endswith("] Erinnerung")
    text = mail.get_body().get_content()
    assert text.startswith("Die Meldung")
    assert "13.04.2026" in text
    assert "02.04.2026" in text
    assert "/partner/" in text


def test_who_reads_no_mails_is_phoned_by_the_house(at, sent) -> None:
    AuthorityContact.objects.update(channel=ChannelKind.OPEN311, address="https://amt.example/")
    at(day(4, 13, 11))
    assert (reminders(), issue_of(sent).has_news) == (0, True)
    at(day(4, 20, 11))
    assert stored(sent).state == DeliveryState.EXPIRED


def test_reminder_is_not_sent_once_it_was_answered(at, sent) -> None:
    at(day(4, 13, 11))
    answer(sent, PartnerVerb.ACCEPT)
    notices_send_due()
    assert ReporterNotice.objects.get().state == ReplyState.CANCELLED


def test_clock_of_the_machine_that_jumps_reminds_once_and_gives_nobody_up(at, sent) -> None:
    at(day(9, 1))
    assert (reminders(), stored(sent).state) == (1, DeliveryState.SENT)
    at(day(4, 3))
    assert (reminders(), stored(sent).deadline_at) == (1, day(4, 13))
    # From Tuesday after Easter on counted: five days after the reminder, and ten after the sending.
    at(day(4, 20, 9))
    assert (reminders(), stored(sent).state) == (1, DeliveryState.SENT)
    at(day(4, 20, 11))
    assert (reminders(), stored(sent).state) == (1, DeliveryState.EXPIRED)


def test_worker_that_fails_half_way_leaves_nothing_and_the_next_reminds_once(
    at, sent, monkeypatch, caplog
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(watching, "issue_event_append", lambda **_more: 1 / 0)
        at(day(4, 13, 11))
    assert "could not be looked at" in caplog.text
    assert (reminders(), stored(sent).reminded_at) == (0, None)
    at(day(4, 13, 13))
    assert reminders() == 1


def test_message_that_does_not_arrive_within_a_day_is_news(at) -> None:
    delivery = delivery_make()
    at(SENT + timedelta(hours=23))
    assert not issue_of(delivery).has_news
    at(SENT + timedelta(hours=25))
    assert issue_of(delivery).has_news
    assert (stored(delivery).is_overdue, reminders()) == (True, 0)


def test_token_without_a_number_has_not_arrived_yet(at) -> None:
    delivery_make()
    waits = send(token="T-1")
    assert (waits.deadline_kind, waits.deadline_at) == (
        DeadlineKind.ACKNOWLEDGE,
        SENT + timedelta(hours=24),
    )


def test_question_stops_the_clock_until_staff_answer(at, sent) -> None:
    at(day(4, 8))
    answer(sent, PartnerVerb.ASK, "Welche Laterne?")
    deadlines_watch()
    waits = stored(sent)
    assert (waits.pause, waits.deadline_at) == (PauseKind.QUESTION, None)
    at(day(4, 15))
    assert reminders() == 0
    reply = question_reply(
        delivery=sent, text="Die zweite.", by=User.objects.create_user("pruefung")
    )
    deadlines_watch()
    # It stood still from Wednesday to Wednesday: five working days.
    assert (stored(sent).pause, stored(sent).deadline_at) == ("", day(4, 20))
    notice = ReporterNotice.objects.get(kind=NoticeKind.REPLIED)
    assert notice.news == [reply.pk]


@pytest.mark.parametrize(
    ("kind", "area", "due"),
    [
        # Epiphany is a holiday in Bavaria alone; the closed day is the city's.
        (AuthorityKind.STATE, "", day(1, 9)),
        (AuthorityKind.CITY, "", day(1, 12)),
        (AuthorityKind.OTHER, "09162000", day(1, 12)),
    ],
)
def test_working_days_are_those_of_the_recipient(at, kind: str, area: str, due: datetime) -> None:
    ClosedDay.objects.create(jurisdiction=jurisdiction_make(), day=date(2026, 1, 8))
    at(day(1, 2))
    delivery_make()
    Authority.objects.update(kind=kind)
    AuthorityContact.objects.update(area_code=area)
    assert send().deadline_at == due


def test_question_to_the_reporter_stops_the_clock_and_closed_days_do_not_count(at, sent) -> None:
    ClosedDay.objects.create(jurisdiction=jurisdiction_make(), day=date(2026, 4, 9))
    Authority.objects.update(kind=AuthorityKind.CITY)
    inquiry = Inquiry.objects.create(
        issue=issue_of(sent), text="Wo?", asked_at=day(4, 7), expires_at=day(4, 21)
    )
    at(day(4, 7, 11))
    # It shows at once, not at the next look of the day.
    Delivery.objects.update(watch_at=day(4, 8), pause="")
    issue_event_append(issue=issue_of(sent), kind=EventKind.ASKED)
    at(day(4, 7, 11))
    assert stored(sent).pause == PauseKind.REPORTER
    Inquiry.objects.filter(pk=inquiry.pk).update(closed_at=day(4, 8))
    at(day(4, 8, 11))
    # One day more for the closed day, one for the question.
    assert stored(sent).deadline_at == day(4, 15)


def test_month_of_the_law_stops_the_clock(at, sent) -> None:
    at(day(4, 8))
    period = StatutoryPeriod.objects.create(
        issue=issue_of(sent),
        begins_on=date(2026, 4, 8),
        remind_on=date(2026, 5, 5),
        ends_on=date(2026, 5, 8),
    )
    at(day(4, 20))
    assert (stored(sent).pause, reminders()) == (PauseKind.LAW, 0)
    StatutoryPeriod.objects.filter(pk=period.pk).update(taken_back_at=day(4, 20))
    at(day(4, 21, 11))
    assert (stored(sent).pause, stored(sent).deadline_at) == ("", day(4, 23))


def test_agreed_deadlines_count_the_narrowest_first_and_at_once(at, sent) -> None:
    city, contact = jurisdiction_make(), AuthorityContact.objects.get()
    days = {"acknowledge_hours": 24, "escalate_days": 20}
    category = Category.objects.get()
    wide = terms_store(terms=ResponseTerms(jurisdiction=city, answer_days=8, **days))
    at(SENT)
    assert stored(sent).deadline_at == day(4, 16)
    of_contact = ResponseTerms(jurisdiction=city, contact=contact, answer_days=2, **days)
    terms_store(terms=of_contact)
    of_both = {"contact": contact, "category": category}
    terms_store(terms=ResponseTerms(jurisdiction=city, answer_days=3, **of_both, **days))
    at(SENT)
    assert stored(sent).deadline_at == day(4, 9)
    with pytest.raises(ValidationError):
        terms_store(terms=ResponseTerms(jurisdiction=city, answer_days=9, **days))
    wide.answer_days = 20
    with pytest.raises(ValidationError):
        terms_store(terms=wide)
    for one in ResponseTerms.objects.all():
        terms_remove(terms=one)
    at(SENT)
    assert stored(sent).deadline_at == day(4, 13)


def test_what_was_taken_over_is_due_when_it_was_agreed(at, sent) -> None:
    terms_store(
        terms=ResponseTerms(
            jurisdiction=jurisdiction_make(),
            acknowledge_hours=24,
            answer_days=5,
            escalate_days=10,
            done_days=3,
        )
    )
    at(day(4, 8))
    answer(sent, PartnerVerb.ACCEPT)
    at(day(4, 9))
    answer(sent, PartnerVerb.PROGRESS)
    deadlines_watch()
    # From the acceptance on, whatever follows.
    assert (stored(sent).deadline_kind, stored(sent).deadline_at) == (
        DeadlineKind.DONE,
        day(4, 13),
    )
    at(day(4, 13, 11))
    assert (reminders(), issue_of(sent).has_news) == (1, True)
    assert stored(sent).state == DeliveryState.IN_PROGRESS


@pytest.mark.parametrize("change", ["copy", "superseded", "closed"])
def test_nobody_is_awaited_for_a_copy_a_former_decision_or_a_closed_report(
    at, sent, change
) -> None:
    match change:
        case "copy":
            Delivery.objects.update(kind=DeliveryKind.COPY, watch_at=SENT)
        case "superseded":
            Decision.objects.update(is_current=False)
        case "closed":
            Issue.objects.update(status=IssueStatus.DONE)
    at(day(4, 30))
    assert (reminders(), stored(sent).deadline_at, stored(sent).watch_at) == (0, None, None)


def test_closing_taken_back_and_report_opened_again_let_the_clock_run(at, sent) -> None:
    Issue.objects.update(status=IssueStatus.DONE, status_changed_at=day(4, 8))
    at(day(4, 8))
    assert stored(sent).deadline_at is None
    Issue.objects.update(status=IssueStatus.FORWARDED)
    at(day(4, 9, 11))
    assert stored(sent).deadline_at == day(4, 13)
    Issue.objects.update(status=IssueStatus.DONE)
    at(day(4, 12))
    assert stored(sent).watch_at is None
    issue_set_status(issue=issue_of(sent), status=IssueStatus.FORWARDED)
    news_gather(urgent_only=False)
    deadlines_watch()
    assert stored(sent).deadline_at == day(4, 13)


def test_own_machine_tells_the_same_on_page_and_in_the_row(at, sent) -> None:
    clock = clock_of(stored(sent))
    assert clock is not None
    assert (clock.due_at, clock.escalates_at) == (stored(sent).deadline_at, day(4, 20))
    delivery_accepted(delivery=sent, said=Said(source="partner"))  # type: ignore[arg-type]
    clock = clock_of(stored(sent))
    assert clock is not None
    assert (clock.kind, clock.due_at) == (DeadlineKind.DONE, None)
