"""Telling authorities what they have to hear after the report. Any number of workers may do it at once."""

from __future__ import annotations

import logging
import smtplib
from typing import Final

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import pgettext, pgettext_lazy

from issues.enums import EventKind, ReplyState
from issues.models import Reporter
from issues.services.replies.sending import BACKOFF, BACKOFF_MAX, LEASE, mail_hand_over
from routing.enums import ChannelKind, NoticeKind
from routing.forwarding.attachments import report_text
from routing.forwarding.channels import channel_of
from routing.forwarding.channels.mail import thread_headers
from routing.forwarding.envelope import envelope_build, message_id
from routing.forwarding.wording import LANGUAGE
from routing.models import ReporterNotice

logger = logging.getLogger(__name__)

NEWS: Final = frozenset({NoticeKind.CHANGED, NoticeKind.TAKEN_BACK})
NEWS_WORDS: Final = {
    EventKind.MOVED.value: pgettext_lazy("news", "The place was corrected."),
    EventKind.RECATEGORISED.value: pgettext_lazy("news", "The category was corrected."),
    EventKind.ANSWERED.value: pgettext_lazy("news", "Answers came in or were corrected."),
    EventKind.PHOTO_ADDED.value: pgettext_lazy("news", "A photo came in."),
    EventKind.MERGED.value: pgettext_lazy("news", "Somebody else has reported the same."),
    EventKind.DOUBTED.value: pgettext_lazy("news", "Several people say that it is not done."),
    EventKind.STATUS_CHANGED.value: pgettext_lazy("news", "The report is open again."),
}

# As long as for a delivery: an authority has to hear that it may not phone any more.
ATTEMPTS_MAX: Final = 10


def notices_send_due() -> int:
    """Sends what is due; returns how many were tried."""
    tried = 0
    while (notice := _claim()) is not None:
        _send(notice)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> ReporterNotice | None:
    """Claimed for this worker; from now on it may have arrived."""
    now = timezone.now()
    due = ReporterNotice.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ReplyState.QUEUED, due_at__lte=now
    )
    notice = (
        due.select_related("delivery__contact", "delivery__decision__issue__jurisdiction")
        .order_by("due_at", "pk")
        .first()
    )
    if notice is not None:
        notice.attempts, notice.due_at = notice.attempts + 1, now + LEASE
        notice.save(update_fields=["attempts", "due_at"])
    return notice


def _send(notice: ReporterNotice) -> None:
    # Read after the claim is stored: whoever takes the consent back from now on sees that it may be under way.
    try:
        if _told_by_channel(notice):
            state = ReplyState.SENT
        else:
            message = notice_mail(notice)
            state = ReplyState.CANCELLED if message is None else ReplyState.SENT
            if message is not None:
                mail_hand_over(message)
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
        is_over=notice.kind == NoticeKind.TAKEN_BACK,
    )


def notice_mail(notice: ReporterNotice) -> EmailMessage | None:
    """The message, in German; None: nobody may be phoned any more, or the receiver has no mail address."""
    issue = notice.delivery.decision.issue
    contact = notice.delivery.contact
    is_mail = contact.channel == ChannelKind.MAIL
    address = contact.address if is_mail else contact.settings.get("news_mail", "")
    with translation.override(LANGUAGE):
        text = _text(notice) if address else None
        if text is None:
            return None
        subject = pgettext("notice", "about report %(number)s") % {"number": issue.number}
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
    number = {"number": notice.delivery.decision.issue.number}
    match notice.kind:
        case NoticeKind.CALL:
            known = Reporter.objects.filter(issue=notice.delivery.decision.issue_id)
            reporter = known.filter(may_call_since__isnull=False).exclude(phone="").first()
            if reporter is None:
                return None
            name = f"{reporter.first_name} {reporter.last_name}".strip() or "–"
            told = pgettext(
                "notice",
                "Whoever reported %(number)s agrees that you phone about it.\n\n"
                "Name: %(name)s\nTelephone: %(phone)s\n\n"
                "Please use both for this report alone and erase them when it is done.",
            )
            return told % {**number, "name": name, "phone": reporter.phone}
        case NoticeKind.NO_CALL:
            told = pgettext(
                "notice",
                "Whoever reported %(number)s no longer agrees to be phoned. Please erase the name and the telephone"
                " number that we sent you (Art. 7 (3), 17 and 19 GDPR).",
            )
        case NoticeKind.ERASED:
            told = pgettext(
                "notice",
                "We have erased the contact of whoever reported %(number)s. Please erase the name and the telephone"
                " number that we sent you, too (Art. 17 and 19 GDPR).",
            )
        case NoticeKind.CHANGED:
            return _news_text(notice)
        case NoticeKind.TAKEN_BACK:
            told = pgettext(
                "notice",
                "%(number)s has been passed on to somebody else who has to act. You need not do anything about it"
                " any more. If you have begun already, please tell us by answering this message.",
            )
        case _:
            told = pgettext(
                "notice",
                "Whoever reported %(number)s has withdrawn the report. Whether you act nevertheless is"
                " yours to decide.",
            )
    return told % number


def _news_text(notice: ReporterNotice) -> str:
    """What is new, and below it the report as it stands now."""
    envelope = envelope_build(notice.delivery)
    lines = "\n".join(f"- {NEWS_WORDS[kind]}" for kind in notice.news if kind in NEWS_WORDS)
    head = pgettext("notice", "News of report %(number)s, which you have:") % {
        "number": envelope.number
    }
    return f"{head}\n{lines}\n\n{report_text(envelope)}".rstrip()


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
        found.update(state=state, sent_at=timezone.now(), last_error="")
    else:
        found.filter(state=ReplyState.QUEUED).update(
            state=state, due_at=notice.due_at, last_error=error
        )
