"""From a situation to the columns of the matrix: which parcel, which road, which part, inside or outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from routing.engine.location import is_vague
from routing.types import (
    UNKNOWN,
    AgreementFact,
    AssetFact,
    Evidence,
    Facts,
    ParcelFact,
    SectionFact,
    Situation,
)

ROAD_USES: Final = frozenset({"ROAD", "PATH", "SQUARE"})
CLASS_RANK: Final = {road_class: rank for rank, road_class in enumerate("ABLKGSP")}
CLASSIFIED: Final = frozenset("BLK")
# Road sections further away than this are no part of a place's evidence.
REACH_M: Final = 30.0
# Half the width of a road by class (metres): how far from its axis a place is still on the road. A motorway of two
# times two lanes is 31 m wide (RAA, RQ 31).
HALF_WIDTH_M: Final = {"A": 16.0, "B": 12.0, "L": 11.0, "K": 10.0, "G": 9.0, "S": 6.0, "P": 6.0}
# A path that runs alongside a road belongs to it; further off it is a path of its own.
BESIDE_ROAD_M: Final = 3.0
# Axes that are less than this further off than the nearest one are equally near; then the higher class goes first.
SAME_DISTANCE_M: Final = 3.0
# Through-road limits and built-up area have states of their own, agreements and parts of the road need not exist.
DATASETS_NEEDED: Final = ("parcels", "land_use", "ownership", "road_sections")
# Where no section lies, the owner of such land tells whether the street is municipal or private.
USES_CLASSED_BY_OWNER: Final = frozenset({"ROAD", "SQUARE"})
CITY: Final = "CITY"
CLASSED_BY_OWNER: Final = {CITY: "G", "PRIV": "P"}


def facts_of(evidence: Evidence, situation: Situation, *, side: int = 0) -> Facts:
    """One situation as the matrix sees it. Unknown stays unknown: see `hypotheses`.

    `side`: of which of the parcels on whose border the place lies.
    """
    parcel = situation.parcels[side] if situation.parcels else None
    usage = parcel.usage if parcel else UNKNOWN.upper()
    owner = parcel.owner if parcel else UNKNOWN.upper()
    section = section_choose(evidence, _beyond_first(situation) if side else situation, parcel)
    road_class = section.road_class if section else _class_without_section(usage, owner)
    if section is not None and road_class in CLASSIFIED:
        through_road = section.through_road
    else:
        through_road = situation.built_up
    return Facts(
        category=evidence.category,
        road_class=road_class,
        through_road=through_road,
        part=_part(evidence, situation),
        usage=usage,
        owner=owner,
        built_up=situation.built_up,
        beside_road=section is not None and not _is_road_land(situation, usage),
        road_owner=section.owner if section else UNKNOWN.upper(),
        level="",
        evidence=evidence,
        situation=situation,
        parcel=parcel,
        section=section,
        asset=asset_choose(evidence, situation),
        agreement=next(iter(agreements_fitting(evidence, situation)), None),
    )


def _beyond_first(situation: Situation) -> Situation:
    """As seen from another side of a border: which sections lie on the parcel is known of the first parcel only."""
    sections = tuple(replace(one, same_parcel=False) for one in situation.sections)
    return replace(situation, sections=sections)


def hypotheses(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """The facts under each state of what is unknown: through-road limits or built-up area.

    Yields (name of the hypothesis, facts); one unnamed hypothesis where everything is known.
    """
    if UNKNOWN not in {facts.through_road, facts.built_up}:
        yield "", facts
        return
    for state in ("in", "out"):
        yield (
            state,
            replace(
                facts,
                through_road=state if facts.through_road == UNKNOWN else facts.through_road,
                built_up=state if facts.built_up == UNKNOWN else facts.built_up,
            ),
        )


def section_choose(
    evidence: Evidence, situation: Situation, parcel: ParcelFact | None
) -> SectionFact | None:
    """The road the report is about, or None where it is about no road.

    On road land: the section whose polygon covers the place, of several the one of the higher class, which
    maintains the junction (FStrG § 13 I, § 12 VI, and the acts of the Länder); then the one on the same parcel, then
    the one whose name is the parcel's location, then the nearest, the higher class where two are equally near.
    Beside road land only for categories about a part of the road, and only close to it.
    """
    usage = parcel.usage if parcel else ""
    covering = {part.section_key for part in situation.parts if part.section_key}
    if not evidence.part and not _is_road_land(situation, usage):
        return None
    reach = [
        section
        for section in situation.sections
        if section.key in covering or _within_reach(section, usage, parcel)
    ]
    if not reach:
        return None
    return _preferred(reach, covering, parcel)


def _is_road_land(situation: Situation, usage: str) -> bool:
    return usage in ROAD_USES or any(part.section_key for part in situation.parts)


def _within_reach(section: SectionFact, usage: str, parcel: ParcelFact | None) -> bool:
    if usage in {"ROAD", "SQUARE"}:
        return True
    reach = HALF_WIDTH_M.get(section.road_class, 0.0)
    if usage == "PATH":
        return (
            section.same_parcel
            or _named_after(section, parcel)
            or (section.distance <= reach + BESIDE_ROAD_M and not _is_way_apart(section, parcel))
        )
    return section.distance <= reach


def _is_way_apart(section: SectionFact, parcel: ParcelFact | None) -> bool:
    """Whether a way of the city runs beside a road of another body: it is the city's own, however near the road."""
    return section.road_class in CLASSIFIED and parcel is not None and parcel.owner == CITY


