"""What a sheet says of an issue: as it leaves the house, in German, with nothing that changes by the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse

from gis_core.coordinates import crs_parse
from gis_core.enums import EditionStatus
from gis_core.languages import text_in
from gis_core.models import Edition
from gis_core.srids import storage_srid
from issues.enums import PhotoStatus
from issues.models import Issue
from issues.types import Box
from mapui.sheets.background import background_service
from mapui.sheets.ground import DATASETS
from mapui.site.cards.decisions import decision_in_force
from parcels.enums import Usage
from parcels.keys import parcel_label
from parcels.selectors import parcels_at_point
from routing.deciding.explaining.body_shares import percent_of
from routing.enums import DecisionCause, Outcome, RoadClass, ThroughRoadState
from routing.forwarding.answers import answers_told
from routing.forwarding.wording import LANGUAGE, text_told
from routing.models import Decision
from routing.sentences import legal_basis_shown

# Classes of roads that have through-road stretches.
CLASSIFIED: Final = (RoadClass.B, RoadClass.L, RoadClass.K)
# Of the parcels on which the place may be as well so many are named.
OTHERS_MAX: Final = 8


@dataclass(frozen=True)
class PlaceFacts:
    """Degrees (WGS84), and metres in the storage CRS. `is_assumed`: the report said nothing of its accuracy."""

    latitude: float
    longitude: float
    srid: int
    crs: str
    easting: float
    northing: float
    accuracy_m: float | None
    is_assumed: bool
    address: str


@dataclass(frozen=True)
class ParcelFacts:
    """A parcel at the place; `use` is that at the place."""

    key: str
    label: str
    area: float | None
    use: str
    location: str


@dataclass(frozen=True)
class RoadFacts:
    """The nearest road section of the decision's evidence; metres. `through_road` is "" where the class knows none."""

    title: str
    road_class: str
    section_key: str
    station: float
    distance: float
    through_road: str


@dataclass(frozen=True)
class DecisionFacts:
    """`percent` is None where a person decided; `parcel_then` names its parcel where the issue lies on another now."""

    outcome: str
    is_clear: bool
    is_by_person: bool
    authority: str
    sentence: str
    legal_basis: str
    rule_id: str
    percent: int | None
    decided_at: datetime
    parcel_key: str
    parcel_then: str


@dataclass(frozen=True)
class DataFacts:
    """Datasets of one day and origin: the day as the decision knew them, and as the map shows them."""

    labels: tuple[str, ...]
    decided: date | None
    drawn: date | None
    attribution: str
    licence: str


class BackgroundFacts(NamedTuple):
    """The map service below the map."""

    slug: str
    title: str
    attribution: str
    licence: str


class PhotoFacts(NamedTuple):
    """The name of a stored original, and how it is turned (degrees, clockwise) and blackened."""

    name: str
    turned: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class SheetFacts:
    """`drawn_editions` are the ids of the editions that the map shows: with the place they tell what is on it.

    `photos_lost` is how many of the stored photos are not there.
    `status_url` is "" where the public never sees the issue.
    """

    number: str
    jurisdiction: str
    category: str
    received_at: datetime
    place: PlaceFacts | None
    parcels: tuple[ParcelFacts, ...]
    others: tuple[str, ...]
    road: RoadFacts | None
    decision: DecisionFacts | None
    text: str
    answers: tuple[tuple[str, str], ...]
    photos: tuple[PhotoFacts, ...]
    photos_lost: int
    data: tuple[DataFacts, ...]
    drawn_editions: tuple[int, ...]
    background: BackgroundFacts | None
    status_url: str

    @property
    def made_at(self) -> datetime:
        """What the sheet is dated by: the decision, else the report."""
        return self.decision.decided_at if self.decision else self.received_at


def sheet_facts(issue: Issue) -> SheetFacts:
    """Reads the issue, its decision in force, and the cadastre at its place; call it with German active."""
    decision = decision_in_force(issue)
    situation = _situation(decision)
    photos, lost = _photos(issue)
    parcels = tuple(_parcels(issue, decision))
    drawn = _editions_drawn(issue)
    return SheetFacts(
        number=issue.number,
        jurisdiction=issue.jurisdiction.name,
        category=text_in(issue.category.names, LANGUAGE),
        received_at=issue.received_at,
        place=_place(issue, decision) if issue.is_placed else None,
        parcels=parcels,
        others=_others(decision, {one.key for one in parcels}),
        road=_road(situation) if issue.is_placed else None,
        decision=_decision(issue, decision, parcels) if decision else None,
        text=text_told(issue.description),
        answers=tuple((one.question, one.value) for one in answers_told(issue)),
        photos=photos,
        photos_lost=lost,
        data=tuple(_data(decision, drawn)),
        drawn_editions=tuple(sorted(one.pk for one in drawn.values())),
        background=_background() if issue.is_placed else None,
        status_url=_status_url(issue),
    )


def _situation(decision: Decision | None) -> Mapping[str, Any]:
    """The likeliest situation of the evidence, {} where there is none."""
    situations: list[Mapping[str, Any]] = (
        decision.evidence.get("situations", []) if decision else []
    )
    return situations[0] if situations else {}


def _place(issue: Issue, decision: Decision | None) -> PlaceFacts:
    noted = decision.evidence.get("accuracy_m") if decision else None
    return PlaceFacts(
        latitude=issue.latitude,
        longitude=issue.longitude,
        srid=storage_srid(),
        crs=crs_parse(storage_srid()).crs.name,
        easting=issue.point.x,
        northing=issue.point.y,
        accuracy_m=issue.accuracy_m if issue.accuracy_m is not None else noted,
        is_assumed=issue.accuracy_m is None,
        address=text_told(issue.address_text),
    )


