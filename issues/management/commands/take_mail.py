"""Take in one mail from standard input."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from issues.errors import IssuesError
from issues.services.mailbox.reading import BYTES_MAX, mail_read


class Command(BaseCommand):
    help = "Take in one mail from standard input, as a mail server hands it over (a pipe)."

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(BYTES_MAX + 1)
        if len(raw) > BYTES_MAX:
            raise CommandError(f"The mail is larger than {BYTES_MAX // 2**20} MB.")
        try:
            mail = mail_read(raw)
        except IssuesError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{mail.get_state_display()}.")
