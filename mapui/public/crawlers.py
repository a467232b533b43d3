"""For programs that look around: what search engines may read, the latest public reports, whom to tell of a hole."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gis_core.languages import languages
from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address, city_of
from issues.enums import LegalKind
from issues.models import Issue
from mapui.site.cities import city_shown
from mapui.site.guards import limit_refused
from mapui.site.shared import answer_shared
from mapui.site.types import PageRequest

# The pages that search engines find; everything else is an answer to a choice, a form, or somebody's private link.
OPEN_PAGES: Final = ("public_statistics", "responsibility", "sitemap")
SITEMAP_MAX: Final = 5000
SITEMAPS_PER_MINUTE: Final = 30
# RFC 9116 wants less than a year; who reads the file again finds it as far ahead.
SECURITY_EXPIRES: Final = timedelta(days=180)
TEXT: Final = "text/plain; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309: the public pages of the cities at this address, and nothing else; no private address is named."""
    cities = _cities(request)
    allowed = dict.fromkeys(path for one in cities for path in _paths(one))
    lines = ["User-agent: *", *(f"Allow: {path}" for path in allowed), "Allow: /static/"]
    lines += ["Disallow: /", *(f"Sitemap: {_sitemap_of(one)}" for one in cities)]
    return HttpResponse("\n".join([*lines, ""]), content_type=TEXT)


def _paths(city: Jurisdiction) -> list[str]:
    """What begins like these may be read; "$" ends an address: no filter of the map is a page of its own."""
    named = [city_address(city, name) for name in OPEN_PAGES]
    below = [
        city_address(city, name, "x").removesuffix("x/") for name in ("public_issue", "legal_page")
    ]
    return [urlsplit(one).path for one in (f"{city_address(city, 'public_map')}$", *named, *below)]


def _sitemap_of(city: Jurisdiction) -> str:
    address = city_address(city, "sitemap")
    return address if city.hosts or city.path else f"{address}?jurisdiction={city.identifier}"


@require_safe
@cache_control(public=True, max_age=3600)
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116: the installation's SECURITY_CONTACT, else the imprint of each city served here. 404 before set-up."""
    cities = _cities(request)
    contacts = [settings.SECURITY_CONTACT] if settings.SECURITY_CONTACT else []
    contacts = contacts or [city_address(one, "legal_page", LegalKind.IMPRINT) for one in cities]
    if not contacts:
        raise Http404
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires = (today + SECURITY_EXPIRES).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [*(f"Contact: {one}" for one in contacts), f"Expires: {expires}"]
    lines += [f"Preferred-Languages: {', '.join(languages())}"]
    return HttpResponse("\n".join([*lines, ""]), content_type=TEXT)


@require_safe
def sitemap(request: PageRequest) -> HttpResponse:
    """The city's pages and its public reports, the SITEMAP_MAX that changed last. 404 before set-up."""
    if (refused := limit_refused(request, "sitemap", limit=SITEMAPS_PER_MINUTE)) is not None:
        return refused
    return answer_shared(request, partial(_sitemap, request))


def _sitemap(request: PageRequest) -> HttpResponse:
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if jurisdiction is None:
        raise Http404
    found = Issue.objects.filter(jurisdiction=jurisdiction).public()
    latest = found.order_by("-public_hour", "-number").values_list("number", "public_hour")
    pages = [(city_address(jurisdiction, name), None) for name in ("public_map", *OPEN_PAGES[:2])]
    reports = [
        (city_address(jurisdiction, "public_issue", number), changed)
        for number, changed in latest[:SITEMAP_MAX]
    ]
    entries = [
        f"<url><loc>{escape(address)}</loc>"
        + (f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else "")
        + "</url>"
        for address, changed in [*pages, *reports]
    ]
    body = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *entries,
            "</urlset>",
        ]
    )
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


def _cities(request: HttpRequest) -> list[Jurisdiction]:
    """The city whose host or path was asked, else all."""
    known = list(Jurisdiction.objects.defer("boundary").order_by("pk"))
    city = city_of(request, known)
    return known if city is None else [city]
