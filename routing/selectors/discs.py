"""The disc of a location's accuracy in its parts, each with the body that the rules name there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from routing.engine import CompiledRuleSet, decide
from routing.engine.clarifications import clarified
from routing.models import Authority, Decision
from routing.selectors.results import rule_set_compiled
from routing.types import Evidence, Situation

Ring = list[tuple[float, float]]
# The evidence looks at the centre, six places of an inner and six of an outer ring (routing/sql/evidence.sql), in
# this order; these radii, as parts of the disc's, give each of the thirteen the same area.
_INNER: Final = math.sqrt(1 / 13)
_MIDDLE: Final = math.sqrt(7 / 13)
_ARC_STEPS: Final = 8
ELSEWHERE: Final = ""


@dataclass(frozen=True)
class DiscPart:
    """A part of the disc: ring in the storage CRS, empty where there is no disc; `body` empty where the reporter
    said that it is not there, TRIAGE where no rule names anybody.
    """

    body: str
    rule_id: str
    share: float
    ring: Ring


def disc_parts(decision: Decision) -> list[DiscPart]:
    """The parts of the disc as the decision's own rules see them; none where no rules were in effect.

    A person's decision shows those of the rules' decision before it.
    """
    made = (
        decision.issue.decisions.filter(rule_set__isnull=False, number__lte=decision.number)
        .order_by("-number")
        .first()
    )
    if made is None or made.rule_set_id is None:
        return []
    codes = Authority.objects.filter(jurisdiction_id=decision.issue.jurisdiction_id)
    rules = rule_set_compiled(made.rule_set_id, frozenset(codes.values_list("code", flat=True)))
    evidence = Evidence.from_json(made.evidence)
    point, radius = decision.issue.point, evidence.accuracy_m or 0.0
    rings = list(_rings(point.x, point.y, radius)) if len(evidence.situations) == 13 else []
    return [
        _part(evidence, situation, rules, rings[number] if rings else [])
        for number, situation in enumerate(evidence.situations)
    ]


def _part(evidence: Evidence, situation: Situation, rules: CompiledRuleSet, ring: Ring) -> DiscPart:
    alone = replace(evidence, situations=(replace(situation, weight=1.0),))
    _narrowed, unfitting = clarified(alone)
    if unfitting:
        return DiscPart(ELSEWHERE, "", situation.weight, ring)
    shares: dict[str, float] = defaultdict(float)
    candidates = decide(alone, rules).candidates
    for one in candidates:
        shares[one.body] += one.probability
    body = max(shares, key=lambda code: (shares[code], code))
    rule_id = next(one.rule_id for one in candidates if one.body == body)
    return DiscPart(body, rule_id, situation.weight, ring)


def _rings(x: float, y: float, radius: float) -> Iterator[Ring]:
    yield _circle(x, y, radius * _INNER)
    for number in range(1, 7):
        yield _wedge(x, y, radius * _INNER, radius * _MIDDLE, 60.0 * number)
    for number in range(1, 7):
        yield _wedge(x, y, radius * _MIDDLE, radius, 60.0 * number + 30.0)


def _circle(x: float, y: float, radius: float) -> Ring:
    return _arc(x, y, radius, 0.0, 360.0, 6 * _ARC_STEPS)


def _wedge(x: float, y: float, inner: float, outer: float, middle: float) -> Ring:
    """Between two radii, 60 degrees wide around an angle (degrees from east, counter-clockwise)."""
    out = _arc(x, y, outer, middle - 30.0, middle + 30.0, _ARC_STEPS)
    back = _arc(x, y, inner, middle + 30.0, middle - 30.0, _ARC_STEPS)
    return [*out, *back, out[0]]


def _arc(x: float, y: float, radius: float, first: float, last: float, steps: int) -> Ring:
    angles = (math.radians(first + (last - first) * step / steps) for step in range(steps + 1))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
