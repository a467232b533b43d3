"""Reporting without a connection: a page that the device keeps, the worker that shows it, and the app's manifest."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from issues.selectors import categories_offered
from issues.services.photos.stored import PHOTOS_PER_REPORT
from mapui.reporting.around import groups_of
from mapui.site.cities import city_shown

# As the header of the pages has it (KERN's token of the brand).
COLOUR: Final = "#2140aa"
ICON_SIDES: Final = (192, 512)


@require_safe
@cache_control(public=True, max_age=0)
def report_offline(request: HttpRequest) -> HttpResponse:
    """A form of one page that sends nothing by itself; without anything about whoever asks for it."""
    language = request.GET.get("language", "")
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    with translation.override(known):
        request.user = AnonymousUser()
        return render(request, "mapui/reporting/offline.html", _offline_context(jurisdiction))


@require_safe
@cache_control(public=True, max_age=0)
def report_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, for what lies below its own address. It is another one when the page is."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    page = render_to_string("mapui/reporting/offline.html", _offline_context(jurisdiction))
    query = {"language": translation.get_language()}
    if jurisdiction is not None:
        query["jurisdiction"] = jurisdiction.identifier
    address = f"{reverse('report_offline')}?{urlencode(query)}"
    version = hashlib.sha256(f"{address} {page}".encode()).hexdigest()[:16]
    lines = (
        f"globalThis.offline = {json.dumps({'page': address, 'version': version})};",
        f"importScripts({json.dumps(static('mapui/js/offline_worker.js'))});",
    )
    return HttpResponse("\n".join(lines), content_type="text/javascript")


@require_safe
@cache_control(public=True, max_age=3600)
def report_manifest(request: HttpRequest) -> JsonResponse:
    """What a device needs to install the page as an app (W3C Web Application Manifest)."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    name = f"Flurpost {jurisdiction.name}" if jurisdiction else "Flurpost"
    query = f"?{urlencode({'jurisdiction': jurisdiction.identifier})}" if jurisdiction else ""
    icons = [
        {
            "src": static(f"mapui/icons/icon-{side}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for side in ICON_SIDES
    ]
    manifest = {
        "name": name,
        "short_name": jurisdiction.name if jurisdiction else name,
        "lang": translation.get_language(),
        "id": reverse("report"),
        "start_url": f"{reverse('report')}{query}",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": (jurisdiction and jurisdiction.brand_colour) or COLOUR,
        "icons": icons,
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


def _offline_context(jurisdiction: Jurisdiction | None) -> dict[str, Any]:
    categories = list(categories_offered(jurisdiction)) if jurisdiction else []
    return {
        "page": "report",
        "jurisdiction": jurisdiction,
        "groups": groups_of(categories),
        "photos_max": PHOTOS_PER_REPORT,
    }
