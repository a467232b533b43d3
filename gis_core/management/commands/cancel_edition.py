"""cancel_edition N: asks a running load to stop."""

from __future__ import annotations

from typing import Any

from gis_core.management.edition_commands import EditionCommand
from gis_core.models import Edition
from gis_core.services.editions import edition_cancel


class Command(EditionCommand):
    help = "Asks a running load to stop after its current batch; it can be resumed or discarded."
    by_whom = False

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        edition_cancel(edition=edition)
        return edition
