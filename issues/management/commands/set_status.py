"""Moves an issue along its life from the command line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from issues.enums import IssueStatus
from issues.errors import IssuesError
from issues.models import ClosingReason, Issue
from issues.services import issue_step


class Command(BaseCommand):
    help = "Gives an issue another state, with a reason of the city's list where that closes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="number of the issue")
        parser.add_argument("status", choices=IssueStatus.values)
        parser.add_argument("--reason", default="", help="code of a reason for closing")
        parser.add_argument("--note", default="", help="note for the public")
        parser.add_argument(
            "--no-reply", action="store_true", help="the reporter is not written to"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        issue = Issue.objects.filter(number=options["number"]).first()
        if issue is None:
            raise CommandError(f"There is no issue {options['number']}.")
        reasons = ClosingReason.objects.filter(jurisdiction=issue.jurisdiction_id, is_active=True)
        reason = reasons.filter(code=options["reason"]).first() if options["reason"] else None
        if options["reason"] and reason is None:
            codes = ", ".join(
                reasons.filter(status=options["status"]).values_list("code", flat=True)
            )
            raise CommandError(f"There is no reason {options['reason']}. There are: {codes}.")
        try:
            stored = issue_step(
                issue=issue,
                status=IssueStatus(options["status"]),
                reason=reason,
                note=options["note"],
                reply="" if options["no_reply"] else None,
                by=None,
            )
        except IssuesError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{stored.number}: {stored.status}")
