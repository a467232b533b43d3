"""Mailing what was put down for reporters. Any number of workers may do it at once."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.net.cities import city_address
from issues.enums import ReplyState
from issues.models import Reply, Reporter
from issues.services.photos.work import work_photo_small
from issues.services.replies.letters import LetterPicture, letter_build
from issues.services.reporting.links import report_url

logger = logging.getLogger(__name__)

# A worker that dies holds a message no longer than this.
LEASE: Final = timedelta(minutes=3)
# Between attempts a minute, three, nine … up to a day; then the message counts as not sent.
ATTEMPTS_MAX: Final = 10
BACKOFF: Final = timedelta(minutes=1)
BACKOFF_MAX: Final = timedelta(days=1)


def replies_send_due() -> int:
    """Sends what is due; returns how many messages were tried."""
    tried = 0
    while (reply := _claim()) is not None:
        _send(reply)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> Reply | None:
    now = timezone.now()
    due = Reply.objects.select_for_update(skip_locked=True, of=("self",))
    due = due.select_related("issue__jurisdiction", "issue__category", "reporter_of")
    reply = due.filter(state=ReplyState.QUEUED, due_at__lte=now).order_by("due_at", "pk").first()
    if reply is not None:
        reply.attempts += 1
        reply.due_at = now + LEASE
        reply.save(update_fields=["attempts", "due_at"])
    return reply


def _send(reply: Reply) -> None:
    """One attempt. A server that says no for good, or an address that was erased, ends the message."""
    known = Reporter.objects.filter(issue=reply.reporter_of_id, erase_asked_at__isnull=True)
    to = known.values_list("email", flat=True).first()
    if not to:
        _record(reply, ReplyState.FAILED, _("The reporter's e-mail address is no longer known."))
        return
    try:
        mail_hand_over(mail_build(reply, to))
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        _failed(reply, f"SMTP {code} {words!r}", is_permanent=500 <= code <= 599)
    except smtplib.SMTPResponseException as error:
        told = f"SMTP {error.smtp_code} {error.smtp_error!r}"
        _failed(reply, told, is_permanent=500 <= error.smtp_code <= 599)
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        _failed(reply, f"{type(error).__name__}: {error}", is_permanent=False)
    else:
        _record(reply, ReplyState.SENT, "")


def mail_build(reply: Reply, to: str) -> EmailMessage:
    """The message; an answer to it comes back with the issue's number and the reply's own name in its address.

    Below its text stands the private link of the reader's report. It is stored nowhere: staff read the stored text.
    """
    local, _at, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    with translation.override(reply.language):
        more = pgettext("reply", "All about your report, add a photo, withdraw or erase it:")
        told = pgettext("reply", "Photo of what was done")
    page = city_address(reply.issue.jurisdiction, "public_issue", reply.issue.number)
    photo = work_photo_small(reply.issue) if reply.shows_work else None
    shown = f"\n{told}: {page}\n" if photo else ""
    return letter_build(
        jurisdiction=reply.issue.jurisdiction,
        to=to,
        subject=reply.subject,
        text=f"{reply.text}{shown}\n{more}\n{report_url(reply.reporter_of)}\n",
        language=reply.language,
        reply_to=f"{local}+{reply.public_id.hex}@{domain}",
        message_id=f"<{reply.public_id}@{domain}>",
        picture=LetterPicture(photo, told) if photo else None,
    )


def mail_hand_over(message: EmailMessage) -> None:
    """Gives one message to the mail server; raises whatever that makes `smtplib` raise."""
    connection = get_connection()
    try:
        connection.open()
        connection.send_messages([message])
    finally:
        # What the server answers to the goodbye no longer matters: it has the message.
        with suppress(Exception):
            connection.close()


def _failed(reply: Reply, told: str, *, is_permanent: bool) -> None:
    logger.warning("reply %s: attempt %s failed: %s", reply.public_id, reply.attempts, told)
    if is_permanent or reply.attempts >= ATTEMPTS_MAX:
        _record(reply, ReplyState.FAILED, told)
        return
    reply.due_at = timezone.now() + min(BACKOFF * 3 ** (reply.attempts - 1), BACKOFF_MAX)
    _record(reply, ReplyState.QUEUED, told)


def _record(reply: Reply, state: ReplyState, error: str) -> None:
    """A message that was taken back while it was under way stays as it is recorded here: it may have arrived."""
    reply.state, reply.last_error = state, error
    if state == ReplyState.SENT:
        reply.sent_at = timezone.now()
    reply.save(update_fields=["state", "last_error", "due_at", "sent_at"])
