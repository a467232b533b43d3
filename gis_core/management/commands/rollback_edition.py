"""rollback_edition N: brings back the state before the active edition."""

from __future__ import annotations

from typing import Any

from gis_core.management.edition_commands import EditionCommand
from gis_core.models import Edition
from gis_core.services.editions import edition_rollback


class Command(EditionCommand):
    help = "Brings back the state before an active edition, in one transaction."

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        return edition_rollback(edition=edition, by=options["by"])
