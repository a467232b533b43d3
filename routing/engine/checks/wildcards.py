"""Rows that leave something open: they take a named row's place, call public land private, send the works astray.

Such a row holds where nobody thought of it. What a reporter or a by-law says is no wildcard: a row may rest on that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from itertools import combinations
from operator import and_
from typing import Final

from gis_core.enums import Severity
from routing.engine.checks.places import NO, OTHER
from routing.engine.checks.turns import Turns
from routing.engine.columns import COLUMN_VALUES
from routing.engine.findings import Finding, names_listed
from routing.engine.predicates import NOT_PUBLIC_OWNERS
from routing.engine.ruleset import COMPUTED_BODIES

PRIVATE_OWNERS: Final = ("PRIV", "CHURCH")
PUBLIC_OWNERS: Final = tuple(one for one in COLUMN_VALUES["owner"] if one not in NOT_PUBLIC_OWNERS)
# A yard, a field, a private way. Any other road is public, whoever owns its land.
PRIVATE_CLASSES: Final = ("N", "P")


def swallowed_rows(turns: Turns) -> Iterator[tuple[Severity, str, str]]:
    """(severity, wildcard, named): rows that ask for less and take places of a later row that names another body.

    An error is a row for all categories before one that names the category. So is a row that takes every place that its
    columns share with a later row for the same categories, which names all columns that it names, and more. A person
    looks where its condition leaves the later row some of these places, or where a body is computed.
    """
    elsewhere = _off_roads(turns) & _nothing_said(turns)
    for earlier, later in combinations(turns.turns, 2):
        bodies = {earlier.rule.row.body, later.rule.row.body}
        if earlier.rule.is_level_with(later.rule) or len(bodies) == 1:
            continue
        wide, narrow = dict(earlier.rule.columns), dict(later.rule.columns)
        for_all = "category" in narrow and "category" not in wide
        if not for_all and not (wide.keys() < narrow.keys() and _same_categories(wide, narrow)):
            continue
        shared = later.reach.may & earlier.left & elsewhere
        if shared & earlier.reach.sure:
            columns = turns.places.of_rule(replace(earlier.rule, condition=None)).may
            takes_all = not shared & columns & ~earlier.reach.sure
            is_error = for_all or (takes_all and not bodies & COMPUTED_BODIES)
            severity = Severity.ERROR if is_error else Severity.WARNING
            yield severity, earlier.rule.row.rule_id, later.rule.row.rule_id


def _same_categories(
    wide: Mapping[str, frozenset[str]], narrow: Mapping[str, frozenset[str]]
) -> bool:
    return "category" not in wide or narrow["category"] <= wide["category"]


def public_land_called_private(turns: Turns, private: Collection[str]) -> Iterator[Finding]:
    """Rows that name a private owner on land of a public one, although neither the reporter nor a by-law says so."""
    elsewhere = _off_roads(turns) & _nothing_said(turns)
    for turn in turns.turns:
        row, surely = turn.rule.row, turn.reach.sure & turn.left & elsewhere
        owners = [one for one in PUBLIC_OWNERS if surely & turns.places.where("owner", one)]
        if owners and row.body in private:
            values = {"body": row.body, "owners": names_listed(owners)}
            yield Finding(Severity.ERROR, "body_excluded", (row.rule_id,), values)


def works_astray(turns: Turns, works: Collection[str]) -> Iterator[Finding]:
    """Rows that send the city's works to private ground without naming its owner."""
    ground = (
        _off_roads(turns)
        & turns.places.where("owner", *PRIVATE_OWNERS)
        & turns.places.where("road_class", *PRIVATE_CLASSES)
    )
    for turn in turns.turns:
        row, is_named = turn.rule.row, "owner" in dict(turn.rule.columns)
        if row.body in works and not is_named and turn.decides & ground:
            yield Finding(Severity.ERROR, "works_astray", (row.rule_id,), {"body": row.body})


def _off_roads(turns: Turns) -> int:
    """Beside a road the owner of the road's land counts, which no kind of place tells."""
    return turns.places.where("beside_road", NO)


def _nothing_said(turns: Turns) -> int:
    """Where nothing but the kind of place decides.

    Every question that only conditions ask (the reporter's answer, an agreement, a by-law) has none of the answers that
    they ask for, and the city bears no duty but its own.
    """
    asked = turns.places.dimensions[: -len(turns.places.base)]
    unsaid = turns.places.where("bears_through_roads", NO)
    return reduce(and_, (turns.places.where(one.name, OTHER) for one in asked), unsaid)
