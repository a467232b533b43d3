"""Writes the evidence sheet of an issue to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mapui.sheets.making import sheet_make
from mapui.sheets.store import issues_for_sheets


class Command(BaseCommand):
    help = "Writes the evidence sheet of an issue as PDF, or as PNG, to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("issue", help="the issue's number, for example CAS-2026-000123")
        parser.add_argument("file", type=Path)
        parser.add_argument("--png", action="store_true", help="a picture of all pages")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = issues_for_sheets().filter(number=options["issue"]).first()
        if issue is None:
            raise CommandError(f"There is no issue {options['issue']}.")
        sheet = sheet_make(issue)
        content = sheet.png if options["png"] else sheet.pdf
        try:
            options["file"].write_bytes(content)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {len(content):,} bytes")
