"""Folium's script and style as resources of their own."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from mapui.maps.page import map_built
from mapui.maps.rendering import RenderedMap
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import may_see


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on pages that name no icon, such as the administration's."""
    return redirect(static("mapui/icon.svg"))


@require_safe
def map_script(request: HttpRequest, name: str) -> HttpResponse:
    return script_respond(request, _map_allowed(request, name), is_private=name == MapName.TRIAGE)


@require_safe
def map_style(request: HttpRequest, name: str) -> HttpResponse:
    return style_respond(request, _map_allowed(request, name), is_private=name == MapName.TRIAGE)


def _map_allowed(request: HttpRequest, name: str) -> RenderedMap:
    if name not in list(MapName):
        raise Http404
    user: AbstractBaseUser | AnonymousUser = request.user
    if name == MapName.TRIAGE and not may_see(user):
        raise PermissionDenied
    asked = request.GET.get("jurisdiction", "")
    is_staffs = name == MapName.TRIAGE
    jurisdiction = jurisdiction_shown(asked) if is_staffs else city_shown(request, asked)
    return map_built(MapName(name), jurisdiction, user)


def script_respond(
    request: HttpRequest, rendered: RenderedMap, *, is_private: bool = True
) -> HttpResponse:
    """What Folium wrote for a map as a script of its own."""
    return _respond(request, rendered.script, "text/javascript", is_private=is_private)


def style_respond(
    request: HttpRequest, rendered: RenderedMap, *, is_private: bool = True
) -> HttpResponse:
    """What Folium wrote for a map as a style sheet of its own."""
    return _respond(request, rendered.style, "text/css", is_private=is_private)


def _respond(request: HttpRequest, text: str, media_type: str, *, is_private: bool) -> HttpResponse:
    """With an ETag and asked for again each time: language, layers and authorities may have changed."""
    body = text.encode()
    etag = quote_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    response = HttpResponse(body, content_type=f"{media_type}; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = f"{'private' if is_private else 'public'}, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response
