"""An OGC API Features for tests on loopback: GeoJSON in pages that name the next one, as ldproxy writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.gis_core.loading.wfs_servers import Answer

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
UTM32 = "http://www.opengis.net/def/crs/EPSG/0/25832"
# Changes an answer before it leaves; the number of the page comes with it.
Spoil = Callable[[dict[str, Any], int], dict[str, Any]]


@dataclass
class Api:
    """A service with the features of each collection; `crs` are the systems on offer, the first one by default."""

    collections: dict[str, list[dict[str, Any]]]
    crs: tuple[str, ...] = (CRS84, UTM32)
    most: int = 2
    spoil: Spoil = lambda answer, _: answer
    # Parameters of all questions for features; how often each page was asked for.
    asked: list[dict[str, str]] = field(default_factory=list)
    status: dict[int, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, path: str, query: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        name = path.partition("/collections/")[2].removesuffix("/items")
        if path.endswith("/collections"):
            listed = [{"id": one, "crs": ["#/crs"]} for one in self.collections]
            return _json({"collections": listed, "crs": list(self.crs)}), {}
        if name not in self.collections:
            problem = {"title": "Not Found", "detail": f"no {path}"}
            return _json(problem, 404, "application/problem+json"), {}
        self.asked.append(query)
        start, limit = int(query.get("offset", "0")), min(int(query["limit"]), self.most)
        if status := self.status.pop(start, 0):
            return _json({"code": "busy"}, status), {}
        features = self.collections[name][start : start + limit]
        following = {**query, "offset": str(start + limit), "f": "json"}
        is_last = start + limit >= len(self.collections[name])
        query_text = "&".join(f"{key}={value}" for key, value in following.items())
        links = [] if is_last else [{"rel": "next", "href": f"items?{query_text}"}]
        answer = {
            "type": "FeatureCollection",
            "features": features,
            "links": [{"rel": "self", "href": "items"}, *links],
            "numberReturned": len(features),
            "numberMatched": len(self.collections[name]),
        }
        crs = query.get("crs", self.crs[0])
        return _json(self.spoil(answer, start)), {"Content-Crs": f"<{crs}>", **self.headers}


def _json(values: Any, status: int = 200, media: str = "application/geo+json") -> Answer:
    return status, media, json.dumps(values).encode()
