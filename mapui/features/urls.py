"""Addresses of OGC API Features."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.features import views

LANDING = "api/ogc/<str:jurisdiction>"
ROOT = f"{LANDING}/"
COLLECTION = f"{ROOT}collections/<slug:collection>"

urlpatterns: list[URLPattern] = [
    # With and without a slash: QGIS 3.22 gives up where it is sent from one to the other.
    path(LANDING, views.features_landing, name="features_landing"),
    path(ROOT, views.features_landing, name="features_landing"),
    path(f"{ROOT}conformance", views.features_conformance, name="features_conformance"),
    path(f"{ROOT}collections", views.features_collections, name="features_collections"),
    path(COLLECTION, views.features_collection, name="features_collection"),
    path(f"{COLLECTION}/items", views.features_items, name="features_items"),
    path(f"{COLLECTION}/items/<path:item>", views.features_item, name="features_item"),
    path("account/features/", views.features_key, name="features_key"),
]
