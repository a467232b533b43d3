from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GisCoreConfig(AppConfig):
    name = "gis_core"
    verbose_name = _("Places and maps")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        from gis_core.db import statements  # noqa: F401 - system checks; limits of new connections
        from gis_core.services.readers import views_drop, views_make

        pre_migrate.connect(views_drop, sender=self)
        post_migrate.connect(views_make, sender=self)
