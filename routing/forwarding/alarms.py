"""Emergencies that do not get through: a person of the city is mailed at once, and once for each."""

from __future__ import annotations

import logging

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import pgettext

from gis_core.net.cities import city_address
from issues.services.replies.sending import mail_hand_over
from routing.enums import DeliveryState
from routing.forwarding.envelope import LANGUAGE
from routing.models import Delivery

logger = logging.getLogger(__name__)


def alarms_send_due() -> int:
    """Mails what nobody was told of yet; returns how many mails were sent. Rather twice than never.

    A failed first attempt is reason enough: whoever reads the mail may use the telephone.
    """
    stuck = Delivery.objects.filter(
        Q(state=DeliveryState.FAILED) | Q(state=DeliveryState.QUEUED) & ~Q(last_error=""),
        is_urgent=True,
        alarmed_at=None,
    ).select_related("authority", "contact", "decision__issue__jurisdiction")
    return sum(_alarm(one) for one in stuck.order_by("pk"))


def _alarm(delivery: Delivery) -> bool:
    city = delivery.decision.issue.jurisdiction
    to = city.alarm_mail or city.public_mail
    if not to:
        logger.error("delivery %s is urgent, and the city has no alarm_mail", delivery.public_id)
        return False
    try:
        mail_hand_over(alarm_mail(delivery, to))
    except Exception:
        # smtplib raises anything about what a server answers; the sweep tries again.
        logger.exception("no alarm for delivery %s", delivery.public_id)
        return False
    Delivery.objects.filter(pk=delivery.pk).update(alarmed_at=timezone.now())
    return True


def alarm_mail(delivery: Delivery, to: str) -> EmailMessage:
    """What is stuck, where, why, and whom to phone; in German."""
    issue = delivery.decision.issue
    with translation.override(LANGUAGE):
        subject = pgettext("alarm", "URGENT: report %(number)s does not get through") % {
            "number": issue.number
        }
        told = pgettext(
            "alarm",
            "Report %(number)s (“%(category)s”) is an emergency. It does not reach %(authority)s.\n\n"
            "Channel: %(channel)s, %(address)s\nTelephone: %(phone)s\nReason: %(error)s\n\n"
            "Please phone, and then look here: %(url)s",
        )
        body = told % {
            "number": issue.number,
            "category": issue.category.name,
            "authority": delivery.authority.name,
            "channel": delivery.contact.channel_label,
            "address": delivery.contact.address,
            "phone": delivery.authority.phone or "–",
            "error": f"{delivery.get_error_code_display()} {delivery.last_error}".strip(),
            "url": city_address(issue.jurisdiction, "triage_issue", issue.number),
        }
    return EmailMessage(
        subject=f"[{issue.number}] {subject}",
        body=body,
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Importance": "high"},
    )
