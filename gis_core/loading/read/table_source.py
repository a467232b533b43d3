"""GeoPackage, shapefile and FlatGeobuf through pyogrio, GeoJSON through gis_core.loading.read.geojson, as batches."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import Columns, dataset_spec
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.read.batches import BATCH_ROWS, Batch, Progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.formats import Format, companions
from gis_core.loading.read.geojson import GeoJson, geojson_batches, geojson_look
from gis_core.loading.read.pages import Page
from gis_core.loading.read.profiles import Profile, columns_match
from gis_core.loading.read.tags import TAGS, tags_columns, tags_wanted
from gis_core.messages import Message

_BATCH_BYTES: Final = 64 * 1024 * 1024
_GDAL_ERRORS: Final = (DataSourceError, DataLayerError, FieldError, GeometryError)

# GDAL would fetch what a file refers to (a GeoJSON's "crs" by link, for one). An address that nobody can reach
# as its proxy ends every such attempt.
_NOWHERE: Final = "http://0.0.0.0:0"
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": _NOWHERE, "GDAL_HTTPS_PROXY": _NOWHERE})
_START_BYTES: Final = 64
# Kinds of geometry (GDAL's names) that are none of a field's.
_OTHER_SHAPES: Final = {
    "POLYGON": re.compile(r"^$|Point|Line|Circular|Compound|MultiCurve"),
    "LINESTRING": re.compile(r"^$|Point|Polygon|Surface"),
}
_GEOJSON_CRS: Final = "EPSG:4326"


def table_batches(
    path: Path,
    profiles: list[Profile],
    *,
    layer: str | None,
    crs: SourceCrs | None,
    pages: list[Page],
    progress: Progress,
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of a layer with the profile that fits it. LoadError names a missing layer or column.

    What a GeoJSON file says of the answer it is a page of goes to `pages`.
    """
    if _is_json(path):
        found = geojson_look(path)
        pages.append(found.page())
        if found.is_collection:
            yield from _geojson(found, profiles, layer, crs, progress)
            return
    try:
        _companions_require(path)
        name, profile = _layer_choose(path, profiles, layer)
        info = pyogrio.read_info(path, layer=name)
        matched, missing = columns_match(profile, list(info["fields"]))
        if missing:
            raise LoadError(_missing(missing, list(info["fields"]), name), file=path.name)
        if info["geometry_type"] is not None:
            crs = _layer_crs(info, crs, path.name)
        tags = tags_wanted(profile, matched, list(info["fields"]))
        layout = _layout(matched, tags, list(map(str, info["fields"])))
        stored = {**matched, **({TAGS: TAGS} if tags else {})}
        read = 0
        for window in _windows(path, name, info):
            batch = _batch_read(path, name, stored, window, crs)
            _tags_spread(batch, tags)
            batch.layout = layout
            read += len(batch.features)
            progress(path.name, read)
            yield profile, batch
    except _GDAL_ERRORS as error:
        raise LoadError("file_unreadable", file=path.name, cause=str(error)) from error


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_START_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _geojson(
    found: GeoJson,
    profiles: list[Profile],
    layer: str | None,
    crs: SourceCrs | None,
    progress: Progress,
) -> Iterator[tuple[Profile, Batch]]:
    file = found.path.name
    if layer is not None and layer != found.layer:
        raise LoadError("layer_missing", file=file, layer=repr(layer), there=[found.layer])
    profile, matched = _geojson_profile(found, profiles)
    if named := found.crs:
        crs = _crs_named(named, file)
    crs = crs or crs_parse(_GEOJSON_CRS)
    tags = tags_wanted(profile, matched, list(found.names))
    layout = _layout(matched, tags, list(found.names))
    stored = {**matched, **({TAGS: TAGS} if tags else {})}
    read = 0
    for batch in geojson_batches(found, stored, _rows_at_once(found.path, found.count)):
        _tags_spread(batch, tags)
        batch.crs, batch.layout = crs, layout
        read += len(batch.features)
        progress(file, read)
        yield profile, batch


def _layout(matched: dict[str, str], tags: dict[str, list[str]], fields: list[str]) -> Layout:
    used = {*matched.values(), *([TAGS] if tags else ())}
    spread = {column: f"{TAGS}/{names[0]}" for column, names in tags.items()}
    return Layout({**matched, **spread}, dict.fromkeys(name for name in fields if name not in used))


def _tags_spread(batch: Batch, tags: dict[str, list[str]]) -> None:
    if tags:
        batch.columns |= tags_columns(tags, batch.columns.pop(TAGS))


def _geojson_profile(found: GeoJson, profiles: list[Profile]) -> tuple[Profile, dict[str, str]]:
    """The profile that names the layer, else the first one with all columns it needs."""
    names, file = list(found.names), found.path.name
    named = [one for one in profiles if found.layer.lower() in map(str.lower, one.features)]
    gaps: list[Message] = []
    for profile in named or profiles:
        matched, missing = columns_match(profile, names)
        if not missing:
            return profile, matched
        gap = _missing(missing, names, found.layer)
        if named:
            raise LoadError(gap, file=file)
        gaps.append(Message("profile_misfit", {"profile": profile.name, "gap": gap}))
    raise LoadError("profiles_misfit", file=file, gaps=gaps)


def _companions_require(path: Path) -> None:
    """A clear word about a .shp that came without the files it consists of."""
    if path.suffix.lower() != ".shp":
        return
    there = {one.suffix.lower() for one in companions(path, Format.SHAPEFILE)}
    if missing := [suffix for suffix in (".shx", ".dbf") if suffix not in there]:
        raise LoadError("shapefile_parts", file=path.name, missing=missing)


