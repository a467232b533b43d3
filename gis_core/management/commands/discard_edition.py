"""discard_edition N: gives up an edition that is not active."""

from __future__ import annotations

from typing import Any

from gis_core.management.edition_commands import EditionCommand
from gis_core.models import Edition
from gis_core.services.editions import edition_discard


class Command(EditionCommand):
    help = "Gives up an edition that is staged or failed; what was staged is dropped."

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        edition_discard(edition=edition, by=options["by"])
        return edition
