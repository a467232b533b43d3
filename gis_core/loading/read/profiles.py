"""Column mapping profiles: data, not code. A new source of a known format needs a profile, no programming.

Those of the program are JSON files beside the apps. Those of the installation stand in the database or in the folder
GEODATA_PROFILES; they are taken only where somebody names them.

A profile is a JSON object:
    name       as given to `--profile` and stored with the edition
    dataset    what it maps to
    formats    "xml", "table" or both (a table is GeoPackage, shapefile, FlatGeobuf, GeoJSON, CSV)
    namespace  XML only: a namespace of the document begins so
    features   XML: local names of the feature elements; tables: names of layers (empty: any)
    others     XML only: other feature elements of the namespace; they are passed over without piling up in memory
    geometry   XML only: local names of the property that holds the geometry
    columns    {column: [names in the source]}; for XML a name may be a path (a/b), @id, @element or a/@attribute;
               where there is geometry, @length is its length in metres, and @shape is by what its shape is known again
    required   columns that must have a value
    leave_out  columns: a row without a value in one of them is left out and counted, even where it is required
    codes      {column: {value in the source: value}}; "*" is any other value, null leaves the feature out
    constants  {column: value}
    object_id  NAS only: the model's field that holds the object identifier; updates find by it what they change
    location   NAS only: the column whose values refer to objects that name a street and house number ("@id": the
               features are such objects)
    location_ids  NAS only: the column of the model that keeps the identifiers of these objects, for later updates
    places     NAS only: [element, relation] that refers to the features, which have no geometry of their own; the
               first that is there gives the point
    inside     areas stand for points: a point inside them is taken
    once       {"columns": […], "metres": n, "unless": column}: of objects with the same values so near to each other
               the first one is taken, and the others are counted; unless both have a value there, and not the same
    layers_together  tables only: all layers that fit are read, one after the other, and what is required may stand
               among the tags of OpenStreetMap (other_tags)
    outlines   areas in metres stand for lines: their edges, 5 cm inside, are taken, and half of these for the length
    changes    WFS only: {"date": name, "key": name} of the properties that say when a feature was changed (kept as
               the model's source_date) and what its key is
    header     CSV only: what the columns of a file without a header line are called; the profile reads no other file
    municipality  the columns that together make the key of the municipality (AGS): the rows of others are left out and
               counted. Without it the usual names are looked for, and a boundary goes before the key
    licence, attribution  of a source that is always under these; what was said at the load goes before
    points     CSV only: [column of x, column of y, usual CRS or ""], the first pair that is there makes the geometry
    address    {"url", "kind" ("file", "wfs", "ogc_features"), "layer"}: where the source that it was made for came
               from; a load says itself what it fetches
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from gis_core.datasets import Columns, DatasetSpec
from gis_core.errors import LoadError, RowsError
from gis_core.messages import Message
from gis_core.models import Jurisdiction, OwnProfile

# dBASE keeps ten characters of a column's name.
SHAPEFILE_NAME_LENGTH: Final = 10
LEFT_OUT_LENGTH: Final = 40
# What a column takes of the geometry.
MEASURED: Final = frozenset({"@length", "@shape"})
# How the columns begin that hold the key of the municipality or parts of it.
KEY_COLUMN: Final = "municipality/"


@dataclass(frozen=True)
class Profile:
    """One column mapping; the fields are explained in the module's text."""

    name: str
    dataset: str
    formats: list[str]
    columns: dict[str, list[str]]
    required: list[str] = field(default_factory=list)
    namespace: str = ""
    features: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    geometry: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    object_id: str = ""
    location: str = ""
    location_ids: str = ""
    places: list[list[str]] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)
    outlines: bool = False
    inside: bool = False
    once: dict[str, Any] = field(default_factory=dict)
    layers_together: bool = False
    points: list[list[str]] = field(default_factory=list)
    leave_out: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    municipality: list[str] = field(default_factory=list)
    licence: str = ""
    attribution: str = ""
    address: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=16)
def profiles_read(directory: Path) -> tuple[Profile, ...]:
    """All profiles of a directory, by file name."""
    paths = sorted(directory.glob("*.json"))
    return tuple(Profile(**json.loads(path.read_text("utf-8"))) for path in paths)


def profiles_of(spec: DatasetSpec) -> list[Profile]:
    """The program's profiles that map to a dataset."""
    return [profile for profile in profiles_read(spec.profiles) if profile.dataset == spec.dataset]


def profiles_own(spec: DatasetSpec, jurisdiction: Jurisdiction | None) -> list[Profile]:
    """The installation's own profiles that map to a dataset, by name. LoadError for a file that is none."""
    stored = OwnProfile.objects.filter(jurisdiction=jurisdiction, dataset=spec.dataset.value)
    found = [
        profile_parse({**content, "name": name})
        for name, content in stored.exclude(name="").order_by("name").values_list("name", "content")
    ]
    if settings.GEODATA_PROFILES:
        for path in sorted(Path(settings.GEODATA_PROFILES).glob("*.json")):
            try:
                found.append(profile_parse(json.loads(path.read_text("utf-8"))))
            except (OSError, ValueError, LoadError) as error:
                raise LoadError("profile_improper", file=path.name) from error
    return [profile for profile in found if profile.dataset == spec.dataset]


