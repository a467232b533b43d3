"""Which collection of an OGC API Features is read, and how it is asked: place, CRS, media type."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import shapely

from gis_core.coordinates import storage_crs, transform_geometry
from gis_core.errors import LoadError
from gis_core.loading.fetch.client import CAPABILITIES_MAX_BYTES, Client
from gis_core.loading.fetch.pages import Box
from gis_core.srids import WGS84

GEOJSON: Final = "application/geo+json, application/json;q=0.8"
EPSG_URI: Final = "http://www.opengis.net/def/crs/EPSG/0/"
# An edge of the box along a parallel is curved in metres.
_STEP_M: Final = 1000.0
_OURS: Final = frozenset({"f", "limit", "offset", "bbox", "bbox-crs", "crs"})


@dataclass(frozen=True)
class Collection:
    """A collection as it is asked: `items` is the address of its first page, `crs` the URI of what comes.

    Without `crs` longitude and latitude come (CRS84).
    """

    items: str
    name: str
    crs: str


def collection_find(
    client: Client,
    url: str,
    *,
    names: list[str],
    wanted: str,
    box: Box | None,
    limit: int,
    in_storage_crs: bool = True,
) -> Collection:
    """The collection that is wanted or that the address names, else the first that a profile reads.

    `url` is the landing page or an address below it; with `in_storage_crs` the service is asked for that CRS where it
    offers it. LoadError where there is no such collection, or no OGC API.
    """
    parts = urlsplit(url)
    path, _, below = parts.path.partition("/collections")
    base = f"{path.rstrip('/')}/collections"
    own = [(name, value) for name, value in parse_qsl(parts.query) if name not in _OURS]

    def address(there: str, *more: tuple[str, str]) -> str:
        query = urlencode([*own, *more], safe=",:/")
        return urlunsplit((parts.scheme, parts.netloc, there, query, ""))

    listed = _object(client, address(base))
    collections = listed.get("collections")
    if not isinstance(collections, list):
        raise LoadError("ogc_no_collections", file=client.label)
    known = [one for one in collections if isinstance(one, dict) and isinstance(one.get("id"), str)]
    found = _choose(known, names, wanted or below.strip("/").partition("/")[0], client.label)
    crs = _crs(found, listed) if in_storage_crs else ""
    more = [("limit", str(limit))]
    if box:
        more.append(("bbox", _degrees(box)))
    if crs:
        more.append(("crs", crs))
    name = quote(found["id"], safe="")
    return Collection(address(f"{base}/{name}/items", *more), found["id"], crs)


def _object(client: Client, url: str) -> dict[str, Any]:
    """The object that a small answer is."""
    with TemporaryDirectory(prefix="flurpost-") as folder:
        part = Path(folder) / "answer.json"
        client.get(url, part, max_bytes=CAPABILITIES_MAX_BYTES)
        values = json_read(part.read_bytes(), client.label)
    if not isinstance(values, dict):
        raise LoadError("ogc_no_json", file=client.label, cause=type(values).__name__)
    return values


def json_read(content: bytes, label: str) -> Any:
    """What an answer is as JSON. LoadError for what is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        cause = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise LoadError("ogc_no_json", file=label, cause=cause) from error


def _choose(
    known: list[dict[str, Any]], names: list[str], wanted: str, label: str
) -> dict[str, Any]:
    """Services write GebaeudeBauwerk as gebaeude_bauwerk."""
    for name in [wanted] if wanted else names:
        for one in known:
            if _plain(name) == _plain(one["id"]):
                return one
    there = sorted(one["id"] for one in known)[:20]
    if not wanted and not names:
        raise LoadError("ogc_collection_unnamed", file=label, there=there)
    raise LoadError(
        "ogc_collection_missing", file=label, wanted=wanted or " / ".join(names), there=there
    )


def _plain(name: str) -> str:
    return name.rpartition(":")[2].replace("_", "").lower()


def _crs(collection: dict[str, Any], listed: dict[str, Any]) -> str:
    """The storage CRS as the service writes it (Part 2); "" where it is not on offer."""
    offered: list[Any] = []
    for one in collection.get("crs") or []:
        # "#/crs" stands for those of the whole list.
        offered += (listed.get("crs") or []) if one == "#/crs" else [one]
    wanted = f"{EPSG_URI}{storage_crs().srid}"
    return wanted if wanted in [*offered, collection.get("storageCrs")] else ""


def _degrees(box: Box) -> str:
    """A box as bbox of Part 1: longitude and latitude, nothing of it lost."""
    edge = shapely.segmentize(shapely.box(*box), _STEP_M)
    bounds = transform_geometry(edge, storage_crs(), WGS84).bounds
    return ",".join(f"{value:.6f}" for value in bounds)
