"""Reading an answer by what it is: media types are often wrong."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from gis_core.errors import CodedError
from gis_core.maps.capabilities.xml import xml_root
from gis_core.maps.feature_info.answer import FeatureInfo, Found, InfoUnavailable, Pair, info_of
from gis_core.maps.feature_info.text import html_objects, text_objects
from gis_core.maps.feature_info.xml import xml_objects

_HTML: Final = re.compile(
    r"<(!doctype html|html|head|body|table|div|p|b|br|h\d|ul|pre|center|font|style|script)\b",
    re.IGNORECASE,
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CAUSE_LENGTH: Final = 300


def info_read(content: bytes, media_type: str) -> FeatureInfo:
    """The objects in an answer. Raises InfoUnavailable for exceptions, pictures and what cannot be read."""
    if media_type.startswith("image/"):
        raise InfoUnavailable("info_unreadable", cause=media_type)
    try:
        return info_of(_objects(content, media_type), media_type=media_type)
    except InfoUnavailable:
        raise
    except CodedError as error:
        raise InfoUnavailable("info_unreadable", cause=error.message) from error
    except Exception as error:
        # Whatever a parser raises on bytes of strangers, it is no answer (ADR 13).
        cause = f"{type(error).__name__}: {error}"[:CAUSE_LENGTH]
        raise InfoUnavailable("info_unreadable", cause=cause) from error


def _objects(content: bytes, media_type: str) -> Iterator[Found]:
    text = _decoded(content)
    begin = text.lstrip("\ufeff \t\r\n")[:200]
    if media_type in {"text/html", "application/xhtml+xml"} or _HTML.match(begin):
        return html_objects(text)
    if begin.startswith("<"):
        return xml_objects(xml_root(content.strip()))
    if begin.startswith(("{", "[")) and "json" in media_type:
        return _json_objects(json.loads(text.lstrip("\ufeff")))
    return text_objects(text.splitlines())


def _decoded(content: bytes) -> str:
    """UTF-16 by its mark, else UTF-8, else what Windows writes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _json_objects(document: Any) -> Iterator[Found]:
    """GeoJSON, or the results of Esri's servers."""
    if not isinstance(document, dict):
        raise InfoUnavailable("info_unreadable", cause=type(document).__name__)
    if document.get("exceptions"):
        raise InfoUnavailable("info_refused", cause=_plain(document["exceptions"])[:CAUSE_LENGTH])
    listed = document.get("features", document.get("results"))
    if not isinstance(listed, list):
        raise InfoUnavailable("info_unreadable", cause="JSON")
    for one in listed:
        if isinstance(one, dict):
            yield Found(_layer(one), _pairs(one.get("properties", one.get("attributes"))))


def _layer(feature: dict[str, Any]) -> str:
    """The layer, which servers write before the object's number: `parcels.12`."""
    named = feature.get("layerName")
    return _plain(named) if named else _plain(feature.get("id", "")).rpartition(".")[0]


def _pairs(values: Any) -> list[Pair]:
    if not isinstance(values, dict):
        return []
    return [(name, _plain(value)) for name, value in values.items()]


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
