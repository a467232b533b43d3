"""Let a draft of the rules count from a day on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from routing.errors import RuleSetError, RuleSetInvalid
from routing.management.arguments import (
    arguments_add,
    day_read,
    jurisdiction_named,
    rule_set_named,
)
from routing.rulebook import rule_set_activate
from routing.sentences.findings import finding_sentence


class Command(BaseCommand):
    help = "Let a draft count from a day on (local midnight), today or later; one with errors is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, required=True, help="version of the draft")
        parser.add_argument("--from", dest="start", type=day_read, help="YYYY-MM-DD; else today")

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        draft = rule_set_named(jurisdiction_named(jurisdiction), options["rule_set"])
        start = options["start"] or timezone.localdate()
        try:
            rule_set_activate(draft=draft, revision=draft.revision, valid_from=start, by=None)
        except RuleSetInvalid as error:
            sentences = [finding_sentence(finding) for finding in error.findings]
            raise CommandError("\n".join(sentences)) from error
        except RuleSetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Version {draft.version} counts from {start}.")
