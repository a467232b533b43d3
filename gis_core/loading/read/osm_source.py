"""OpenStreetMap's own format (.osm.pbf) as batches, through pyosmium: streamed, whatever the size of the region.

GDAL's driver would read the file from its start for each batch, or hold all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
import shapely
from osmium.filter import EntityFilter, KeyFilter
from osmium.osm import AREA, NODE, WAY

from gis_core.coordinates import crs_parse
from gis_core.datasets import Columns, dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.read.batches import BATCH_ROWS, Batch, LoadReport, Progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.profiles import Profile
from gis_core.srids import WGS84

ID: Final = "osm_id"
# Where the nodes are: in a file of its own, which ends with the process, 16 bytes each.
_LOCATIONS: Final = "sparse_file_array"
_FACTORY: Final = osmium.geom.WKBFactory()
# Kind, number, tags, and the shape as WKB in hexadecimal digits.
_Thing = tuple[str, int, dict[str, str], str]


def osm_batches(
    path: Path, profiles: list[Profile], *, report: LoadReport, progress: Progress
) -> Iterator[tuple[Profile, Batch]]:
    """Ways for datasets of lines, nodes and closed ways for others, by the tags that the profile names (WGS84).

    What has no place is counted. LoadError for a file that is broken, and for a dataset that has no profile for it.
    """
    profile = _profile(path, profiles)
    layout = Layout({column: names[0] for column, names in _tags(profile).items()})
    read = 0
    things = _objects(path, profile, report)
    try:
        while chunk := list(islice(things, BATCH_ROWS)):
            features = [f"{kind} {number}" for kind, number, _tags_of, _shape in chunk]
            columns = _columns(profile, chunk)
            shapes = np.array(shapely.from_wkb([one[3] for one in chunk]), dtype=object)
            batch = Batch(path.name, columns, features, shapes, crs_parse(WGS84), layout=layout)
            read += len(chunk)
            progress(path.name, read)
            yield profile, batch
    except RuntimeError as error:
        raise LoadError("file_unreadable", file=path.name, cause=str(error)) from error


def _profile(path: Path, profiles: list[Profile]) -> Profile:
    for profile in profiles:
        if ID in profile.columns.get("key", ()):
            return profile
    raise LoadError("osm_without_profile", file=path.name)


def _tags(profile: Profile) -> dict[str, list[str]]:
    """The tags that each column takes its value from."""
    return {
        column: names
        for column, names in profile.columns.items()
        if names and ID not in names and not names[0].startswith("@")
    }


def _objects(path: Path, profile: Profile, report: LoadReport) -> Iterator[_Thing]:
    """What has one of the tags without which nothing can be stored."""
    tags = _tags(profile)
    needed = KeyFilter(*(name for column in profile.required for name in tags.get(column, ())))
    source = osmium.FileProcessor(path).with_locations(_LOCATIONS)
    if _is_of_lines(profile):
        source = source.with_filter(EntityFilter(WAY))
    else:
        source = source.with_areas(needed).with_filter(EntityFilter(NODE | AREA))
    for thing in source.with_filter(needed):
        shape = _shape(thing)
        if shape is None:
            report.counts["without a place"] += 1
        else:
            yield *_name(thing), dict(thing.tags), shape


def _is_of_lines(profile: Profile) -> bool:
    field = dataset_spec(profile.dataset).geometry_field
    return field is not None and "LINE" in field.geom_type


def _name(thing: Any) -> tuple[str, int]:
    if thing.is_area():
        return "way" if thing.from_way() else "relation", thing.orig_id()
    return "node" if thing.is_node() else "way", thing.id


def _shape(thing: Any) -> str | None:
    """WKB in hexadecimal digits. Of a way that leads out of the file the part that is in it; None without any."""
    try:
        if thing.is_node():
            return str(_FACTORY.create_point(thing))
        if thing.is_area():
            return str(_FACTORY.create_multipolygon(thing))
        return str(_FACTORY.create_linestring(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        if not thing.is_way():
            return None
    there = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
    return shapely.to_wkb(shapely.LineString(there), hex=True) if len(set(there)) > 1 else None


def _columns(profile: Profile, chunk: list[_Thing]) -> Columns:
    """Values by tag, the first that is there; the key is the number, with the kind where there are several."""
    columns: Columns = {
        column: [
            next((tags[name] for name in names if tags.get(name)), None) for *_, tags, _s in chunk
        ]
        for column, names in _tags(profile).items()
    }
    plain = "way" if _is_of_lines(profile) else "node"
    columns["key"] = [
        str(number) if kind == plain else f"{kind}/{number}" for kind, number, *_ in chunk
    ]
    return columns
