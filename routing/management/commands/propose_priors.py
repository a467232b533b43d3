"""Priors as settled issues propose them: printed, and made a draft on demand."""

from __future__ import annotations

from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from routing.errors import RuleSetError
from routing.management.arguments import arguments_add, jurisdiction_named
from routing.rulebook.settled import CategoryProposal, priors_draft, priors_proposed


class Command(BaseCommand):
    help = (
        "Propose priors from settled issues whose place is known well: for each kind of ground the present weight, the"
        " issues, the area and the proposed weight. Nothing is stored without --draft."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument(
            "--draft", action="store_true", help="make a draft with what is proposed"
        )

    def handle(self, *args: Any, jurisdiction: str, draft: bool, **options: Any) -> None:
        city = jurisdiction_named(jurisdiction)
        try:
            proposals = priors_proposed(city)
            made = priors_draft(jurisdiction=city) if draft else None
        except RuleSetError as error:
            raise CommandError(str(error)) from error
        console = Console(file=cast(IO[str], self.stdout), width=120)
        for one in proposals:
            if one.missing:
                self.stdout.write(
                    f"{one.category}: {one.issues} settled issues, {one.missing} missing"
                )
            else:
                console.print(_table(one))
        if made is not None:
            self.stdout.write(f"Version {made.version} is a draft.")


def _table(proposal: CategoryProposal) -> Table:
    table = Table(
        *("prior", "present", "issues", "area m²", "proposed"),
        title=f"{proposal.category}: {proposal.issues} settled issues",
    )
    for one in proposal.priors:
        weight = "–" if one.weight is None else f"{one.weight:g}"
        table.add_row(
            one.row.name, f"{one.row.weight:g}", str(one.issues), f"{one.area:,.0f}", weight
        )
    return table
