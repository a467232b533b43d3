"""Reports that wait until their mail address is confirmed: by a button behind the link, which no scanner presses."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from gis_core.languages import language_first, languages
from gis_core.net.cities import city_address
from issues.enums import ReplyState, RetentionKind
from issues.errors import EmailInvalid
from issues.models import StagedPhoto, WaitingReport
from issues.services.nudging import worker_nudge
from issues.services.replies.letters import letter_build
from issues.services.replies.sending import LEASE, mail_hand_over
from issues.services.reporting.receiving import CitizenReport, report_receive
from issues.services.retention.rules import period_of
from issues.types import Received

logger = logging.getLogger(__name__)

SEND_TASK: Final = "issues.tasks.confirmations_send_due"
RETRY_AFTER: Final = timedelta(minutes=2)
ATTEMPTS_MAX: Final = 6
_signer: Final = Signer(salt="issues.confirmation")


def report_hold(report: CitizenReport) -> WaitingReport:
    """Keeps a report until its mail address is confirmed, and has the link mailed. A repeat changes nothing.

    The caller has checked the report. Raises `EmailInvalid` where it names no address.
    """
    if not report.reporter.email:
        raise EmailInvalid(pgettext("report", "Please give your e-mail address."), field="email")
    now = timezone.now()
    language = report.reporter.language
    with transaction.atomic():
        waiting, is_new = WaitingReport.objects.get_or_create(
            entry=report.entry,
            defaults={
                "category": report.category,
                "data": report.as_json(),
                "email": report.reporter.email,
                "language": language if language in languages() else language_first(),
                "expires_at": now
                + period_of(report.category.jurisdiction, RetentionKind.UNCONFIRMED),
                "due_at": now,
            },
        )
        if is_new:
            StagedPhoto.objects.filter(entry=report.entry).update(expires_at=waiting.expires_at)
            transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return waiting


def confirmation_url(waiting: WaitingReport) -> str:
    """The absolute address at which the report is confirmed."""
    token = _signer.sign(waiting.public_id.hex)
    return city_address(waiting.category.jurisdiction, "report_confirm", token)


def waiting_by_token(token: str) -> WaitingReport | None:
    """The report of a link; None: the link is invalid, its time is over, or the report was confirmed."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = WaitingReport.objects.select_related("category__jurisdiction")
    return found.filter(public_id=public_id, expires_at__gt=timezone.now()).first()


def report_confirm(waiting: WaitingReport) -> Received:
    """Stores the report. Raises an `IssuesError`; then it goes on waiting."""
    with transaction.atomic():
        report = CitizenReport.of_json(waiting.entry, waiting.category, waiting.data)
        received = report_receive(report)
        WaitingReport.objects.filter(pk=waiting.pk).delete()
    return received


def confirmations_send_due() -> int:
    """Mails the links that are due; returns how many were tried."""
    tried = 0
    while (waiting := _claim()) is not None:
        _send(waiting)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> WaitingReport | None:
    now = timezone.now()
    due = WaitingReport.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ReplyState.QUEUED, due_at__lte=now, expires_at__gt=now
    )
    waiting = due.select_related("category__jurisdiction").order_by("due_at", "pk").first()
    if waiting is not None:
        waiting.attempts, waiting.due_at = waiting.attempts + 1, now + LEASE
        waiting.save(update_fields=["attempts", "due_at"])
    return waiting


def _send(waiting: WaitingReport) -> None:
    try:
        mail_hand_over(_mail(waiting))
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        logger.warning("confirmation %s was not sent: %s", waiting.public_id, type(error).__name__)
        is_over = waiting.attempts >= ATTEMPTS_MAX
        waiting.state = ReplyState.FAILED if is_over else ReplyState.QUEUED
        waiting.due_at = timezone.now() + RETRY_AFTER * waiting.attempts
    else:
        waiting.state = ReplyState.SENT
    WaitingReport.objects.filter(pk=waiting.pk).update(state=waiting.state, due_at=waiting.due_at)


def _mail(waiting: WaitingReport) -> EmailMessage:
    with translation.override(waiting.language):
        city = waiting.category.jurisdiction.name
        until = date_format(timezone.localtime(waiting.expires_at), "SHORT_DATETIME_FORMAT")
        subject = pgettext("confirmation mail", "Please confirm your report to %(city)s")
        text = pgettext(
            "confirmation mail",
            "Hello,\n\nyou want to report: %(category)s.\n\nPlease open this page and confirm it by %(until)s. "
            "Your report is sent only then:\n%(url)s\n\nYou did not write a report? Then do nothing; we erase it.\n",
        )
        values = {
            "city": city,
            "category": waiting.category.name,
            "until": until,
            "url": confirmation_url(waiting),
        }
        return letter_build(
            jurisdiction=waiting.jurisdiction,
            to=waiting.email,
            subject=subject % values,
            text=text % values,
            language=waiting.language,
        )
