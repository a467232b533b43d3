"""Mails to the clearing unit: which report has come to it, what the last decision says, and where it is decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import pgettext

from gis_core.languages import text_in
from gis_core.net.cities import city_address
from issues.enums import CLOSED
from issues.models import Issue
from issues.services.replies.mailing import mails_send_due
from routing.enums import DeliveryState
from routing.forwarding.envelope import message_id
from routing.models import ClearingMail, Decision


def clearing_mails_send_due() -> int:
    """Sends what is due; what was settled meanwhile goes to nobody. Returns how many were looked at."""
    ClearingMail.objects.filter(expires_at__lt=timezone.now()).delete()
    rows = ClearingMail.objects.select_related("issue__jurisdiction", "issue__category")
    return mails_send_due(rows, _mail)


def _mail(row: ClearingMail) -> EmailMessage | None:
    issue = row.issue
    if issue.status in CLOSED:
        return None
    with translation.override(row.language):
        subject = pgettext("clearing", "Please decide who is responsible")
        told = pgettext(
            "clearing",
            "Report %(number)s (“%(category)s”) has come to the clearing unit.\n\n%(sentence)s\n\n%(url)s",
        ) % {
            "number": issue.number,
            "category": text_in(issue.category.names, row.language),
            "sentence": " ".join(_why(issue, row.language)),
            "url": city_address(issue.jurisdiction, "triage_issue", issue.number),
        }
    return EmailMessage(
        subject=f"[{issue.number}] {subject}",
        body=f"{told}\n\n{issue.jurisdiction.public_name}\n",
        to=[row.email],
        headers={"Message-ID": message_id(row.public_id), "Auto-Submitted": "auto-generated"},
    )


def _why(issue: Issue, language: str) -> Iterator[str]:
    """What was decided last, and who has let the day go by."""
    decision = Decision.objects.filter(issue=issue, is_current=True).first()
    if decision is None:
        return
    yield text_in(decision.sentences, language)
    silent = decision.deliveries.filter(state=DeliveryState.EXPIRED).select_related("authority")
    for delivery in silent:
        told = pgettext("clearing", "%(authority)s has not answered in time.")
        yield told % {"authority": text_in(delivery.authority.names, language)}
