"""Kept pictures of map services that everybody may see, answered as WhiteNoise answers static files.

Whatever else a request might need (session, language, forms) such a picture does not. A request that this middleware
does not answer takes the usual way to `mapui.maps.proxy`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from gis_core.maps.entries import entry_named
from gis_core.maps.services import MapServiceError, image_request_parse, picture_key
from gis_core.maps.store import picture_kept
from mapui.maps.proxy import picture_respond, query_of
from mapui.site.permissions import is_for_everybody

ADDRESS: Final = re.compile(r"/map-services/([-\w]+)/wms")


class KeptPictureMiddleware:
    """Stands behind WhiteNoise's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _picture_at_once(request) or self.get_response(request)


def _picture_at_once(request: HttpRequest) -> HttpResponseBase | None:
    """The picture; None where it is not kept, is too old, or not everybody may see it."""
    found = ADDRESS.fullmatch(request.path_info)
    if not found or request.method not in {"GET", "HEAD"}:
        return None
    entry = entry_named(found[1])
    if entry is None or not is_for_everybody(entry.service):
        return None
    try:
        wanted = image_request_parse(query_of(request), transparent=not entry.service.is_background)
    except MapServiceError:
        return None
    image = picture_kept(picture_key(entry, wanted))
    if image is None or image.fresh_until <= time.time():
        return None
    return picture_respond(request, entry.service, image)
