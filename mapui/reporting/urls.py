"""Addresses on which everybody reports."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.reporting import looking, offline, own, views

urlpatterns: list[URLPattern] = [
    path("report/", views.report_page, name="report"),
    path("report/places/", looking.report_places, name="report_places"),
    path("report/categories/", looking.report_categories, name="report_categories"),
    path("report/photos/<uuid:name>/", looking.report_photo, name="report_photo"),
    path("report/offline/", offline.report_offline, name="report_offline"),
    path("report/worker.js", offline.report_worker, name="report_worker"),
    path("report/app.webmanifest", offline.report_manifest, name="report_manifest"),
    path("report/waiting/", own.report_waiting, name="report_waiting"),
    path("report/confirm/<str:token>/", own.report_confirm, name="report_confirm"),
    path("report/own/<str:token>/", own.own_report, name="own_report"),
]
