"""Addresses below the signed link of a delivery, and the one to which systems post."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.partner import open_cases, views
from mapui.partner.webhook import webhook_answer

urlpatterns: list[URLPattern] = [
    path("api/webhooks/<int:contact>/answers", webhook_answer, name="webhook_answer"),
    path("partner/open/<str:token>/", open_cases.partner_open, name="partner_open"),
    path("partner/<str:token>/", views.partner_page, name="partner"),
    path("partner/<str:token>/map.svg", views.partner_map, name="partner_map"),
    path("partner/<str:token>/photos/<int:place>/", views.partner_photo, name="partner_photo"),
    path("partner/<str:token>/<slug:verb>/", views.partner_step, name="partner_step"),
]