def _preferred(
    reach: Sequence[SectionFact], covering: set[str], parcel: ParcelFact | None
) -> SectionFact:
    faults = [
        (
            section.key not in covering,
            class_rank(section) if section.key in covering else 0,
            not section.same_parcel,
            not _named_after(section, parcel),
        )
        for section in reach
    ]
    fewest = min(faults)
    best = [section for section, its in zip(reach, faults, strict=True) if its == fewest]
    nearest = min(section.distance for section in best)
    return min(
        best,
        key=lambda section: (
            round(section.distance - nearest, 2) >= SAME_DISTANCE_M,
            class_rank(section),
            section.distance,
            section.key,
        ),
    )


def class_rank(section: SectionFact) -> int:
    """0 for the highest class; a class that is not in the law's list comes last."""
    return CLASS_RANK.get(section.road_class, len(CLASS_RANK))


def _named_after(section: SectionFact, parcel: ParcelFact | None) -> bool:
    return parcel is not None and named_after(section.road, section.name, parcel.location_text)


@lru_cache(maxsize=65536)
def named_after(road: str, name: str, location_text: str) -> bool:
    """Whether a parcel's location names the road."""
    location = location_text.casefold()
    return any(one and one.casefold() in location for one in (road, name))


def _class_without_section(usage: str, owner: str) -> str:
    """Road land without a section in the network: municipal, private, or not to be told (N).

    Land of a higher body's roads is no municipal road; of which road it is, nothing says.
    """
    return CLASSED_BY_OWNER.get(owner, "N") if usage in USES_CLASSED_BY_OWNER else "N"


def _part(evidence: Evidence, situation: Situation) -> str:
    """The category says which part of the road is meant; for cycle paths, the polygon or answer says which kind."""
    if evidence.part in {"cycle_own", "cycle_shared"}:
        if evidence.answers.get("KIND") == "shared":
            return "cycle_shared"
        if evidence.answers.get("KIND") == "own":
            return "cycle_own"
        kinds = {part.part for part in situation.parts}
        return "cycle_shared" if "cycle_shared" in kinds else evidence.part
    return evidence.part


def asset_choose(evidence: Evidence, situation: Situation) -> AssetFact | None:
    """The asset the report is about: of a kind of the category, the one whose number was given, else the nearest."""
    fitting = [asset for asset in situation.assets if asset.kind in evidence.asset_kinds]
    numbers = {str(value).strip() for value in evidence.answers.values() if isinstance(value, str)}
    return min(
        fitting,
        key=lambda asset: (
            asset.number not in numbers or not asset.number,
            asset.distance,
            asset.key,
        ),
        default=None,
    )


def asset_near(situation: Situation, kind: str) -> AssetFact | None:
    """The nearest asset of a kind in reach; one that the register describes goes before one that it does not."""
    found = [asset for asset in situation.assets if asset.kind == kind]
    return min(found, key=lambda asset: (not asset.note, asset.distance, asset.key), default=None)


def agreements_fitting(evidence: Evidence, situation: Situation) -> list[AgreementFact]:
    """The agreements about this category at this place, by key; several may name several authorities."""
    fitting = [
        agreement
        for agreement in situation.agreements
        if evidence.category in agreement.categories or "*" in agreement.categories
    ]
    return sorted(fitting, key=lambda agreement: agreement.key)


def report_doubts(evidence: Evidence) -> Iterator[str]:
    """What is doubtful of the report as a whole: datasets without an active edition, a location too vague."""
    needed = [*DATASETS_NEEDED, *(["assets"] if evidence.asset_kinds else [])]
    yield from (f"no_data:{dataset}" for dataset in needed if dataset not in evidence.datasets)
    if is_vague(evidence.accuracy_m, evidence.confidence):
        yield "location_vague"


def columns_unknown(facts: Facts) -> frozenset[str]:
    """The columns of the matrix about which missing datasets leave us ignorant at this place.

    Off road land, and for a category that is not about a road, the roads need not be known.
    """
    missing = {name for name in DATASETS_NEEDED if name not in facts.evidence.datasets}
    unknown: set[str] = set()
    if missing & {"parcels", "land_use"}:
        unknown.add("usage")
    # Without the dataset a map service may have told the class.
    is_told = facts.parcel is not None and facts.parcel.owner_source != ""
    if "parcels" in missing or ("ownership" in missing and not is_told):
        unknown.add("owner")
    about_road = bool(facts.evidence.part) or _is_road_land(facts.situation, facts.usage)
    if "usage" in unknown or ("road_sections" in missing and about_road):
        unknown |= {"road_class", "through_road"}
    return frozenset(unknown)


def doubts_of(facts: Facts) -> Iterator[str]:
    """What makes this situation doubtful, as codes: missing facts are named, never passed over."""
    if facts.parcel is None:
        yield "no_parcel"
    elif len(facts.situation.parcels) == 1 and facts.parcel.distance > 0 and facts.situation.inside:
        yield "gap_between_parcels"
    if len(facts.situation.parcels) > 1:
        yield "several_parcels"
    if facts.road_class in CLASSIFIED and facts.through_road == UNKNOWN:
        yield "through_road_unknown"
    if facts.built_up == UNKNOWN:
        yield "built_up_unknown"
    # On a level above the land, whose land it is says nothing.
    is_on_land = facts.parcel is not None and facts.usage == facts.parcel.usage
    if is_on_land and facts.owner == UNKNOWN.upper():
        yield "owner_unknown"
    if len({one.body for one in agreements_fitting(facts.evidence, facts.situation)}) > 1:
        yield "agreements_clash"
