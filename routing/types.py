"""What the engine works with: plain immutable values, no ORM. Lengths in metres, areas in m², storage CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from routing.enums import Outcome

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ParcelFact:
    """A parcel at the place, with its land use there and its owner class; `distance` > 0 only in a gap."""

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


@dataclass(frozen=True, slots=True)
class SectionFact:
    """A road section in reach. `station` counts from the section's start station.

    `through_road` is in, out or unknown; `same_parcel` says whether the nearest point of the section's
    axis lies on the parcel of the place.
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
    """All facts at one place inside the location's accuracy disc; `weight` is its share of the disc.

    `built_up` is in, out or unknown. `adjoining_owner` is the owner class of the nearest parcel that is
    not a road, empty where nobody asked for it or none is near. `places` are the places of the disc that it
    stands for, as hexadecimal bits (`routing.evidence.disc.places`), empty where there is no disc; only drawn.
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
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a decision rests on: the report's own facts and the situations at its place.

    `datasets` names the datasets that have an active edition, each with the edition's id. `clarifications`
    are the reporter's answers to questions, as (kind, code of the answer). `shadowed` are the ids of rules
    that only propose at present, `lapsed` the codes of authorities that do not act on that day: both are
    noted here because they change with time, and a decision is replayed as it was.
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
            clarifications=tuple((kind, code) for kind, code in data.get("clarifications", ())),
            shadowed=tuple(data.get("shadowed", ())),
            lapsed=tuple(data.get("lapsed", ())),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """One situation as the columns of the decision matrix see it.

    `beside_road`: the place is not road land but close to the road the category is about, so rules for
    that road's class and rules for no road (N) both apply.
    """

    category: str
    road_class: str
    through_road: str
    part: str
    usage: str
    owner: str
    built_up: str
    beside_road: bool
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
    """An authority that may have to act. `score` in 0–1 is what is compared with the rule set's thresholds.

    `probability` is the share of the disc, and of the hypotheses about what is unknown, that leads to this
    body by this rule: of all candidates of a result, TRIAGE among them, they sum to exactly one. `score` is
    that share times the confidence. `narrowed` names the columns that the rule asks for besides the
    category. `via` is the rule by which a computed body was found.
    """

    body: str
    score: float
    rule_id: str
    legal_basis: str
    condition: str
    narrowed: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    hypothesis: str = ""
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
    `doubts` are codes, some with what they are about after a colon (`no_data:parcels`).
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    facts: Facts
    trace: tuple[RuleTried, ...] = field(default=())
    doubts: tuple[str, ...] = field(default=())
