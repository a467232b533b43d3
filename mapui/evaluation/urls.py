"""Addresses of trials, golden cases and statistics."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.evaluation import (
    export,
    golden,
    public,
    situation,
    situation_map,
    statistics,
    trials,
)

urlpatterns: list[URLPattern] = [
    path("trials/", trials.trials_list, name="trials"),
    path("trials/<int:pk>/", trials.trial_shown, name="trial"),
    path("trials/<int:pk>/progress/", trials.trial_watch, name="trial_progress"),
    path("trials/<int:pk>/cancel/", trials.trial_action, {"action": "cancel"}, name="trial_cancel"),
    path("trials/<int:pk>/resume/", trials.trial_action, {"action": "resume"}, name="trial_resume"),
    path("trials/<int:pk>/issues/<str:number>/", trials.trial_issue, name="trial_issue"),
    path("trials/<int:pk>/map/", trials.trial_map, name="trial_map"),
    path("trials/<int:pk>/map.js", trials.trial_map_script, name="trial_map_script"),
    path("trials/<int:pk>/map.css", trials.trial_map_style, name="trial_map_style"),
    path(
        "api/trials/<int:pk>/changes.geojson", trials.trial_changes_feed, name="trial_changes_feed"
    ),
    path("lage/", situation.situation_page, name="situation"),
    path("lage/map/", situation_map.situation_map, name="situation_map"),
    path("lage/map.js", situation_map.situation_map_script, name="situation_map_script"),
    path("lage/map.css", situation_map.situation_map_style, name="situation_map_style"),
    path("api/lage/places.geojson", situation_map.situation_places, name="situation_places"),
    path("lage/export.<slug:kind>", export.issues_export, name="issues_export"),
    path("statistik/", public.public_statistics, name="public_statistics"),
    path("golden/", golden.golden_list, name="golden"),
    path("golden/cases.csv", golden.golden_file, name="golden_file"),
    path("golden/import/", golden.golden_load, name="golden_load"),
    path("golden/<int:pk>/deactivate/", golden.golden_off, name="golden_off"),
    path("statistics/", statistics.statistics_page, name="statistics"),
    path("statistics/statistics.csv", statistics.statistics_csv, name="statistics_csv"),
    path("statistics/statistics.json", statistics.statistics_json, name="statistics_json"),
]
