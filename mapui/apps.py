from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapUIConfig(AppConfig):
    name = "mapui"
    verbose_name = _("Maps")

    def ready(self) -> None:
        from mapui.site import logins  # noqa: F401 - registers what begins a session
        from routing.forwarding import sheets

        sheets.register(_sheet_made)


def _sheet_made(issue_id: int) -> bytes:
    # The libraries that draw take a second to load: only whoever makes a sheet needs them.
    from mapui.sheets.store import sheet_now

    return sheet_now(issue_id)
