"""What a legend says about marks of issues; `mapui/js/tools/legend.js` draws the entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from issues.enums import IssueStatus
from issues.models import Category
from mapui.site.enums import status_colour
from routing.enums import AuthorityKind
from routing.models import Authority

INK: Final = "#1c2526"
Entry = dict[str, str]


def state_entries() -> list[Entry]:
    """States by shape and colour, and clusters by their ring."""
    states = [
        {
            "kind": "symbol",
            "symbol": status.value,
            "colour": status_colour(status),
            "text": str(status.label),
        }
        for status in IssueStatus
    ]
    cluster = {"kind": "cluster", "text": _("Several issues: how many, and their states as a ring")}
    return [*states, cluster]


def chip_entries(authorities: Iterable[Authority]) -> list[Entry]:
    """The hue of each kind of body among these, and what a chip of nobody looks like."""
    kinds = {authority.kind for authority in authorities}
    chips = [
        {"kind": f"chip kind-{kind.value}", "text": str(kind.label)}
        for kind in AuthorityKind
        if kind in kinds
    ]
    unclear = {"kind": "unclear", "colour": "#ffffff", "text": _("Unclear: to be triaged")}
    return [*chips, unclear]


def topic_entries(groups: Iterable[Category]) -> list[Entry]:
    """Topics by their pictograms; `groups` holds a category of each."""
    return [
        {
            "kind": "symbol",
            "symbol": f"pictogram-{one.pictogram}",
            "colour": INK,
            "text": one.group,
        }
        for one in groups
        if one.pictogram
    ]
