"""Addresses on which everybody reports."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.reporting import account, looking, mine, offline, own, signing_in, views

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
    path("report/own/<str:token>/export.zip", own.own_export, name="own_export"),
    path("report/own/<str:token>/photos/<uuid:name>.jpg", own.own_photo, name="own_photo"),
    path("report/own/<str:token>/<slug:step>/", own.own_step, name="own_step"),
    path("report/account/", account.citizen_account, name="citizen_account"),
    path("report/account/export.zip", account.citizen_data, name="citizen_data"),
    path("report/account/passkey/", signing_in.passkey_options, name="passkey_options"),
    path("report/account/<slug:step>/", account.citizen_step, name="citizen_step"),
    path("report/mine/", mine.own_reports_order, name="own_reports_order"),
    path("report/mine/sent/", mine.own_reports_ordered, name="own_reports_ordered"),
    path("report/mine/<str:token>/", mine.own_reports, name="own_reports"),
]
