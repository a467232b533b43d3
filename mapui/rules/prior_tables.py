"""Priors of a rule set as tables that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mapui.site.rule_words import FIELDS, RuleWords
from routing.engine.priors import PriorRow
from routing.models import Prior, RuleSet
from routing.rulebook.settled import CategoryProposal, ProposedPrior

# The order in which ground is told.
GROUND = ("part", "usage", "road_class", "built_up")


@dataclass(frozen=True)
class PriorShown:
    prior: Prior
    ground: str


@dataclass(frozen=True)
class PriorGroup:
    """The priors of the same categories, the most frequent ground first."""

    title: str
    priors: tuple[PriorShown, ...]


def ground_shown(columns: Mapping[str, str], words: RuleWords) -> str:
    """A kind of ground by the values of its columns, as "Part of the road: footway; Land use: road"."""
    asked = [
        f"{FIELDS[column]}: {text}"
        for column in GROUND
        if (text := words.column(column, columns[column]))
    ]
    return "; ".join(asked) or _("any ground")


def columns_of(row: Prior | PriorRow) -> dict[str, str]:
    return {column: getattr(row, column) for column in GROUND}


def priors_shown(rule_set: RuleSet, words: RuleWords) -> list[PriorGroup]:
    """Those for all categories first, then in the order of the categories."""
    groups: dict[str, list[PriorShown]] = {}
    for prior in sorted(rule_set.priors.all(), key=lambda one: -one.weight):
        shown = PriorShown(prior, ground_shown(columns_of(prior), words))
        groups.setdefault(prior.category, []).append(shown)
    order = list(words.categories)

    def place(text: str) -> tuple[int, str]:
        known = [order.index(code) for code in text.split("|") if code in order]
        return min(known, default=-1 if text == "*" else len(order)), text

    return [
        PriorGroup(words.column("category", text) or _("All categories"), tuple(groups[text]))
        for text in sorted(groups, key=place)
    ]


@dataclass(frozen=True)
class ProposalShown:
    """What is proposed for a category: (ground, prior) for each kind of ground, the most frequent first."""

    title: str
    proposal: CategoryProposal
    priors: tuple[tuple[str, ProposedPrior], ...]


def proposals_shown(proposals: Iterable[CategoryProposal], words: RuleWords) -> dict[str, Any]:
    """Categories with a proposal, and those with too few issues, the most issues first."""
    shown = [
        ProposalShown(
            words.category(one.category),
            one,
            tuple((ground_shown(columns_of(prior.row), words), prior) for prior in one.priors),
        )
        for one in sorted(proposals, key=lambda one: -one.issues)
    ]
    return {
        "proposals": [one for one in shown if not one.proposal.missing],
        "too_few": [one for one in shown if one.proposal.missing],
    }
