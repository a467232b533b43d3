"""The one statement, prepared once per connection, and its rows as reports and ground."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from shapely import STRtree

from gis_core.srids import storage_srid
from routing.engine.facts import DISC_MAX_M, REACH_M
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
from routing.evidence.reports import IssueFacts, Question, Report
from routing.types import AgreementFact, AreaFact, AssetFact, PartFact

APP: Final = Path(__file__).resolve().parents[1]
STATEMENT: Final = (APP / "sql" / "evidence.sql").read_text("utf-8")
# How far parcels and land use matter beyond the disc: gaps between them, and who owns the adjoining land.
MARGIN_M: Final = 15.0
# Parameter 1 of the statement and the reports it names.
STORED: Final = (
    "flurpost_evidence",
    "bigint[]",
    """
    SELECT i.id, i.jurisdiction_id, i.answers, i.point, i.accuracy_m AS given_accuracy, i.location_source AS source,
           i.received_at, c.code AS category, c.part, c.asset_kinds,
           (SELECT jsonb_agg(jsonb_build_array(q.kind, q.answer) ORDER BY q.answered_at, q.id)
            FROM routing_clarification q
            WHERE q.issue_id = i.id AND q.answered_at IS NOT NULL) AS clarifications
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id
    WHERE i.id = ANY($1)
    """,
)
ASKED: Final = (
    "flurpost_evidence_asked",
    "jsonb",
    f"""
    SELECT a.id, c.jurisdiction_id, a.answers, ST_SetSRID(ST_MakePoint(a.x, a.y), {storage_srid()}) AS point,
           a.accuracy_m AS given_accuracy, a.source, a.received_at, c.code AS category, c.part, c.asset_kinds,
           a.clarifications
    FROM jsonb_to_recordset($1) AS a (
        id bigint, category_id bigint, answers jsonb, x float8, y float8, accuracy_m float8, source text,
        received_at timestamptz, clarifications jsonb
    )
    JOIN issues_category c ON c.id = a.category_id
    """,  # noqa: S608 - the number is a setting
)
PARAMETERS: Final = {
    "disc": "float8",
    "reach": "float8",
    "margin": "float8",
    "accuracies": "jsonb",
    "time_zone": "text",
    "srid": "integer",
}
# Planning this statement takes longer than running it for one issue, so it is prepared once per connection and
# always run by the generic plan. Bitmap scans are off for it: the planner does not see that the partial spatial
# indexes hold active rows only, and would read a second index whole beside them.
EXECUTE: Final = (
    "SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL enable_bitmapscan TO off;"
    " EXECUTE {name} (%s, %s, %s, %s, %s, %s, %s)"
)
_prepared_on: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

Row = tuple[str, int, list[str | None], list[float | None], memoryview | None]


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


def issues_read(issue_ids: Sequence[int]) -> tuple[Head, list[Report], Ground] | None:
    """One statement for issues of one jurisdiction; None where there is none of them."""
    return _read(STORED, list(issue_ids))


def questions_read(questions: Sequence[Question]) -> tuple[Head, list[Report], Ground] | None:
    """The same for places that nobody has reported; a report's number is its question's position."""
    asked = [
        {
            "id": number,
            "category_id": question.category_id,
            "x": question.x,
            "y": question.y,
            "answers": dict(question.answers),
            "accuracy_m": question.accuracy_m,
            "source": question.source,
            "received_at": question.at.isoformat(),
            "clarifications": question.clarifications,
        }
        for number, question in enumerate(questions)
    ]
    return _read(ASKED, json.dumps(asked))


@cache
def accuracies() -> str:
    """What is assumed where no accuracy was given, in metres by the location's source, as JSON."""
    with (APP / "data" / "location_accuracy.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return json.dumps({row["source"]: float(row["accuracy_m"]) for row in rows})


def _read(source: tuple[str, str, str], reports: Any) -> tuple[Head, list[Report], Ground] | None:
    values = [
        reports,
        DISC_MAX_M,
        REACH_M,
        MARGIN_M,
        accuracies(),
        settings.TIME_ZONE,
        storage_srid(),
    ]
    with connection.cursor() as cursor:
        _prepare(cursor, source)
        cursor.execute(EXECUTE.format(name=source[0]), values)
        rows: list[Row] = cursor.fetchall()
    by_layer: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: one[1]):
        by_layer[row[0]].append(row)
    if not by_layer["report"]:
        return None
    [jurisdiction] = by_layer["jurisdiction"]
    reports_found = [_report(row) for row in by_layer["report"]]
    return _head(jurisdiction), reports_found, _ground(by_layer)


