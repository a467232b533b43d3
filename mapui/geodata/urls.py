"""Addresses of the administration of geodata."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.geodata import map_views, views

urlpatterns: list[URLPattern] = [
    path("geodata/", views.geodata_list, name="geodata_list"),
    path("geodata/new/", views.geodata_new, name="geodata_new"),
    path("geodata/<int:pk>/", views.geodata_edition, name="geodata_edition"),
    path("geodata/<int:pk>/progress/", views.geodata_progress, name="geodata_progress"),
    path("geodata/<int:pk>/changes/", views.geodata_changes, name="geodata_changes"),
    path("geodata/<int:pk>/map/", map_views.geodata_map, name="geodata_map"),
    path("geodata/<int:pk>/map.js", map_views.geodata_map_script, name="geodata_map_script"),
    path("geodata/<int:pk>/map.css", map_views.geodata_map_style, name="geodata_map_style"),
    path("geodata/<int:pk>/<slug:action>/", views.geodata_action, name="geodata_action"),
    path(
        "api/geodata/<int:pk>/changes.geojson",
        map_views.geodata_changes_feed,
        name="geodata_changes_feed",
    ),
    path(
        "api/geodata/<int:pk>/findings.geojson",
        map_views.geodata_findings_feed,
        name="geodata_findings_feed",
    ),
    path(
        "api/geodata/<int:pk>/impact.geojson",
        map_views.geodata_impact_feed,
        name="geodata_impact_feed",
    ),
]
