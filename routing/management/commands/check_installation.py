"""Says what a municipality lacks before it can take reports; status 1 with errors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import npgettext

from gis_core.enums import Severity
from routing.management.arguments import arguments_add, jurisdiction_named
from routing.management.readiness import lacks_of


class Command(BaseCommand):
    help = "Says what a jurisdiction lacks: facts, geodata, rules, contacts, people; the status is 1 with errors."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        found = jurisdiction_named(jurisdiction)
        lacks = lacks_of(found)
        for lack in lacks:
            self.stdout.write(f"{lack.severity.label}: {lack.text}")
        errors = sum(lack.severity == Severity.ERROR for lack in lacks)
        told = npgettext("readiness", "%(count)d error", "%(count)d errors", errors)
        self.stdout.write(f"{found}: {told % {'count': errors}}.")
        if errors:
            raise SystemExit(1)
