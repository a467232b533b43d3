"""Addresses of rule sets and authorities."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.rules.views import (
    activating,
    authorities,
    contacts,
    editing,
    ground,
    priors,
    sets,
    terms,
)

urlpatterns: list[URLPattern] = [
    path("rules/", sets.rules_list, name="rules"),
    path("rules/draft/", editing.rules_draft, name="rules_draft"),
    path("rules/import/", editing.rules_import, name="rules_import"),
    path("rules/condition/", editing.rules_condition, name="rules_condition"),
    path("rules/authorities/", authorities.authorities_list, name="authorities"),
    path("rules/authorities/terms/", terms.terms_list, name="terms"),
    path("rules/authorities/terms/new/", terms.terms_edit, name="terms_new"),
    path("rules/authorities/terms/<int:pk>/", terms.terms_edit, name="terms_edit"),
    path("rules/authorities/terms/<int:pk>/remove/", terms.terms_drop, name="terms_remove"),
    path("rules/authorities/new/", authorities.authority_edit, name="authority_new"),
    path("rules/authorities/<int:pk>/", authorities.authority_edit, name="authority_edit"),
    path("rules/authorities/<int:pk>/contacts/new/", authorities.contact_edit, name="contact_new"),
    path(
        "rules/authorities/<int:pk>/contacts/<int:contact_pk>/",
        authorities.contact_edit,
        name="contact_edit",
    ),
    path(
        "rules/authorities/<int:pk>/contacts/<int:contact_pk>/test/",
        contacts.contact_probe,
        name="contact_probe",
    ),
    path(
        "rules/authorities/<int:pk>/contacts/<int:contact_pk>/test/watch/",
        contacts.contact_probe_watch,
        name="contact_probe_watch",
    ),
    path(
        "rules/authorities/<int:pk>/contacts/<int:contact_pk>/links/",
        contacts.contact_links_page,
        name="contact_links",
    ),
    path(
        "rules/authorities/<int:pk>/contacts/<int:contact_pk>/services/",
        contacts.contact_services,
        name="contact_services",
    ),
    path("rules/<int:pk>/", sets.rules_set, name="rules_set"),
    path("rules/<int:pk>/coverage/", sets.rules_coverage, name="rules_coverage"),
    path(
        "rules/<int:pk>/coverage.csv",
        sets.rules_coverage_file,
        {"kind": "csv"},
        name="rules_coverage_csv",
    ),
    path(
        "rules/<int:pk>/coverage.json",
        sets.rules_coverage_file,
        {"kind": "json"},
        name="rules_coverage_json",
    ),
    path("rules/<int:pk>/ground/", ground.rules_ground, name="rules_ground"),
    path("rules/<int:pk>/ground/start/", ground.rules_ground_start, name="rules_ground_start"),
    path("rules/<int:pk>/ground/progress/", ground.rules_ground_watch, name="rules_ground_watch"),
    path("rules/<int:pk>/ground/<int:row_pk>/", ground.rules_hole, name="rules_hole"),
    path(
        "rules/<int:pk>/ground/<int:row_pk>/map.js",
        ground.rules_hole_script,
        name="rules_hole_script",
    ),
    path(
        "rules/<int:pk>/ground/<int:row_pk>/map.css",
        ground.rules_hole_style,
        name="rules_hole_style",
    ),
    path(
        "api/rules/<int:pk>/ground/<int:row_pk>/places.geojson",
        ground.rules_hole_feed,
        name="rules_hole_feed",
    ),
    path("rules/<int:pk>/difference/", sets.rules_difference, name="rules_difference"),
    path("rules/<int:pk>/rules.csv", sets.rules_file, {"kind": "csv"}, name="rules_csv"),
    path("rules/<int:pk>/rules.json", sets.rules_file, {"kind": "json"}, name="rules_json"),
    path("rules/<int:pk>/describe/", editing.rules_describe, name="rules_describe"),
    path("rules/<int:pk>/discard/", editing.rules_remove, name="rules_discard"),
    path("rules/<int:pk>/rows/new/", editing.rules_row, name="rules_row_new"),
    path("rules/<int:pk>/rows/<int:rule_pk>/", editing.rules_row, name="rules_row"),
    path(
        "rules/<int:pk>/rows/<int:rule_pk>/remove/",
        editing.rules_remove,
        name="rules_row_remove",
    ),
    path("rules/<int:pk>/thresholds/new/", editing.rules_threshold, name="rules_threshold_new"),
    path(
        "rules/<int:pk>/thresholds/<int:threshold_pk>/",
        editing.rules_threshold,
        name="rules_threshold",
    ),
    path(
        "rules/<int:pk>/thresholds/<int:threshold_pk>/remove/",
        editing.rules_remove,
        name="rules_threshold_remove",
    ),
    path("rules/priors/", priors.priors_proposal, name="priors_proposal"),
    path("rules/priors/draft/", priors.priors_take, name="priors_take"),
    path("rules/<int:pk>/priors/new/", editing.rules_prior, name="rules_prior_new"),
    path("rules/<int:pk>/priors/<int:prior_pk>/", editing.rules_prior, name="rules_prior"),
    path(
        "rules/<int:pk>/priors/<int:prior_pk>/remove/",
        editing.rules_remove,
        name="rules_prior_remove",
    ),
    path("rules/<int:pk>/activate/", activating.rules_activate, name="rules_activate"),
    path("rules/<int:pk>/retire/", activating.rules_retire, name="rules_retire"),
]
