"""A column mapping for a source that nobody knows: proposed by names, synonyms and values, tried on its first rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import DatasetSpec
from gis_core.loading.gml.source import xml_batches
from gis_core.loading.look import Layer, source_unpacked
from gis_core.loading.read.batches import Batch, LoadReport, no_progress
from gis_core.loading.read.csv_source import csv_batches
from gis_core.loading.read.edges import lines_measure, points_inside, shapes_mark
from gis_core.loading.read.formats import Format
from gis_core.loading.read.profiles import MEASURED, Profile, profiles_of
from gis_core.loading.read.table_source import table_batches
from gis_core.loading.stage.making import rows_make
from gis_core.loading.words import words_own
from gis_core.messages import told_text
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid

SYNONYMS: Final = Path(__file__).with_name("synonyms.csv")
# So many of a column's values have to look alike.
SHARE: Final = 0.8
ROWS_SHOWN: Final = 10
ROWS_DRAWN: Final = 500
# Values that tell what a column is about. What is told by names comes first.
_BY_VALUES: Final = {
    "street": re.compile(
        r".*(stra(ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|markt)$", re.IGNORECASE
    ),
    "number": re.compile(r"\d{1,4}( ?[a-zA-Z])?"),
    "number_suffix": re.compile(r"[a-zA-Z]"),
    "postcode": re.compile(r"\d{5}"),
    "source_date": re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{4}"),
    "road_number": re.compile(r"(?:[ABLK]|St?) ?\d{1,4}"),
}
# What no source has in each row; a column that does means something else.
_SPARSE: Final = frozenset({"number_suffix"})


@dataclass(frozen=True)
class Target:
    """A column that a dataset reads; `label` in the active language, `values`: those that it may have, () for any."""

    name: str
    label: str
    is_required: bool
    names: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """The first rows as they would be stored, with their shapes (storage CRS), and what was wrong with others."""

    columns: list[str]
    rows: list[list[Any]]
    shapes: list[Any]
    faults: list[str] = field(default_factory=list)


def targets_of(spec: DatasetSpec) -> list[Target]:
    """What a mapping of tables can fill, in the order of the program's own mappings."""
    known = _tables(spec)
    columns = dict.fromkeys(
        column
        for profile in known
        for column, names in profile.columns.items()
        if names != ["@shape"]
    )
    labels = {one.name: str(one.verbose_name) for one in spec.attributes}
    return [
        Target(
            column,
            labels.get(column, column),
            all(column in profile.required for profile in known),
            tuple(
                name
                for profile in known
                for name in profile.columns.get(column, [])
                if not name.startswith("@")
            ),
            _values(known, column),
        )
        for column in columns
    ]


def _tables(spec: DatasetSpec) -> list[Profile]:
    return [one for one in profiles_of(spec) if "table" in one.formats]


def _measured(known: list[Profile]) -> dict[str, list[str]]:
    """What is taken of the geometry where no column says it."""
    return {
        column: sorted(MEASURED.intersection(names))
        for profile in known
        for column, names in profile.columns.items()
        if MEASURED.intersection(names)
    }


def _values(known: list[Profile], column: str) -> tuple[str, ...]:
    coded = (profile.codes.get(column, {}).values() for profile in known)
    return tuple(sorted({str(value) for values in coded for value in values if value is not None}))


def mapping_propose(spec: DatasetSpec, layer: Layer) -> dict[str, Any]:
    """A profile without a name: which column of the layer fills which of the dataset, and what makes the place."""
    free = dict(layer.columns)
    is_placed = layer.shapes or layer.namespace or not spec.geometry_field
    points = [] if is_placed else _points(spec, layer)
    for name in points[0][:2] if points else ():
        free.pop(name)
    chosen: dict[str, str] = {}
    targets = targets_of(spec)
    for finds in (_by_name, _by_synonym, _by_values):
        for target in targets:
            if target.name not in chosen and (name := finds(target, free)):
                chosen[target.name] = name
                free.pop(name)
    return mapping_content(spec, chosen, layer=layer, points=points, constants={}, codes={})


def mapping_content(
    spec: DatasetSpec,
    chosen: dict[str, str],
    *,
    layer: Layer,
    points: list[list[str]],
    constants: dict[str, str],
    codes: dict[str, dict[str, str]],
    leave_out: list[str] | None = None,
) -> dict[str, Any]:
    """The profile as JSON, without its name.

    `chosen`: which column of the source fills a column; `leave_out`: without a value in these a row is left out, None
    for those of the program's own mapping.
    """
    targets, known = targets_of(spec), _tables(spec)
    if leave_out is None:
        leave_out = known[0].leave_out if known else []
    content: dict[str, Any] = {
        "dataset": spec.dataset.value,
        **layer.reading(),
        "columns": {one.name: [chosen[one.name]] if one.name in chosen else [] for one in targets}
        | {name: one for name, one in _measured(known).items() if name not in chosen},
        "required": [one.name for one in targets if one.is_required and one.name not in constants],
        "leave_out": [one for one in leave_out if one in chosen],
    }
    more = {"points": points, "constants": constants, "codes": codes}
    return {**content, **{name: value for name, value in more.items() if value}}


