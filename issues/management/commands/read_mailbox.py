"""Take in the mails of the mailbox now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from issues.errors import IssuesError
from issues.services.mailbox.reading import mailbox_read
from issues.services.mailbox.server import MailboxError


class Command(BaseCommand):
    help = "Read the mailbox of INBOX_URL once: its mails become reports or are set aside."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.INBOX is None:
            raise CommandError("INBOX_URL is not set (docs/operating.md).")
        try:
            read = mailbox_read()
        except (IssuesError, MailboxError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{read} mails read.")
