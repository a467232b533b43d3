"""Mails that are set aside: kept for a while with the reason, taken in or dismissed by a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import MailReason, MailState
from issues.errors import MailGone
from issues.models import InboxMail, Issue
from issues.services.mailbox.letters import letter_read
from issues.services.mailbox.taking import letter_take
from issues.services.texts import XML_FORBIDDEN

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEPT_DAYS: Final = 30


def mail_set_aside(
    mail: InboxMail, reason: MailReason, *, told: str = "", raw: bytes | None = None
) -> None:
    """Sets a mail aside that is being read. `raw` is the mail as it came, if it could be fetched."""
    mail.state, mail.reason = MailState.ASIDE, reason
    mail.told = XML_FORBIDDEN.sub("", told)[:2000]
    if raw is not None:
        mail.file.save(f"{uuid4().hex}.eml", ContentFile(raw), save=False)
    mail.save()


def mail_take_in(*, mail: InboxMail, by: User) -> Issue:
    """Makes a report of a mail that was set aside, or puts it to the report that it answers.

    Raises `MailGone` where somebody dealt with it or nothing of it is kept, and what `letter_take` raises.
    """
    with transaction.atomic():
        stored = _locked(mail)
        if not stored.file:
            raise MailGone(pgettext("mail", "The mail is not kept here: look into the mailbox."))
        with stored.file.open("rb") as file:
            letter = letter_read(file.read())
        stored.state, stored.issue = letter_take(
            letter=letter, jurisdiction=stored.jurisdiction, by=by
        )
        _close(stored, by)
        assert stored.issue is not None  # noqa: S101 - tells mypy what letter_take returned
        return stored.issue


def mail_dismiss(*, mail: InboxMail, by: User) -> None:
    """Says that the mail is no report. Raises `MailGone` where somebody dealt with it."""
    with transaction.atomic():
        stored = _locked(mail)
        stored.state = MailState.DISMISSED
        _close(stored, by)


def mails_expire() -> int:
    """Dismisses mails that were set aside KEPT_DAYS ago or earlier; returns how many."""
    until = timezone.now() - timedelta(days=KEPT_DAYS)
    over = InboxMail.objects.filter(state=MailState.ASIDE, at__lte=until)
    count = 0
    for mail in list(over[:500]):
        with transaction.atomic():
            mail.state = MailState.DISMISSED
            _close(mail, None)
        count += 1
    return count


def _locked(mail: InboxMail) -> InboxMail:
    mails = InboxMail.objects.select_for_update(of=("self",)).select_related("jurisdiction")
    stored: InboxMail | None = mails.filter(pk=mail.pk, state=MailState.ASIDE).first()
    if stored is None:
        raise MailGone(pgettext("mail", "Somebody dealt with this mail meanwhile."))
    return stored


def _close(mail: InboxMail, by: User | None) -> None:
    """Keeps no more of the mail than that it was read."""
    file = mail.file.name
    if file:
        storage = mail.file.storage
        transaction.on_commit(lambda: storage.delete(file))
    mail.file, mail.sender, mail.subject, mail.by = "", "", "", by
    mail.save()