def table_fits(path: Path, profiles: list[Profile]) -> bool:
    """Whether the table has a layer for one of the profiles."""
    try:
        _layer_choose(path, profiles, None)
    except (LoadError, *_GDAL_ERRORS):
        return False
    return True


def _layer_choose(path: Path, profiles: list[Profile], layer: str | None) -> tuple[str, Profile]:
    """The layer to read: the one that was asked for, else the first that a profile names, else the one that fits."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is not None and layer not in layers:
        raise LoadError("layer_missing", file=path.name, layer=repr(layer), there=layers)
    candidates = [layer] if layer is not None else layers
    for name in candidates:
        for profile in profiles:
            if name.lower() in {feature.lower() for feature in profile.features}:
                return name, profile
    return _layer_fitting(path, candidates, profiles)


def _layer_fitting(
    path: Path, candidates: list[str], profiles: list[Profile]
) -> tuple[str, Profile]:
    """The only layer with the columns of a profile; LoadError where none has them, or several do."""
    fitting: dict[str, Profile] = {}
    gaps: list[Message] = []
    for name in candidates:
        fields = list(pyogrio.read_info(path, layer=name)["fields"])
        for profile in profiles:
            _, missing = columns_match(profile, fields)
            if not missing:
                fitting[name] = profile
                break
            gap = _missing(missing, fields, name)
            gaps.append(Message("profile_misfit", {"profile": profile.name, "gap": gap}))
    if len(fitting) > 1:
        shaped = {name: one for name, one in fitting.items() if _may_hold(path, name, one)}
        fitting = shaped or fitting
    if len(fitting) > 1:
        raise LoadError("layers_several", file=path.name, there=list(fitting))
    if fitting:
        return next(iter(fitting.items()))
    if not gaps:
        raise LoadError("layers_none", file=path.name)
    raise LoadError("profiles_misfit", file=path.name, gaps=gaps)


def _may_hold(path: Path, layer: str, profile: Profile) -> bool:
    """Whether a layer may hold shapes of the dataset's kind: labels of parcels have the same columns as parcels."""
    field = dataset_spec(profile.dataset).geometry_field
    kind = pyogrio.read_info(path, layer=layer)["geometry_type"] or ""
    other = _OTHER_SHAPES.get(field.geom_type.removeprefix("MULTI")) if field else None
    return other is None or not other.search(kind)


def _missing(missing: list[str], available: list[str], layer: str) -> Message:
    return Message("columns_missing", {"layer": layer, "columns": missing, "there": available})


def _layer_crs(info: dict[str, Any], said: SourceCrs | None, file: str) -> SourceCrs:
    """The CRS that the layer names, else the one that was said for sources that name none."""
    # GDAL takes GeoJSON that names none for degrees.
    assumed = info["driver"] == "GeoJSON" and info["crs"] == _GEOJSON_CRS
    if info["crs"] and not (assumed and said):
        named = _crs_named(info["crs"], file)
        if not named.is_undefined:
            return named
    if said is None:
        raise LoadError("crs_unnamed", file=file)
    return said


def _crs_named(name: str, file: str) -> SourceCrs:
    """The CRS with x first, as GDAL and GeoJSON deliver it whatever the register says."""
    try:
        parsed = crs_parse(name)
    except CoordinateError as error:
        raise LoadError(error.message, file=file) from error
    return SourceCrs(parsed.crs, parsed.name)


def _windows(path: Path, layer: str, info: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Arguments that select one batch after the other.

    By feature id where the format has an index on it (GeoPackage): skipping would read from the start each time.
    """
    rows = _rows_at_once(path, info["features"])
    if info["driver"] == "GPKG" and info["fid_column"]:
        fid = info["fid_column"].replace('"', '""')
        ids = pyogrio.raw.read(
            path, layer=layer, columns=[], read_geometry=False, return_fids=True
        )[1]
        ids.sort()
        for start in range(0, len(ids), rows):
            window = ids[start : start + rows]
            yield {"where": f'"{fid}" >= {window[0]} AND "{fid}" <= {window[-1]}'}
        return
    for skip in range(0, info["features"], rows):
        yield {"skip_features": skip, "max_features": rows}


def _rows_at_once(path: Path, features: int) -> int:
    """Fewer where the features are large on average: memory stays flat."""
    average = max(path.stat().st_size // max(features, 1), 1)
    return max(min(BATCH_ROWS, _BATCH_BYTES // average), 1)


def _batch_read(
    path: Path, layer: str, matched: dict[str, str], window: dict[str, Any], crs: SourceCrs | None
) -> Batch:
    names = list(dict.fromkeys(matched.values()))
    meta, fids, wkb, data = pyogrio.raw.read(
        path, layer=layer, columns=names, return_fids=True, **window
    )
    stored = {str(name): values for name, values in zip(meta["fields"], data, strict=True)}
    columns: Columns = {column: _plain(stored[name]) for column, name in matched.items()}
    features = [f"{layer} {fid}" for fid in fids]
    # NaN among the coordinates is told with the feature's name later.
    with np.errstate(invalid="ignore"):
        geometry = None if wkb is None else shapely.from_wkb(wkb)
    return Batch(path.name, columns, features, geometry, crs)


def _plain(values: Any) -> list[Any]:
    """A column as Python values, None for missing ones."""
    kind = values.dtype.kind
    if kind == "M":
        values = values.astype("datetime64[D]").astype(object)
    plain: list[Any] = values.tolist()
    if kind == "f":
        return [None if math.isnan(value) else value for value in plain]
    if kind == "O":
        return [(value.strip() or None) if type(value) is str else value for value in plain]
    return plain
