"""Priors proposed anew from settled issues: from which ground reports really came. What is proposed is only a draft.

The model: on each kind of ground reports come at a rate of their own, of which the expert's value is a first guess
that weighs as much as SMOOTHING issues (a gamma distribution around it). docs/rules.md tells what counts as settled.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from routing.engine.columns import ANYTHING
from routing.engine.facts import REACH_M
from routing.engine.priors import PriorRow, Priors, weight_of
from routing.errors import RuleSetError
from routing.models import RuleSet
from routing.rulebook.drafts import rule_set_new
from routing.rulebook.listed import category_parts, rule_set_content, rule_set_in_effect
from routing.types import PRIOR_MAX, PRIOR_MIN

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STATEMENT: Final = Path(__file__).with_name("settled.sql").read_text("utf-8")
# Fewer settled issues of a category propose nothing.
LEAST_ISSUES: Final = 100
# On each kind of ground the expert's value weighs as much as so many issues.
SMOOTHING: Final = 10.0
# A place is known well where the sender locates it within this radius, or where a person has placed it (metres).
ACCURACY_MAX_M: Final = 10.0
# A proposal claims no more digits than it can know.
DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class ProposedPrior:
    """A row of the rule set in effect with what came from its ground: `issues`, and `area` in m².

    `weight` is what is proposed in its place; None where there are too few issues, or no such ground.
    """

    row: PriorRow
    issues: int
    area: float
    weight: float | None


@dataclass(frozen=True, slots=True)
class CategoryProposal:
    """The rows that name a category; `missing` is how many more settled issues it takes until anything is proposed."""

    category: str
    issues: int
    missing: int
    priors: tuple[ProposedPrior, ...]


def priors_proposed(jurisdiction: Jurisdiction) -> list[CategoryProposal]:
    """For each category with priors of its own in the rule set in effect, in their order; stores nothing.

    Raises RuleSetError where no rule set is in effect.
    """
    source = _in_effect(jurisdiction)
    return _proposed(jurisdiction, rule_set_content(source).priors)


@transaction.atomic
def priors_draft(*, jurisdiction: Jurisdiction, by: User | None = None) -> RuleSet:
    """A draft of the rule set in effect with all proposed weights in the place of the present ones.

    Raises RuleSetError where nothing is proposed, or no rule set is in effect.
    """
    source = _in_effect(jurisdiction)
    content = rule_set_content(source)
    proposals = [one for one in _proposed(jurisdiction, content.priors) if not one.missing]
    if not proposals:
        raise RuleSetError(_("There are not enough settled issues of any category yet."))
    taken = replace(content, priors=tuple(_taken(content.priors, proposals)))
    name = _("priors of version %d, proposed from settled issues") % source.version
    return rule_set_new(jurisdiction, taken, name=name, by=by, drafted_from=source)


def _in_effect(jurisdiction: Jurisdiction) -> RuleSet:
    found = rule_set_in_effect(jurisdiction, on=timezone.localdate())
    if found is None:
        raise RuleSetError(_("No rule set is in effect."))
    return found


def _proposed(jurisdiction: Jurisdiction, rows: Iterable[PriorRow]) -> list[CategoryProposal]:
    priors = Priors(rows)
    named = {
        code
        for row in priors.rows
        if row.category not in ANYTHING
        for code in row.category.split("|")
    }
    amounts = _amounts(jurisdiction)
    return [
        _of_category(category, priors, areas=amounts[""], issues=amounts.get(category, []))
        for category in category_parts(jurisdiction)
        if category in named
    ]


@dataclass(frozen=True, slots=True)
class _Amount:
    """So many square metres, or issues, on ground with these parts of the road: each has values for all columns."""

    grounds: tuple[Mapping[str, str], ...]
    amount: float


def _amounts(jurisdiction: Jurisdiction) -> dict[str, list[_Amount]]:
    """Areas under "", issues under the code of their category."""
    found: dict[str, list[_Amount]] = {"": []}
    values = {"jurisdiction": jurisdiction.pk, "accuracy": ACCURACY_MAX_M, "reach": REACH_M}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        for category, usage, built_up, parts, amount in cursor.fetchall():
            grounds = tuple(
                {"usage": usage, "built_up": built_up, "part": part, "road_class": road_class}
                for part, road_class in json.loads(parts)
            )
            found.setdefault(category, []).append(_Amount(grounds, amount))
    return found


def _of_category(
    category: str, priors: Priors, *, areas: Iterable[_Amount], issues: Iterable[_Amount]
) -> CategoryProposal:
    rows = [row for row in priors.for_category(category) if row.category not in ANYTHING]
    square_metres = _by_row(category, priors, areas)
    counted = _by_row(category, priors, issues)
    total = sum(round(counted[row]) for row in rows)
    missing = max(0, LEAST_ISSUES - total)
    weights = {} if missing else _weights(rows, square_metres, counted)
    return CategoryProposal(
        category,
        total,
        missing,
        tuple(
            ProposedPrior(row, round(counted[row]), square_metres[row], weights.get(row))
            for row in sorted(rows, key=lambda row: -row.weight)
        ),
    )


def _by_row(
    category: str, priors: Priors, amounts: Iterable[_Amount]
) -> dict[PriorRow | None, float]:
    """The amounts by the row that counts there, as it does in a decision; None where none does."""
    found: dict[PriorRow | None, float] = defaultdict(float)
    for one in amounts:
        rows = (priors.row(category, ground) for ground in one.grounds)
        found[max(rows, key=weight_of)] += one.amount
    return found


def _weights(
    rows: Iterable[PriorRow],
    areas: Mapping[PriorRow | None, float],
    issues: Mapping[PriorRow | None, float],
) -> dict[PriorRow, float]:
    """Each present weight times (issues + SMOOTHING) / (those expected by it + SMOOTHING).

    Only ratios matter, and ground that no row of the category is about keeps its weight: so the mean over the rows'
    area stays what it is.
    """
    known = [row for row in rows if areas[row] > 0]
    mass = math.fsum(areas[row] * row.weight for row in known)
    total = math.fsum(issues[row] for row in known)
    raw = {
        row: row.weight
        * (issues[row] + SMOOTHING)
        / (total * areas[row] * row.weight / mass + SMOOTHING)
        for row in known
    }
    scale = mass / math.fsum(areas[row] * weight for row, weight in raw.items())
    return {row: _rounded(weight * scale) for row, weight in raw.items()}


def _rounded(weight: float) -> float:
    return min(PRIOR_MAX, max(PRIOR_MIN, float(f"{weight:.{DIGITS}g}")))


def _taken(rows: Iterable[PriorRow], proposals: Iterable[CategoryProposal]) -> Iterable[PriorRow]:
    """The rows with the proposed weights; a row for several categories is divided where only some have a proposal."""
    proposed = {
        (proposal.category, one.row): replace(
            one.row, category=proposal.category, weight=one.weight, settled=proposal.issues
        )
        for proposal in proposals
        for one in proposal.priors
        if one.weight is not None
    }
    for row in rows:
        codes = row.category.split("|")
        left = [code for code in codes if (code, row) not in proposed]
        if left:
            yield replace(row, category="|".join(left))
        yield from (proposed[code, row] for code in codes if (code, row) in proposed)
