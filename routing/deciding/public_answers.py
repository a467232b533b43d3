"""What the public may hear of a decision: nothing that depends on who owns ground that is not public (ADR 20).

The rules decide the same evidence as if all such ground belonged to one owner class, once for each class. What comes
out every time may be told. Whatever differs is the municipality's: it looks after the matter, whoever owns the ground.
So the answer cannot depend on ownership, because no owner of such ground was ever looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from parcels.enums import OwnerClass, Usage
from routing.engine import CompiledRuleSet, decide, decide_variants
from routing.engine.conditions import condition_compile
from routing.engine.predicates import Need, predicates_needing
from routing.engine.ranking import TRIAGE
from routing.enums import Outcome
from routing.types import Candidate, Evidence, Facts, ParcelFact, Result, Situation

# Who maintains these is public by law: streets and squares by their dedication (FStrG § 2 and the acts of the Länder),
# railways and federal waterways by their registers. Woods, waters and parks may be anybody's, and so may a path that no
# register of roads has.
PUBLIC_GROUND: Final = frozenset({Usage.ROAD, Usage.SQUARE, Usage.RAIL, Usage.CANAL})
# Each of them may own the ground, a private person most often; "unknown" is none of its own.
OWNERS: Final = (
    OwnerClass.PRIV,
    *(one for one in OwnerClass if one not in {OwnerClass.PRIV, OwnerClass.UNKNOWN}),
)
# Roads whose owner the evidence holds (`SectionFact.owner`).
CLASSES_OWNED: Final = frozenset("SP")
OWNER_PREDICATES: Final = predicates_needing(Need.OWNER, Need.ADJOINING_OWNER)
# Who has less of the places than this is not named as somebody who may have to act.
LEAST_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What the rules say, whoever owns the ground that is not public.

    `evidence` has a private owner on all such ground. `results`: one for each of `OWNERS`, the first of them of
    `evidence`; or the only one where all ground is public. `municipality`: the codes of authorities that the public is
    never told of, because they act through another; the municipality stands for them.
    """

    evidence: Evidence
    results: tuple[Result, ...]
    municipality: Collection[str] = ()

    @property
    def leader(self) -> Candidate | None:
        """Whom the report would be sent to by itself every time; None: it differs, or nobody."""
        firsts = [one.candidates[0] for one in self.results]
        sent = all(one.outcome == Outcome.ASSIGNED for one in self.results)
        return firsts[0] if sent and len({one.addressee for one in firsts}) == 1 else None

    @property
    def is_owners_matter(self) -> bool:
        """Whether it may depend on the owners if and to whom the report is sent, now or by the person who decides.

        Then the public is told neither.
        """
        if self.leader is not None:
            return self.leader.body in self.municipality
        _named, municipality = self.shares()
        at_point = self.evidence.situations[:1]
        return (
            municipality > 0
            or any(one.outcome == Outcome.ASSIGNED for one in self.results)
            or any(is_hidden(one) for one in at_point)
        )

    def shares(self) -> tuple[dict[str, float], float]:
        """Addressee → the share that it has at least, greater ones first; and the municipality's.

        What no rule names is nobody's.
        """
        each = [_shares(one) for one in self.results]
        least = {one: min(shares.get(one, 0.0) for shares in each) for one in each[0]}
        owners = 1.0 - sum(least.values())
        acting = sum(share for one, share in least.items() if _body_of(one) in self.municipality)
        named = {
            one: share
            for one, share in least.items()
            if share >= LEAST_SHARE and one != TRIAGE and _body_of(one) not in self.municipality
        }
        order = sorted(named, key=lambda one: (-round(named[one], 6), one))
        return {one: named[one] for one in order}, round(owners + acting, 6)

    def reason(self, rules: CompiledRuleSet) -> tuple[Facts, Candidate | None]:
        """The facts of the leader's place, and the leader's rule where it may be told: it speaks of no owner.

        A leader that public ground names speaks from there. Where there is none, and of the leader's other rules only
        one that all owners share, it is the reported point.
        """
        leader, first = self.leader, self.results[0]
        if leader is None or leader.body in self.municipality:
            return first.at_point, None
        open_ground = tuple(one for one in self.evidence.situations if not is_hidden(one))
        said = first if len(self.results) == 1 else None
        if said is None and open_ground:
            said = decide(replace(self.evidence, situations=open_ground), rules)
        if said is not None and said.candidates[0].addressee == leader.addressee:
            one = said.candidates[0]
            return said.facts, None if _asks_owner(one) else one
        firsts = {
            (one.candidates[0].rule_id, one.candidates[0].legal_basis) for one in self.results
        }
        return first.at_point, leader if len(firsts) == 1 and not _asks_owner(leader) else None


def public_answer(
    evidence: Evidence, rules: CompiledRuleSet, *, municipality: Collection[str] = ()
) -> PublicAnswer:
    """Decides the evidence as the public may hear of it; see `PublicAnswer`."""
    if not any(is_hidden(one) for one in evidence.situations):
        return PublicAnswer(evidence, (decide(evidence, rules),), municipality)
    owned = [_owned_by(evidence, owner) for owner in OWNERS]
    return PublicAnswer(owned[0], decide_variants(owned, rules), municipality)


def is_hidden(situation: Situation) -> bool:
    """Whether it holds the owner of ground that is not public, or no known ground."""
    return (
        bool(situation.adjoining_owner)
        or not situation.parcels
        or not all(_is_public(one, situation) for one in situation.parcels)
    )


def _is_public(parcel: ParcelFact, situation: Situation) -> bool:
    if parcel.usage == Usage.PATH:
        return any(one.same_parcel for one in situation.sections)
    return parcel.usage in PUBLIC_GROUND


def _owned_by(evidence: Evidence, owner: str) -> Evidence:
    """The evidence as if all ground that is not public were of this owner class."""
    return replace(
        evidence,
        situations=tuple(
            _situation_owned_by(one, owner) if is_hidden(one) else one
            for one in evidence.situations
        ),
    )


def _situation_owned_by(situation: Situation, owner: str) -> Situation:
    """Of a way beside it, too, where its owner counts: it may run over the same ground."""
    return replace(
        situation,
        parcels=tuple(
            one if _is_public(one, situation) else replace(one, owner=owner)
            for one in situation.parcels
        ),
        sections=tuple(
            replace(one, owner=owner) if one.road_class in CLASSES_OWNED else one
            for one in situation.sections
        ),
        adjoining_owner=owner if situation.adjoining_owner else "",
    )


def _asks_owner(candidate: Candidate) -> bool:
    asked = condition_compile(candidate.condition).predicates if candidate.condition else ()
    return "owner" in candidate.narrowed or not OWNER_PREDICATES.isdisjoint(asked)


def _body_of(addressee: str) -> str:
    return addressee.partition("/")[0]


def _shares(result: Result) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for one in result.candidates:
        shares[one.addressee] += one.probability
    return shares
