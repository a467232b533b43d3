"""How much of the city's own ground a rule set covers, weighed by where reports come from."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import IO, Any, Final, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from gis_core.models import Jurisdiction
from routing.enums import GroundVerdict, TrialState
from routing.errors import RoutingError
from routing.management.arguments import (
    arguments_add,
    count_read,
    jurisdiction_named,
    rule_set_named,
)
from routing.models import GroundRow, RuleSet
from routing.trying.ground import PLACES_PER_KIND, SEED, ground_places, ground_rows, ground_told
from routing.trying.ground_runs import (
    HOLES,
    categories_offered,
    coverage_start,
    coverage_work,
)

HOLES_SHOWN: Final = 20
GROUND: Final = ("road_class", "through_road", "part", "usage", "owner")
COLUMNS: Final = (
    *("category", "class", "od", "part", "usage", "owner", "verdict", "bodies"),
    *("share", "places", "easting", "northing"),
)


class Command(BaseCommand):
    help = (
        "Ask a rule set at places drawn over the city's own parcels, for each category: how many reports have a clear"
        " body, a doubt, nobody; and the holes, the greatest first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version; without it the one in effect")
        parser.add_argument("--category", help="code; without it all that are offered")
        parser.add_argument(
            "--places", type=count_read, default=PLACES_PER_KIND, help="of each kind of ground"
        )
        parser.add_argument("--seed", type=int, default=SEED, help="another draw of places")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write every row")
        parser.add_argument(
            "--store", action="store_true", help="keep the result for the page; all categories"
        )

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        city = jurisdiction_named(jurisdiction)
        rule_set = rule_set_named(city, options["rule_set"])
        if options["store"] and options["category"]:
            raise CommandError("A result that is kept is about all categories.")
        try:
            if options["store"]:
                rows = _rows_stored(rule_set, options["places"], options["seed"])
            else:
                rows = _rows(city, rule_set, options)
        except RoutingError as error:
            raise CommandError(str(error)) from error
        if options["csv"]:
            _write(options["csv"], rows)
        console = Console(file=cast(IO[str], self.stdout), width=140)
        console.print(_summary(rows))
        console.print(_holes(rows))
        self.stdout.write(f"Version {rule_set.version} of the rules.")


def _rows(city: Jurisdiction, rule_set: RuleSet, options: dict[str, Any]) -> list[GroundRow]:
    categories = categories_offered(city)
    if code := options["category"]:
        categories = [one for one in categories if one.code == code]
        if not categories:
            raise CommandError(f"There is no category {code} in {city}.")
    places = ground_places(city, count=options["places"], seed=options["seed"])
    if not places:
        raise CommandError(f"{city} has no land use loaded: nothing can be drawn.")
    return ground_rows(rule_set, ground_told(rule_set, places, categories=categories))


def _rows_stored(rule_set: RuleSet, places: int, seed: int) -> list[GroundRow]:
    coverage = coverage_start(rule_set=rule_set, places_per_kind=places, seed=seed)
    coverage_work(coverage_id=coverage.pk)
    coverage.refresh_from_db()
    if coverage.state != TrialState.DONE:
        raise CommandError(coverage.error)
    return list(coverage.rows.order_by("pk"))


def _write(path: Path, rows: list[GroundRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in rows:
            writer.writerow(
                [
                    *(one.category, *(getattr(one, column) for column in GROUND), one.verdict),
                    *("|".join(one.bodies), f"{one.share:.6f}", one.places),
                    *(f"{one.examples[0].x:.2f}", f"{one.examples[0].y:.2f}"),
                ]
            )


def _summary(rows: list[GroundRow]) -> Table:
    shares: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in rows:
        shares[one.category][one.verdict] += one.share
    table = Table("category", *GroundVerdict.values, title="Share of a category's reports")
    for category, found in shares.items():
        table.add_row(category, *(f"{found[verdict]:.1%}" for verdict in GroundVerdict.values))
    return table


def _holes(rows: list[GroundRow]) -> Table:
    holes = sorted((one for one in rows if one.verdict in HOLES), key=lambda one: -one.share)
    table = Table(
        *("category", *COLUMNS[1:6], "bodies", "share", "for example"),
        title=f"Holes: the {HOLES_SHOWN} greatest of {len(holes)}",
    )
    for one in holes[:HOLES_SHOWN]:
        table.add_row(
            *(one.category, *(getattr(one, column) for column in GROUND)),
            ", ".join(one.bodies) or "–",
            f"{one.share:.1%}",
            f"{one.examples[0].x:.1f} {one.examples[0].y:.1f}",
        )
    return table
