"""Mailing authorities what they have to hear about whoever reported. Any number of workers may do it at once."""

from __future__ import annotations

import logging
import smtplib
from typing import Final

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import pgettext

from issues.enums import ReplyState
from issues.models import Reporter
from issues.services.replies.sending import BACKOFF, BACKOFF_MAX, LEASE, mail_hand_over
from routing.enums import NoticeKind
from routing.forwarding.envelope import LANGUAGE, mail_domain
from routing.models import ReporterNotice

logger = logging.getLogger(__name__)

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
    message = notice_mail(notice)
    if message is None:
        _record(notice, ReplyState.CANCELLED, "")
        return
    try:
        mail_hand_over(message)
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        _failed(notice, error)
    else:
        _record(notice, ReplyState.SENT, "")


def notice_mail(notice: ReporterNotice) -> EmailMessage | None:
    """The message, in German; None: nobody may be phoned any more, so nothing is told."""
    issue = notice.delivery.decision.issue
    with translation.override(LANGUAGE):
        text = _text(notice)
        if text is None:
            return None
        subject = pgettext("notice", "about report %(number)s") % {"number": issue.number}
        return EmailMessage(
            subject=f"[{issue.number}] {subject}",
            body=f"{text}\n\n{issue.jurisdiction.public_name}\n",
            to=[notice.delivery.contact.address],
            headers={
                "Message-ID": f"<{notice.public_id}@{mail_domain()}>",
                "Auto-Submitted": "auto-generated",
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
        case _:
            told = pgettext(
                "notice",
                "Whoever reported %(number)s has withdrawn the report. Whether you act nevertheless is"
                " yours to decide.",
            )
    return told % number


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