def _by_name(target: Target, columns: dict[str, list[str]]) -> str:
    return _named(columns, {_plain(name) for name in (*target.names, target.name)})


def _by_synonym(target: Target, columns: dict[str, list[str]]) -> str:
    return _named(columns, {_plain(name) for name in _synonyms().get(target.name, ())})


def _named(columns: dict[str, list[str]], wanted: set[str]) -> str:
    """The column of such a name, or the property in another one whose last step has it."""
    whole = (name for name in columns if _plain(name) in wanted)
    steps = (name for name in columns if _plain(name.rpartition("/")[2]) in wanted)
    return next(whole, "") or next(steps, "")


def _by_values(target: Target, columns: dict[str, list[str]]) -> str:
    """The column of which most values look so; of several the one with the most different ones."""
    pattern = _BY_VALUES.get(target.name)
    if pattern is None:
        return ""
    rows = max(map(len, columns.values()), default=0)
    found = [
        (len(set(values)), name)
        for name, values in columns.items()
        if values
        and sum(bool(pattern.fullmatch(one)) for one in values) >= SHARE * len(values)
        and not (target.name in _SPARSE and len(values) == rows)
    ]
    return max(found)[1] if found else ""


def _plain(name: str) -> str:
    """A name as it is compared: without case, umlauts and what stands between."""
    lower = name.lower()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        lower = lower.replace(umlaut, letters)
    return re.sub(r"[^a-z0-9]", "", lower)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, list[str]]:
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        return {
            row["column"]: row["names"].split(",") for row in csv.DictReader(file, delimiter=";")
        }


def _points(spec: DatasetSpec, layer: Layer) -> list[list[str]]:
    """Columns of x and y with their CRS: named so, else the first two side by side with such numbers."""
    for profile in _tables(spec):
        for x, y, crs in profile.points:
            named = [_named(layer.columns, {_plain(one)}) for one in (x, y)]
            if all(named):
                return [[*named, crs]]
    names = list(layer.columns)
    for crs, is_x, is_y in _AXES:
        for one, other in pairwise(names):
            for x, y in ((one, other), (other, one)):
                if _are(layer.columns[x], is_x) and _are(layer.columns[y], is_y):
                    return [[x, y, crs or f"EPSG:{storage_srid()}"]]
    return []


def _are(values: list[str], fits: Callable[[float], bool]) -> bool:
    """Whether most are such numbers."""
    numbers = [one.replace(",", ".") for one in values]
    fitting = sum(bool(_NUMBER.fullmatch(one)) and fits(float(one)) for one in numbers)
    return bool(values) and fitting >= SHARE * len(values)


_NUMBER: Final = re.compile(r"\d{1,8}(\.\d{1,20})?")

# CRS ("": the storage CRS), and how its x, with or without the number of the zone, and y look in Germany.
_AXES: Final = (
    (
        "",
        lambda x: 250_000 < x < 950_000 or 31_250_000 < x < 33_950_000,
        lambda y: 5_200_000 < y < 6_150_000,
    ),
    ("EPSG:4326", lambda x: 5.5 < x < 15.5, lambda y: 47 < y < 55.5),
)


def mapping_preview(
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    path: Path,
    profile: Profile,
    *,
    layer: str | None,
    crs: str = "",
) -> Preview:
    """The first rows made as a load makes them. LoadError and CoordinateError as a load raises them."""
    named = crs_parse(crs) if crs else None
    report = LoadReport()
    with source_unpacked(path) as (found, kind):
        batch = _first(spec, found, kind, profile, layer, named)
        if batch is None:
            return Preview([], [], [])
        batch = _cut(batch)
        points_inside(profile, batch)
        lines_measure(profile, batch)
        shapes_mark(profile, batch)
        made = rows_make(spec, jurisdiction, profile, batch, report, words_own(spec, jurisdiction))
    names = [one.name for one in spec.attributes if one.name in made.rows]
    rows = [list(row) for row in zip(*(made.rows[name] for name in names), strict=True)]
    shapes = [] if made.geometry is None else list(made.geometry)
    return Preview(names, rows[:ROWS_SHOWN], shapes, [told_text(one) for one in report.faults])


def _first(
    spec: DatasetSpec,
    path: Path,
    kind: Format,
    profile: Profile,
    layer: str | None,
    crs: SourceCrs | None,
) -> Batch | None:
    if kind is Format.XML:
        batches = xml_batches(
            path,
            [profile],
            surfaces=spec.is_of_areas,
            crs=crs,
            report=LoadReport(),
            progress=no_progress,
        )
    elif kind is Format.CSV:
        batches = csv_batches(path, [profile], crs=crs, progress=no_progress)
    else:
        batches = table_batches(
            path, [profile], layer=layer, crs=crs, pages=[], progress=no_progress
        )
    for _profile, batch in batches:
        return batch
    return None


def _cut(batch: Batch) -> Batch:
    return batch.keep([row < ROWS_DRAWN for row in range(len(batch.features))])
