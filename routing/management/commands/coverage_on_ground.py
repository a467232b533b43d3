"""How much of the city's own ground a rule set covers, weighed by where reports come from."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import IO, Any, Final, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from issues.models import Category
from routing.errors import RuleSetError
from routing.management.arguments import (
    arguments_add,
    count_read,
    jurisdiction_named,
    rule_set_named,
)
from routing.trying.ground import GroundRow, Verdict, ground_coverage, ground_places

HOLES_SHOWN: Final = 20
COLUMNS: Final = (
    *("category", "class", "usage", "owner", "verdict", "bodies"),
    *("share", "places", "easting", "northing"),
)


class Command(BaseCommand):
    help = (
        "Ask a rule set at places drawn over the city's own parcels, for each category: how many reports have a clear"
        " body, a doubt, nobody; and the holes, the greatest first. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version; without it the one in effect")
        parser.add_argument("--category", help="code; without it all that are offered")
        parser.add_argument("--places", type=count_read, default=8, help="of each kind of ground")
        parser.add_argument("--seed", type=int, default=1, help="another draw of places")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write every row")

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        city = jurisdiction_named(jurisdiction)
        rule_set = rule_set_named(city, options["rule_set"])
        categories = Category.objects.filter(jurisdiction=city, is_active=True).order_by(
            "order", "code"
        )
        if options["category"]:
            categories = categories.filter(code=options["category"])
            if not categories:
                raise CommandError(f"There is no category {options['category']} in {city}.")
        places = ground_places(city, count=options["places"], seed=options["seed"])
        if not places:
            raise CommandError(f"{city} has no land use loaded: nothing can be drawn.")
        try:
            rows = list(ground_coverage(rule_set, places, categories=list(categories)))
        except RuleSetError as error:
            raise CommandError(str(error)) from error
        if options["csv"]:
            _write(options["csv"], rows)
        console = Console(file=cast(IO[str], self.stdout), width=120)
        console.print(_summary(rows))
        console.print(_holes(rows))
        self.stdout.write(f"{len(places)} places, version {rule_set.version} of the rules.")


def _write(path: Path, rows: list[GroundRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in rows:
            writer.writerow(
                [
                    *(one.category, one.road_class, one.usage, one.owner, one.verdict.value),
                    *("|".join(one.bodies), f"{one.share:.6f}", one.places),
                    *(f"{one.x:.2f}", f"{one.y:.2f}"),
                ]
            )


def _summary(rows: list[GroundRow]) -> Table:
    shares: dict[str, dict[Verdict, float]] = defaultdict(lambda: defaultdict(float))
    for one in rows:
        shares[one.category][one.verdict] += one.share
    table = Table("category", *Verdict, title="Share of a category's reports")
    for category, found in shares.items():
        table.add_row(category, *(f"{found[verdict]:.1%}" for verdict in Verdict))
    return table


def _holes(rows: list[GroundRow]) -> Table:
    holes = sorted(
        (one for one in rows if one.verdict != Verdict.CLEAR), key=lambda one: -one.share
    )
    table = Table(
        *("category", "class", "usage", "owner", "bodies", "share", "for example"),
        title=f"Holes: the {HOLES_SHOWN} greatest of {len(holes)}",
    )
    for one in holes[:HOLES_SHOWN]:
        table.add_row(
            *(one.category, one.road_class, one.usage, one.owner),
            ", ".join(one.bodies) or "–",
            f"{one.share:.1%}",
            f"{one.x:.1f} {one.y:.1f}",
        )
    return table
