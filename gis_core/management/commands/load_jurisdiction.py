"""load_jurisdiction FILE.json: creates or updates a jurisdiction from its facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.errors import GisError
from gis_core.services import jurisdiction_boundary_refresh, jurisdiction_save


class Command(BaseCommand):
    help = "Creates or updates a jurisdiction from a JSON file of facts, or from a manifest that holds them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="facts, or a manifest with the key 'jurisdiction'"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = json.loads(options["file"].read_text("utf-8"))
            facts = content.get("jurisdiction", content)
            if facts.get("logo"):
                facts["logo"] = (options["file"].parent / facts["logo"]).read_bytes()
            jurisdiction, created = jurisdiction_save(facts=facts)
        except (OSError, ValueError, AttributeError, GisError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        source = jurisdiction_boundary_refresh(jurisdiction=jurisdiction)
        boundary = f"boundary from {source}" if source else "no boundary yet"
        self.stdout.write(
            f"{jurisdiction.identifier} {'created' if created else 'updated'}, {boundary}"
        )
