"""How a mail to a citizen looks: plain text and HTML of the same words, from the city's own address."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from gis_core.models import Jurisdiction


def city_from(jurisdiction: Jurisdiction, language: str) -> str:
    """Whom a mail to a citizen is from, as people see it: the city's name and address."""
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((jurisdiction.public_name_in(language), jurisdiction.sender_mail or own))


def letter_build(
    *,
    jurisdiction: Jurisdiction,
    to: str,
    subject: str,
    text: str,
    language: str,
    reply_to: str = "",
    message_id: str = "",
) -> EmailMultiAlternatives:
    """The message. `text` is plain; addresses in it become links of the HTML, which loads nothing from anywhere.

    People see the city's address and name (`Jurisdiction.sender_mail`). The envelope's sender stays that of the
    installation, so that what cannot be delivered comes back into the mailbox, and without `reply_to` answers do too.
    """
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "From": city_from(jurisdiction, language),
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    if message_id:
        headers["Message-ID"] = message_id
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[to],
        reply_to=[reply_to or own],
        headers=headers,
    )
    with translation.override(language):
        page = render_to_string(
            "issues/letter.html",
            {"subject": message.subject, "text": text, "language": language},
        )
    message.attach_alternative(page, "text/html")
    return message
