"""show_edition N: report, findings and difference of an edition."""

from __future__ import annotations

from typing import Any

from gis_core.management.edition_commands import EditionCommand
from gis_core.models import Edition


class Command(EditionCommand):
    help = "Shows an edition: counts, findings, and what it changes in which Gemarkung."
    by_whom = False

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        return edition