def _prepare(cursor: CursorWrapper, source: tuple[str, str, str]) -> None:
    name, kind, given = source
    prepared = _prepared_on.setdefault(cursor.cursor.connection, set())
    if name in prepared:
        return
    numbers = {parameter: f"${n}" for n, parameter in enumerate(PARAMETERS, start=2)}
    types = ", ".join([kind, *PARAMETERS.values()])
    cursor.execute(f"PREPARE {name} ({types}) AS {STATEMENT % {**numbers, 'given': given}}")
    prepared.add(name)


def _head(row: Row) -> Head:
    _layer, jurisdiction_id, (_editions, bodies), (bears, rule_set_id, _has), _boundary = row
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


def _report(row: Row) -> Report:
    _layer, number, texts, (x, y, accuracy), _geometry = row
    category, part, on, answers, asset_kinds, clarifications = (text or "" for text in texts)
    assert x is not None and y is not None and accuracy is not None  # noqa: PT018, S101
    return Report(
        number=number,
        x=x,
        y=y,
        accuracy_m=accuracy,
        radius=min(accuracy, DISC_MAX_M),
        category=category,
        part=part,
        on=date.fromisoformat(on),
        answers=_parsed(answers),
        asset_kinds=tuple(_parsed(asset_kinds)),
        texts=(category, answers, clarifications),
        clarifications=tuple((kind, code) for kind, code in json.loads(clarifications or "[]")),
    )


def _ground(by_layer: dict[str, list[Row]]) -> Ground:
    [jurisdiction] = by_layer["jurisdiction"]
    shapes: dict[bytes, int] = {}
    things: list[list[tuple[int, Any]]] = []
    for name, layer, read in LAYERS:
        for row in by_layer[name]:
            if row[4] is None:
                continue
            # Parcels and their land use are mostly the same shape.
            number = shapes.setdefault(bytes(row[4]), len(things))
            if number == len(things):
                things.append([])
            things[number].append((layer, read(row)))
    sections = Shapes(_geometries([row[4] for row in by_layer["section"]]))
    offsets, lengths = sections.measures()
    points = _geometries([row[4] for row in by_layer["asset"]])
    return Ground(
        polygons=Shapes(_geometries(shapes)),
        things=things,
        sections=sections,
        offsets=offsets,
        section_rows=_sections(by_layer, sections.geometries, lengths.tolist()),
        assets=shapely.get_coordinates(points).reshape(-1, 2),
        asset_rows=[_asset(row) for row in by_layer["asset"]],
        asset_tree=STRtree(points),
        datasets=json.loads(jurisdiction[2][0] or "{}"),
        has_boundary=bool(jurisdiction[3][2]),
    )


def _geometries(found: Iterable[bytes | memoryview | None]) -> Any:
    return shapely.from_wkb(np.array([bytes(one or b"") for one in found], dtype=object))


def _parcel(row: Row) -> ParcelRow:
    key, gemarkung, flur, number, location_text, owner = row[2]
    return ParcelRow(
        key=str(key),
        gemarkung=str(gemarkung),
        flur=None if flur is None else int(flur),
        number=str(number),
        location_text=str(location_text),
        owner=owner or "UNKNOWN",
        is_owner_known=owner is not None,
        area=float(row[3][0] or 0),
    )


def _use(row: Row) -> UseRow:
    return UseRow(*map(str, row[2]))


def _area(row: Row) -> AreaFact:
    return AreaFact(*map(str, row[2]))


def _boundary(row: Row) -> None:
    return None


def _part(row: Row) -> PartRow:
    key, part, section_key, name = map(str, row[2])
    return PartRow(key, PartFact(part, section_key, name))


def _agreement(row: Row) -> AgreementRow:
    key, body, document, categories, valid_from, valid_to = row[2]
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
    key, kind, number, owner, note = map(str, row[2])
    return AssetFact(key, kind, number, owner, note, 0.0)


def _sections(
    by_layer: dict[str, list[Row]], geometries: Any, lengths: list[float]
) -> list[SectionRow]:
    stretches: dict[str, list[StretchRow]] = defaultdict(list)
    for _layer, _id, (section_key, status), (start, end), geometry in by_layer["stretch"]:
        line = shapely.from_wkb(bytes(geometry)) if geometry else None
        stretches[str(section_key)].append(StretchRow(start, end, status == "unknown", line))
    found = []
    parts = shapely.get_num_geometries(geometries)
    for row, line, drawn, lines in zip(
        by_layer["section"], shapely.get_geometry(geometries, 0), lengths, parts, strict=True
    ):
        key, road_class, road_number, name, cleaning_class = map(str, row[2])
        start, length = (float(number or 0) for number in row[3])
        found.append(
            SectionRow(
                key=key,
                road_class=road_class,
                road=f"{road_class} {road_number}" if road_number else name,
                name=name,
                cleaning_class=cleaning_class,
                start_station=start,
                scale=length / drawn if lines == 1 and drawn > 0 else 0.0,
                line=line,
                stretches=stretches[key] if road_class in {"B", "L", "K"} else [],
            )
        )
    return found
