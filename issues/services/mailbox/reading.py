"""Reading the mailbox: each mail once, whatever ends a run."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import parseaddr
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction
from issues.enums import MailReason, MailState
from issues.errors import IssuesError
from issues.models import InboxMail, Issue
from issues.models.mails import SETTLED
from issues.selectors import jurisdiction_find
from issues.services.mailbox.aside import mail_set_aside, mails_expire
from issues.services.mailbox.authorities import answer_take, bounce_take
from issues.services.mailbox.bounces import bounce_of, ids_quoted, is_riddle
from issues.services.mailbox.judging import reason_aside
from issues.services.mailbox.letters import Letter, header, letter_read, message_parse
from issues.services.mailbox.server import DONE, WRONG, Mailbox, mailbox_open
from issues.services.mailbox.taking import letter_take, reply_bounced

logger = logging.getLogger(__name__)

BYTES_MAX: Final = 25 * 1024 * 1024
# A mail that ends so many runs (memory, time) is set aside.
ATTEMPTS_MAX: Final = 3
# In the place of a server's UIDVALIDITY, which is never 0 (RFC 9051): mails that came through a pipe.
PIPED: Final = 0
# One run at a time: "mailbox" in letters.
_LOCK: Final = 0x6D61696C626F78


def mailbox_read(*, seconds: float | None = None) -> int:
    """Takes in the mails that were not read before, begins none after so many seconds; returns how many it read.

    Nothing without INBOX_URL, and while another run works. Raises `MailboxError`, or an `IssuesError` where
    INBOX_JURISDICTION is missing or unknown.
    """
    if settings.INBOX is None:
        return 0
    ends = None if seconds is None else time.monotonic() + seconds
    with _alone() as is_alone:
        if not is_alone:
            return 0
        mails_expire()
        jurisdiction = jurisdiction_find(settings.INBOX_JURISDICTION)
        with mailbox_open() as box:
            return _read_new(box, jurisdiction, ends)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other run works; PostgreSQL frees the lock of one that was killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_alone = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _read_new(box: Mailbox, jurisdiction: Jurisdiction, ends: float | None) -> int:
    there = box.uids()
    known = InboxMail.objects.filter(uid_validity=box.validity, uid__in=there)
    known = known.exclude(state=MailState.READING)
    states = dict(known.values_list("uid", "state"))
    for folder in (DONE, WRONG):
        box.move([uid for uid in states if _folder(states[uid]) == folder], folder)
    fresh = [uid for uid in there if uid not in states]
    read = 0
    for uid, size in box.sizes(fresh).items():
        if ends is not None and time.monotonic() > ends:
            break
        mail = _begin(box.validity, uid, jurisdiction)
        _read(box, mail, size)
        box.move([uid], _folder(mail.state))
        read += 1
    return read


def _folder(state: str) -> str:
    return WRONG if state in {MailState.ASIDE, MailState.DISMISSED} else DONE


def _begin(validity: int, uid: int, jurisdiction: Jurisdiction) -> InboxMail:
    """Notes that the mail is being read, before anything of it is: so a mail that ends the process is known."""
    mail, _is_new = InboxMail.objects.get_or_create(
        uid_validity=validity, uid=uid, defaults={"jurisdiction": jurisdiction}
    )
    mail.attempts += 1
    mail.save(update_fields=["attempts"])
    return mail


def mail_read(raw: bytes, *, jurisdiction: Jurisdiction | None = None) -> InboxMail:
    """Takes in one mail that a mail server hands over (a pipe), once; what comes again is known by what it holds.

    It is a mail to `jurisdiction`, by itself that of the settings. Raises an `IssuesError` where INBOX_JURISDICTION is
    asked, and missing or unknown.
    """
    jurisdiction = jurisdiction or jurisdiction_find(settings.INBOX_JURISDICTION)
    uid = int.from_bytes(hashlib.sha256(raw).digest()[:7])
    mail = _begin(PIPED, uid, jurisdiction)
    if mail.state == MailState.READING:
        _read_raw(mail, raw)
    return mail


def _read(box: Mailbox, mail: InboxMail, size: int) -> None:
    """Settles one mail. Only a server or a database that is gone, and the end of the run, get out of here."""
    if size > BYTES_MAX or mail.attempts > ATTEMPTS_MAX:
        _set_aside_unread(box, mail, size)
        return
    _read_raw(mail, box.raw(mail.uid) or b"")


def _read_raw(mail: InboxMail, raw: bytes) -> None:
    try:
        with transaction.atomic():
            _settle(mail, raw)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise
    except IssuesError as error:
        mail_set_aside(_anew(mail), MailReason.REFUSED, told=error.message, raw=raw)
    except Exception:
        logger.exception("mail %s cannot be read", mail.uid)
        mail_set_aside(_anew(mail), MailReason.UNREADABLE, raw=raw)
    mail.refresh_from_db()


def _anew(mail: InboxMail) -> InboxMail:
    """The row as it was before the transaction that failed."""
    kept = InboxMail.objects.get(pk=mail.pk)
    kept.sender, kept.subject = mail.sender, mail.subject
    return kept


def _set_aside_unread(box: Mailbox, mail: InboxMail, size: int) -> None:
    """Sets a mail aside by its headers alone."""
    message = message_parse(box.raw(mail.uid, part="HEADER") or b"")
    mail.message_id = header(message, "Message-ID")[:300]
    mail.sender, mail.subject = header(message, "From")[:300], header(message, "Subject")[:300]
    told = pgettext("mail", "%(size)d MB; at most %(most)d MB are read.")
    is_large = size > BYTES_MAX
    mail_set_aside(
        mail,
        MailReason.LARGE if is_large else MailReason.UNREADABLE,
        told=told % {"size": -(-size // 2**20), "most": BYTES_MAX // 2**20} if is_large else "",
    )


def _settle(mail: InboxMail, raw: bytes) -> None:
    message = message_parse(raw)
    mail.sender, mail.subject = header(message, "From")[:300], header(message, "Subject")[:300]
    if (bounce := bounce_of(message)) is not None:
        told = pgettext("mail", "A mail server reports that it did not arrive.")
        issue = reply_bounced(bounce.public_id, told) or bounce_take(bounce)
        if issue is not None:
            _close(mail, MailState.BOUNCE, issue)
            return
    letter = letter_read(raw)
    mail.message_id, mail.digest = letter.message_id, letter.digest
    former = InboxMail.objects.filter(digest=letter.digest, state__in=SETTLED).first()
    if former is not None:
        _close(mail, MailState.REPEAT, former.issue)
        return
    reason = reason_aside(message, _own_addresses()) or _reason_empty(letter)
    if reason not in {MailReason.OWN, MailReason.EMPTY}:
        if is_riddle(message):
            quoting = replace(letter, answers=(*letter.answers, *ids_quoted(message)))
            issue = answer_take(quoting, is_automatic=False)
        else:
            issue = answer_take(letter, is_automatic=reason is not None)
        if issue is not None:
            _close(mail, MailState.ANSWER, issue)
            return
    if reason is not None:
        mail_set_aside(mail, reason, raw=raw)
        return
    _close(mail, *letter_take(letter=letter, jurisdiction=mail.jurisdiction))


def _reason_empty(letter: Letter) -> MailReason | None:
    return None if letter.subject or letter.text or letter.files else MailReason.EMPTY


def _close(mail: InboxMail, state: MailState, issue: Issue | None) -> None:
    """Who wrote what stands with the report, and no longer here."""
    mail.state, mail.issue, mail.sender, mail.subject = state, issue, "", ""
    mail.save()


def _own_addresses() -> set[str]:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    cities = Jurisdiction.objects.exclude(sender_mail="").values_list("sender_mail", flat=True)
    inbox = settings.INBOX.user.lower() if settings.INBOX else ""
    return {sender.lower(), inbox, *(one.lower() for one in cities)}
