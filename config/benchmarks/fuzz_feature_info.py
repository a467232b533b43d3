"""Answers of map services about a place, damaged: each is read into a table or refused in words."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import partial
from typing import Final

from config.benchmarks.fuzzing import Case, Fuzzed, bytes_damaged, cases_run
from gis_core.maps.feature_info import InfoUnavailable, info_read

OBJECT: Final = {"id": "parcels.1", "properties": {"key": "123/4", "owner": "Stadt", "more": [1]}}
ANSWERS: Final = (
    b"<msGMLOutput><a_layer><name>a</name><a_feature><key>1</key></a_feature></a_layer></msGMLOutput>",
    b"<FeatureCollection><featureMember><a><key>1</key><g><pos>1 2</pos></g></a></featureMember></FeatureCollection>",
    b"<GetFeatureInfoResponse><Layer name='a'><Attribute name='k' value='1'/></Layer></GetFeatureInfoResponse>",
    b"<FeatureInfoResponse><FIELDS key='1'/></FeatureInfoResponse>",
    json.dumps({"type": "FeatureCollection", "features": [OBJECT]}).encode(),
    "Layer 'a'\n  Feature 1:\n    key = 'Größe'\n".encode(),
    b"<html><table><tr><th>a</th><th>b</th><th>c</th></tr><tr><td>1<td>2<td>3</table><p>x: y<br>z</html>",
)
MEDIA_TYPES: Final = ("text/html", "text/xml", "application/json", "text/plain", "")
CODINGS: Final = ("utf-8", "utf-16", "utf-32", "iso-8859-1")


def fuzz_feature_info(count: int, seed: int) -> Fuzzed:
    """`count` answers in odd codings, damaged, under any media type."""
    return cases_run(_answers(count, random.Random(seed)))


def _answers(count: int, draw: random.Random) -> Iterator[Case]:
    for turn in range(count):
        answer = draw.choice(ANSWERS).decode().encode(draw.choice(CODINGS))
        damaged = bytes_damaged(answer, draw)
        media_type = draw.choice(MEDIA_TYPES)
        yield f"{turn}: {media_type} {damaged[:300]!r}", partial(_read, damaged, media_type)


def _read(content: bytes, media_type: str) -> str:
    try:
        info = info_read(content, media_type)
    except InfoUnavailable as error:
        return "refused" if error.shown() else "untold"
    for one in info.features:
        for name, value in one.values:
            f"{name}{value}".encode()
            if "\0" in name + value:
                raise AssertionError(f"NUL in {one}")
    return "read"
