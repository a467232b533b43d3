"""The cadastre: parcels, land use, ownership class, cadastral districts, and which parcel is where."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParcelsConfig(AppConfig):
    name = "parcels"
    verbose_name = _("Cadastre")

    def ready(self) -> None:
        from gis_core.messages import messages_register
        from parcels.importers import datasets_register
        from parcels.texts import TEXTS

        messages_register(TEXTS)
        datasets_register()
