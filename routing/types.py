"""What the engine works with: plain immutable values, no ORM. Lengths in metres, areas in m², storage CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from routing.enums import Outcome

UNKNOWN = "unknown"
# Nothing is impossible, and nothing is certain, by where reports mostly come from: the weights that a prior may have.
PRIOR_MIN = 0.01
PRIOR_MAX = 100.0


@dataclass(frozen=True, slots=True)
class ParcelFact:
    """A parcel at the place, with its land use there and its owner class; `distance` > 0 only in a gap.

    `owner_source`: the map service that told the class, and on which day (ISO); empty where the cadastre did.
    """

    key: str
    gemarkung: str
    flur: int | None
    number: str
    area: float
    usage: str
    use_type: str
    use_description: str
    owner: str
    location_text: str
    distance: float = 0.0
    owner_source: str = ""


@dataclass(frozen=True, slots=True)
class SectionFact:
    """A road section in reach. `station` counts from the section's start station.

    `through_road` is in, out or unknown; `same_parcel` says whether the nearest point of the section's
    axis lies on the parcel of the place. `owner` is the owner class of the land that the section runs on, UNKNOWN
    where nobody asks for it: on classified and municipal roads it decides nothing.
    """

    key: str
    road_class: str
    road: str
    name: str
    distance: float
    station: float
    through_road: str
    cleaning_class: str
    same_parcel: bool
    owner: str = "UNKNOWN"


# Assets that count whatever is reported; others count for the categories that name their kind.
KINDS_ALWAYS: Final = frozenset({"construction_site", "bridge", "level_crossing"})


@dataclass(frozen=True, slots=True)
class AssetFact:
    key: str
    kind: str
    number: str
    owner: str
    note: str
    distance: float


@dataclass(frozen=True, slots=True)
class PartFact:
    """A polygon of a part of the road that covers the place."""

    part: str
    section_key: str
    name: str


@dataclass(frozen=True, slots=True)
class AgreementFact:
    key: str
    body: str
    document: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaFact:
    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All facts at one place where the report may be; `weight` is how likely it is there by the location alone.

    `built_up` is in, out or unknown. `adjoining_owner` is the owner class of the nearest parcel that is
    not a road, empty where nobody asked for it or none is near. `places` are the places of the disc that it
    stands for, as hexadecimal bits (`routing.evidence.disc.places`), empty where there is no disc; only drawn.
    `level` is the one of several levels that the reporter named (`routing.engine.levels`), empty for any.
    """

    weight: float
    inside: bool
    built_up: str
    parcels: tuple[ParcelFact, ...] = ()
    sections: tuple[SectionFact, ...] = ()
    parts: tuple[PartFact, ...] = ()
    assets: tuple[AssetFact, ...] = ()
    areas: tuple[AreaFact, ...] = ()
    agreements: tuple[AgreementFact, ...] = ()
    adjoining_owner: str = ""
    places: str = ""
    level: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Situation:
        return cls(
            weight=data["weight"],
            inside=data["inside"],
            built_up=data["built_up"],
            parcels=tuple(ParcelFact(**one) for one in data["parcels"]),
            sections=tuple(SectionFact(**one) for one in data["sections"]),
            parts=tuple(PartFact(**one) for one in data["parts"]),
            assets=tuple(AssetFact(**one) for one in data["assets"]),
            areas=tuple(AreaFact(**one) for one in data["areas"]),
            agreements=tuple(
                AgreementFact(**{**one, "categories": tuple(one["categories"])})
                for one in data["agreements"]
            ),
            adjoining_owner=data["adjoining_owner"],
            places=data.get("places", ""),
            level=data.get("level", ""),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a decision rests on: the report's own facts and the situations at its place.

    `datasets` names the datasets that have an active edition, each with the edition's id. `clarifications`
    are the reporter's answers to questions, as (kind, code of the answer). `shadowed` are the ids of rules
    that only propose at present, `lapsed` the codes of authorities that do not act on that day: both are
    noted here because they change with time, and a decision is replayed as it was. `accuracy_m` is the radius in
    metres within which the place lies with the probability `confidence`; null and zero: at the point itself.
    """

    category: str
    part: str
    answers: Mapping[str, Any]
    asset_kinds: tuple[str, ...]
    bears_through_roads: bool
    on: date
    situations: tuple[Situation, ...]
    datasets: Mapping[str, int]
    accuracy_m: float | None = None
    confidence: float = 0.95
    clarifications: tuple[tuple[str, str], ...] = ()
    shadowed: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()

    @property
    def area_names(self) -> dict[str, str]:
        """The name of each area in the evidence, by its code; a built-up area has none."""
        return {area.code: area.name for one in self.situations for area in one.areas if area.code}

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "on": self.on.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evidence:
        """The inverse of `to_json`, also for evidence read back from a stored decision."""
        return cls(
            category=data["category"],
            part=data["part"],
            answers=data["answers"],
            asset_kinds=tuple(data["asset_kinds"]),
            bears_through_roads=data["bears_through_roads"],
            on=date.fromisoformat(data["on"]),
            situations=tuple(Situation.from_json(one) for one in data["situations"]),
            datasets=data["datasets"],
            accuracy_m=data["accuracy_m"],
            confidence=data.get("confidence", 0.95),
            clarifications=tuple((kind, code) for kind, code in data.get("clarifications", ())),
            shadowed=tuple(data.get("shadowed", ())),
            lapsed=tuple(data.get("lapsed", ())),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """One situation, read in one way, as the columns of the decision matrix see it.

    `beside_road`: the place is not road land but close to the road the category is about, so rules for
    that road's class and rules for no road (N) both apply; to the former `road_owner` is the owner, who is that of
    the road's own land and not the neighbour. `level` names what the place is on where two ways cross on two levels.
    """

    category: str
    road_class: str
    through_road: str
    part: str
    usage: str
    owner: str
    built_up: str
    beside_road: bool
    road_owner: str
    level: str
    evidence: Evidence
    situation: Situation
    parcel: ParcelFact | None
    section: SectionFact | None
    asset: AssetFact | None
    agreement: AgreementFact | None


@dataclass(frozen=True, slots=True)
class RuleTried:
    rule_id: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An authority that may have to act, by one rule.

    `probability` is how likely it is that this rule names this body: the places where the report may be, how often
    such reports come from such ground (`PriorRow`), and the hypotheses about what is unknown. Of all candidates of a
    result, TRIAGE among them, probabilities sum to exactly one; a body's is the sum over its rules. `confidence` is
    how sure the rule's reading of the law is. `narrowed` names the columns that the rule asks for besides the
    category. `via` is the rule by which a computed body was found. `hypothesis` (in, out) and `level` say on what it
    rests where that makes a difference.
    """

    body: str
    confidence: float
    rule_id: str
    legal_basis: str
    condition: str
    narrowed: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    hypothesis: str = ""
    level: str = ""
    area_code: str = ""
    probability: float = 0.0
    via: str = ""

    @property
    def addressee(self) -> str:
        """Who would get the report: the code, and for a neighbour also the area."""
        return f"{self.body}/{self.area_code}" if self.area_code else self.body


@dataclass(frozen=True, slots=True)
class Result:
    """The engine's answer.

    ASSIGNED: the first candidate is clear enough to be sent by itself. PROPOSED: it would be, but its rule or
    authority only ever proposes at present. TRIAGE: a person decides, with the candidates before them.
    `doubts` are codes, some with what they are about after a colon (`no_data:parcels`). `facts` and `trace` are those
    of the place, and of the way to read it, that speaks most for the first candidate; `at_point` are the facts at
    the reported point itself. `grounds` are those of each candidate, in their order, as its rule sees them: beside a
    road, a rule about the land next to it knows no road.
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    facts: Facts
    at_point: Facts
    grounds: tuple[Facts, ...]
    trace: tuple[RuleTried, ...] = field(default=())
    doubts: tuple[str, ...] = field(default=())
