"""Addresses below the signed link of a delivery."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.partner import views

urlpatterns: list[URLPattern] = [
    path("partner/<str:token>/", views.partner_page, name="partner"),
    path("partner/<str:token>/map.svg", views.partner_map, name="partner_map"),
    path("partner/<str:token>/photos/<int:place>/", views.partner_photo, name="partner_photo"),
    path("partner/<str:token>/<slug:verb>/", views.partner_step, name="partner_step"),
]
