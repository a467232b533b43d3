"""GeoJSON answers (RFC 7946, WGS84): bounding boxes, collections, ETags."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Polygon
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag

from gis_core.errors import GisError
from gis_core.srids import WGS84


class BoundingBoxError(GisError):
    """A `bbox` that is not four numbers west,south,east,north in WGS84."""


def bbox_parse(text: str) -> Polygon:
    """`west,south,east,north` in degrees as a WGS84 polygon; raises BoundingBoxError."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BoundingBoxError(
            f"bbox must be four numbers west,south,east,north: {text!r}"
        ) from error
    in_range = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not (all(map(math.isfinite, (west, south, east, north))) and in_range):
        raise BoundingBoxError(
            f"bbox is out of range or not in the order west,south,east,north: {text!r}"
        )
    polygon = Polygon.from_bbox((west, south, east, north))
    polygon.srid = WGS84
    return polygon


def collection_respond(
    request: HttpRequest,
    features: Iterable[dict[str, Any]],
    *,
    is_private: bool,
    last_modified: datetime | None = None,
    **members: Any,
) -> HttpResponse:
    """A FeatureCollection with ETag, Last-Modified and 304 when the browser already has it.

    Only If-None-Match is honoured: a withdrawn issue leaves no later date behind, so that a date alone
    would keep showing it.
    """
    collection = {"type": "FeatureCollection", **members, "features": list(features)}
    body = json.dumps(
        collection, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")
    ).encode()
    response = HttpResponse(body, content_type="application/geo+json; charset=utf-8")
    etag = quote_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    response["ETag"] = etag
    # Always asked for again, answered with 304: what was withdrawn must not be shown any longer.
    response["Cache-Control"] = "private, no-cache" if is_private else "public, no-cache"
    if last_modified:
        response["Last-Modified"] = http_date(last_modified.timestamp())
    patch_vary_headers(response, ["Cookie"])
    if request.headers.get("If-None-Match"):
        return get_conditional_response(request, etag=etag, response=response) or response
    return response
