"""Telling authorities what they have to hear after the report. Any number of workers may do it at once."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import pgettext, pgettext_lazy

from issues.enums import ReplyState
from issues.models import Reporter
from issues.services.replies.sending import BACKOFF, BACKOFF_MAX, LEASE, mail_hand_over
from issues.services.workflow import issue_news
from routing.enums import DeadlineKind, DeliveryKind, DeliveryState, NoticeKind
from routing.forwarding.channels import channel_of
from routing.forwarding.channels.mail import thread_headers
from routing.forwarding.envelope import envelope_build, message_id
from routing.forwarding.links import partner_link
from routing.forwarding.news_texts import news_text
from routing.forwarding.wording import LANGUAGE
from routing.models import Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.transfers import RECALLS

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

logger = logging.getLogger(__name__)

# What a receiver's own channel may take, and which of it means that nothing is to be done any more.
NEWS: Final = frozenset({NoticeKind.CHANGED, NoticeKind.TAKEN_BACK, NoticeKind.WITHDRAWN})
OVER: Final = NEWS - {NoticeKind.CHANGED}

_UNANSWERED: Final = pgettext_lazy(
    "notice",
    "We sent you %(number)s on %(sent)s and asked for an answer until %(until)s. We have not heard from you yet."
    "\n\nPlease take it over, or tell us who is responsible:\n%(link)s",
)
_UNDONE: Final = pgettext_lazy(
    "notice",
    "You have taken over %(number)s, which we sent you on %(sent)s. It was to be done until %(until)s."
    "\n\nPlease tell us how far it is:\n%(link)s",
)
REMINDERS: Final[dict[tuple[str, str], StrOrPromise]] = {
    (DeadlineKind.ANSWER, DeliveryState.SENT): _UNANSWERED,
    (DeadlineKind.ANSWER, DeliveryState.DELIVERED): _UNANSWERED,
    (DeadlineKind.DONE, DeliveryState.ACCEPTED): _UNDONE,
    (DeadlineKind.DONE, DeliveryState.IN_PROGRESS): _UNDONE,
}

# As long as for a delivery: an authority has to hear that it may not phone any more.
ATTEMPTS_MAX: Final = 10


def notices_send_due() -> int:
    """Sends what is due; returns how many were tried."""
    tried = 0
    while (claimed := _claim()) is not None:
        notice, is_lost = claimed
        if is_lost and notice.kind == NoticeKind.REMINDED:
            # One reminder too few does less harm than the same one twice: the clock goes on by itself.
            _record(notice, ReplyState.FAILED, "the worker ended with it: it may have arrived")
        else:
            _send(notice)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> tuple[ReporterNotice, bool] | None:
    """Claimed for this worker, and whether the former one ended with it; from now on it may have arrived."""
    now = timezone.now()
    due = ReporterNotice.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ReplyState.QUEUED, due_at__lte=now
    )
    notice = (
        due.select_related("delivery__contact", "delivery__decision__issue__jurisdiction")
        .order_by("due_at", "pk")
        .first()
    )
    if notice is None:
        return None
    # Whoever lived to see it fail has noted why.
    is_lost = notice.attempts > 0 and not notice.last_error
    notice.attempts, notice.due_at, notice.last_error = notice.attempts + 1, now + LEASE, ""
    notice.save(update_fields=["attempts", "due_at", "last_error"])
    return notice, is_lost


def _send(notice: ReporterNotice) -> None:
    # Read after the claim is stored: whoever takes the consent back from now on sees that it may be under way.
    notice.parts = []
    try:
        if _told_by_channel(notice):
            state, notice.parts = ReplyState.SENT, notice.delivery.contact.parts
        else:
            message = notice_mail(notice)
            state = ReplyState.CANCELLED if message is None else ReplyState.SENT
            if message is not None:
                mail_hand_over(message)
                if notice.kind == NoticeKind.CHANGED:
                    notice.parts = notice.delivery.contact.parts
    except Exception as error:  # noqa: BLE001 - smtplib and receivers raise anything
        _failed(notice, error)
    else:
        _record(notice, state, "")


def _told_by_channel(notice: ReporterNotice) -> bool:
    """Whether it is news of the report and the receiver's channel took it."""
    if notice.kind not in NEWS:
        return False
    contact = notice.delivery.contact
    return channel_of(contact.channel).tell(
        envelope_build(notice.delivery),
        contact,
        message_id=str(notice.public_id),
        news=notice.news,
        is_over=notice.kind in OVER,
    )


def notice_mail(notice: ReporterNotice) -> EmailMessage | None:
    """The message, in German; None: nobody may be phoned any more, or the receiver has no mail address."""
    issue = notice.delivery.decision.issue
    address = notice.delivery.contact.mail_address
    with translation.override(LANGUAGE):
        text = _text(notice) if address else None
        if text is None:
            return None
        subject = capfirst(notice.get_kind_display())
        return EmailMessage(
            subject=f"[{issue.number}] {subject}",
            body=f"{text}\n\n{issue.jurisdiction.public_name}\n",
            to=[address],
            headers={
                "Message-ID": message_id(notice.public_id),
                "Auto-Submitted": "auto-generated",
                **thread_headers([message_id(notice.delivery.public_id)]),
            },
        )


def _text(notice: ReporterNotice) -> str | None:
    if (written := _WRITTEN.get(notice.kind)) is not None:
        return written(notice)
    number, link = notice.delivery.decision.issue.number, partner_link(notice.delivery)
    return str(_TEXTS[notice.kind]) % {"number": number, "link": link}


