"""Reports that wait until their mail address is confirmed: by a button behind the link, which no scanner presses."""

from __future__ import annotations

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
from issues.enums import RetentionKind
from issues.errors import EmailInvalid
from issues.models import StagedPhoto, WaitingReport
from issues.services.nudging import worker_nudge
from issues.services.replies.letters import letter_build
from issues.services.replies.mailing import mails_send_due
from issues.services.reporting.receiving import CitizenReport, report_receive
from issues.services.retention.rules import period_of
from issues.types import Received

SEND_TASK: Final = "issues.tasks.confirmations_send_due"
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
    return mails_send_due(WaitingReport.objects.select_related("category__jurisdiction"), _mail)


def _mail(waiting: WaitingReport) -> EmailMessage:
    with translation.override(waiting.language):
        city = waiting.jurisdiction.public_name
        until = date_format(timezone.localtime(waiting.expires_at), "SHORT_DATETIME_FORMAT")
        subject = pgettext("confirmation mail", "Please confirm your report to %(city)s")
        text = pgettext(
            "confirmation mail",
            "Hello,\n\nyou want to report: %(category)s.\n\nPlease open this page and confirm it by %(until)s. "
            "Your report is sent only then:\n%(url)s\n\nYou did not write a report? Then do nothing; we erase it."
            "\n\nKind regards\n%(city)s\n",
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
