"""Addresses of all pages, and of what they load: each subject names its own."""

from __future__ import annotations

from django.urls import URLResolver, include, path

SUBJECTS = (
    "public",
    "reporting",
    "partner",
    "triage",
    "people",
    "house",
    "geodata",
    "features",
    "evaluation",
    "rules",
    "maps",
    "site",
)

urlpatterns: list[URLResolver] = [path("", include(f"mapui.{one}.urls")) for one in SUBJECTS]
