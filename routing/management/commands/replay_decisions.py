"""Decide stored decisions again from their own evidence and show what differs. Writes nothing."""

from __future__ import annotations

import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from routing.management.arguments import count_read, jurisdiction_named, rule_set_named
from routing.trying.replays import Replay, decisions_replayed


class Command(BaseCommand):
    help = (
        "Decide stored decisions again by the rule set they were made with, or by another version;"
        " the exit status is 1 when a replay by the recorded rule set differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jurisdiction", help="its decisions only; else all")
        parser.add_argument(
            "--rule-set", type=int, metavar="VERSION", help="decide by this version of its rules"
        )
        parser.add_argument(
            "--limit", type=count_read, metavar="N", help="the newest N decisions only"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        identifier, version = options["jurisdiction"], options["rule_set"]
        if version is not None and identifier is None:
            raise CommandError("--rule-set needs --jurisdiction: whose version it is.")
        jurisdiction = jurisdiction_named(identifier) if identifier else None
        rule_set = rule_set_named(jurisdiction, version) if jurisdiction and version else None
        count, changed = 0, []
        for replay in decisions_replayed(
            jurisdiction=jurisdiction, rule_set=rule_set, limit=options["limit"]
        ):
            count += 1
            if not replay.is_same:
                changed.append(_row(replay))
        if options["json"]:
            facts = {"decisions": count, "differ": len(changed), "rows": changed}
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1))
        else:
            if changed:
                Console(file=cast(IO[str], self.stdout)).print(_table(changed))
            self.stdout.write(f"{count} decisions replayed, {len(changed)} differ.")
        if changed and rule_set is None:
            raise SystemExit(1)


def _row(replay: Replay) -> dict[str, str]:
    return {
        "issue": replay.decision.issue.number,
        "stored": f"{replay.stored.outcome} {replay.stored.body}",
        "stored_rule": replay.stored.rule_id,
        "replayed": f"{replay.found.outcome} {replay.found.body}",
        "replayed_rule": replay.found.rule_id,
        "differs": ", ".join(replay.differs),
    }


def _table(rows: list[dict[str, str]]) -> Table:
    table = Table("issue", "stored", "rule", "replayed", "rule", "differs")
    for row in rows:
        table.add_row(*row.values())
    return table
