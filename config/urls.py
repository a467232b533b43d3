"""All addresses. Each app brings its own; here they are only put under a prefix."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("open311/v2/", include("issues.urls")),
    path("", include("mapui.urls")),
]