def _news(notice: ReporterNotice) -> str:
    return news_text(envelope_build(notice.delivery), notice.news, is_over=False)


def _call(notice: ReporterNotice) -> str | None:
    """Whom to phone; None where nobody may be phoned any more."""
    known = Reporter.objects.filter(issue=notice.delivery.decision.issue_id)
    reporter = known.filter(may_call_since__isnull=False).exclude(phone="").first()
    if reporter is None:
        return None
    told = pgettext(
        "notice",
        "Whoever reported %(number)s agrees that you phone about it.\n\n"
        "Name: %(name)s\nTelephone: %(phone)s\n\n"
        "Please use both for this report alone and erase them when it is done.",
    )
    return told % {
        "number": notice.delivery.decision.issue.number,
        "name": f"{reporter.first_name} {reporter.last_name}".strip() or "–",
        "phone": reporter.phone,
    }


def _taken_back(notice: ReporterNotice) -> str:
    """Who has it now, by the name that the public reads, and where the way there stands."""
    delivery = notice.delivery
    now = Delivery.objects.filter(
        decision__issue=delivery.decision.issue_id,
        decision__is_current=True,
        kind=DeliveryKind.RESPONSIBLE,
    ).select_related("authority")
    following = now.first()
    told = pgettext(
        "notice",
        "%(number)s has been passed on: %(authority)s has to act now. You need not do anything about it any more."
        " If you have begun already, please tell us by answering this message.\n\n"
        "Who had it before, and why:\n%(link)s",
    )
    return told % {
        "number": delivery.decision.issue.number,
        "authority": following.authority.public_name
        if following
        else pgettext("notice", "somebody else"),
        "link": partner_link(delivery),
    }


def _reminder(notice: ReporterNotice) -> str | None:
    """What we wait for, and where it is answered; None where it was answered meanwhile."""
    delivery = notice.delivery
    told = REMINDERS.get((delivery.deadline_kind, delivery.state))
    if told is None or delivery.deadline_at is None or delivery.sent_at is None:
        return None
    days = {
        name: date_format(timezone.localtime(day), "SHORT_DATE_FORMAT")
        for name, day in (("sent", delivery.sent_at), ("until", delivery.deadline_at))
    }
    return str(told) % {
        "number": delivery.decision.issue.number,
        "link": partner_link(delivery),
        **days,
    }


def _reply(notice: ReporterNotice) -> str:
    """Our answer to a question of the body."""
    event = DeliveryEvent.objects.get(pk=notice.news[0])
    told = pgettext("notice", "You asked us about %(number)s. Our answer:\n\n%(text)s\n\n%(link)s")
    return told % {
        "number": notice.delivery.decision.issue.number,
        "text": event.detail["text"],
        "link": partner_link(notice.delivery),
    }


_TEXTS: Final[dict[str, StrOrPromise]] = {
    NoticeKind.NO_CALL: pgettext_lazy(
        "notice",
        "Whoever reported %(number)s no longer agrees to be phoned. Please erase the name and the telephone"
        " number that we sent you (Art. 7 (3), 17 and 19 GDPR).",
    ),
    NoticeKind.ERASED: pgettext_lazy(
        "notice",
        "We have erased the contact of whoever reported %(number)s. Please erase the name and the telephone"
        " number that we sent you, too (Art. 17 and 19 GDPR).",
    ),
    NoticeKind.LINK: pgettext_lazy(
        "notice",
        "The links that we sent you about %(number)s do not work any more. Please use this one:\n%(link)s",
    ),
    NoticeKind.WITHDRAWN: pgettext_lazy(
        "notice",
        "Whoever reported %(number)s has withdrawn the report. Whether you act nevertheless is"
        " yours to decide.",
    ),
}
# Whose text depends on more than the number.
_WRITTEN: Final[dict[str, Callable[[ReporterNotice], str | None]]] = {
    NoticeKind.CALL: _call,
    NoticeKind.CHANGED: _news,
    NoticeKind.REMINDED: _reminder,
    NoticeKind.REPLIED: _reply,
    NoticeKind.TAKEN_BACK: _taken_back,
}


def _failed(notice: ReporterNotice, error: Exception) -> None:
    told = f"{type(error).__name__}: {error}"
    is_permanent = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code <= 599 for code, _words in error.recipients.values()
    )
    is_last = is_permanent or notice.attempts >= ATTEMPTS_MAX
    level = logging.ERROR if is_last else logging.WARNING
    logger.log(level, "notice %s: attempt %s failed: %s", notice.public_id, notice.attempts, told)
    notice.due_at = timezone.now() + min(BACKOFF * 3 ** (notice.attempts - 1), BACKOFF_MAX)
    _record(notice, ReplyState.FAILED if is_last else ReplyState.QUEUED, told)


def _record(notice: ReporterNotice, state: ReplyState, error: str) -> None:
    """One that was taken back while it was under way stays so, unless it was sent."""
    found = ReporterNotice.objects.filter(pk=notice.pk)
    if state == ReplyState.SENT:
        found.update(state=state, sent_at=timezone.now(), last_error="", parts=notice.parts)
        return
    found.filter(state=ReplyState.QUEUED).update(
        state=state, due_at=notice.due_at, last_error=error
    )
    if state != ReplyState.QUEUED and notice.kind in RECALLS:
        # Nobody there hears of it: a person has to tell them.
        issue_news(notice.delivery.decision.issue)
