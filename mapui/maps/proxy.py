"""The caching proxy for map services."""

from __future__ import annotations

import base64
import logging
import time
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gis_core.maps.pictures import MapServiceUnavailable
from gis_core.maps.services import (
    MapServiceError,
    image_request_parse,
    map_image_fetch,
)
from gis_core.models import MapService
from mapui.site.permissions import MANAGE_GEODATA, may_any, may_triage

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

    A service that does not answer gives what it drew before, else a transparent tile, so that the rest of the map stays
    readable; the header X-Map-Service says so, and Age how old the picture is.
    """
    service = MapService.objects.filter(slug=slug).first()
    if service is None:
        raise Http404
    # Whoever looks after the registry sees what is not on the map yet.
    if not may_any(request.user, MANAGE_GEODATA):
        if not service.is_active:
            raise Http404
        if service.staff_only and not may_triage(request.user):
            raise PermissionDenied
    query = {name.upper(): str(value) for name, value in request.GET.items()}
    try:
        wanted = image_request_parse(query, transparent=not service.is_background)
        image = map_image_fetch(service, wanted)
    except MapServiceError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    except MapServiceUnavailable as error:
        logger.warning("Map service %s: %s", slug, error)
        response = HttpResponse(NOTHING, content_type="image/png")
        response["Cache-Control"] = "no-store"
        response[STATE_HEADER] = "unavailable"
        return response
    response = HttpResponse(image.content, content_type=image.media_type)
    if image.stale_since is not None:
        response["Cache-Control"] = "no-store"
        response["Age"] = str(int(time.time() - image.stale_since))
        response[STATE_HEADER] = "stale"
        return response
    scope = "public" if service.is_active and not service.staff_only else "private"
    response["Cache-Control"] = f"{scope}, max-age={BROWSER_KEEPS_S}"
    response[STATE_HEADER] = "ok"
    return response