def _parcels(issue: Issue, decision: Decision | None) -> Iterator[ParcelFacts]:
    """The parcels at the place now, that of the decision first: on a common border there are several."""
    if not issue.is_placed:
        return
    hits = parcels_at_point(jurisdiction=issue.jurisdiction, point=issue.point)
    decided = decision.parcel_key if decision else ""
    for hit in sorted(hits, key=lambda one: one.parcel.key != decided):
        parcel = hit.parcel
        area = parcel.official_area
        yield ParcelFacts(
            key=parcel.key,
            label=parcel_label(parcel.key, parcel.gemarkung_name),
            area=None if area is None else float(area),
            use=str(Usage(hit.usage).label),
            location=parcel.location_text,
        )


def _others(decision: Decision | None, here: set[str]) -> tuple[str, ...]:
    """Parcels on which the place may be as well, by the decision's evidence, the likeliest first."""
    if decision is None:
        return ()
    found: dict[str, str] = {}
    for situation in decision.evidence.get("situations", []):
        for parcel in situation["parcels"][:1]:
            if parcel["key"] not in {*here, decision.parcel_key}:
                found.setdefault(parcel["key"], parcel_label(parcel["key"], parcel["gemarkung"]))
    return tuple(list(found.values())[:OTHERS_MAX])


def _road(situation: Mapping[str, Any]) -> RoadFacts | None:
    section = next(iter(situation.get("sections", [])), None)
    if section is None:
        return None
    return RoadFacts(
        title=" ".join(dict.fromkeys(filter(None, (section["road"], section["name"])))),
        road_class=str(RoadClass(section["road_class"]).label),
        section_key=section["key"],
        station=section["station"],
        distance=section["distance"],
        through_road=str(ThroughRoadState(section["through_road"]).label)
        if section["road_class"] in CLASSIFIED
        else "",
    )


def _decision(issue: Issue, decision: Decision, parcels: tuple[ParcelFacts, ...]) -> DecisionFacts:
    is_by_person = decision.cause == DecisionCause.OVERRULED
    then = decision.parcel_key
    is_known = not then or not issue.is_placed or then in {one.key for one in parcels}
    return DecisionFacts(
        outcome=str(Outcome(decision.outcome).label),
        is_clear=decision.outcome == Outcome.ASSIGNED,
        is_by_person=is_by_person,
        authority=text_in(decision.authority.names, LANGUAGE) if decision.authority else "",
        sentence=text_in(decision.sentences, LANGUAGE),
        legal_basis=legal_basis_shown(decision.legal_basis, LANGUAGE),
        rule_id=decision.rule_id,
        percent=None if is_by_person else percent_of(decision.probability),
        decided_at=decision.decided_at,
        parcel_key=then,
        parcel_then="" if is_known else _label_then(decision),
    )


def _label_then(decision: Decision) -> str:
    """The decision's parcel by the name that its district had then."""
    for situation in decision.evidence.get("situations", []):
        for parcel in situation["parcels"]:
            if parcel["key"] == decision.parcel_key:
                return parcel_label(parcel["key"], parcel["gemarkung"])
    return parcel_label(decision.parcel_key)


def _photos(issue: Issue) -> tuple[tuple[PhotoFacts, ...], int]:
    stored = issue.photos.filter(status=PhotoStatus.STORED).order_by("pk")
    photos = [
        PhotoFacts(str(one.file), one.turned, tuple(Box(*box) for box in one.boxes))
        for one in stored
    ]
    there = tuple(one for one in photos if default_storage.exists(one.name))
    return there, len(photos) - len(there)


def _editions_drawn(issue: Issue) -> dict[tuple[str, str], Edition]:
    """By dataset and source."""
    if not issue.is_placed:
        return {}
    active = Edition.objects.filter(
        jurisdiction=issue.jurisdiction, dataset__in=DATASETS, status=EditionStatus.ACTIVE
    )
    return _by_source(active)


def _by_source(editions: Iterable[Edition]) -> dict[tuple[str, str], Edition]:
    return {(one.dataset, one.source_name): one for one in editions}


def _data(decision: Decision | None, drawn: Mapping[tuple[str, str], Edition]) -> list[DataFacts]:
    used = Edition.objects.filter(pk__in=decision.editions.values()) if decision else ()
    decided = _by_source(used)
    labels: dict[tuple[date | None, date | None, str, str], list[str]] = defaultdict(list)
    for named in sorted({*decided, *drawn}):
        then, now = decided.get(named), drawn.get(named)
        former, shown = then or now, now or then
        if former and shown:
            origin = (shown.attribution, shown.licence)
            labels[_day(former), _day(shown), *origin].append(shown.dataset_label)
    return [DataFacts(tuple(sorted(some)), *of) for of, some in labels.items()]


def _background() -> BackgroundFacts | None:
    chosen = background_service()
    if chosen is None:
        return None
    return BackgroundFacts(chosen.slug, chosen.title, chosen.attribution, chosen.licence)


def _day(edition: Edition) -> date | None:
    """Of which day the data are; of data without one, when they were loaded."""
    return edition.as_of or (edition.activated_at.date() if edition.activated_at else None)


def _status_url(issue: Issue) -> str:
    if not issue.category.is_public:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('public_issue', args=[issue.number])}"
