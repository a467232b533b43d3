"""GeoPackage, shapefile and FlatGeobuf through pyogrio, GeoJSON through gis_core.loading.read.geojson, as batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyogrio

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import Columns
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.read.batches import BATCH_ROWS, Batch, Progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.cut import Cut
from gis_core.loading.read.encodings import text_options
from gis_core.loading.read.formats import Format, companions
from gis_core.loading.read.geojson import GeoJson, geojson_batches, geojson_look
from gis_core.loading.read.layer_blocks import Block, layer_blocks
from gis_core.loading.read.layers import (
    GDAL_ERRORS,
    columns_lack,
    layers_choose,
    profiles_for_tables,
)
from gis_core.loading.read.pages import Page
from gis_core.loading.read.profiles import Profile
from gis_core.loading.read.tags import TAGS, columns_found, stored_columns, tags_spread, tags_wanted
from gis_core.messages import Message

_Box = tuple[float, float, float, float]
_BATCH_BYTES: Final = 64 * 1024 * 1024

# GDAL would fetch what a file refers to (a GeoJSON's "crs" by link, for one). An address that nobody can reach
# as its proxy ends every such attempt.
_NOWHERE: Final = "http://0.0.0.0:0"
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": _NOWHERE, "GDAL_HTTPS_PROXY": _NOWHERE})
# Arcs become chords of half a degree: 1 mm beside an arc of 100 m radius, where GDAL's own four degrees are 6 cm.
pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.5"})
_START_BYTES: Final = 64
_GEOJSON_CRS: Final = "EPSG:4326"
_INDEXED: Final = 'SELECT count(*) FROM "<index>"'


def table_batches(
    path: Path,
    profiles: list[Profile],
    *,
    layer: str | None,
    crs: SourceCrs | None,
    pages: list[Page],
    progress: Progress,
    cut: Cut | None = None,
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of a layer with the profile that fits it. LoadError names a missing layer or column.

    What a GeoJSON file says of the answer it is a page of goes to `pages`. GDAL passes over what lies outside of `cut`,
    and that is counted there.
    """
    profiles = profiles_for_tables(profiles)
    if _is_json(path):
        found = geojson_look(path)
        pages.append(found.page())
        if found.is_collection:
            yield from _geojson(found, profiles, layer, crs, progress)
            return
    try:
        _companions_require(path)
        read = 0
        names, profile = layers_choose(path, profiles, layer)
        for name in names:
            for batch in _layer_batches(path, name, profile, crs, cut):
                read += len(batch.features)
                progress(path.name, read)
                yield profile, batch
    except GDAL_ERRORS as error:
        raise LoadError("file_unreadable", file=path.name, cause=str(error)) from error


def _layer_batches(
    path: Path, name: str, profile: Profile, crs: SourceCrs | None, cut: Cut | None
) -> Iterator[Batch]:
    options: dict[str, Any] = dict(text_options(path))
    info = pyogrio.read_info(path, layer=name, force_feature_count=True, **options)
    fields = list(map(str, info["fields"]))
    matched, missing = columns_found(profile, fields)
    if missing:
        raise LoadError(columns_lack(missing, fields, name), file=path.name)
    is_placed = info["geometry_type"] is not None
    if is_placed:
        crs = _layer_crs(info, crs, path.name)
    tags = tags_wanted(profile, matched, fields)
    layout = _layout(matched, tags, fields)
    layout.encoding = options.get("encoding", "")
    stored = stored_columns(matched, tags, fields)
    rows = _rows_at_once(path, info["features"])
    names = list(dict.fromkeys(stored.values()))
    wanted = info["features"]
    box = cut.box(crs) if cut is not None and is_placed else None
    is_passed = box is not None and _is_indexed(path, name, info)
    # Where nothing lies in it, axes are the other way round, which is put right later.
    if cut is not None and box is not None and is_passed and (inside := _count(path, name, box)):
        cut.passed_over(wanted - inside)
        wanted, options["bbox"] = inside, box
    read = 0
    for block in layer_blocks(path, name, names, rows, **options):
        read += len(block.ids)
        batch = _batch(path, name, stored, block, crs)
        batch.columns = tags_spread(batch.columns, tags)
        batch.layout = layout
        yield batch
    # A shapefile counts rows that were deleted in it.
    if read < wanted and info["driver"] != "ESRI Shapefile":
        raise LoadError("file_unreadable", file=path.name, cause=f"{read} of {wanted} features")


def _is_indexed(path: Path, layer: str, info: dict[str, Any]) -> bool:
    """Whether the spatial index of the layer names each of its rows.

    That of a GeoPackage lacks what has no place, and what a program added without GeoPackage's triggers.
    """
    if not info["capabilities"]["fast_spatial_filter"]:
        return False
    if info["driver"] != "GPKG":
        return bool(info["driver"] == "FlatGeobuf")
    index = f"rtree_{layer}_{info['geometry_name']}_rowid".replace('"', '""')
    *_, [count] = pyogrio.raw.read(path, sql=_INDEXED.replace("<index>", index))
    return bool(count[0] == info["features"])


def _count(path: Path, layer: str, box: _Box) -> int:
    """How many features touch the box."""
    found = pyogrio.raw.read(
        path, layer=layer, columns=[], read_geometry=False, return_fids=True, bbox=box
    )
    return len(found[1])


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
    stored = stored_columns(matched, tags, list(found.names))
    read = 0
    for batch in geojson_batches(found, stored, _rows_at_once(found.path, found.count)):
        batch.columns = tags_spread(batch.columns, tags)
        batch.crs, batch.layout = crs, layout
        read += len(batch.features)
        progress(file, read)
        yield profile, batch


def _layout(matched: dict[str, str], tags: dict[str, list[str]], fields: list[str]) -> Layout:
    used = {*matched.values(), *([TAGS] if tags else ())}
    spread = {column: f"{TAGS}/{names[0]}" for column, names in tags.items()}
    return Layout({**matched, **spread}, dict.fromkeys(name for name in fields if name not in used))


def _geojson_profile(found: GeoJson, profiles: list[Profile]) -> tuple[Profile, dict[str, str]]:
    """The profile that names the layer, else the first one with all columns it needs."""
    names, file = list(found.names), found.path.name
    named = [one for one in profiles if found.layer.lower() in map(str.lower, one.features)]
    gaps: list[Message] = []
    for profile in named or profiles:
        matched, missing = columns_found(profile, names)
        if not missing:
            return profile, matched
        gap = columns_lack(missing, names, found.layer)
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


def _rows_at_once(path: Path, features: int) -> int:
    """Fewer where the features are large on average: memory stays flat."""
    average = max(path.stat().st_size // max(features, 1), 1)
    return max(min(BATCH_ROWS, _BATCH_BYTES // average), 1)


def _batch(
    path: Path, layer: str, matched: dict[str, str], block: Block, crs: SourceCrs | None
) -> Batch:
    columns: Columns = {column: block.columns[name] for column, name in matched.items()}
    features = [f"{layer} {number}" for number in block.ids]
    return Batch(path.name, columns, features, block.geometry, crs)
