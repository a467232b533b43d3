"""activate_edition N: makes a staged edition the active state."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gis_core.management.edition_commands import EditionCommand
from gis_core.models import Edition
from gis_core.services.editions import edition_activate


class Command(EditionCommand):
    help = "Makes a staged edition the active state, in one transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--override",
            default="",
            metavar="REASON",
            help="activate in spite of errors; needs --user",
        )

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        return edition_activate(
            edition=edition, by=options["by"], override_reason=options["override"]
        )
