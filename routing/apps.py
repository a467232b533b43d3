from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = _("Responsibility")

    def ready(self) -> None:
        from routing import receivers  # noqa: F401, PLC0415 - connects to the issues' signal
