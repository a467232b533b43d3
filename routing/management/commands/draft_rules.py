"""Make a draft of a rule set: from a file, or as a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from routing.errors import RuleSetError
from routing.management.arguments import arguments_add, jurisdiction_named, rule_set_named
from routing.rulebook import content_read, draft_create, draft_import


class Command(BaseCommand):
    help = "Make a draft from a CSV or JSON file, or a copy of a rule set; nothing counts by that."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version to copy if there is no file")

    def handle(self, *args: Any, file: Path | None, jurisdiction: str, **options: Any) -> None:
        found = jurisdiction_named(jurisdiction)
        try:
            if file is None:
                source = rule_set_named(found, options["rule_set"])
                draft = draft_create(jurisdiction=found, source=source)
            else:
                content = content_read(file.read_bytes(), name=file.name)
                draft = draft_import(jurisdiction=found, content=content, name=file.name)
        except (OSError, RuleSetError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Version {draft.version} is a draft with {draft.rules.count()} rules.")
