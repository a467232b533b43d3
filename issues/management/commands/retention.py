"""What is due for erasing by the periods of the cities."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand

from issues.services.retention.running import retention_apply, retention_due

SHOWN: Final = 10


class Command(BaseCommand):
    help = "Say what is due for erasing by each period; with --apply erase it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="erase what is due")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        if apply:
            for kind, count in sorted(retention_apply().items()):
                self.stdout.write(f"{kind.label}: {count}")
            return
        for due in retention_due(shown=SHOWN):
            first = ", ".join(due.first) + (" …" if due.count > len(due.first) > 0 else "")
            period = due.period
            self.stdout.write(
                f"{period.jurisdiction.identifier}: {period}, {period.days} d: {due.count}"
                + (f" ({first})" if first else "")
            )
        self.stdout.write("Nothing was erased. --apply erases what is due.")
