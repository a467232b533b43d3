"""Priors of a rule set as tables that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mapui.site.rule_words import FIELDS, RuleWords
from routing.engine.priors import PriorRow
from routing.models import Prior, RuleSet

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
