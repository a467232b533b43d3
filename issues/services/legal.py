"""What people write about the accessibility of the pages goes to the city by mail; nothing of it is stored."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import override, pgettext

from issues.models import LegalPage

FEEDBACK_MAX: Final = 4000


def feedback_send(*, page: LegalPage, text: str, mail: str) -> None:
    """Mails the text to the page's address, in the installation's own language; an answer goes to `mail`.

    Raises what the mail server raises: OSError, smtplib.SMTPException.
    """
    with override(settings.LANGUAGE_CODE):
        subject = pgettext("legal", "Something is not accessible: %(city)s")
        EmailMessage(
            subject=subject % {"city": page.jurisdiction.name},
            body=text,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[page.feedback_to],
            reply_to=[mail] if mail else None,
        ).send()
