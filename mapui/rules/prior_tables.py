"""Priors of a rule set as tables that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from mapui.site.rule_words import FIELDS, RuleWords, number_shown
from routing.engine.columns import ANYTHING
from routing.engine.priors import COLUMNS, NO_PART, PriorRow
from routing.models import Prior, RuleSet
from routing.rulebook.settled import CategoryProposal, ProposedPrior


@dataclass(frozen=True)
class PriorShown:
    prior: Prior
    ground: GroundShown
    weight: str


@dataclass(frozen=True)
class PriorGroup:
    """The priors of the same categories, the most frequent ground first."""

    title: str
    priors: tuple[PriorShown, ...]


class GroundShown(NamedTuple):
    """A kind of ground: land use and part of the road; and in small print which roads, and where."""

    name: str
    more: str

    def __str__(self) -> str:
        return f"{self.name} ({self.more})" if self.more else self.name


def ground_shown(columns: Mapping[str, str], words: RuleWords) -> GroundShown:
    """A kind of ground by the values of its columns."""
    usage = words.column("usage", columns["usage"])
    part = (
        _("on none of its parts")
        if columns["part"] == NO_PART
        else words.column("part", columns["part"])
    )
    more = [
        f"{FIELDS[column]}: {words.most(column, tuple(columns[column].split('|')))}"
        for column in ("road_class", "built_up")
        if columns[column] not in ANYTHING
    ]
    return GroundShown(" – ".join(filter(None, (usage, part))) or _("any ground"), "; ".join(more))


def columns_of(row: Prior | PriorRow) -> dict[str, str]:
    return {column: getattr(row, column) for column in COLUMNS}


def priors_shown(rule_set: RuleSet, words: RuleWords) -> list[PriorGroup]:
    """Those for all categories first, then in the order of the categories."""
    groups: dict[str, list[PriorShown]] = {}
    for prior in sorted(rule_set.priors.all(), key=lambda one: -one.weight):
        ground = ground_shown(columns_of(prior), words)
        shown = PriorShown(prior, ground, number_shown(prior.weight))
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
class ProposedShown:
    """A kind of ground; `weight` is what is proposed, empty where nothing is."""

    prior: ProposedPrior
    ground: GroundShown
    present: str
    weight: str


@dataclass(frozen=True)
class ProposalShown:
    """What is proposed for a category, the most frequent ground first."""

    title: str
    proposal: CategoryProposal
    priors: tuple[ProposedShown, ...]


def _proposed(prior: ProposedPrior, words: RuleWords) -> ProposedShown:
    return ProposedShown(
        prior,
        ground_shown(columns_of(prior.row), words),
        number_shown(prior.row.weight),
        "" if prior.weight is None else number_shown(prior.weight),
    )


def proposals_shown(proposals: Iterable[CategoryProposal], words: RuleWords) -> dict[str, Any]:
    """Categories with a proposal and those with too few issues, the most issues first; without any only counted."""
    shown = [
        ProposalShown(
            words.category(one.category),
            one,
            tuple(_proposed(prior, words) for prior in one.priors),
        )
        for one in sorted(proposals, key=lambda one: -one.issues)
    ]
    return {
        "proposals": [one for one in shown if not one.proposal.missing],
        "too_few": [one for one in shown if one.proposal.missing and one.proposal.issues],
        "without": sum(not one.proposal.issues for one in shown),
    }
