"""Make an API key for a sender of reports."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from issues.errors import IssuesError
from issues.selectors import jurisdiction_find
from issues.services import api_key_create


class Command(BaseCommand):
    help = "Make an API key and print it, this once: only its SHA-256 is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who sends with it")
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )
        parser.add_argument(
            "--reports-per-minute", type=int, default=60, help="0 for no limit (default: 60)"
        )
        parser.add_argument(
            "--accuracy-m",
            type=float,
            help="radius in metres of coordinates that say nothing of it, 0 to 5000",
        )
        parser.add_argument(
            "--accuracy-confidence",
            type=float,
            help="share of the places within the sender's accuracy, 0.1 to 0.999",
        )
        parser.add_argument(
            "--confirms-reporters",
            action="store_true",
            help="the sender knows who reports as well as the city's own pages do",
        )

    def handle(
        self,
        *args: Any,
        name: str,
        jurisdiction: str,
        reports_per_minute: int,
        accuracy_m: float | None,
        accuracy_confidence: float | None,
        confirms_reporters: bool,
        **options: Any,
    ) -> None:
        if reports_per_minute < 0:
            raise CommandError("--reports-per-minute must not be negative.")
        try:
            found = jurisdiction_find(jurisdiction)
        except IssuesError as error:
            raise CommandError(error.message) from error
        try:
            _stored, clear = api_key_create(
                jurisdiction=found,
                name=name,
                reports_per_minute=reports_per_minute,
                accuracy_m=accuracy_m,
                accuracy_confidence=accuracy_confidence,
                confirms_reporters=confirms_reporters,
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(clear)
