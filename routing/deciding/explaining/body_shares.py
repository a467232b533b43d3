"""What the rules give to each authority: one figure with one name, for every page that shows it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from gis_core.languages import language_shown
from parcels.enums import Usage
from routing.engine.ranking import TRIAGE
from routing.models import Authority, Decision
from routing.sentences import legal_basis_shown
from routing.types import Evidence

# Shares below this are not told one by one.
SMALL: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class RuleShare:
    """A rule's share. `hypothesis` ("in" or "out") and `level` (in words) say on what it rests if that is not known."""

    rule_id: str
    legal_basis: str
    hypothesis: str
    level: str
    via: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class BodyShare:
    """An authority that may have to act. `percent` is how likely: the probabilities of all its rules added up.

    It is what the thresholds are compared with. `authority` is None where no rule names anybody, and for a code that is
    no longer kept; `name` is a name in each case.
    """

    authority: Authority | None
    name: str
    area: str
    percent: int
    rules: tuple[RuleShare, ...]


@dataclass(frozen=True, kw_only=True)
class BodyShares:
    """The authorities, best first. Those below SMALL are only counted, except the first."""

    told: tuple[BodyShare, ...]
    small: int

    @property
    def has_conditions(self) -> bool:
        """Whether anything rests on what is not known: limits, or a level."""
        return any(rule.hypothesis or rule.level for one in self.told for rule in one.rules)


def body_shares(decision: Decision, authorities: Mapping[str, Authority]) -> BodyShares:
    """The candidates of a decision by whom they name, in the language of the screen.

    `authorities` are those of the jurisdiction by their codes, at least of the decision's candidates.
    """
    areas = Evidence.from_json(decision.evidence).area_names if decision.evidence else {}
    parts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in decision.candidates:
        parts.setdefault((one["body"], one.get("area_code", "")), []).append(one)
    shares = [
        (math.fsum(one.get("probability", 0.0) for one in some), code, area, some)
        for (code, area), some in parts.items()
    ]
    told = [one for position, one in enumerate(shares) if position == 0 or one[0] >= SMALL]
    return BodyShares(
        told=tuple(
            BodyShare(
                authority=authorities.get(code),
                name=body_name(code, authorities),
                area=areas.get(area, ""),
                percent=percent_of(share),
                rules=tuple(_rules(some)),
            )
            for share, code, area, some in told
        ),
        small=len(shares) - len(told),
    )


def body_name(code: str, authorities: Mapping[str, Authority]) -> str:
    """The authority's name; a code is never shown."""
    if code == TRIAGE:
        return _("no authority")
    return authorities[code].name if code in authorities else _("an authority no longer kept")


def percent_of(share: float) -> int:
    """Whole percent; what is not certain is never 100."""
    return 99 if 0.99 < share < 1 else round(100 * share)


def _level(level: str) -> str:
    """A road's name as it is, or the land that the road leads over or under."""
    return str(Usage(level).label) if level in Usage.values else level


def _rules(parts: Iterable[dict[str, Any]]) -> Iterable[RuleShare]:
    language = language_shown()
    for one in parts:
        if one["rule_id"]:
            yield RuleShare(
                rule_id=one["rule_id"],
                legal_basis=legal_basis_shown(one["legal_basis"], language),
                hypothesis=one.get("hypothesis", ""),
                level=_level(one.get("level", "")),
                via=one.get("via", ""),
                percent=percent_of(one.get("probability", 0.0)),
            )
