"""Check a rule set as a whole; status 1 where it may not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from routing.engine.findings import errors_of
from routing.errors import RuleSetError
from routing.management.arguments import arguments_add, jurisdiction_named, rule_set_named
from routing.rulebook import content_completed, content_read
from routing.rulebook.checked import content_findings, rule_set_findings
from routing.sentences.findings import finding_sentence


class Command(BaseCommand):
    help = "Say everything that is wrong with a rule set or a file; the status is 1 where it has errors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV or JSON, instead of a version")
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version; without it the one in effect")

    def handle(self, *args: Any, file: Path | None, jurisdiction: str, **options: Any) -> None:
        found = jurisdiction_named(jurisdiction)
        if file is None:
            findings = rule_set_findings(rule_set_named(found, options["rule_set"]))
        else:
            try:
                content = content_read(file.read_bytes(), name=file.name)
            except (OSError, RuleSetError) as error:
                raise CommandError(str(error)) from error
            findings = content_findings(content_completed(content, jurisdiction=found), found)
        for finding in findings:
            self.stdout.write(f"{finding.severity.label}: {finding_sentence(finding)}")
        errors = errors_of(findings)
        self.stdout.write(f"{len(errors)} errors, {len(findings) - len(errors)} warnings.")
        if errors:
            raise SystemExit(1)
