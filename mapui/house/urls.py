"""Addresses of the master data."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.house import transfers, views

urlpatterns: list[URLPattern] = [
    path("house/", views.house_part, {"slug": "categories"}, name="house"),
    path("house/history/", views.house_history, name="house_history"),
    path("house/deletions/", views.house_deletions, name="house_deletions"),
    path("house/transfers/", transfers.house_transfers, name="house_transfers"),
    path("house/transfers.csv", transfers.house_transfers_file, name="house_transfers_csv"),
    path("house/<slug:slug>/", views.house_part, name="house_part"),
    path("house/<slug:slug>/new/", views.house_entry, name="house_new"),
    path("house/<slug:slug>/<int:pk>/", views.house_entry, name="house_entry"),
    path("house/<slug:slug>/<int:pk>/remove/", views.house_remove, name="house_remove"),
]
