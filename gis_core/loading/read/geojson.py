"""GeoJSON as batches, in two passes over the file: GDAL would read it from the start again for each batch.

The first pass tells which properties and members there are, the second one gives the features. Neither holds more
than a batch. What is no FeatureCollection (ArcGIS's own JSON, a single feature) is left to GDAL.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import shapely
from shapely.errors import GEOSException

from gis_core.errors import LoadError
from gis_core.loading.read.batches import Batch, Geometries
from gis_core.loading.read.pages import Page
from gis_core.messages import Message

_CHUNK_BYTES: Final = 1 << 20
_BLANKS: Final = " \t\r\n"


@dataclass
class GeoJson:
    """What a GeoJSON file says beside its features: names of properties, kinds of geometry, other members."""

    path: Path
    members: dict[str, Any] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    count: int = 0

    @property
    def is_collection(self) -> bool:
        return self.members.get("type") == "FeatureCollection"

    @property
    def layer(self) -> str:
        name = self.members.get("name")
        return name if isinstance(name, str) and name else self.path.stem

    @property
    def crs(self) -> str | None:
        """What the file calls its CRS; None for WGS84, which goes without saying. LoadError for a link."""
        named = self.members.get("crs")
        if not isinstance(named, dict):
            return None
        if str(named.get("type")).lower() in {"link", "url"}:
            raise LoadError("crs_by_link", file=self.path.name)
        properties = named.get("properties")
        facts = properties if isinstance(properties, dict) else {}
        name = facts.get("name") or facts.get("code")
        return None if name is None else str(name)

    def page(self) -> Page:
        """What it says of the whole answer of which it may be a part."""
        facts = self.members
        inner = facts.get("properties")
        limits = (facts, inner if isinstance(inner, dict) else {})
        more = ""
        if any(one.get("exceededTransferLimit") is True for one in limits):
            more = "exceededTransferLimit"
        links = facts.get("links")
        if isinstance(links, list) and any(
            isinstance(link, dict) and link.get("rel") == "next" for link in links
        ):
            more = "next"
        known = (facts.get(name) for name in ("numberMatched", "totalFeatures", "numberOfFeatures"))
        matched = next((number for number in known if type(number) is int), None)
        return Page(self.path.name, self.count, matched, more)


def geojson_look(path: Path) -> GeoJson:
    """The first pass. LoadError for what is no JSON, or ends before its end."""
    found = GeoJson(path)
    for feature in _features(path, found.members):
        found.count += 1
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict):
            found.names |= dict.fromkeys(properties)
    return found


def geojson_batches(found: GeoJson, matched: dict[str, str], rows: int) -> Iterator[Batch]:
    """The second pass, so many features at a time; `matched` names the property of each column."""
    features, layer = _features(found.path, {}), found.layer
    start = 0
    while chunk := [one if isinstance(one, dict) else {} for one in islice(features, rows)]:
        facts = [one.get("properties") or {} for one in chunk]
        names = [f"{layer} {one.get('id', start + i)}" for i, one in enumerate(chunk)]
        columns = {
            column: [_plain(one.get(name)) for one in facts] for column, name in matched.items()
        }
        faults: dict[int, Message] = {}
        shapes = _shapes([one.get("geometry") for one in chunk], faults)
        yield Batch(found.path.name, columns, names, shapes, None, faults=faults)
        start += len(chunk)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _shapes(geometries: list[Any], faults: dict[int, Message]) -> Geometries:
    """The geometries; None with a fault for what is none."""
    if (points := _points(geometries)) is not None:
        return points
    texts = [None if one is None else json.dumps(one) for one in geometries]
    try:
        return np.asarray(shapely.from_geojson(texts), dtype=object)
    except GEOSException:
        shapes = [_shape(text) for text in texts]
    unreadable = Message("geometry_unreadable")
    faults.update(
        (row, unreadable)
        for row, (text, shape) in enumerate(zip(texts, shapes, strict=True))
        if text is not None and shape is None
    )
    return np.array(shapes, dtype=object)


def _points(geometries: list[Any]) -> Geometries | None:
    """Points without the way over text; None where anything else is among them."""
    if not all(isinstance(one, dict) and one.get("type") == "Point" for one in geometries):
        return None
    try:
        places = np.array([one.get("coordinates") for one in geometries])
    except ValueError:
        return None
    if places.dtype.kind not in "if" or places.shape[1:] not in {(2,), (3,)}:
        return None
    return np.asarray(shapely.points(places.astype(np.float64)), dtype=object)


def _shape(text: str | None) -> Any:
    try:
        return shapely.from_geojson(text)
    except GEOSException:
        return None


def _features(path: Path, members: dict[str, Any]) -> Iterator[Any]:
    """Yields the features; everything else in the object goes into `members`."""
    try:
        with path.open("rb") as stream:
            text = _Text(stream)
            text.take("{")
            while (mark := text.peek()) != "}":
                if mark == ",":
                    text.take(",")
                name = text.value()
                text.take(":")
                if name == "features" and text.peek() == "[":
                    yield from text.items()
                else:
                    members[name] = text.value()
    except UnicodeDecodeError as error:
        raise LoadError("json_not_utf8", file=path.name) from error
    except (ValueError, RecursionError) as error:
        raise LoadError("json_broken", file=path.name, cause=_cause(error)) from error


def _cause(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__


class _Text:
    """JSON text of which little is held at a time. ValueError where it is none."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.text, self.place, self.ended = stream, "", 0, False
        self.decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self.raw_decode = json.JSONDecoder().raw_decode

    def _more(self) -> bool:
        """Reads as much again as is held, so that a large value is not tried for each chunk of it."""
        rest = self.text[self.place :]
        data = self.stream.read(max(_CHUNK_BYTES, len(rest)))
        self.ended = not data
        self.text, self.place = rest + self.decode(data, final=self.ended), 0
        return not self.ended

    def peek(self) -> str:
        """The next character that is no blank."""
        while True:
            while self.place < len(self.text) and self.text[self.place] in _BLANKS:
                self.place += 1
            if self.place < len(self.text):
                return self.text[self.place]
            if not self._more():
                raise json.JSONDecodeError("Unexpected end", "", 0)

    def take(self, mark: str) -> None:
        if self.peek() != mark:
            raise json.JSONDecodeError(f"Expecting {mark}", "", 0)
        self.place += 1

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self.raw_decode(self.text, self.place)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            # A number at the end of what is held may go on.
            if end == len(self.text) and self._more():
                continue
            self.place = end
            return value

    def items(self) -> Iterator[Any]:
        """The values of an array."""
        self.take("[")
        while (mark := self.peek()) != "]":
            self.place += mark == ","
            yield self.value()
        self.take("]")
