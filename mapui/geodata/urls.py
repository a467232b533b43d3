"""Addresses of the administration of geodata."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.geodata import (
    contradiction_views,
    exports,
    map_views,
    mapping_lists,
    mapping_sample,
    mapping_views,
    raster_views,
    service_views,
    source_views,
    views,
    word_views,
)

urlpatterns: list[URLPattern] = [
    path("geodata/", views.geodata_list, name="geodata_list"),
    path("geodata/new/", views.geodata_new, name="geodata_new"),
    path("geodata/mappings/", mapping_lists.mappings_list, name="mappings"),
    path("geodata/mappings/<int:pk>/", mapping_views.mapping_page, name="mapping"),
    path(
        "geodata/mappings/<int:pk>/progress/",
        mapping_views.mapping_progress,
        name="mapping_progress",
    ),
    path(
        "geodata/mappings/<int:pk>/map.js",
        mapping_sample.mapping_map_script,
        name="mapping_map_script",
    ),
    path(
        "geodata/mappings/<int:pk>/map.css",
        mapping_sample.mapping_map_style,
        name="mapping_map_style",
    ),
    path(
        "api/geodata/mappings/<int:pk>.geojson",
        mapping_sample.mapping_places,
        name="mapping_places",
    ),
    path("geodata/mappings/<int:pk>.json", mapping_lists.mapping_export, name="mapping_export"),
    path("geodata/mappings/<int:pk>/remove/", mapping_lists.mapping_remove, name="mapping_remove"),
    path("geodata/words/", word_views.words_page, name="words"),
    path("geodata/words.json", word_views.words_export, name="words_export"),
    path("geodata/words/<int:pk>/remove/", word_views.word_drop, name="word_remove"),
    path("geodata/rasters/", raster_views.rasters_list, name="rasters"),
    path("geodata/rasters/progress/", raster_views.rasters_progress, name="rasters_progress"),
    path("geodata/services/", service_views.services_list, name="services"),
    path(
        "geodata/services/sources/<int:pk>/", service_views.services_source, name="services_source"
    ),
    path(
        "geodata/services/sources/<int:pk>/progress/",
        service_views.services_progress,
        name="services_progress",
    ),
    path(
        "geodata/services/sources/<int:pk>/again/",
        service_views.services_source_again,
        name="services_source_again",
    ),
    path(
        "geodata/services/sources/<int:pk>/remove/",
        service_views.services_source_remove,
        name="services_source_remove",
    ),
    path("geodata/services/<slug:slug>/", service_views.services_entry, name="services_entry"),
    path(
        "geodata/services/<slug:slug>/<slug:action>/",
        service_views.services_act,
        name="services_act",
    ),
    path("geodata/contradictions/", contradiction_views.contradictions_list, name="contradictions"),
    path(
        "geodata/contradictions/<int:pk>/letter.pdf",
        contradiction_views.contradiction_letter,
        name="contradiction_letter",
    ),
    path(
        "geodata/contradictions/<int:pk>/done/",
        contradiction_views.contradiction_done,
        name="contradiction_done",
    ),
    path("geodata/<int:pk>/", views.geodata_edition, name="geodata_edition"),
    path("geodata/<int:pk>/progress/", views.geodata_progress, name="geodata_progress"),
    path("geodata/<int:pk>/faults.csv", views.geodata_faults, name="geodata_faults"),
    path("geodata/<int:pk>/changes/", views.geodata_changes, name="geodata_changes"),
    path("geodata/<int:pk>/map/", map_views.geodata_map, name="geodata_map"),
    path("geodata/<int:pk>/map.js", map_views.geodata_map_script, name="geodata_map_script"),
    path("geodata/<int:pk>/map.css", map_views.geodata_map_style, name="geodata_map_style"),
    path(
        "geodata/<int:pk>/findings.<slug:kind>",
        exports.geodata_findings_export,
        name="geodata_findings_export",
    ),
    path(
        "geodata/export/<slug:dataset>.<slug:kind>", exports.geodata_export, name="geodata_export"
    ),
    path("geodata/<int:pk>/rename/", source_views.source_renamed, name="source_rename"),
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
