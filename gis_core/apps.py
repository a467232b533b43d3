from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GisCoreConfig(AppConfig):
    name = "gis_core"
    verbose_name = _("Places and maps")

    def ready(self) -> None:
        from gis_core.db import statements  # noqa: F401 - system checks; limits of new connections
