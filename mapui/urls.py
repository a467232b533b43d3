"""Addresses of the pages, of what the maps load, and of the caching proxy for map services."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, path

from mapui.views import (
    feeds,
    geodata,
    geodata_maps,
    golden,
    map_resources,
    parcels,
    public,
    responsibility,
    services,
    statistics,
    triage,
    triage_actions,
    trials,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.public_map, name="public_map"),
    path("issues/<str:number>/", public.public_issue, name="public_issue"),
    path("responsibility/", responsibility.responsibility_page, name="responsibility"),
    path("api/responsibility/", responsibility.responsibility_api, name="responsibility_api"),
    path("triage/", triage.triage_map, name="triage"),
    path("triage/issues/<str:number>/", triage.triage_issue, name="triage_issue"),
    path("triage/issues/<str:number>/release/", triage.issue_release, name="issue_release"),
    path("triage/issues/<str:number>/withdraw/", triage.issue_withdraw, name="issue_withdraw"),
    path(
        "triage/issues/<str:number>/proposal/accept/",
        triage.proposal_answer,
        {"answer": "accept"},
        name="proposal_accept",
    ),
    path(
        "triage/issues/<str:number>/proposal/dismiss/",
        triage.proposal_answer,
        {"answer": "dismiss"},
        name="proposal_dismiss",
    ),
    path(
        "triage/issues/<str:number>/overrule/", triage_actions.issue_overrule, name="issue_overrule"
    ),
    path("triage/issues/<str:number>/confirm/", triage_actions.issue_confirm, name="issue_confirm"),
    path("triage/issues/<str:number>/pin/", triage_actions.issue_pin, name="issue_pin"),
    path(
        "triage/issues/<str:number>/category/", triage_actions.issue_category, name="issue_category"
    ),
    path("triage/issues/<str:number>/place/", triage_actions.issue_place, name="issue_place"),
    path("triage/parcel/", triage.triage_parcel, name="triage_parcel"),
    path("favicon.ico", map_resources.icon, name="icon"),
    path("geodata/", geodata.geodata_list, name="geodata_list"),
    path("geodata/new/", geodata.geodata_new, name="geodata_new"),
    path("geodata/<int:pk>/", geodata.geodata_edition, name="geodata_edition"),
    path("geodata/<int:pk>/progress/", geodata.geodata_progress, name="geodata_progress"),
    path("geodata/<int:pk>/changes/", geodata.geodata_changes, name="geodata_changes"),
    path("geodata/<int:pk>/map/", geodata_maps.geodata_map, name="geodata_map"),
    path("geodata/<int:pk>/map.js", geodata_maps.geodata_map_script, name="geodata_map_script"),
    path("geodata/<int:pk>/map.css", geodata_maps.geodata_map_style, name="geodata_map_style"),
    path("geodata/<int:pk>/<slug:action>/", geodata.geodata_action, name="geodata_action"),
    path(
        "api/geodata/<int:pk>/changes.geojson",
        geodata_maps.geodata_changes_feed,
        name="geodata_changes_feed",
    ),
    path(
        "api/geodata/<int:pk>/findings.geojson",
        geodata_maps.geodata_findings_feed,
        name="geodata_findings_feed",
    ),
    path(
        "api/geodata/<int:pk>/impact.geojson",
        geodata_maps.geodata_impact_feed,
        name="geodata_impact_feed",
    ),
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
    path("golden/", golden.golden_list, name="golden"),
    path("golden/cases.csv", golden.golden_file, name="golden_file"),
    path("golden/import/", golden.golden_load, name="golden_load"),
    path("golden/<int:pk>/deactivate/", golden.golden_off, name="golden_off"),
    path("statistics/", statistics.statistics_page, name="statistics"),
    path("statistics/statistics.csv", statistics.statistics_csv, name="statistics_csv"),
    path("statistics/statistics.json", statistics.statistics_json, name="statistics_json"),
    path("maps/<slug:name>.js", map_resources.map_script, name="map_script"),
    path("maps/<slug:name>.css", map_resources.map_style, name="map_style"),
    path("api/parcels/", parcels.parcels_api, name="parcels_api"),
    path("api/issues.geojson", feeds.public_issues, name="public_issues"),
    path("api/triage/issues.geojson", feeds.triage_issues, name="triage_issues"),
    path("api/boundary.geojson", feeds.boundary, name="boundary"),
    path("api/triage/parcels/<str:key>.geojson", feeds.parcel, name="parcel_outline"),
    path("api/triage/parcel-labels.geojson", feeds.parcel_labels, name="parcel_labels"),
    path("tiles/<slug:layer>/<int:zoom>/<int:column>/<int:row>.mvt", feeds.tile, name="tile"),
    path("map-services/<slug:slug>/wms", services.map_image, name="map_image"),
    path(
        "login/",
        auth_views.LoginView.as_view(
            redirect_authenticated_user=True, extra_context={"page": "login"}
        ),
        name="login",
    ),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
]
