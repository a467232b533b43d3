"""All addresses. Each app brings its own; here they are only put under a prefix."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config.openapi.document import openapi_document
from issues.api.formats import PREFIX
from mapui.site.accounts import admin_login

urlpatterns = [
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path(PREFIX[1:], include("issues.urls")),
    path("api/openapi.json", openapi_document, name="openapi_document"),
    path("", include("mapui.urls")),
]

handler400 = "mapui.site.errors.bad_request"
handler403 = "mapui.site.errors.not_allowed"
handler404 = "mapui.site.errors.not_found"
handler500 = "mapui.site.errors.server_failed"
