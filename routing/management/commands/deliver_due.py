"""`manage.py deliver_due`: empties the outbox once, without a worker."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from routing.forwarding.sending import deliveries_send_due, numbers_poll
from routing.outbox.record import deliveries_requeue_failed
from routing.outbox.selectors import delivery_state_counts


class Command(BaseCommand):
    help = "Sends every delivery that is due and asks for numbers that were promised."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--failed", action="store_true", help="first give failed deliveries their attempts back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["failed"]:
            self.stdout.write(f"requeued: {deliveries_requeue_failed()}")
        self.stdout.write(f"tried: {deliveries_send_due()}")
        self.stdout.write(f"numbers received: {numbers_poll()}")
        for state, count in delivery_state_counts().items():
            self.stdout.write(f"{state}: {count}")
