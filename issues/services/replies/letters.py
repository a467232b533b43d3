"""How a mail to a citizen looks: plain text and HTML of the same words, from the city's own address."""

from __future__ import annotations

from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Final, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from gis_core.models import Jurisdiction

# How the HTML names the picture within its own message.
PICTURE: Final = "photo@flurpost"


class LetterPicture(NamedTuple):
    """A photo in a letter; `told` says what it shows to whoever does not see it."""

    jpeg: bytes
    told: str


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
    picture: LetterPicture | None = None,
) -> EmailMultiAlternatives:
    """The message. `text` is plain; addresses in it become links of the HTML, which loads nothing from anywhere.

    `picture` lies in the message itself and stands below the words of the HTML.

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
            {
                "subject": message.subject,
                "text": text,
                "language": language,
                "picture": picture,
                "picture_name": PICTURE,
            },
        )
    message.attach_alternative(page, "text/html")
    if picture:
        # The attribute of Django's messages that names how words and attachments belong together (RFC 2387).
        message.mixed_subtype = "related"  # type: ignore[attr-defined]
        part = MIMEImage(picture.jpeg, "jpeg")
        part["Content-ID"] = f"<{PICTURE}>"
        part["Content-Disposition"] = 'inline; filename="photo.jpg"'
        message.attach(part)
    return message