def profile_parse(values: Any) -> Profile:
    """A profile from JSON that people wrote. LoadError for what is none."""
    kinds = {one.name: str(one.type).partition("[")[0] for one in fields(Profile)}
    try:
        are_kinds = all(isinstance(one, _KINDS[kinds[name]]) for name, one in values.items())
        lists = [
            *(values.get(name, []) for name in ("formats", "required", "features", "leave_out")),
            *values["columns"].values(),
            *values.get("points", []),
        ]
        are_texts = all(
            isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists
        )
        are_coded = all(isinstance(one, dict) for one in values.get("codes", {}).values())
        are_points = all(len(one) == len(("x", "y", "crs")) for one in values.get("points", []))
        once = values.get("once", {"columns": [], "metres": 0})
        is_once = set(once["columns"]) <= set(values["columns"]) and once["metres"] >= 0
        address = values.get("address", dict.fromkeys(_ADDRESS, ""))
        is_address = set(address) == _ADDRESS and all(
            isinstance(one, str) for one in address.values()
        )
        if are_kinds and are_texts and are_coded and are_points and is_once and is_address:
            return Profile(**values)
    except (AttributeError, KeyError, TypeError) as error:
        raise LoadError("profile_improper") from error
    raise LoadError("profile_improper")


_ADDRESS: Final = {"url", "kind", "layer"}
_KINDS: Final = {"str": str, "list": list, "dict": dict, "bool": bool}


def profiles_select(
    spec: DatasetSpec,
    wanted_format: str,
    name: str | None,
    file: str,
    jurisdiction: Jurisdiction | None,
) -> list[Profile]:
    """The profiles that may fit a file: the named one, or all of the program's of its format."""
    known = profiles_of(spec)
    if name and name not in {one.name for one in known}:
        known = [*known, *profiles_own(spec, jurisdiction)]
    fitting = [p for p in known if wanted_format in p.formats and name in {None, p.name}]
    if not fitting:
        raise LoadError(
            "profile_unknown",
            file=file,
            name=repr(name or ""),
            dataset=spec.dataset.value,
            format=wanted_format,
            known=[f"{p.name} ({', '.join(p.formats)})" for p in known],
        )
    return fitting


def columns_match(profile: Profile, available: list[str]) -> tuple[dict[str, str], list[str]]:
    """Which of a table's columns serves which column of the profile, and the required ones that are missing.

    Upper and lower case do not matter; a name may be cut to ten characters, as shapefiles do. Whole names go first,
    and a cut one is none that serves another column: "hausnummer" is no "hausnummernzusatz" as well.
    """
    by_name = {name.lower(): name for name in reversed(available)}
    matched = _names_find(profile, by_name, lambda name: [name])
    for name in matched.values():
        by_name.pop(name.lower(), None)
    for column, found in _names_find(profile, by_name, _names_cut).items():
        if column not in matched and found not in matched.values():
            matched[column] = found
    missing = [" / ".join(profile.columns[c]) or c for c in profile.required if c not in matched]
    return matched, missing


def _names_find(
    profile: Profile, by_name: dict[str, str], spellings: Callable[[str], list[str]]
) -> dict[str, str]:
    """For each column of the profile the first of its names that is there."""
    found = {
        column: [
            by_name[one] for name in names for one in spellings(name.lower()) if one in by_name
        ]
        for column, names in profile.columns.items()
    }
    return {column: names[0] for column, names in found.items() if names}


def _names_cut(name: str) -> list[str]:
    """How a shapefile cuts a name: to ten characters, or to eight and a number where another one begins alike."""
    if len(name) <= SHAPEFILE_NAME_LENGTH:
        return []
    return [name[:SHAPEFILE_NAME_LENGTH], f"{name[: SHAPEFILE_NAME_LENGTH - 2]}_1"]


def values_apply(
    profile: Profile,
    columns: Columns,
    features: list[str],
    file: str,
    left_out: Counter[str] | None = None,
) -> list[bool] | None:
    """Checks required values, maps codes and adds constants in place.

    Returns which rows to keep, or None for all; `left_out` counts the others by "column = value". Raises RowsError
    for all rows without a value, or with an unknown code, in one column; that column is as it was.
    """
    keep = _rows_kept(profile, columns, left_out)
    for column in profile.required:
        if column in columns and None in columns[column] and column not in profile.leave_out:
            names = " / ".join(profile.columns[column])
            message = Message("value_missing", {"columns": names})
            rows = {row: message for row, value in enumerate(columns[column]) if value is None}
            raise RowsError(rows, file=file, features=features, column=column)
    for column, codes in profile.codes.items():
        values = columns.get(column)
        if values is None:
            continue
        mapped = [_code(codes, value) for value in values]
        names = " / ".join(profile.columns.get(column, []))
        unknown = {
            row: Message("code_unknown", {"columns": names, "value": repr(values[row])})
            for row, value in enumerate(mapped)
            if value is _UNKNOWN
        }
        if unknown:
            raise RowsError(unknown, file=file, features=features, column=column)
        columns[column] = mapped
        if None in mapped:
            if left_out is not None:
                counted = column in profile.leave_out
                left_out.update(
                    f"{column} = {str(value or '')[:LEFT_OUT_LENGTH]}"
                    for value, meant in zip(values, mapped, strict=True)
                    if meant is None and not (counted and value is None)
                )
            keep = [
                (keep is None or keep[i]) and value is not None for i, value in enumerate(mapped)
            ]
    for column, value in profile.constants.items():
        columns[column] = [value] * len(features)
    return keep


def _rows_kept(
    profile: Profile, columns: Columns, left_out: Counter[str] | None
) -> list[bool] | None:
    """Which rows have a value wherever the profile leaves out those without; None for all."""
    keep: list[bool] | None = None
    for column in profile.leave_out:
        values = columns.get(column, [])
        if None in values:
            keep = [
                (keep is None or keep[row]) and value is not None
                for row, value in enumerate(values)
            ]
            if left_out is not None:
                left_out[f"{column} = "] += values.count(None)
    return keep


_UNKNOWN: Final = object()


def _code(codes: dict[str, Any], value: Any) -> Any:
    return codes.get("" if value is None else str(value), codes.get("*", _UNKNOWN))
