"""The disc of a location's accuracy in its parts, each with the authority that the rules name there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from routing.deciding.explaining.ruled import evidence_ruled
from routing.engine import CompiledRuleSet, decide
from routing.engine.clarifications import clarified
from routing.engine.decide import weighed
from routing.engine.location import DISC_MAX_M, location_radius
from routing.evidence.disc.places import UNIT_DISC
from routing.models import Decision
from routing.types import Evidence, Situation

# Where the reporter said that it is not.
ELSEWHERE: Final = ""


@dataclass(frozen=True)
class DiscPart:
    """A part of the disc: shape in the storage CRS (metres), how likely it is, and the rules that apply in it.

    `share` counts as the decision counts: by the location and by how often such reports come from such ground.

    `body` is the authority's code; empty: the reporter's answer excludes the part; TRIAGE: no rule names one.
    """

    body: str
    rule_ids: tuple[str, ...]
    share: float
    shape: BaseGeometry


def disc_parts(decision: Decision) -> list[DiscPart]:
    """The parts of the disc as the decision's own rules see them, one for each authority, the largest first.

    None where there is no disc, or no rules were in effect. A person's decision shows what the rules said
    before it.
    """
    ruled = evidence_ruled(decision)
    if ruled is None:
        return []
    rules = ruled[1]
    evidence = weighed(ruled[0], rules)
    found: dict[str, list[tuple[Situation, str]]] = defaultdict(list)
    for situation in evidence.situations:
        if situation.places:
            body, rule_id = _named(evidence, situation, rules)
            found[body].append((situation, rule_id))
    centre = decision.issue.point
    radius = disc_radius(evidence.accuracy_m, evidence.confidence)
    parts = [
        DiscPart(
            body=body,
            rule_ids=tuple(sorted({rule_id for _one, rule_id in some} - {""})),
            share=sum(one.weight for one, _rule_id in some),
            shape=_shape([one.places for one, _rule_id in some], centre, radius),
        )
        for body, some in found.items()
    ]
    return sorted(parts, key=lambda part: (-part.share, part.body))


def disc_radius(accuracy_m: float | None, confidence: float) -> float:
    """How far around a place the evidence looks, in metres, for the accuracy that it notes."""
    return min(location_radius(accuracy_m, confidence), DISC_MAX_M)


def _named(evidence: Evidence, situation: Situation, rules: CompiledRuleSet) -> tuple[str, str]:
    """Whom the rules name in a situation, and by which rule; of several the likeliest."""
    alone = replace(evidence, situations=(replace(situation, weight=1.0),))
    _narrowed, unfitting = clarified(alone)
    if unfitting:
        return ELSEWHERE, ""
    candidates = decide(alone, rules).candidates
    shares: dict[str, float] = defaultdict(float)
    for one in candidates:
        shares[one.body] += one.probability
    body = max(shares, key=lambda code: (shares[code], code))
    return body, next(one.rule_id for one in candidates if one.body == body)


def _shape(places: list[str], centre: Any, radius: float) -> BaseGeometry:
    bits = 0
    for some in places:
        bits |= int(some, 16)
    cells = [cell for number, cell in enumerate(_unit_cells()) if bits >> number & 1]
    return affine_transform(
        shapely.union_all(cells), [radius, 0.0, 0.0, radius, centre.x, centre.y]
    )


@cache
def _unit_cells() -> tuple[BaseGeometry, ...]:
    """What lies nearest to each place of the unit disc, in the order of the places."""
    points = [shapely.Point(x, y) for x, y in UNIT_DISC.tolist()]
    disc = shapely.Point(0.0, 0.0).buffer(1.0, quad_segs=32)
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=disc, ordered=True)
    return tuple(shapely.intersection(cell, disc) for cell in shapely.get_parts(diagram))
