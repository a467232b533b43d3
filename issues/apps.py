from __future__ import annotations

from corsheaders.signals import check_request_enabled
from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class IssuesConfig(AppConfig):
    name = "issues"
    verbose_name = _("Issues")

    def ready(self) -> None:
        from gis_core.models import Jurisdiction
        from issues.api.origins import is_public_read
        from issues.importers.defaults import jurisdiction_saved

        check_request_enabled.connect(is_public_read)
        post_save.connect(
            jurisdiction_saved, sender=Jurisdiction, dispatch_uid="issues.defaults_make"
        )
