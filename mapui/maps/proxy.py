"""The caching proxy for map services."""

from __future__ import annotations

import base64
import logging
import time
from datetime import UTC, datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.maps.entries import Entry, entry_named
from gis_core.maps.images import MapServiceUnavailable
from gis_core.maps.legends import legend_fetch
from gis_core.maps.outages import outages_known
from gis_core.maps.services import (
    MapServiceError,
    image_request_parse,
    map_image_fetch,
)
from gis_core.maps.store import MapImage, content_tag
from gis_core.models import MapService
from mapui.maps.layer_panel import failure_told
from mapui.maps.selectors import map_services_shown
from mapui.site.permissions import is_for_everybody, service_visible

logger = logging.getLogger(__name__)

BROWSER_KEEPS_S: Final = 3600
STATE_HEADER: Final = "X-Map-Service"
# One transparent pixel (PNG).
NOTHING: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
)


@require_safe
def map_image(request: HttpRequest, slug: str) -> HttpResponse:
    """A GetMap passed on to a registered service.

    A service that does not answer gives what it drew before, else one transparent pixel, so that the rest of the map
    stays readable; the header X-Map-Service says so, and Age how old the picture is.
    """
    entry = entry_or_refused(request, slug)
    service = entry.service
    try:
        wanted = image_request_parse(query_of(request), transparent=not service.is_background)
        image = map_image_fetch(entry, wanted)
    except MapServiceError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    except MapServiceUnavailable as error:
        logger.warning("Map service %s: %s", slug, error)
        return nothing_respond()
    return picture_respond(request, service, image)


@require_safe
def map_legend(request: HttpRequest, slug: str) -> HttpResponse:
    """The service's legend; one transparent pixel where it has none that is a picture."""
    entry = entry_or_refused(request, slug)
    try:
        return picture_respond(request, entry.service, legend_fetch(entry))
    except MapServiceUnavailable as error:
        logger.warning("Legend of map service %s: %s", slug, error)
        return nothing_respond()


@require_safe
@never_cache
def states(request: HttpRequest) -> HttpResponse:
    """Which of the services that this person sees do not answer, by short name and in words."""
    shown = map_services_shown(request.user)
    outages = outages_known([service.pk for service in shown])
    told = {}
    for service in shown:
        outage = outages.get(service.pk)
        since = datetime.fromtimestamp(outage.since, UTC) if outage else service.failing_since
        if since:
            told[service.slug] = failure_told(since)
    return JsonResponse({"services": told})


def query_of(request: HttpRequest) -> dict[str, str]:
    """The parameters by their names in upper case, as WMS does not tell a case."""
    return {name.upper(): str(value) for name, value in request.GET.items()}


def entry_or_refused(request: HttpRequest, slug: str) -> Entry:
    """The entry, if this person may see it. Raises Http404 where it is not on the map, else PermissionDenied."""
    entry = entry_named(slug)
    if entry is None:
        raise Http404
    if not service_visible(entry.service, request.user):
        if not entry.service.is_active:
            raise Http404
        raise PermissionDenied
    return entry


def nothing_respond() -> HttpResponse:
    """What the map shows instead of a picture. Its size, one pixel, tells the browser that there is none."""
    response = HttpResponse(NOTHING, content_type="image/png")
    response["Cache-Control"] = "no-store"
    response[STATE_HEADER] = "unavailable"
    return response


def picture_respond(request: HttpRequest, service: MapService, image: MapImage) -> HttpResponse:
    """The picture, or 304 where the browser has it; browsers ask again when it might be another one."""
    # Without its length gunicorn would send it in chunks.
    length = {"Content-Length": str(len(image.content))}
    response = HttpResponse(image.content, content_type=image.media_type, headers=length)
    if image.is_stale:
        response["Cache-Control"] = "no-store"
        response["Age"] = str(int(time.time() - image.drawn_at))
        response[STATE_HEADER] = "stale"
        return response
    seconds = max(0, min(BROWSER_KEEPS_S, int(image.fresh_until - time.time())))
    response["Cache-Control"] = f"{_scope(service)}, max-age={seconds}"
    response["ETag"] = etag = quote_etag(image.tag or content_tag(image.content))
    response[STATE_HEADER] = "ok"
    return get_conditional_response(request, etag=etag, response=response) or response


def _scope(service: MapService) -> str:
    return "public" if is_for_everybody(service) else "private"
