from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapUIConfig(AppConfig):
    name = "mapui"
    verbose_name = _("Maps")

    def ready(self) -> None:
        from mapui.site import logins  # noqa: F401 - registers what begins a session
