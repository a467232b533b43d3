"""What the statement returned, as reports and as the ground around them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from shapely import STRtree

from routing.engine.location import DISC_MAX_M, location_radius
from routing.evidence.ground import (
    AGREEMENT,
    AREA,
    BOUNDARY,
    PARCEL,
    PART,
    USE,
    AgreementRow,
    Ground,
    ParcelRow,
    PartRow,
    SectionRow,
    Shapes,
    StretchRow,
    UseRow,
)
from routing.evidence.reports import IssueFacts, Report
from routing.road_signs import road_title
from routing.types import AgreementFact, AreaFact, AssetFact, PartFact

# Id, texts, numbers, geometry (WKB, empty for none).
Row = tuple[int, list[str | None], list[float | None], bytes]
Layers = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Head:
    """What holds for all reports of one statement. `authorities`: (code, acting from, acting to), both included."""

    jurisdiction_id: int
    rule_set_id: int | None
    bodies: frozenset[str]
    bears_through_roads: bool
    authorities: tuple[tuple[str, date, date], ...]

    def facts(self, number: int) -> IssueFacts:
        return IssueFacts(number, self.jurisdiction_id, self.rule_set_id, self.bodies)

    def lapsed(self, on: date) -> tuple[str, ...]:
        """The authorities that do not act on this day."""
        return tuple(code for code, start, end in self.authorities if not start <= on <= end)


def head_of(layers: Layers) -> Head:
    [(jurisdiction_id, (_editions, bodies, _key), (bears, rule_set_id, _has), _boundary)] = layers[
        "jurisdiction"
    ]
    authorities = tuple(
        (
            code,
            date.fromisoformat(start) if start else date.min,
            date.fromisoformat(end) if end else date.max,
        )
        for code, start, end in json.loads(bodies or "[]")
    )
    return Head(
        jurisdiction_id=jurisdiction_id,
        rule_set_id=None if rule_set_id is None else int(rule_set_id),
        bears_through_roads=bool(bears),
        authorities=authorities,
        bodies=frozenset(code for code, _start, _end in authorities),
    )


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The same few texts come again and again; what is made of them is never changed."""
    return json.loads(text)


def reports_of(layers: Layers) -> list[Report]:
    return [_report(row) for row in layers["report"]]


def _report(row: Row) -> Report:
    number, texts, (x, y, accuracy, confidence), _geometry = row
    category, part, on, answers, asset_kinds, clarifications, unplaced = (
        text or "" for text in texts
    )
    assert x is not None and y is not None and accuracy is not None and confidence is not None  # noqa: PT018, S101
    return Report(
        number=number,
        x=x,
        y=y,
        accuracy_m=accuracy,
        confidence=confidence,
        radius=min(location_radius(accuracy, confidence), DISC_MAX_M),
        category=category,
        part=part,
        on=date.fromisoformat(on),
        answers=_parsed(answers),
        asset_kinds=tuple(_parsed(asset_kinds)),
        texts=(category, answers, clarifications, unplaced),
        is_placed=unplaced != "true",
        clarifications=tuple((kind, code) for kind, code in json.loads(clarifications or "[]")),
    )


def ground_of(layers: Layers) -> Ground:
    [(_id, (editions, _bodies, key), (*_others, has_boundary), _boundary)] = layers["jurisdiction"]
    shapes: dict[bytes, int] = {}
    things: list[list[tuple[int, Any]]] = []
    for name, layer, read in LAYERS:
        for row in layers.get(name, ()):
            if not row[3]:
                continue
            # Parcels and their land use are mostly the same shape.
            number = shapes.setdefault(row[3], len(things))
            if number == len(things):
                things.append([])
            things[number].append((layer, read(row)))
    sections = Shapes(_geometries(row[3] for row in layers.get("section", ())))
    offsets, lengths = sections.measures()
    points = _geometries(row[3] for row in layers.get("asset", ()))
    return Ground(
        polygons=Shapes(_geometries(shapes)),
        things=things,
        sections=sections,
        offsets=offsets,
        section_rows=_sections(
            layers, sections.geometries, lengths.tolist(), municipality_key=str(key)
        ),
        assets=shapely.get_coordinates(points).reshape(-1, 2),
        asset_rows=[_asset(row) for row in layers.get("asset", ())],
        asset_tree=STRtree(points),
        datasets=json.loads(editions or "{}"),
        has_boundary=bool(has_boundary),
    )


def _geometries(found: Iterable[bytes]) -> Any:
    return shapely.from_wkb(np.array(list(found), dtype=object))


def _parcel(row: Row) -> ParcelRow:
    key, gemarkung, flur, number, location_text, owner, owner_source = row[1]
    return ParcelRow(
        key=str(key),
        gemarkung=str(gemarkung),
        flur=None if flur is None else int(flur),
        number=str(number),
        location_text=str(location_text),
        owner=owner or "UNKNOWN",
        is_owner_known=owner is not None,
        owner_source=owner_source or "",
        area=float(row[2][0] or 0),
    )


def _use(row: Row) -> UseRow:
    return UseRow(*map(str, row[1]))


def _area(row: Row) -> AreaFact:
    return AreaFact(*map(str, row[1]))


def _boundary(row: Row) -> None:
    return None


def _part(row: Row) -> PartRow:
    key, part, section_key, name = map(str, row[1])
    return PartRow(key, PartFact(part, section_key, name))


def _agreement(row: Row) -> AgreementRow:
    key, body, document, categories, valid_from, valid_to = row[1]
    fact = AgreementFact(str(key), str(body), str(document), tuple(json.loads(categories or "[]")))
    return AgreementRow(fact, valid_from, valid_to)


LAYERS: Final[Sequence[tuple[str, int, Callable[[Row], Any]]]] = (
    ("parcel", PARCEL, _parcel),
    ("use", USE, _use),
    ("part", PART, _part),
    ("area", AREA, _area),
    ("agreement", AGREEMENT, _agreement),
    ("jurisdiction", BOUNDARY, _boundary),
)


def _asset(row: Row) -> AssetFact:
    key, kind, number, owner, note = map(str, row[1])
    return AssetFact(key, kind, number, owner, note, 0.0)


def _sections(
    layers: Layers, geometries: Any, lengths: list[float], *, municipality_key: str
) -> list[SectionRow]:
    stretches: dict[str, list[StretchRow]] = defaultdict(list)
    for _id, (section_key, status), (start, end), geometry in layers.get("stretch", ()):
        line = shapely.from_wkb(geometry) if geometry else None
        stretches[str(section_key)].append(StretchRow(start, end, status == "unknown", line))
    found = []
    parts = shapely.get_num_geometries(geometries)
    for row, line, drawn, lines in zip(
        layers.get("section", ()), shapely.get_geometry(geometries, 0), lengths, parts, strict=True
    ):
        key, road_class, road_number, name, cleaning_class = map(str, row[1][:5])
        start, length = (float(number or 0) for number in row[2])
        found.append(
            SectionRow(
                key=key,
                road_class=road_class,
                road=road_title(road_class, road_number, name, municipality_key),
                name=name,
                cleaning_class=cleaning_class,
                owner=row[1][5] or "UNKNOWN",
                start_station=start,
                scale=length / drawn if lines == 1 and drawn > 0 else 0.0,
                line=line,
                stretches=stretches[key] if road_class in {"B", "L", "K"} else [],
            )
        )
    return found
