"""Addresses of the Open311 server, and of the photos."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from issues.api.updates import UpdatesView
from issues.api.views import (
    DiscoveryView,
    PhotoView,
    RequestsView,
    RequestView,
    ServicesView,
    ServiceView,
    TokenView,
    nothing_here,
)

SUFFIX = r"(?:\.(?P<suffix>[A-Za-z0-9]+))?"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^discovery{SUFFIX}$", DiscoveryView.as_view(), name="open311_discovery"),
    re_path(rf"^services{SUFFIX}$", ServicesView.as_view(), name="open311_services"),
    re_path(rf"^services/(?P<code>[^/.]+){SUFFIX}$", ServiceView.as_view(), name="open311_service"),
    re_path(rf"^requests{SUFFIX}$", RequestsView.as_view(), name="open311_requests"),
    re_path(
        rf"^requests/(?P<number>[^/.]+){SUFFIX}$", RequestView.as_view(), name="open311_request"
    ),
    re_path(rf"^tokens/(?P<token>[^/.]+){SUFFIX}$", TokenView.as_view(), name="open311_token"),
    re_path(rf"^servicerequestupdates{SUFFIX}$", UpdatesView.as_view(), name="open311_updates"),
    path("photos/<uuid:name>.jpg", PhotoView.as_view(), name="photo"),
    re_path(r"^", nothing_here),
]
