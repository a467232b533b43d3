"""Try rules or an edition on stored issues. Nothing of it counts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from time import sleep
from typing import IO, Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gis_core.models import Edition
from routing.enums import TrialState
from routing.errors import RoutingError
from routing.management.arguments import count_read, jurisdiction_named, rule_set_named
from routing.models import Trial
from routing.trying.chunks import LIVE
from routing.trying.listed import changes_by_authority, changes_by_rule, trial_progress
from routing.trying.trials import trial_nudge, trial_resume, trial_start, trial_work

TURN_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Decide stored issues by a rule set or an edition that does not count yet, beside what counts today: how many"
        " change, from whom to whom, by which rules. Exit status 1 when the trial did not come to its end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jurisdiction", help="identifier, e.g. castrop-rauxel.de")
        parser.add_argument("--rule-set", type=int, metavar="VERSION", help="try this version")
        parser.add_argument("--edition", type=int, metavar="NUMBER", help="try this staged edition")
        parser.add_argument(
            "--limit", type=count_read, metavar="N", help="the newest N issues only"
        )
        parser.add_argument("--resume", type=int, metavar="TRIAL", help="go on with this trial")
        parser.add_argument(
            "--background", action="store_true", help="leave the work to the workers"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        trial = self._trial(options)
        if options["background"]:
            trial_nudge(trial.pk)
            self.stdout.write(f"trial {trial.pk}")
            return
        self._work(trial, quiet=options["json"])
        trial.refresh_from_db()
        self._print(trial, as_json=options["json"])
        if trial.state != TrialState.DONE:
            raise SystemExit(1)

    def _trial(self, options: dict[str, Any]) -> Trial:
        try:
            if options["resume"] is not None:
                trial = Trial.objects.get(pk=options["resume"])
                trial_resume(trial=trial)
                trial.refresh_from_db()
                return trial
            city = jurisdiction_named(options["jurisdiction"] or "")
            version, edition = options["rule_set"], options["edition"]
            return trial_start(
                jurisdiction=city,
                rule_set=None if version is None else rule_set_named(city, version),
                edition=edition and Edition.objects.get(jurisdiction=city, pk=edition),
                limit=options["limit"],
            )
        except (ObjectDoesNotExist, RoutingError) as error:
            raise CommandError(str(error)) from error

    def _work(self, trial: Trial, *, quiet: bool) -> None:
        console = Console(file=cast(IO[str], self.stderr), quiet=quiet)
        columns = (
            TextColumn("trial"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as bar:
            shown = bar.add_task("", total=trial.issues_total)
            while trial.state in LIVE:
                more = trial_work(trial_id=trial.pk, seconds=TURN_SECONDS)
                bar.update(shown, completed=trial_progress(trial).done)
                trial.refresh_from_db(fields=["state"])
                if not more and trial.state in LIVE:
                    # Other workers have the last chunks; should they die, their chunks are free again.
                    sleep(TURN_SECONDS)

    def _print(self, trial: Trial, *, as_json: bool) -> None:
        groups, rules = changes_by_authority(trial), changes_by_rule(trial)
        progress = trial_progress(trial)
        changed = sum(group.count for group in groups)
        if as_json:
            facts = {
                "trial": trial.pk,
                "state": trial.state,
                "error": trial.error,
                "issues": progress.done,
                "changed": changed,
                "by_authority": [vars(group) for group in groups],
                "by_rule": [vars(group) for group in rules],
            }
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1))
            return
        console = Console(file=cast(IO[str], self.stdout))
        if groups:
            by_authority, by_rule = Table("from", "to", "issues"), Table("rule", "then", "issues")
            for one in groups:
                by_authority.add_row(
                    f"{one.from_body} ({one.from_outcome})",
                    f"{one.to_body} ({one.to_outcome})",
                    str(one.count),
                )
            for rule in rules:
                by_rule.add_row(rule.from_rule, rule.to_rule, str(rule.count))
            console.print(by_authority, by_rule)
        self.stdout.write(
            f"trial {trial.pk} {trial.state}: {progress.done} issues, {changed} would change."
        )
        if trial.error:
            self.stdout.write(trial.error)
