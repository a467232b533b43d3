"""Addresses of the maps' own scripts, of what they load, and of the caching proxy for map services."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.maps import feeds, proxy, resources, tiles

urlpatterns: list[URLPattern] = [
    path("favicon.ico", resources.icon, name="icon"),
    path("maps/<slug:name>.js", resources.map_script, name="map_script"),
    path("maps/<slug:name>.css", resources.map_style, name="map_style"),
    path(
        "api/issues/<int:zoom>/<int:column>/<int:row>.geojson",
        feeds.public_issues,
        name="public_issues",
    ),
    path(
        "api/triage/issues/<int:zoom>/<int:column>/<int:row>.geojson",
        feeds.triage_issues,
        name="triage_issues",
    ),
    path("api/boundary.geojson", feeds.boundary, name="boundary"),
    path("api/triage/parcels/<str:key>.geojson", feeds.parcel, name="parcel_outline"),
    path("maps/styles/<slug:variant>.json", tiles.style, name="map_base_style"),
    path("tiles/<slug:layer>/<int:zoom>/<int:column>/<int:row>.mvt", tiles.tile, name="tile"),
    path("map-services/states.json", proxy.states, name="map_service_states"),
    path("map-services/<slug:slug>/wms", proxy.map_image, name="map_image"),
    path("map-services/<slug:slug>/legend", proxy.map_legend, name="map_legend"),
]
